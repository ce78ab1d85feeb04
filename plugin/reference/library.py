"""What answers are drawn from: the rule book, what codes mean, and what people wrongly believe."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import yaml

from plugin.imports.pairs import windows_of
from plugin.imports.snapshot import Snapshot
from plugin.meanings import Meaning
from plugin.moment import Moment
from plugin.reference import sheet as sheets
from plugin.reference.rationale import reasons
from plugin.reference.sheet import Sheet
from plugin.rulebook import BASE_PAYER, ROOT, Rulebook
from plugin.tables import FOLDER
from rules.model import Cite
from rules.policy import Edit, Policy, RuleDataError
from rules.words import Setting

FILE = Path(__file__).with_name("beliefs.yaml")
EDITIONS = ("code_in_force.edition", "ptp_edit.edition", "mue.edition")
"""What is published for a period: an answer without a day is given for one that all cover."""
SETTINGS: tuple[Setting, ...] = ("practitioner", "hospital")
"""Settings that NCCI publishes tables for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """Two codes that people believe to be an NCCI pair, and what became of it."""

    codes: frozenset[str]
    says: str
    cite: Cite


class _Listed(msgspec.Struct, forbid_unknown_fields=True):
    one: tuple[str, ...]
    two: tuple[str, ...]
    says: str
    cite: str


class _File(msgspec.Struct, forbid_unknown_fields=True):
    cites: tuple[Cite, ...]
    beliefs: tuple[_Listed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Everything that the reference answers from."""

    book: Rulebook
    meanings: Mapping[str, Meaning]
    payers: Mapping[str, str]
    """The title of every payer, Medicare first."""
    beliefs: tuple[Belief, ...]
    provenance: Mapping[str, str]
    """Where each published table is from, in its own first line, by the table's name."""
    in_pairs: frozenset[str]
    """Every code that stands in a row of the shipped NCCI edits."""
    reasons: Mapping[tuple[str, str], tuple[str, ...]]
    """CMS's reasons for an edit in our words, by column one and column two."""
    sheet: Sheet
    """The authorities for fees."""
    last: date
    """The last day that all tables cover."""

    def policy(self, day: date, setting: Setting = "practitioner") -> Policy:
        """Return what Medicare Part B holds on a day."""
        return self.book.policy(BASE_PAYER, day, setting)

    def windows(self, one: str, two: str, setting: Setting) -> Iterator[tuple[str, str, Edit]]:
        """Return every window of two codes' edits with its column one and column two."""
        edits = self.book.tables.edits.get(setting, {})
        for first, second in ((one, two), (two, one)):
            for edit in windows_of(edits, first, second):
                yield first, second, edit

    def edition(self, name: str) -> Cite:
        """Return the citation of the last edition of a table, whatever day it covers."""
        row = self.book.base[name][-1]
        return replace(row.cite, edition=row.value)


def load(
    book: Rulebook, meanings: Mapping[str, Meaning], payers: Mapping[str, str], file: Path = FILE
) -> Library:
    """Gather what the reference answers from.

    Raises:
        RuleDataError: a belief is malformed, or an edit of the table is in force between its codes;
            or a reason for an edit is one we have no words for.

    """
    edits = book.shipped.tables.edits
    columns = {c for under in edits.values() for one, twos in under.items() for c in (one, *twos)}
    last = min(max(row.ending or date.max for row in book.base[name]) for name in EDITIONS)
    made = Library(
        book=book,
        meanings=meanings,
        payers=payers,
        beliefs=tuple(_beliefs(file)),
        provenance=_provenance(ROOT / FOLDER),
        in_pairs=frozenset(columns),
        reasons=reasons(ROOT / FOLDER / "ptp.csv"),
        sheet=sheets.load(book.shipped.tables.factors),
        last=last,
    )
    _hold(made, file.name)
    return made


def _beliefs(path: Path) -> Iterator[Belief]:
    try:
        data: Any = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        read = msgspec.convert(data, _File)
        cites = {cite.id: cite for cite in read.cites}
        for each in read.beliefs:
            for one, two in product(each.one, each.two):
                yield Belief(codes=frozenset({one, two}), says=each.says, cite=cites[each.cite])
    except (OSError, yaml.YAMLError, msgspec.ValidationError, KeyError) as error:
        raise RuleDataError(f"{path.name}: {error}") from error


def _hold(library: Library, name: str) -> None:
    """Refuse a belief about codes that are not known, or that is true by the shipped edits.

    An imported edition may make it true on its days; it is not told where a pair is in force.
    """
    shipped = Moment(library.book.shipped, Snapshot())
    for belief in library.beliefs:
        if len(belief.codes & library.book.tables.codes.keys()) != 2:  # noqa: PLR2004 - a pair
            raise RuleDataError(f"{name}: {', '.join(sorted(belief.codes))}: not two known codes")
        one, two = sorted(belief.codes)
        for setting in SETTINGS:
            policy = shipped.policy(BASE_PAYER, library.last, setting)
            if policy.edit(one, two) or policy.edit(two, one):
                raise RuleDataError(f"{name}: {one}, {two}: is an edit ({setting})")


def _provenance(folder: Path) -> dict[str, str]:
    """Return the first line of each table."""
    return {
        path.stem: path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ")
        for path in sorted(folder.glob("*.csv"))
    }


def day_for(library: Library, today: date) -> date:
    """Return the day an answer is given for when nobody names one.

    That is today, or the last day that the tables cover where they end before it.
    """
    return min(today, library.last)


def ended(edit: Edit) -> date | None:
    """Return the first day on which a window no longer held; None where it is open."""
    return date.fromisoformat(edit.deletion) + timedelta(days=1) if edit.deletion else None
