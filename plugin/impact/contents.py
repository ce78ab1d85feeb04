"""What one side says of one table on one day: values by what they are said of."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from plugin.imports.kinds import KINDS
from plugin.imports.snapshot import Loaded, Snapshot
from rules.payment.fee import priced
from rules.payment.schedule import Fee
from rules.policy import Edit, Tables

Key = tuple[str, ...]
Values = tuple[str, ...]
Content = Mapping[Key, Values]
NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One table of one side."""

    kind: str
    setting: str
    loaded: Loaded | None
    """None: what ships speaks."""
    tables: Tables
    """With the edition in its place."""
    day: str

    @property
    def rows(self) -> "Iterable[tuple[str, ...]]":
        """The rows of the edition, as they were imported."""
        return (row for own in (self.loaded.rows.values() if self.loaded else ()) for row in own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """How a table is read, and how its rows are named."""

    title: str
    keys: tuple[str, ...]
    values: tuple[str, ...]
    read: Callable[[Spoken], Content] | None
    """None for pairs, which are too many to be read whole."""
    codes: bool = True
    """Whether all its keys are codes."""


def spoken(slot: str, loaded: Loaded | None, shipped: Tables, day: str) -> Spoken:
    """Return a table as an edition has it, or as it ships."""
    kind, _, setting = slot.rpartition("-") if slot not in KINDS else (slot, "", "")
    snapshot = Snapshot(0, {slot: [loaded]} if loaded else {})
    return Spoken(
        kind=kind,
        setting=setting,
        loaded=loaded,
        tables=snapshot.tables(shipped, day),
        day=day,
    )


def in_force(windows: Iterable[Edit], day: str) -> Values | None:
    """Return what the windows of a pair say on a day; the later speaks, as it does in the rules."""
    found = None
    for edit in windows:
        if edit.in_force(day):
            found = (edit.indicator,)
    return found


def _limits(own: Spoken) -> Content:
    return {
        (code,): (str(row.units), row.mai)
        for code, rows in own.tables.mues.get(own.setting, {}).items()
        for row in rows
        if row.in_force(own.day)
    }


def _add_ons(own: Spoken) -> Content:
    return {
        (code, row.primary): ()
        for code, rows in own.tables.add_ons.items()
        for row in rows
        if row.in_force(own.day)
    }


def _amounts(own: Spoken) -> Content:
    """Return status and dollars for one unit, office and facility, without a modifier."""
    if own.setting == "standard":
        return {
            (code,): _dollars(row)
            for code, rows in own.tables.fees.items()
            for row in rows
            if row.in_force(own.day)
        }
    snapshot = Snapshot(0, {f"{own.kind}-{own.setting}": [own.loaded]} if own.loaded else {})
    fees = {row[0]: snapshot.fee(row[0], own.day, own.setting) for row in own.rows}
    return {(code,): _dollars(fee) for code, fee in fees.items() if fee}


def _dollars(fee: Fee) -> Values:
    office, facility = (priced(fee, own) for own in ("practitioner", "hospital"))
    return fee.status, *(str(own.full) if own else NONE for own in (office, facility))


def _therapy(own: Spoken) -> Content:
    if own.loaded:
        return {(row[0],): (row[1],) for row in own.rows}
    codes = (code for code in own.tables.codes.values() if code.in_force(own.day))
    return {(code.code,): (code.therapy,) for code in codes if code.therapy != NONE}


def _plain(own: Spoken) -> Content:
    keys = KINDS[own.kind].keys
    return {row[:keys]: row[keys:] for row in own.rows}


def _table(kind: str, title: str) -> Columns:
    keys, columns = KINDS[kind].keys, KINDS[kind].columns
    return Columns(
        title=title, keys=columns[:keys], values=columns[keys:], read=_plain, codes=False
    )


COLUMNS = {
    "ptp": Columns(
        title="Pairs (NCCI edits)",
        keys=("columnOne", "columnTwo"),
        values=("indicator",),
        read=None,
    ),
    "mue": Columns(
        title="Unit limits (MUE)", keys=("code",), values=("units", "mai"), read=_limits
    ),
    "add-on": Columns(title="Add-on codes", keys=("addOn", "primary"), values=(), read=_add_ons),
    "rvu": Columns(
        title="Amounts (fee schedule)",
        keys=("code",),
        values=("status", "office", "facility"),
        read=_amounts,
    ),
    "therapy-list": Columns(
        title="Therapy code list", keys=("code",), values=("disposition",), read=_therapy
    ),
    "gpci": _table("gpci", "Localities (GPCI)"),
    "zip": _table("zip", "ZIP codes"),
    "nucc": _table("nucc", "Provider taxonomy"),
}


def difference(was: str, now: str) -> str:
    """Return by how much a number has changed, with its sign; empty where either is none.

    >>> difference("29.06", "28.71"), difference("6", "8"), difference("none", "1.00")
    ('-0.35', '+2', '')
    """
    if NONE in (was, now):
        return ""
    return f"{Decimal(now) - Decimal(was):+}"
