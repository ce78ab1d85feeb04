"""What Medicare allows for lines of one day: national estimates from the physician fee schedule.

Authority: Medicare Claims Processing Manual ch. 5, §10.7 (multiple procedure payment reduction) and
ch. 12, §20 (the fee schedule's formula).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from rules.model import Line
from rules.policy import Fee, Policy

CENT = Decimal("0.01")
KEPT = Decimal("0.5")
"""The share of practice expense that the reduction leaves: half, since April 2013."""


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit of a code is allowed, in dollars."""

    expense: Decimal
    """Practice expense, in relative value units: the highest of the day is paid in full."""
    full: Decimal
    beside: Decimal
    """Where another unit of the day is the one paid in full; the same for codes not reduced."""
    reduced: bool


def allowed(lines: Sequence[Line], policy: Policy) -> tuple[Decimal | None, ...]:
    """Return what each line is allowed when these are all the lines of one provider's day.

    Of the units that the reduction is for, in whatever discipline, the one with the highest
    practice expense is paid in full (a tie goes to the higher fee, then to the line given first);
    all others lose half of theirs. Amounts hold the patient's deductible and coinsurance, and stand
    before the cut for assistants. None: no edition prices the code on the day, or it is left to
    each contractor.
    """
    prices = [price_of(line.code, policy) for line in lines]
    ranked = [(p.expense, p.full, -i) for i, p in enumerate(prices) if p and p.reduced]
    first = -max(ranked)[2] if ranked else None
    return tuple(
        [
            None if p is None else line.units * p.beside + (i == first) * (p.full - p.beside)
            for i, (line, p) in enumerate(zip(lines, prices, strict=True))
        ]
    )


def price_of(code: str, policy: Policy) -> Price | None:
    """Return what one unit of a code is allowed on the policy's day, or None when not known."""
    key = ("price", code)
    known: Price | None = policy.memo.get(key)
    if known is None and (fee := policy.fee(code)):
        known = policy.memo[key] = _price(fee, policy)
    return known


def _price(fee: Fee, policy: Policy) -> Price | None:
    """Multiply out relative values, to the cent; none at all means that contractors set the fee."""
    expense = fee.office if policy.setting == "practitioner" else fee.facility
    if not (fee.work or expense or fee.malpractice):
        return None
    full, half = (
        ((fee.work + part + fee.malpractice) * fee.factor).quantize(CENT, ROUND_HALF_UP)
        for part in (expense, expense * KEPT)
    )
    return Price(expense, full, half if fee.reduced else full, fee.reduced)
