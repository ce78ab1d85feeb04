"""What Medicare would pay for a settled bill: an estimate, never part of a code or a unit.

Authority: as ``rules.payment.fee``; Social Security Act §1834(v) for assistants. In order: fee,
reduction for several procedures, assistants, coinsurance, sequestration.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from rules.coverage import CHOSEN, unpaid
from rules.model import Line
from rules.payment.fee import COVERED, NATIONAL, Indices, Price, cents, priced, together
from rules.payment.schedule import Amount
from rules.policy import Policy

ID = "estimate"
ALWAYS = "always"
BY_ASSISTANT = frozenset({"CQ", "CO"})
NOT_PAID = frozenset("BIN")
"""Statuses under which Medicare pays nothing: bundled, not valid, not covered."""
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Where a bill is priced, and by which conversion factor."""

    indices: Indices = NATIONAL
    factor: Decimal | None = None
    """Dollars for a relative value unit, in place of the schedule's own; None keeps that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """One line and what it is worth, in dollars; each amount is rounded to the cent."""

    line: Line
    allowed: Decimal | None = None
    """After both reductions, before sequestration; None where nothing can be said."""
    patient: Decimal = NOTHING
    """Coinsurance, once the deductible is met."""
    sequestered: Decimal = NOTHING
    why: str = ""
    """Why there is no amount; empty where there is one."""

    @property
    def medicare(self) -> Decimal:
        """What Medicare pays, sequestration taken off, once the deductible is met."""
        return (self.allowed or NOTHING) - self.patient - self.sequestered


def estimate(lines: Sequence[Line], policy: Policy, terms: Terms) -> tuple[Estimated, ...]:
    """Return what each line of one provider's day is worth under Medicare's policy of the day."""
    found = [_price(line, lines, policy, terms) for line in lines]
    prices = [each if isinstance(each, Price) else None for each in found]
    return tuple(
        Estimated(line=line, why=str(each)) if amount is None else _shared(line, amount, policy)
        for line, each, amount in zip(lines, found, together(lines, prices), strict=True)
    )


def _price(line: Line, lines: Sequence[Line], policy: Policy, terms: Terms) -> Price | str:
    """Return what one unit is allowed, or why that is not known or nothing is."""
    if asking := sorted(CHOSEN.intersection(line.modifiers)):
        return f"{asking[0]} asks Medicare for a denial"
    if not policy.applies(ID):
        return f"the reduction for several procedures of {policy.day} is not known here"
    fee, code = policy.fee(line.code), policy.code(line.code)
    roles = ("dc",) if line.discipline == "chiropractic" else ()
    never = fee.status if fee and fee.status in NOT_PAID else code and unpaid(code, roles, policy)
    if never:
        return "Medicare does not pay a chiropractor for it" if never in roles else _status(never)
    if fee:
        own = replace(fee, factor=terms.factor or fee.factor)
        price = priced(own, policy.setting, terms.indices)
        return price or "each Medicare contractor sets its own amount"
    if amount := policy.amount(line.code):
        return _published(amount, _competing(lines, policy, line), policy, terms)
    return f"no edition that is loaded prices it on {policy.day}"


def _status(status: str) -> str:
    return f"Medicare does not pay it (status {status})"


def _competing(lines: Sequence[Line], policy: Policy, line: Line) -> bool:
    """Tell whether the reduction could reach a line: units of the always-therapy list beside it."""
    paid = [each for each in lines if CHOSEN.isdisjoint(each.modifiers)]
    known = [(each, policy.code(each.code)) for each in paid]
    always = [each for each, code in known if code and code.therapy == ALWAYS]
    return line in always and sum([each.units for each in always]) > 1


def _published(amount: Amount, competing: bool, policy: Policy, terms: Terms) -> Price | str:  # noqa: FBT001
    """Return an amount that was published without its relative values, where it can be used."""
    year = amount.effective[:4]
    if terms != Terms():
        return f"only its national amount of {year} is loaded"
    if competing:
        return f"without its relative values of {year} the reduction cannot be worked out"
    full = amount.office if policy.setting == "practitioner" else amount.facility
    if full is None:
        return f"only its office amount of {year} is loaded"
    return Price(NOTHING, full, full, reduced=False)


def _shared(line: Line, amount: Decimal, policy: Policy) -> Estimated:
    """Take off what an assistant's units lose, and tell the patient's share from Medicare's."""
    covered = amount * COVERED
    patient = amount - cents(covered)
    kept = _percent("assisted", policy) if by_assistant(line, policy) else Decimal(1)
    allowed = cents(amount - covered + covered * kept)
    sequestered = cents((allowed - patient) * _percent("sequestered", policy))
    return Estimated(line=line, allowed=allowed, patient=patient, sequestered=sequestered)


def by_assistant(line: Line, policy: Policy) -> bool:
    """Tell whether a line is paid as an assistant's; critical access hospitals are exempt."""
    return not BY_ASSISTANT.isdisjoint(line.modifiers) and policy.setting != "critical_access"


def _percent(name: str, policy: Policy) -> Decimal:
    return Decimal(policy.get(f"{ID}.{name}", int)) / 100
