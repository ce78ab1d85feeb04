"""Draft Claims: charges that an EHR holds as the items of one claim instead of as ChargeItems."""

from collections.abc import Iterator, Sequence
from datetime import date

from plugin.fhir import beyond
from plugin.fhir.charges import CLAIM, MODIFIER, coded, discipline_of, legible
from plugin.fhir.decode import Read
from plugin.fhir.elements import CodeableConcept, Element, Period, Quantity, Reference
from plugin.fhir.gather import Found
from plugin.fhir.naming import names_of
from plugin.fhir.scope import Scope, once
from plugin.fhir.times import day
from rules.model import Line, Service


class DraftItem(Element, rename="camel"):
    """One line of a draft claim."""

    sequence: int
    product_or_service: CodeableConcept
    modifier: tuple[CodeableConcept, ...] = ()
    quantity: Quantity | None = None
    serviced_date: str = ""
    serviced_period: Period | None = None
    encounter: tuple[Reference, ...] = ()
    procedure_sequence: tuple[int, ...] = ()


class DraftProcedure(Element, rename="camel"):
    """A service that a draft claim names."""

    sequence: int
    procedure_reference: Reference | None = None


class Claim(beyond.Beyond, kw_only=True):
    """A claim that is not yet sent."""

    known = beyond.Claim.known

    use: str = ""
    billable_period: Period | None = None
    procedure: tuple[DraftProcedure, ...] = ()
    item: tuple[DraftItem, ...] = ()


def drafts_of(scope: Scope, on: date) -> list[Read[Claim]]:
    """Return the draft claims of a visit that can be read, in the order received."""
    kept: list[Read[Claim]] = []
    drafts = [*_drafts(scope)]
    for found in once(drafts) if drafts else ():
        read = scope.decoder.optional(found, Claim)
        if read is None or read.it.use != "claim":
            continue
        if not scope.theirs(read.it.whose):
            scope.decoder.stranger(f"{read.where}.patient")
        elif any(_of_visit(item, read.it, on, scope) for item in read.it.item):
            kept.append(read)
    return kept


def lines_of(
    read: Read[Claim], services: Sequence[Service], on: date, scope: Scope
) -> Iterator[Line]:
    """Yield the lines of a draft claim that are of the visit, each under claim and sequence."""
    name = read.it.id or "#0"
    procedures = {p.sequence: p.procedure_reference for p in read.it.procedure}
    for n, item in enumerate(read.it.item):
        where = f"{read.where}.item[{n}]"
        places = (f"{where}.productOrService", where)
        if not _of_visit(item, read.it, on, scope):
            continue
        if not legible(item.product_or_service, item.quantity, places, scope):
            continue
        code, modifiers = coded(item.product_or_service).code, modifiers_of(item)
        billed = [scope.aliases.target(procedures.get(s)) for s in item.procedure_sequence]
        own = [each.rsplit("/", 1)[-1] for each in billed]
        yield Line(
            id=f"{name}/{item.sequence}",
            code=code,
            units=int(item.quantity.value) if item.quantity and item.quantity.value else 1,
            modifiers=modifiers,
            discipline=discipline_of(code, modifiers, own, services),
        )


def modifiers_of(item: DraftItem) -> tuple[str, ...]:
    """Return the modifiers of a line in order, each once."""
    said = [c.code.strip().upper() for concept in item.modifier for c in concept.coding[:1]]
    joined = coded(item.product_or_service).modifiers
    return tuple(dict.fromkeys(m for m in (*joined, *said) if MODIFIER.fullmatch(m)))


def same(one: Read[Claim], other: Read[Claim]) -> bool:
    """Tell whether two drafts are one, written twice."""
    first = names_of(one.raw)[:1]
    return bool(first) and first == names_of(other.raw)[:1]


def _drafts(scope: Scope) -> Iterator[Found]:
    for key in ("charges", "claims"):
        for found in scope.gathered.under(key):
            raw = found.raw
            if raw.get("resourceType") == CLAIM and raw.get("status") == "draft":
                yield found


def _of_visit(item: DraftItem, claim: Claim, on: date, scope: Scope) -> bool:
    """Tell whether a line is of the visit: by its encounter, else by its day."""
    if item.encounter:
        return scope.visit in map(scope.aliases.target, item.encounter)
    periods = (item.serviced_period, claim.billable_period)
    text = item.serviced_date or next((p.start for p in periods if p and p.start), "")
    try:
        return bool(text) and day(text) == on
    except ValueError:
        return False
