"""The two sides of a comparison: editions by their names, what ships, or what is loaded now."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from plugin.imports.editions import Edition
from plugin.imports.quarters import quarter_of
from plugin.imports.shelf import Shelf
from plugin.imports.snapshot import Loaded, Snapshot, load

SHIPPED, NOW = WHOLE = ("shipped", "now")
GOING_BACK = ("ptp", "add-on")
"""Kinds whose tables carry the rows of all years: they speak for days long before their release."""
NOT_SHIPPED = ("gpci", "zip", "nucc", "rvu-apm")
"""Slots of which nothing comes with the service."""
SHOWN = 12


class SideError(Exception):
    """A side of a comparison means no edition, or more than one; the message says what may be."""

    def __init__(self, side: str, why: str) -> None:
        super().__init__(f"{side}: {why}")
        self.side, self.why = side, why


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side."""

    name: str
    """How it can be asked for again."""
    edition: Edition | None
    """None for what ships and for what is loaded now."""
    snapshot: Snapshot
    """The editions that judge on this side."""

    def loaded(self, slot: str, day: str) -> Loaded | None:
        """Return what this side says of a table on a day, as though it spoke for that day.

        None: what ships speaks.
        """
        own = self.snapshot.slots.get(slot)
        return (self.snapshot.speaking(slot, day) or own[-1]) if own else None

    def on(self, day: str) -> "Side":
        """Return this side with its edition speaking for a day, whatever its own days are."""
        if self.edition is None:
            return self
        slot = self.edition.slot
        own = [stretched(loaded, day) for loaded in self.snapshot.slots[slot]]
        snapshot = Snapshot(self.snapshot.serial, {**self.snapshot.slots, slot: own})
        return Side(name=self.name, edition=self.edition, snapshot=snapshot)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Old and new, and the tables in which they can differ."""

    old: Side
    new: Side
    slots: Sequence[str]

    def day(self, slot: str) -> str:
        """Return the day on which a table is compared: the first day of the new edition."""
        for side in (self.new, self.old):
            if own := side.snapshot.slots.get(slot):
                return opens(own[-1].edition)
        raise AssertionError("a table is compared where a side has an edition of it")


def choose(old: str, new: str, home: Path, now: Snapshot) -> Sides:
    """Return the sides that two names mean.

    Where a name is an edition's, its table alone differs between the sides; all others are as they
    are loaded now. A table that is compared with what ships is as shipped on that side.

    Raises:
        SideError: a name means no edition or several, or the two are of different tables.
        StoreError: an edition cannot be read.

    """
    shelf = Shelf(home)
    known = shelf.editions()
    asked = {"old": old, "new": new}
    may_be = {side: _named(side, text, known) for side, text in asked.items() if text not in WHOLE}
    found = {side: _one(side, own, known) for side, own in _narrowed(may_be).items()}
    compared = frozenset(edition.slot for edition in found.values())
    for side, text in asked.items():
        if text == SHIPPED and compared.intersection(NOT_SHIPPED):
            raise SideError(side, "nothing of that table comes with the service; name an edition")
    if NOW in asked.values():
        compared = compared or frozenset(now.slots).difference(NOT_SHIPPED)
    gone = compared if found else frozenset(now.slots)
    first, second = (
        Side(
            name=address(found[side], known) if side in found else text,
            edition=found.get(side),
            snapshot=_snapshot(text, found.get(side), (now, shelf, gone)),
        )
        for side, text in asked.items()
    )
    return Sides(old=first, new=second, slots=sorted(compared))


def choices(home: Path) -> list[str]:
    """Return every name that a side can have."""
    known = Shelf(home).editions()
    newest = sorted(known, key=lambda own: (own.slot, own.rank), reverse=True)
    return [*WHOLE, *(address(edition, known) for edition in newest)]


def address(edition: Edition, among: Sequence[Edition]) -> str:
    """Return the name of an edition that means no other: ``mue-hospital:2026Q4``.

    Where one table was imported twice under a name, its number follows: ``mue-hospital:2026Q4@7``.
    """
    same = [own for own in among if (own.slot, own.name) == (edition.slot, edition.name)]
    number = f"@{edition.number}" if len(same) > 1 else ""
    return f"{edition.slot}:{edition.name}{number}"


def opens(edition: Edition) -> str:
    """Return the first day of an edition's own period; its rows may go back further."""
    if edition.kind in GOING_BACK and edition.ending:
        return max(edition.effective, quarter_of(edition.ending).first)
    return edition.effective


def stretched(loaded: Loaded, day: str) -> Loaded:
    """Return an edition as though a day were among those it speaks for."""
    own = loaded.edition
    first = min(own.effective, day)
    last = max(own.ending, day) if own.ending else ""
    longer = msgspec.structs.replace(own, effective=first, ending=last)
    return Loaded(longer, loaded.pairs, loaded.rows)


def _snapshot(
    text: str, edition: Edition | None, given: tuple[Snapshot, Shelf, frozenset[str]]
) -> Snapshot:
    now, shelf, gone = given
    if text == NOW:
        return now
    slots = {slot: own for slot, own in now.slots.items() if slot not in gone}
    if edition:
        known = {own.edition.folder: own for each in now.slots.values() for own in each}
        loaded = known.get(edition.folder) or load(shelf.root / edition.folder)
        slots[edition.slot] = [loaded]
    return Snapshot(now.serial, slots)


def _named(side: str, text: str, known: Sequence[Edition]) -> list[Edition]:
    """Return the editions that a name may mean; of its three parts only the second must be there.

    Raises:
        SideError: there is none.

    """
    slot, _, rest = text.rpartition(":")
    name, _, number = rest.partition("@")
    found = [
        edition
        for edition in known
        if edition.name.casefold() == name.casefold()
        and slot in ("", edition.kind, edition.slot)
        and number in ("", str(edition.number))
    ]
    if not found:
        may_be = _listed([*WHOLE, *(address(own, known) for own in known)])
        raise SideError(side, f"no edition has that name; there are {may_be}")
    return found


def _narrowed(may_be: dict[str, list[Edition]]) -> dict[str, list[Edition]]:
    """Let each side tell which table the other means.

    Raises:
        SideError: both name editions, and of no table that they have in common.

    """
    shared = (
        frozenset.intersection(*(frozenset(own.slot for own in found) for found in may_be.values()))
        if may_be
        else frozenset()
    )
    if may_be and not shared:
        raise SideError("new", "is of another table than old; compare two editions of one table")
    return {side: [own for own in found if own.slot in shared] for side, found in may_be.items()}


def _one(side: str, found: Sequence[Edition], known: Sequence[Edition]) -> Edition:
    if len(found) > 1:
        may_be = _listed([_told(own, known) for own in found])
        raise SideError(side, f"{len(found)} editions have that name; say {may_be}")
    return found[0]


def _told(edition: Edition, known: Sequence[Edition]) -> str:
    said = address(edition, known)
    return f"{said} (imported {edition.imported_at[:16]})" if "@" in said else said


def _listed(names: Sequence[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
