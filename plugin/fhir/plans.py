"""Plans of care, orders, progress reports and notices that hold on a day."""

from collections.abc import Mapping
from datetime import date

from plugin.fhir import BASE, structure
from plugin.fhir.beyond import CarePlan, Consent, DocumentReference, ServiceRequest
from plugin.fhir.charges import coded
from plugin.fhir.decode import Read
from plugin.fhir.disciplines import discipline_in
from plugin.fhir.elements import CodeableConcept, Extension, Wording
from plugin.fhir.facts import whole
from plugin.fhir.looking import looked
from plugin.fhir.scope import Scope
from plugin.fhir.times import covers, day
from rules.people import OF_PLAN
from rules.policy import Code
from rules.record import Notice, Order, Plan

CERTIFICATION = structure("certification")
IN_FORCE = frozenset({"active", "completed"})
ORDERS = frozenset({"order", "original-order", "reflex-order", "filler-order", "instance-order"})
LOINC = "http://loinc.org"
PROGRESS_NOTE = "11506-3"
NOTICES: Mapping[str, Notice] = {"abn-mandatory": "mandatory", "abn-voluntary": "voluntary"}
NOTICE_SYSTEM = f"{BASE}/CodeSystem/consent-category"
OTHER_ORDERS = frozenset({"108252007", "363679005", "387713003"})
"""SNOMED CT categories of orders that are no therapy: laboratory, imaging, surgery."""
MOST_DAYS = 1000
MOST_VISITS = 1000


def plans_of(scope: Scope, on: date) -> tuple[Plan, ...] | None:
    """Return the plans of care that cover a day."""

    def plan(read: Read[CarePlan]) -> Plan | None:
        it = read.it
        if it.status not in IN_FORCE or not covers(it.period, on):
            return None
        said = {
            x.url: x for root in it.extension if root.url == CERTIFICATION for x in root.extension
        }
        return Plan(
            discipline=discipline_in(it.category, it.title),
            began=_day(it.period.start if it.period else ""),
            ending=_day(it.period.end if it.period else ""),
            evaluated_on=_stated(said, "initialEvaluationOn"),
            signed_on=_stated(said, "signedOn"),
            certified_through=_stated(said, "certifiedThrough"),
            sent_on=_stated(said, "sentToPhysicianOn"),
            treatment_days=_treatment_days(said, read, scope),
        )

    return looked(scope, "plans", (CarePlan,), plan)


def orders_of(scope: Scope, on: date, codes: Mapping[str, Code]) -> tuple[Order, ...] | None:
    """Return the signed orders of a day or before."""

    def order(read: Read[ServiceRequest]) -> Order | None:
        it = read.it
        signed = it.status == "active" and it.intent in ORDERS and it.requester is not None
        if not signed or it.do_not_perform or no_therapy(it):
            return None
        authored = day(it.authored_on) if it.authored_on else None
        if authored is None:
            scope.decoder.omit(f"{read.where}.authoredOn", "an order needs the day it was signed")
            return None
        if authored > on:
            return None
        said = (it.code, *it.category, *it.order_detail, it.performer_type)
        known = codes.get(_code(it.code))
        discipline = discipline_in(said) or (OF_PLAN.get(known.only) if known else None)
        therapy = discipline is not None or known is not None
        return Order(
            authored_on=authored,
            discipline=discipline,
            visits=_visits(read, scope) if therapy else None,
        )

    return looked(scope, "orders", (ServiceRequest,), order)


def reports_of(scope: Scope, on: date) -> tuple[date, ...] | None:
    """Return the days of progress reports, the earliest first."""

    def report(read: Read[DocumentReference]) -> date | None:
        it = read.it
        codings = it.type.coding if it.type else ()
        if not any(c.code == PROGRESS_NOTE and c.system in (LOINC, "") for c in codings):
            return None
        if it.status != "current" or it.doc_status == "entered-in-error":
            return None
        written = day(it.date) if it.date else None
        if written is None:
            scope.decoder.omit(f"{read.where}.date", "a progress report needs its day")
            return None
        return written if written <= on else None

    found = looked(scope, "documents", (DocumentReference,), report)
    return None if found is None else tuple(sorted(set(found)))


def notices_of(scope: Scope, on: date) -> tuple[Notice, ...] | None:
    """Return the advance notices that the patient had signed by a day, each once."""

    def notices(read: Read[Consent]) -> tuple[Notice, ...]:
        mine = [
            NOTICES[coding.code]
            for concept in read.it.category
            for coding in concept.coding
            if coding.system == NOTICE_SYSTEM and coding.code in NOTICES
        ]
        if not mine or read.it.status != "active":
            return ()
        signed = day(read.it.date_time) if read.it.date_time else None
        if signed is None:
            scope.decoder.omit(f"{read.where}.dateTime", "a notice needs the day it was signed")
            return ()
        return tuple(mine) if signed <= on else ()

    found = looked(scope, "consents", (Consent,), lambda read: notices(read) or None)
    return None if found is None else tuple(sorted({notice for each in found for notice in each}))


def _day(text: str) -> date | None:
    return day(text) if text else None


def _stated(said: Mapping[str, Extension], name: str) -> date | None:
    return _day(said[name].valueDate) if name in said else None


def _treatment_days(
    said: Mapping[str, Extension], read: Read[CarePlan], scope: Scope
) -> int | None:
    stated = said.get("treatmentDaysSinceProgressReport")
    days = whole(stated) if stated else None
    if days is not None and not 0 <= days <= MOST_DAYS:
        scope.decoder.omit(f"{read.where}.extension", "treatment days are out of range")
        return None
    return days


def _visits(read: Read[ServiceRequest], scope: Scope) -> int | None:
    """Return how many visits an order is for."""
    quantity = read.it.quantity_quantity
    visits = quantity.value if quantity else None
    if visits is None:
        return None
    if not 1 <= visits <= MOST_VISITS or visits != int(visits):
        scope.decoder.omit(f"{read.where}.quantityQuantity", "visits should be a whole number")
        return None
    return int(visits)


def no_therapy(order: ServiceRequest) -> bool:
    """Tell whether an order is plainly for something else: a test, an image, an operation."""
    category = any(c.code in OTHER_ORDERS for concept in order.category for c in concept.coding)
    return category or any(c.system == LOINC for c in (order.code.coding if order.code else ()))


def _code(concept: Wording | None) -> str:
    return coded(CodeableConcept(coding=concept.coding)).code if concept else ""
