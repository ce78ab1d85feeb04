"""Rule data in force for one payer, one date of service and one setting.

Time and payer are settled here. Rules read plain values and never compare dates.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, Self, TypeVar

from rules.model import Cite
from rules.payment.schedule import Amount, Factor, Fee
from rules.words import Setting

T = TypeVar("T")


class RuleDataError(Exception):
    """Rule data is missing, overlapping or of the wrong kind."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A value, the first and last date of service it applies to, and its authority."""

    effective: date
    ending: date | None
    value: Any
    cite: Cite

    def in_force(self, on: date) -> bool:
        """Tell whether this value applies to services on a date; both ends are inclusive."""
        return self.effective <= on and (self.ending is None or on <= self.ending)


Rows = Mapping[str, Sequence[Dated]]


def pick(rows: Iterable[Dated], on: date) -> Dated | None:
    """Return the row in force, or None.

    Raises:
        RuleDataError: two rows are in force on the same day.

    """
    found = [row for row in rows if row.in_force(on)]
    if len(found) > 1:
        raise RuleDataError(f"{len(found)} values in force on {on}, cited {found[0].cite.id}")
    return found[0] if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One therapy code; ``effective`` and ``ending`` are ISO days, empty when open."""

    code: str
    label: str
    kind: str
    """timed, first, additional, untimed, supervised, unlisted, area, area_additional, monthly
    (remote monitoring), weekly (calls and messages)."""
    minutes: int | None
    add_on_to: str
    therapy: str
    """always, sometimes or none, as on CMS's therapy code list."""
    confidence: str
    only: str
    """GP, GO or GN where CMS accepts the code under that one plan of care alone."""
    disciplines: frozenset[str]
    contact: str
    status: str
    """Physician fee schedule status: A, B (bundled), C, I (not valid), N (not covered), R."""
    effective: str
    ending: str
    successors: tuple[str, ...]

    def in_force(self, on: str) -> bool:
        """Tell whether the code may be billed for a day (ISO); both ends are inclusive."""
        return self.effective <= on and (not self.ending or on <= self.ending)


@dataclass(frozen=True, slots=True)
class Edit:
    """One window of an NCCI procedure-to-procedure edit; days are ISO and may be empty."""

    indicator: str
    """0: never together; 1: a modifier may set them apart; 9: never was in force."""
    effective: str
    deletion: str
    basis: str
    """How the first day is known: read, implied, inferred, or empty when it is not published."""

    def in_force(self, on: str) -> bool:
        """Tell whether the pair is an edit on a day; the deletion day is the last one in force."""
        began = self.effective <= on
        return began and (not self.deletion or on <= self.deletion) and self.indicator != "9"


@dataclass(frozen=True, slots=True)
class Mue:
    """A medically unlikely edit: the most units of a code, and how the limit is applied."""

    units: int
    mai: str
    """1: each line; 2: the day, absolute; 3: the day, unless documentation carries more."""
    effective: str
    ending: str

    def in_force(self, on: str) -> bool:
        """Tell whether the limit holds on a day (ISO); both ends are inclusive."""
        return self.effective <= on and (not self.ending or on <= self.ending)


@dataclass(frozen=True, slots=True)
class AddOn:
    """A code that an add-on code may stand beside, and the days for which it may."""

    primary: str
    effective: str
    ending: str

    def in_force(self, on: str) -> bool:
        """Tell whether the pair holds on a day (ISO); both ends are inclusive."""
        return self.effective <= on and (not self.ending or on <= self.ending)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The published tables, whole: every code, edit and limit with its dates."""

    codes: Mapping[str, Code]
    edits: Mapping[str, Mapping[str, Mapping[str, Sequence[Edit]]]]
    """By NCCI setting (practitioner, hospital), then by column one, then by column two."""
    mues: Mapping[str, Mapping[str, Sequence[Mue]]]
    """By NCCI setting, then by code."""
    add_ons: Mapping[str, Sequence[AddOn]]
    """By add-on code."""
    fees: Mapping[str, Sequence[Fee]]
    """By code."""
    amounts: Mapping[str, Sequence[Amount]] = field(default_factory=dict)
    """By code; never for a day on which ``fees`` has the code."""
    factors: Sequence[Factor] = ()
    """In the order of their days; each fee's window lies in one, and has its factor."""


class Window(Protocol):
    """A row of a table that holds on some days."""

    def in_force(self, on: str) -> bool:
        """Tell whether the row holds on a day (ISO)."""


W = TypeVar("W", bound=Window)


def _today(rows: Iterable[W], day: str) -> W | None:
    """Return the first of a table's rows that is in force."""
    for row in rows:
        if row.in_force(day):
            return row
    return None


PTP, MUE, ADD_ON = TABLES = ("ptp_edit.edition", "mue.edition", "add_on_code.edition")
"""Values that say for which days a table is there."""


class Policy:
    """Values by names such as ``timed_units.method``, and tables, for one payer and day."""

    __slots__ = (
        "_add_ons",
        "_amounts",
        "_applied",
        "_edits",
        "_fees",
        "_mues",
        "_rows",
        "_values",
        "_windows",
        "codes",
        "day",
        "memo",
        "off",
        "payer",
        "setting",
    )

    def __init__(
        self, payer: str, on: date, setting: Setting, layers: Sequence[Rows], tables: Tables
    ) -> None:
        """Resolve the layers: the payer's own first, Medicare's last; the first in force wins."""
        self.payer, self.setting = payer, setting
        self.memo: dict[Any, Any] = {}
        self.off: frozenset[str] = frozenset()
        self.day = on.isoformat()
        self._rows: dict[str, Dated] = {}
        for layer in reversed(layers):
            self._rows |= {name: row for name, rows in layer.items() if (row := pick(rows, on))}
        self._values = {name: row.value for name, row in self._rows.items()}
        self._applied = {
            name.removesuffix(".applies")
            for name, value in self._values.items()
            if name.endswith(".applies") and value is True
        }
        ncci = "practitioner" if setting == "practitioner" else "hospital"
        self.codes = tables.codes
        # Past its edition's last day, or before its first, a table does not answer.
        known = {own for own in TABLES if own in self._rows}
        self._windows = tables.edits.get(ncci, {}) if PTP in known else {}
        self._edits: dict[str, Mapping[str, Sequence[Edit]]] = {}
        self._mues = tables.mues.get(ncci, {}) if MUE in known else {}
        self._add_ons = tables.add_ons if ADD_ON in known else {}
        self._fees, self._amounts = tables.fees, tables.amounts

    def without(self, rules: Collection[str]) -> Self:
        """Leave rules out that the site has switched off; nothing is said of them at all."""
        self.off = frozenset(rules)
        self._applied -= self.off
        return self

    def find(self, name: str) -> Dated | None:
        """Return the row in force, with its citation, or None."""
        return self._rows.get(name)

    def get(self, name: str, kind: type[T]) -> T:
        """Return the value in force, checked to be of the kind that the rule expects.

        Raises:
            RuleDataError: no value is in force, or it is of another kind.

        """
        value = self._values.get(name)
        if isinstance(value, kind):
            return value
        if value is None:
            raise RuleDataError(f"no {name} for services on {self.day}")
        raise RuleDataError(f"{name} should be {kind.__name__}, is {value!r}")

    def cite(self, name: str) -> Cite:
        """Return the authority for the value in force."""
        row = self._rows.get(name)
        if row is None:
            raise RuleDataError(f"no {name} for services on {self.day}")
        return row.cite

    def applies(self, rule: str) -> bool:
        """Tell whether a rule is law on the day and this payer follows it."""
        return rule in self._applied

    def code(self, code: str) -> Code | None:
        """Return what is known of a code, in force or not, or None."""
        return self.codes.get(code)

    def edit(self, column_one: str, column_two: str) -> Edit | None:
        """Return the NCCI edit in force between two codes in this direction, or None.

        Where windows overlap the one that stands later speaks.
        """
        found = None
        for edit in self._under(column_one).get(column_two, ()):
            if edit.in_force(self.day):
                found = edit
        return found

    def edits_among(self, codes: Collection[str]) -> Iterator[tuple[str, str, Edit]]:
        """Return every edit in force between codes, as (column one, column two, edit)."""
        for one in codes:
            for two in self._under(one).keys() & codes:
                if edit := self.edit(one, two):
                    yield one, two, edit

    def _under(self, column_one: str) -> Mapping[str, Sequence[Edit]]:
        """Return the windows under a column one code; those of known codes are kept at hand."""
        found = self._edits.get(column_one)
        if found is None:
            found = self._windows.get(column_one, {})
            if column_one in self.codes:
                self._edits[column_one] = found
        return found

    def mue(self, code: str) -> Mue | None:
        """Return the unit limit in force for a code; None is not the same as no limit."""
        return _today(self._mues.get(code, ()), self.day)

    def primaries(self, add_on: str) -> frozenset[str]:
        """Return the codes that an add-on code may stand beside; empty when it is none."""
        rows = self._add_ons.get(add_on, ())
        return frozenset({row.primary for row in rows if row.in_force(self.day)})

    def fee(self, code: str) -> Fee | None:
        """Return the relative values in force for a code; None when no edition gives them."""
        return _today(self._fees.get(code, ()), self.day)

    def amount(self, code: str) -> Amount | None:
        """Return the published amount of a code whose relative values are not known, or None."""
        return _today(self._amounts.get(code, ()), self.day)
