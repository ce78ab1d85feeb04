"""What ``countersign import`` and ``countersign editions`` do."""

import argparse
import getpass
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from plugin.imports.drafts import Given
from plugin.imports.editions import Edition, shadowed
from plugin.imports.faults import RefusedFileError, StoreError
from plugin.imports.importing import Imported, Order, bring, take_back
from plugin.imports.progress import Progress
from plugin.imports.shelf import Shelf

ROOT = Path(__file__).parents[2]
REFUSED = 2


def run_import(chosen: argparse.Namespace) -> int:
    """Import files; 2 and a reason when they are refused."""
    return _answered(_import, chosen)


def run_editions(chosen: argparse.Namespace) -> int:
    """List the editions in use."""
    return _answered(_editions, chosen)


def run_rollback(chosen: argparse.Namespace) -> int:
    """Take back the last import of a kind."""
    return _answered(_rollback, chosen)


def _answered(act: Any, chosen: argparse.Namespace) -> int:
    from plugin import settings  # noqa: PLC0415

    try:
        act(settings.load().home, chosen)
    except (RefusedFileError, StoreError, settings.SettingsError) as error:
        print(f"countersign: {error}", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print("countersign: interrupted; nothing was changed", file=sys.stderr)
        return REFUSED
    return 0


def _import(home: Path, chosen: argparse.Namespace) -> None:
    order = Order(
        kind=chosen.kind,
        paths=chosen.files,
        therapy=_therapy(),
        by=chosen.by or _user(),
        given=Given(
            setting=chosen.setting,
            effective=chosen.effective,
            ending=chosen.ending,
            excerpt=chosen.excerpt,
        ),
        everything=chosen.all,
        past=chosen.past,
        changed=chosen.accept_changes,
    )
    shown: list[Progress] = []

    def watch(total: int) -> Any:
        shown.append(Progress(sys.stderr, total))
        return shown[0].advance

    try:
        done = bring(home, order, watch)
    finally:
        for progress in shown:
            progress.end()
    for own in done:
        print("\n".join(_summary(own)))


def _summary(done: Imported) -> Iterator[str]:
    edition = done.edition
    kept = f"{edition.rows_kept:,} of {edition.rows_read:,} rows"
    yield f"{edition.slot} {edition.name}: {kept}, for {days(edition)}"
    if done.overlapping:
        yield f"  note: {done.overlapping:,} rows begin on the same day as another of their pair"
    if done.before is None:
        yield "  the first edition of this table; the shipped excerpt no longer speaks"
        return
    yield f"  against {done.before.name}, imported {done.before.imported_at[:10]}"
    yield from (f"  {line}" for line in done.changes.lines())


def _editions(home: Path, _: argparse.Namespace) -> None:
    editions = Shelf(home).editions()
    if not editions:
        print("No edition is loaded; the shipped therapy excerpt speaks.")
    for edition in sorted(editions, key=lambda own: (own.slot, own.rank)):
        print("\n".join(told(edition)))
        if shadowed(edition, editions):
            print("  speaks no longer; kept to go back to")


def told(edition: Edition) -> Iterator[str]:
    """Describe an edition for people."""
    scope = "every row" if edition.scope == "all" else "therapy rows"
    part = ", an excerpt" if edition.excerpt else ""
    yield f"{edition.kind}  {edition.setting or '-'}  {edition.name}  {days(edition)}"
    yield f"  {edition.rows_kept:,} of {edition.rows_read:,} rows ({scope}{part})"
    yield f"  imported {edition.imported_at} by {edition.imported_by}"
    for file in edition.files:
        inside = f" ({file.member})" if file.member else ""
        yield f"  {file.file}{inside}  sha256 {file.sha256}"


def days(edition: Edition) -> str:
    """Return the days that an edition speaks for."""
    return f"{edition.effective} to {edition.ending or 'further notice'}"


def _rollback(home: Path, chosen: argparse.Namespace) -> None:
    for edition in take_back(home, chosen.kind):
        print(f"{edition.slot} {edition.name} no longer speaks")
    left = [own for own in Shelf(home).editions() if chosen.kind in (own.kind, own.slot)]
    for edition in left:
        print(f"{edition.slot} {edition.name} speaks for {days(edition)}")
    if not left:
        print("the shipped therapy excerpt speaks again")


def _therapy() -> frozenset[str]:
    from plugin.tables import known_codes, load  # noqa: PLC0415 - reads the shipped tables

    return known_codes(load(ROOT))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"
