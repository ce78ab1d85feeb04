"""What a payer said of the year: dollars used, visits authorized, other coverage of the day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from plugin.fhir.beyond import BenefitItem, CoverageEligibilityResponse, Insurance, Money
from plugin.fhir.decode import Read
from plugin.fhir.looking import looked
from plugin.fhir.scope import Scope
from plugin.fhir.times import covers, day
from rules.record import Authorization, OtherCoverage
from rules.words import Discipline

X12 = "https://x12.org/codes/service-type-codes"
PT_SLP, PT, SLP, OT = "AE", "PT", "AF", "AD"
OF_CATEGORY: Mapping[str, tuple[Discipline, ...]] = {
    PT_SLP: ("PT", "SLP"),
    PT: ("PT",),
    SLP: ("SLP",),
    OT: ("OT",),
}
ELSEWHERE: Mapping[str, OtherCoverage] = {"42": "home_health", "AG": "skilled_nursing"}
UNANSWERED = frozenset({"queued", "error"})
MOST = 1_000_000
"""Dollars or visits beyond this are a slip of the pen."""
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the latest answer of a payer says of the day; None: it does not say."""

    used_pt_slp: Decimal | None
    used_ot: Decimal | None
    elsewhere: tuple[OtherCoverage, ...]
    authorizations: tuple[Authorization, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """What an answer says of one kind of service."""

    categories: tuple[str, ...]
    it: BenefitItem
    dated: bool
    """Whether it says for how long it holds."""
    this_year: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, when it was made, and its items that hold on the day."""

    made: tuple[date, str]
    where: str
    items: tuple[Item, ...]


def eligibility_of(scope: Scope, on: date) -> Said | None:
    """Return what the latest answer of a payer says; None when there is none."""

    def answer(read: Read[CoverageEligibilityResponse]) -> Answer | None:
        it = read.it
        if it.status != "active" or it.outcome in UNANSWERED:
            return None
        created = (day(it.created) if it.created else None) or date.min
        items = tuple(
            item
            for insurance in it.insurance
            if covers(insurance.benefit_period, on)
            for item in _items(insurance, same_year=created.year == on.year)
        )
        return Answer((created, it.created), read.where, items)

    answers = looked(scope, "eligibility", (CoverageEligibilityResponse,), answer)
    if not answers:
        return None
    latest = max(answers, key=lambda a: a.made)
    return _said(latest, scope)


def _items(insurance: Insurance, *, same_year: bool) -> Iterator[Item]:
    period = insurance.benefit_period
    dated = period is not None and bool(period.start or period.end)
    for item in insurance.item:
        codings = item.category.coding if item.category else ()
        categories = tuple(c.code for c in codings if c.system == X12)
        yield Item(categories, item, dated, dated or same_year)


def _said(answer: Answer, scope: Scope) -> Said:
    together = _used(answer, PT_SLP, scope)
    if together is None:
        apart = [_used(answer, kind, scope) for kind in (PT, SLP)]
        known = [amount for amount in apart if amount is not None]
        together = sum(known, Decimal()) if known else None
    return Said(
        used_pt_slp=together,
        used_ot=_used(answer, OT, scope),
        elsewhere=_elsewhere(answer),
        authorizations=tuple(_authorizations(answer, scope)),
    )


def _used(answer: Answer, category: str, scope: Scope) -> Decimal | None:
    """Return the dollars used this year for a kind of service."""
    for item in answer.items:
        if category not in item.categories or not item.this_year:
            continue
        for benefit in item.it.benefit:
            if benefit.used_money and benefit.used_money.value is not None:
                amount = dollars(benefit.used_money)
                if amount is not None:
                    return amount
                why = "an amount used should be in US dollars, and not below nothing"
                scope.decoder.omit(f"{answer.where}.insurance", why)
    return None


def dollars(money: Money | None) -> Decimal | None:
    """Return an amount in dollars and cents; None when it is none, or absurd.

    >>> dollars(Money(value=1312.5, currency="USD"))
    Decimal('1312.50')
    """
    if money is None or money.value is None or money.currency not in ("USD", ""):
        return None
    return Decimal(str(money.value)).quantize(CENT) if 0 <= money.value <= MOST else None


def _elsewhere(answer: Answer) -> tuple[OtherCoverage, ...]:
    """Return the other coverage of the day; one without dates tells only what the plan covers."""
    return tuple(
        kind
        for code, kind in ELSEWHERE.items()
        if any(x.dated and code in x.categories and not x.it.excluded for x in answer.items)
    )


def _authorizations(answer: Answer, scope: Scope) -> Iterator[Authorization]:
    for item in answer.items:
        for discipline in _whose(item):
            required = item.it.authorization_required
            allowed = _count([b.allowed_unsigned_int for b in item.it.benefit], answer, scope)
            used = _count([b.used_unsigned_int for b in item.it.benefit], answer, scope)
            if (required, allowed, used) != (None, None, None):
                yield Authorization(
                    discipline=discipline, required=required, allowed=allowed, used=used
                )


def _whose(item: Item) -> tuple[Discipline | None, ...]:
    """Return whose visits an item is about; None for one that is about no kind of service."""
    if item.it.category is None and item.it.product_or_service is None:
        return (None,)
    return tuple({d: None for code in item.categories for d in OF_CATEGORY.get(code, ())})


def _count(stated: list[int | None], answer: Answer, scope: Scope) -> int | None:
    """Return the first number of visits stated."""
    count = next((number for number in stated if number is not None), None)
    if count is not None and not 0 <= count <= MOST:
        scope.decoder.omit(f"{answer.where}.insurance", "visits are out of range")
        return None
    return count
