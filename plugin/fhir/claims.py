"""What claims of the year tell: earlier services, and the dollars that were allowed for them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from plugin.fhir.beyond import Claim, ClaimItem, ExplanationOfBenefit
from plugin.fhir.charges import code_of
from plugin.fhir.decode import Read
from plugin.fhir.eligibility import dollars
from plugin.fhir.looking import looked
from plugin.fhir.scope import Scope
from plugin.fhir.times import day
from rules.people import OF_PLAN
from rules.policy import Code
from rules.record import Past
from rules.words import Discipline

ALLOWED = ("eligible", "allowed", "line_alowd_chrg_amt")
"""How the categories end by which payers name the amount they allowed."""


@dataclass(frozen=True, slots=True)
class Billed:
    """One therapy line of a claim, before the visit."""

    past: Past
    planned: bool
    """Whether a modifier names the plan of care it was under."""
    allowed: Decimal | None


def billed_in(scope: Scope, on: date, codes: Mapping[str, Code]) -> tuple[Billed, ...] | None:
    """Return the therapy that claims show before a day; None when claims are not at hand."""

    def lines(read: Read[Claim]) -> tuple[Billed, ...]:
        it = read.it
        if it.status != "active" or it.use != "claim":
            return ()
        return tuple(line for item in it.item if (line := _line(item, it, codes, on)))

    found = looked(scope, "claims", (ExplanationOfBenefit, Claim), lambda r: lines(r) or None)
    return None if found is None else tuple(line for each in found for line in each)


def used_in(lines: tuple[Billed, ...] | None, year: int, *whose: Discipline) -> Decimal | None:
    """Return the dollars that a year's claims allow for disciplines; None when they do not say."""
    amounts = [
        line.allowed
        for line in lines or ()
        if line.allowed is not None
        and line.planned
        and line.past.day.year == year
        and line.past.discipline in whose
    ]
    return sum(amounts, Decimal()) if amounts else None


def _line(item: ClaimItem, claim: Claim, codes: Mapping[str, Code], on: date) -> Billed | None:
    """Return a line of a claim as a service of the past; None for what is no earlier therapy."""
    code = code_of(item.product_or_service, codes)
    plans = [d for modifier in _modifiers(item) if (d := OF_PLAN.get(modifier))]
    known = codes.get(code)
    when = _when(item, claim)
    if when is None or when >= on or not (plans or known):
        return None
    only = OF_PLAN.get(known.only) if known else None
    past = Past(day=when, code=code, discipline=plans[0] if plans else only)
    return Billed(past, bool(plans), _allowed(item))


def _when(item: ClaimItem, claim: Claim) -> date | None:
    for text in (
        item.serviced_date,
        item.serviced_period.start if item.serviced_period else "",
        claim.billable_period.start if claim.billable_period else "",
    ):
        if text:
            return day(text)
    return None


def _modifiers(item: ClaimItem) -> Iterator[str]:
    for concept in item.modifier:
        yield from (coding.code.strip().upper() for coding in concept.coding)


def _allowed(item: ClaimItem) -> Decimal | None:
    """Return the amount that a payer allowed for a line."""
    for adjudication in item.adjudication:
        codings = adjudication.category.coding if adjudication.category else ()
        if any(coding.code.lower().endswith(ALLOWED) for coding in codings):
            return dollars(adjudication.amount)
    return None
