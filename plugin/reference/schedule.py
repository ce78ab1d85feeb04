"""What the fee schedule says of one code, window by window."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from rules.payment.fee import CENT, priced
from rules.payment.schedule import Amount, Factor, Fee
from rules.policy import Code, Tables
from rules.words import Setting

TENTH = Decimal("0.1")
NOT_PAID = frozenset("BIN")
"""Statuses under which Medicare pays nothing: bundled, invalid, not covered."""
PLACES = ("office", "facility")
"""Where practice expense may differ; amounts stand in this order."""
SETTINGS: tuple[Setting, Setting] = ("practitioner", "hospital")
"""The setting of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One code on the days of one conversion factor; amounts are dollars for one unit.

    Amounts are by place, office first; None where none is published here, or none exists.
    """

    effective: str
    ending: str
    factor: Factor
    fee: Fee | None = None
    """Relative values; None where they are not loaded."""
    status: str = ""
    """Of the fee schedule; empty where it is not loaded."""
    full: tuple[Decimal | None, Decimal | None] = (None, None)
    beside: tuple[Decimal | None, Decimal | None] = (None, None)
    """A unit whose practice expense is halved; None where the reduction is not for the code."""

    @property
    def paid(self) -> bool:
        """Tell whether there is an amount."""
        return self.full != (None, None)

    def in_force(self, on: str) -> bool:
        """Tell whether the window holds a day (ISO); both ends are inclusive."""
        return self.effective <= on <= self.ending


def windows(code: Code, tables: Tables) -> tuple[Window, ...]:
    """Return a code's windows in order, without a gap while it is valid and factors are known."""
    return tuple(_windows(code, tables))


def _windows(code: Code, tables: Tables) -> Iterator[Window]:
    rows: list[Fee | Amount] = [*tables.fees.get(code.code, ())]
    rows += tables.amounts.get(code.code, ())
    status = "" if rows else code.status
    for factor in tables.factors:
        first = max(factor.effective, code.effective)
        last = min(factor.ending, code.ending or factor.ending)
        for row in sorted((r for r in rows if factor.in_force(r.effective)), key=_first):
            if first < row.effective:
                yield Window(effective=first, ending=_before(row.effective), factor=factor)
            yield _priced(row, factor)
            first = _after(row.ending)
        if first <= last:
            yield Window(effective=first, ending=last, factor=factor, status=status)


def _first(row: Fee | Amount) -> str:
    return row.effective


def _before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _priced(row: Fee | Amount, factor: Factor) -> Window:
    if isinstance(row, Amount):
        full = (row.office, row.facility)
        return Window(effective=row.effective, ending=row.ending, factor=factor, full=full)
    prices = [None if row.status in NOT_PAID else priced(row, place) for place in SETTINGS]
    one, two = (price.full if price else None for price in prices)
    less_one, less_two = (price.beside if price and price.reduced else None for price in prices)
    return Window(
        effective=row.effective,
        ending=row.ending,
        factor=factor,
        fee=row,
        status=row.status,
        full=(one, two),
        beside=(less_one, less_two),
    )


@dataclass(frozen=True, slots=True)
class Change:
    """How an amount differs from that of the year before."""

    year: str
    before: Decimal
    dollars: Decimal
    percent: Decimal


def change(window: Window, every: Sequence[Window], place: int) -> Change | None:
    """Compare with the last amount known of the year before; None where there is none."""
    year = str(int(window.effective[:4]) - 1)
    before = [w.full[place] for w in every if w.effective[:4] == year and w.full[place]]
    now, was = window.full[place], before[-1] if before else None
    if now is None or was is None:
        return None
    return Change(year, was, now - was, percent(now, was, TENTH))


def percent(now: Decimal, was: Decimal, to: Decimal = CENT) -> Decimal:
    """Return by how much a number grew, in per cent.

    >>> percent(Decimal("34.6062"), Decimal("34.8931"))
    Decimal('-0.82')
    """
    return ((now - was) / was * 100).quantize(to, ROUND_HALF_UP)
