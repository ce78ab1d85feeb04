"""What Medicare allows for lines of one day: estimates from the physician fee schedule.

Authority: Medicare Claims Processing Manual ch. 5, §10.7 (multiple procedure payment reduction) and
ch. 12, §20 (the fee schedule's formula).

One unit is rounded to the cent, half up, and then multiplied. That is how CMS publishes amounts,
the reduced ones too, so it is what a claim is paid from: 97530, two of 97110 and 97140 of March
2024 are 36.62 + 2 × 22.30 + 20.80 = 102.02, though the sum before any rounding is 102.03.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from rules.model import Line
from rules.payment.schedule import Fee
from rules.policy import Policy
from rules.words import Setting

CENT = Decimal("0.01")
KEPT = Decimal("0.5")
"""The share of practice expense that the reduction leaves: half, since April 2013."""
COVERED = Decimal("0.8")
"""Medicare's share of what it allows, once the patient's deductible is met (Part B)."""
ASSISTED = Decimal("0.85")
"""What is left of Medicare's share for an assistant (Social Security Act §1834(v), since 2022)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indices:
    """What the three parts of a fee are worth in a locality, where the nation is 1 (GPCI)."""

    work: Decimal = Decimal(1)
    expense: Decimal = Decimal(1)
    malpractice: Decimal = Decimal(1)


NATIONAL = Indices()


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
    """Return what each line is allowed nationally; None where the price of one unit is not known.

    The price is not known where no edition gives the code on the day, or it is left to each
    contractor.
    """
    return together(lines, [price_of(line.code, policy) for line in lines])


def together(lines: Sequence[Line], prices: Sequence[Price | None]) -> tuple[Decimal | None, ...]:
    """Return what each line is allowed when these are all the lines of one provider's day.

    Of the units that the reduction is for, in whatever discipline, the one with the highest
    practice expense is paid in full (a tie goes to the higher fee, then to the line given first);
    all others lose half of theirs. Amounts hold the patient's deductible and coinsurance, and stand
    before the cut for assistants. None: the line has no price.
    """
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
        known = policy.memo[key] = priced(fee, policy.setting)
    return known


def priced(fee: Fee, setting: Setting, indices: Indices = NATIONAL) -> Price | None:
    """Multiply out relative values, to the cent; none at all means that contractors set the fee."""
    expense = fee.office if setting == "practitioner" else fee.facility
    if not (fee.work or expense or fee.malpractice):
        return None
    fixed = fee.work * indices.work + fee.malpractice * indices.malpractice
    full, half = (
        cents((fixed + part * indices.expense) * fee.factor) for part in (expense, expense * KEPT)
    )
    return Price(expense, full, half if fee.reduced else full, fee.reduced)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Who pays what of an allowed amount once the deductible is met, in dollars."""

    medicare: Decimal
    patient: Decimal
    assisted: Decimal
    """Medicare's share where an assistant furnished it; the patient's stays as it is."""


def shares(amount: Decimal) -> Shares:
    """Split what is allowed; before sequestration, each share rounded to the cent.

    >>> shares(Decimal("29.06"))
    Shares(medicare=Decimal('23.25'), patient=Decimal('5.81'), assisted=Decimal('19.76'))
    """
    medicare = cents(amount * COVERED)
    assisted = cents(amount * COVERED * ASSISTED)
    return Shares(medicare=medicare, patient=amount - medicare, assisted=assisted)


def cents(amount: Decimal) -> Decimal:
    """Round to the cent, half up.

    >>> cents(Decimal("22.305"))
    Decimal('22.31')
    """
    return amount.quantize(CENT, ROUND_HALF_UP)
