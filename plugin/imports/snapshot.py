"""The editions in use at one moment, to be asked by day of service; nothing here changes."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from plugin.imports.bycode import ByCode, Cells, Piece
from plugin.imports.editions import TABLE, Edition, read_edition
from plugin.imports.faults import REMEDY, StoreError
from plugin.imports.pairs import PairTable
from plugin.imports.quarters import Span
from plugin.rows import OPEN
from rules.payment.schedule import Amount, Fee
from rules.policy import AddOn, Edit, Mue, Tables

NCCI = ("practitioner", "hospital")


@dataclass(frozen=True, slots=True)
class Loaded:
    """An edition and what it holds."""

    edition: Edition
    pairs: PairTable | None
    rows: Mapping[str, Sequence[Cells]]
    """By their first column; empty for pairs."""
    first: str = field(init=False)
    last: str = field(init=False)

    def __post_init__(self) -> None:
        """Keep the days at hand, for look-ups."""
        object.__setattr__(self, "first", self.edition.effective)
        object.__setattr__(self, "last", self.edition.ending)


def load(folder: Path) -> Loaded:
    """Read an edition.

    Raises:
        StoreError: a file of it is missing or damaged.

    """
    edition = read_edition(folder)
    if edition.kind == "ptp":
        return Loaded(edition, PairTable(folder, edition.rows_kept), {})
    rows: dict[str, list[Cells]] = {}
    try:
        with (folder / TABLE).open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            next(reader)
            for cells in reader:
                rows.setdefault(cells[0], []).append(tuple(cells))
    except (OSError, StopIteration, UnicodeDecodeError) as error:
        raise StoreError(f"{folder / TABLE}: is damaged; {REMEDY}") from error
    if sum(map(len, rows.values())) != edition.rows_kept:
        raise StoreError(f"{folder / TABLE}: is cut short; {REMEDY}")
    return Loaded(edition, None, rows)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every edition in use; ask one snapshot for all of a visit, and nothing mixes."""

    serial: int = 0
    """Rises with every change; a key for what is made of a snapshot."""
    slots: Mapping[str, Sequence[Loaded]] = field(default_factory=dict)
    """By slot (``ptp-hospital``, ``gpci``), of lowest rank first."""

    def speaking(self, slot: str, day: str) -> Loaded | None:
        """Return the edition that speaks for a day of service (ISO); None when none covers it."""
        for loaded in reversed(self.slots.get(slot, ())):
            if loaded.first <= day and (not loaded.last or day <= loaded.last):
                return loaded
        return None

    def covers(self, kind: str, setting: str, day: str) -> Edition | None:
        """Return which edition of a table speaks for a day, or None: it could not be checked."""
        loaded = self.speaking(f"{kind}-{setting}" if setting else kind, day)
        return loaded.edition if loaded else None

    def edit(self, setting: str, one: str, two: str, day: str) -> Edit | None:
        """Return the NCCI edit in force between two codes in this direction, or None."""
        loaded = self.speaking(f"ptp-{setting}", day)
        if loaded is None or loaded.pairs is None:
            return None
        return loaded.pairs.edit(one, two, day)

    def mue(self, setting: str, code: str, day: str) -> Mue | None:
        """Return the unit limit of a code; None is not the same as no limit."""
        loaded = self.speaking(f"mue-{setting}", day)
        rows = loaded.rows.get(code, ()) if loaded else ()
        return _mue(rows[0], loaded.edition.span) if loaded and rows else None

    def fee(self, code: str, day: str, factor: str = "standard") -> Fee | None:
        """Return the relative values of a code without a modifier, or None."""
        loaded = self.speaking(f"rvu-{factor}", day)
        rows = loaded.rows.get(code, ()) if loaded else ()
        own = next((row for row in rows if not row[1]), None)
        return _fee(own, loaded.edition.span) if loaded and own else None

    def add_ons(self, code: str, day: str) -> list[AddOn]:
        """Return the codes that an add-on code may stand beside on a day."""
        rows = self._rows("add-on", code, day)
        return [own for row in rows if (own := AddOn(row[1], row[3], row[4])).in_force(day)]

    def places(self, zip_code: str, day: str) -> list[tuple[str, str]]:
        """Return the Medicare carrier and locality of a ZIP code; of more than one if unsure."""
        return [(row[2], row[3]) for row in self._rows("zip", zip_code, day)]

    def gpci(
        self, carrier: str, locality: str, day: str
    ) -> tuple[Decimal, Decimal, Decimal] | None:
        """Return what work, practice expense and malpractice are worth in a locality."""
        for row in self._rows("gpci", carrier, day):
            if row[1] == locality:
                return Decimal(row[4]), Decimal(row[5]), Decimal(row[6])
        return None

    def therapy(self, code: str, day: str) -> str | None:
        """Return always or sometimes, as CMS's therapy code list says, or None."""
        return next((row[1] for row in self._rows("therapy-list", code, day)), None)

    def tables(self, shipped: Tables, day: str = "") -> Tables:
        """Return the shipped tables with those that have been imported in their place.

        With a day of service, an imported table holds what the edition of that day says, and
        nothing where none covers it. Without one, the newest edition's pairs stand for all days.
        """
        edits = {own: self._pairs(own, day) for own in NCCI if f"ptp-{own}" in self.slots}
        mues = {
            own: ByCode(self._pieces(f"mue-{own}", day), _mues)
            for own in NCCI
            if f"mue-{own}" in self.slots
        }
        add_ons: Mapping[str, Sequence[AddOn]] = shipped.add_ons
        fees: Mapping[str, Sequence[Fee]] = shipped.fees
        amounts: Mapping[str, Sequence[Amount]] = shipped.amounts
        if "add-on" in self.slots:
            add_ons = ByCode(self._pieces("add-on", day)[-1:], _add_ons)
        if "rvu-standard" in self.slots:
            fees = ByCode(self._pieces("rvu-standard", day), _fees)
            amounts = {}
        return replace(
            shipped,
            edits={**shipped.edits, **edits},
            mues={**shipped.mues, **mues},
            add_ons=add_ons,
            fees=fees,
            amounts=amounts,
        )

    def _rows(self, slot: str, key: str, day: str) -> Sequence[Cells]:
        loaded = self.speaking(slot, day)
        return loaded.rows.get(key, ()) if loaded else ()

    def _pairs(self, setting: str, day: str) -> Mapping[str, Mapping[str, Sequence[Edit]]]:
        slot = f"ptp-{setting}"
        loaded = self.speaking(slot, day) if day else self.slots[slot][-1]
        if loaded is None:
            return {}
        if loaded.pairs is None:
            raise StoreError(f"{slot}: holds no pairs; {REMEDY}")
        return loaded.pairs

    def _pieces(self, slot: str, day: str) -> Sequence[Piece]:
        if not day:
            return [(loaded.rows, span) for loaded, span in self.spans(slot)]
        loaded = self.speaking(slot, day)
        return [(loaded.rows, loaded.edition.span)] if loaded else []

    def spans(self, slot: str) -> Iterator[tuple[Loaded, Span]]:
        """Yield each edition of a slot with the days for which it speaks, the first days first."""
        own = self.slots.get(slot, ())
        edges = {loaded.edition.effective for loaded in own}
        lasts = {loaded.edition.ending for loaded in own} - {"", OPEN}
        edges |= {after(last) for last in lasts}
        firsts = sorted(edges)
        for first, following in zip(firsts, [*firsts, ""][1:], strict=True):
            if loaded := self.speaking(slot, first):
                yield loaded, Span(first, before(following) if following else "")


def _mue(row: Cells, span: Span) -> Mue:
    return Mue(int(row[1]), row[2], span.first, span.last)


def _mues(rows: Sequence[Cells], span: Span) -> list[Mue]:
    return [_mue(row, span) for row in rows[:1]]


def _add_ons(rows: Sequence[Cells], _: Span) -> list[AddOn]:
    return [AddOn(row[1], row[3], row[4]) for row in rows]


def _fees(rows: Sequence[Cells], span: Span) -> list[Fee]:
    """Return the values of a code without a modifier."""
    return [_fee(row, span) for row in rows if not row[1]]


def _fee(row: Cells, span: Span) -> Fee:
    return Fee(
        effective=span.first,
        ending=span.last or OPEN,
        work=Decimal(row[3]),
        office=Decimal(row[4]),
        facility=Decimal(row[5]),
        malpractice=Decimal(row[6]),
        reduced=row[8] == "5",
        factor=Decimal(row[9]),
        status=row[2],
    )


def after(day: str) -> str:
    """Return the next day."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def before(day: str) -> str:
    """Return the day before."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()
