"""What an EHR or a payer holds of a patient beyond the visit, as short as a test needs it."""

from typing import Any

from plugin.fhir import BASE, structure
from plugin.fhir.eligibility import X12
from plugin.fhir.gather import KEYS, prefetched
from plugin.fhir.reader import Reading, read
from rules.model import Visit
from rules.record import Record
from tests.fhir.building import (
    CODER,
    DAY,
    TENANT,
    Raw,
    concept,
    made,
    prefetch_of,
    procedure,
    reading,
    ref,
)

ICD = "http://hl7.org/fhir/sid/icd-10-cm"
LOINC = "http://loinc.org"
NOTICES = f"{BASE}/CodeSystem/consent-category"
KEYS_BEYOND = ("orders", "plans", "eligibility", "consents", "documents", "claims")


def ours(name: str, **value: Any) -> Raw:
    """One of our extensions, with its value."""
    return {"url": structure(name), **value}


def worded(*codings: tuple[str, str], text: str = "") -> Raw:
    """A concept of codes with their words."""
    said = [{"code": code, "display": display} for code, display in codings]
    return {"coding": said, **({"text": text} if text else {})}


def condition(code: str = "M54.50", **more: Any) -> Raw:
    return made(
        more,
        resourceType="Condition",
        id="d1",
        subject=ref("Patient/pat"),
        code=concept(code, ICD),
    )


def plan(certified: Raw | None = None, **more: Any) -> Raw:
    """A plan of care; what is certified by the names of its parts, a number being of days."""
    parts = [
        {"url": name, ("valuePositiveInt" if isinstance(value, int) else "valueDate"): value}
        for name, value in (certified or {}).items()
    ]
    return made(
        more,
        resourceType="CarePlan",
        id="cp1",
        status="active",
        intent="plan",
        subject=ref("Patient/pat"),
        extension=[{"url": structure("certification"), "extension": parts}] if parts else None,
    )


def order(**more: Any) -> Raw:
    return made(
        more,
        resourceType="ServiceRequest",
        id="sr1",
        status="active",
        intent="order",
        subject=ref("Patient/pat"),
        authoredOn="2026-02-20",
        requester=ref("Practitioner/doctor"),
    )


def report(day: str = "2026-02-20", **more: Any) -> Raw:
    return made(
        more,
        resourceType="DocumentReference",
        id="doc1",
        status="current",
        subject=ref("Patient/pat"),
        type=concept("11506-3", LOINC),
        date=f"{day}T12:00:00-05:00",
        content=[{"attachment": {"contentType": "text/plain"}}],
    )


def notice(*categories: str, **more: Any) -> Raw:
    return made(
        more,
        resourceType="Consent",
        id="co1",
        status="active",
        scope={"text": "notice"},
        category=[concept(category, NOTICES) for category in categories],
        patient=ref("Patient/pat"),
        dateTime="2026-02-20",
    )


def item(category: str = "", **more: Any) -> Raw:
    """What a payer says of one kind of service."""
    return made(more, category=concept(category, X12) if category else None)


def used(category: str, dollars: float | None, currency: str = "USD", **more: Any) -> Raw:
    """How much of a year's money is used for a kind of service."""
    money = {"value": dollars, "currency": currency}
    return item(category, benefit=[{"type": {"text": "benefit"}, "usedMoney": money}], **more)


def visits(category: str, allowed: int | None, spent: int | None, **more: Any) -> Raw:
    """How many visits are authorized for a kind of service."""
    numbers = {"allowedUnsignedInt": allowed, "usedUnsignedInt": spent}
    stated = {key: number for key, number in numbers.items() if number is not None}
    return item(category, benefit=[{"type": {"text": "visit"}, **stated}], **more)


def eligibility(*items: Raw, period: Raw | None = None, **more: Any) -> Raw:
    insurance = made(
        {}, coverage=ref("Coverage/cov"), benefitPeriod=period, item=list(items) or None
    )
    return made(
        more,
        resourceType="CoverageEligibilityResponse",
        id="er1",
        status="active",
        purpose=["benefits"],
        patient=ref("Patient/pat"),
        created=DAY,
        request=ref("CoverageEligibilityRequest/q"),
        outcome="complete",
        insurer=ref("Organization/payer"),
        insurance=[insurance],
    )


def claim_line(code: str, day: str, *modifiers: str, allowed: float | None = None) -> Raw:
    """A line of a claim, with what the payer allowed for it."""
    settled = {"category": {"coding": [{"code": "eligible"}]}, "amount": {"value": allowed}}
    return made(
        {},
        sequence=1,
        productOrService=concept(code),
        servicedDate=day,
        modifier=[concept(modifier) for modifier in modifiers] or None,
        adjudication=None if allowed is None else [settled],
    )


def claim(*lines: Raw, kind: str = "ExplanationOfBenefit", **more: Any) -> Raw:
    return made(
        more,
        resourceType=kind,
        id="eob1",
        status="active",
        type={"text": "professional"},
        use="claim",
        patient=ref("Patient/pat"),
        created="2026-02-20",
        provider=ref("Organization/clinic"),
        insurer=ref("Organization/payer"),
        outcome="complete" if kind == "ExplanationOfBenefit" else None,
        priority={"text": "normal"} if kind == "Claim" else None,
        insurance=[{"focal": True, "coverage": ref("Coverage/cov")}],
        item=list(lines),
    )


def past(code: str = "97110", day: str = "2026-02-20", **more: Any) -> Raw:
    """A service of another visit."""
    said = {"id": "past1", "encounter": ref("Encounter/past"), "performedDateTime": day, **more}
    return procedure(code, **said)


def visit_of(*resources: Raw, **more: Any) -> Visit:
    return reading(*resources, **more).visit


def record_of(*resources: Raw, **more: Any) -> Record:
    """Read what is known beyond a visit of one service."""
    return reading(procedure(), *resources, **more).visit.record


def key_read(key: str, value: Any) -> Reading:
    """Read a visit with one more key, whatever stands under it."""
    sent = {**prefetch_of(procedure()), key: value}
    return read(prefetched(sent, KEYS), "pat", "enc", TENANT, CODER)
