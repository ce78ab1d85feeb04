"""Calls of the services that look at a visit before treatment, and of the one that takes drafts."""

from typing import Any

from tests.hooks.visits import (
    BASE,
    DAY,
    ENCOUNTER,
    INSTANCE,
    MARK,
    PATIENT,
    Json,
    bundle,
    coding,
    coverage,
    encounter,
    patient,
)

SIGN = "io.github.countersign-health.encounter-sign"
HOOKS = {
    "visit-sign": SIGN,
    "visit-start": "encounter-start",
    "patient-view": "patient-view",
    "order-check": "order-sign",
    "booking-check": "appointment-book",
}
THEIRS = {"reference": f"Patient/{PATIENT}"}
ROLE_SYSTEM = f"{BASE}/CodeSystem/performer-role"
X12 = "https://x12.org/codes/service-type-codes"
USER = f"Practitioner/{MARK}-pt"


def call(service: str, prefetch: Json | None = None, /, **context: Any) -> Json:
    """Return a call of a service; None takes a field of the context away."""
    said = {"userId": USER, "patientId": PATIENT, **context}
    return {
        "hook": HOOKS[service],
        "hookInstance": INSTANCE,
        "context": {key: value for key, value in said.items() if value is not None},
        "prefetch": {"patient": patient(), "coverage": bundle([coverage()]), **(prefetch or {})},
    }


def start(service: str = "visit-start", /, **prefetch: Any) -> Json:
    """Return a call of visit-start, or of patient-view, about the usual visit."""
    return call(service, {"encounter": encounter(), **prefetch}, encounterId=ENCOUNTER)


def booking(*appointments: Json, **prefetch: Any) -> Json:
    """Return a call of booking-check."""
    return call("booking-check", prefetch, appointments=bundle(appointments, "collection"))


def ordering(*orders: Json, **prefetch: Any) -> Json:
    """Return a call of order-check."""
    return call("order-check", prefetch, draftOrders=bundle(orders, "collection"))


def signing(*drafts: Json, **prefetch: Any) -> Json:
    """Return a call of visit-sign with drafts."""
    drafted = bundle(drafts, "collection")
    return call("visit-sign", prefetch, encounterId=ENCOUNTER, draftVisit=drafted)


def plan(title: str = "Physical therapy plan", /, **stated: Any) -> Json:
    """Return a plan of care, certified as stated."""
    parts = [
        {"url": name, "valueDate" if isinstance(value, str) else "valuePositiveInt": value}
        for name, value in stated.items()
    ]
    made: Json = {
        "resourceType": "CarePlan",
        "id": f"{MARK}-plan",
        "status": "active",
        "intent": "plan",
        "subject": THEIRS,
        "period": {"start": "2025-11-03"},
        **({"title": title} if title else {}),
    }
    if parts:
        made["extension"] = [
            {"url": f"{BASE}/StructureDefinition/certification", "extension": parts}
        ]
    return made


LAPSED = {
    "initialEvaluationOn": "2025-11-03",
    "signedOn": "2025-11-10",
    "certifiedThrough": "2026-02-01",
    "treatmentDaysSinceProgressReport": 9,
}
GOOD = {**LAPSED, "certifiedThrough": "2026-06-01", "treatmentDaysSinceProgressReport": 3}


def payers_word(allowed: int = 12, used: int = 11, dollars: float = 100, kind: str = "AE") -> Json:
    """Return what a payer says of visits authorized and dollars used."""
    benefit = [
        {"type": {"text": "visit"}, "allowedUnsignedInt": allowed, "usedUnsignedInt": used},
        {"type": {"text": "benefit"}, "usedMoney": {"value": dollars, "currency": "USD"}},
    ]
    item = {
        "category": {"coding": [{"system": X12, "code": kind}]},
        "authorizationRequired": True,
        "benefit": benefit,
    }
    return {
        "resourceType": "CoverageEligibilityResponse",
        "id": f"{MARK}-eligibility",
        "status": "active",
        "purpose": ["benefits"],
        "patient": THEIRS,
        "created": "2026-03-01",
        "request": {"reference": f"CoverageEligibilityRequest/{MARK}"},
        "outcome": "complete",
        "insurer": {"reference": "Organization/payer"},
        "insurance": [{"coverage": {"reference": f"Coverage/{MARK}-coverage"}, "item": [item]}],
    }


def appointment(day: str = "2026-03-05", number: int = 0, **more: Any) -> Json:
    """Return somebody's booked visit."""
    return {
        "resourceType": "Appointment",
        "id": f"{MARK}-a{number}",
        "status": "proposed",
        "start": f"{day}T09:00:00-06:00",
        "participant": [{"actor": THEIRS, "status": "accepted"}],
        **more,
    }


def order(code: str = "", text: str = "", number: int = 0, **more: Any) -> Json:
    """Return an order as drafted, for a code or in words."""
    named: Json = {"coding": [coding(code)]} if code else {}
    return {
        "resourceType": "ServiceRequest",
        "id": f"{MARK}-o{number}",
        "status": "draft",
        "intent": "order",
        "subject": THEIRS,
        "authoredOn": DAY,
        "code": {**named, **({"text": text} if text else {})},
        "note": [{"text": f"{MARK}-Note"}],
        **more,
    }


def therapist(role: str = "pt") -> Json:
    """Return a known practitioner: the one who asks."""
    return {
        "resourceType": "PractitionerRole",
        "id": f"{MARK}-role",
        "practitioner": {"reference": USER},
        "code": [{"coding": [{"system": ROLE_SYSTEM, "code": role}]}],
    }
