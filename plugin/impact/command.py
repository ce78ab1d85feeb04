"""What ``countersign impact`` does."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import BinaryIO

import msgspec

from plugin import rulebook, settings
from plugin.errors import RefusedError
from plugin.fhir import coding
from plugin.impact.changes import compare
from plugin.impact.given import Opener, lines
from plugin.impact.page import page
from plugin.impact.parsers import FIRST_DAY
from plugin.impact.report import Plain, told
from plugin.impact.sides import SideError, Sides, choose
from plugin.impact.text import report
from plugin.impact.visits import Judge, Tally
from plugin.imports.faults import StoreError as EditionsError
from plugin.imports.follow import Editions
from plugin.imports.progress import Progress
from plugin.imports.quarters import plain
from plugin.moment import Moment
from plugin.rulebook import Rulebook
from plugin.settings import Settings, SettingsError
from plugin.sites import Sites
from plugin.store.faults import StoreError
from plugin.store.store import Store
from plugin.tenants import DEMO
from rules.policy import RuleDataError

DONE, REFUSED = 0, 2


def run(chosen: argparse.Namespace) -> int:
    """Print, or write, what changes; 2 and a reason when it cannot be said."""
    try:
        said = _impact(settings.load(), chosen)
        if chosen.html:
            chosen.html.write_text(page(said), encoding="utf-8")
    except OSError as error:
        return _fail(f"{error.filename}: {error.strerror}")
    except (SideError, EditionsError, StoreError, SettingsError, RuleDataError) as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return _fail("interrupted")
    if chosen.json:
        print(msgspec.json.format(msgspec.json.encode(said), indent=2).decode())
    elif not chosen.html:
        print("\n".join(report(said)))
    return DONE


def _impact(how: Settings, chosen: argparse.Namespace) -> Plain:
    editions = Editions(how.home)
    sides = choose(chosen.old, chosen.new, how.home, editions.snapshot())
    book = rulebook.load(editions=editions)
    day = _day(chosen.as_of, sides)
    tables = list(compare(sides, book.shipped.tables, day=day, all_of=chosen.all))
    tally = _tally(how, book, (sides, day), chosen.visits) if chosen.visits else None
    return told(sides, tables, tally, day)


def _day(said: str, sides: Sides) -> str:
    """Return the day that was asked for; empty when none was."""
    if said == FIRST_DAY:
        return max((sides.day(slot) for slot in sides.slots), default="")
    if said and not plain(said):
        raise SideError("--as-of", "is no day; write it as 2026-10-01")
    return said


def _tally(how: Settings, book: Rulebook, asked: tuple[Sides, str], name: str) -> Tally:
    """Judge every visit of a file by both sides, on its own day or on the one that was asked."""
    sides, day = asked
    old, new = (
        Moment(book.shipped, (own.on(day) if day else own).snapshot)
        for own in (sides.old, sides.new)
    )
    judge = Judge(old, new, date.fromisoformat(day) if day else None)
    coder, tally = coding.load(book.tables.codes, {}), Tally()
    with ExitStack() as held:
        file, size = held.enter_context(_opened(name))
        progress = Progress(sys.stderr, size, "visits")
        held.callback(progress.end)
        opener = Opener(
            tenant=Sites(coder, how.tenants)[DEMO],
            coder=coder,
            store=cache(lambda: _store(how, held)),
        )
        for line in lines(file):
            try:
                tally.add(judge.compare(opener.visit(line)), line.number)
            except RefusedError as error:
                tally.refuse(line.number, str(error))
            if size:
                progress.advance(line.size, 1)
    return tally


@contextmanager
def _opened(name: str) -> Iterator[tuple[BinaryIO, int]]:
    """Open a file of visits, and return its size; 0 when that is not known."""
    if name == "-":
        yield sys.stdin.buffer, 0
        return
    path = Path(name)
    with path.open("rb") as file:
        yield file, path.stat().st_size


def _store(how: Settings, held: ExitStack) -> Store:
    store = Store(how.database_url)
    held.callback(store.close)
    return store


def _fail(message: str) -> int:
    print(f"countersign: {message}", file=sys.stderr)
    return REFUSED
