"""A visit that a server holds, and the call that has to fetch it."""

from dataclasses import replace
from typing import Any

from flask import Flask

from plugin.parts import parts
from tests.hooks.faults import TOKEN
from tests.hooks.service import equip
from tests.hooks.stand_in import Answer, serving
from tests.hooks.visits import (
    ENCOUNTER,
    MARK,
    PATIENT,
    Json,
    bundle,
    collection,
    envelope,
    practitioner,
    request,
)

PLENTY = 20.0
"""Seconds; nobody waits for them."""
LITTLE = 0.3
"""Seconds after which a server that does not answer is given up."""
HERE = ("http://127.0.0.1",)
OUTCOME = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "exception", "diagnostics": MARK}],
}
EVERYTHING = [
    f"ChargeItem?context={ENCOUNTER}",
    f"Coverage?patient={PATIENT}",
    f"Encounter/{ENCOUNTER}",
    f"Patient/{PATIENT}",
    f"Procedure?encounter={ENCOUNTER}",
    f"Observation?encounter={ENCOUNTER}",
    f"Condition?patient={PATIENT}",
    f"ServiceRequest?patient={PATIENT}&status=active",
    f"CarePlan?patient={PATIENT}&status=active,completed",
    f"CoverageEligibilityResponse?patient={PATIENT}&status=active",
    f"Consent?patient={PATIENT}&status=active",
    f"DocumentReference?patient={PATIENT}&type=http://loinc.org%7C11506-3",
    f"ExplanationOfBenefit?patient={PATIENT}",
]
ASIDE = (
    *("minutes", "conditions", "orders", "plans"),
    *("eligibility", "consents", "documents", "claims"),
)
PEOPLE = [
    f"Practitioner?_id={MARK}-pt,{MARK}-pta",
    f"PractitionerRole?practitioner={MARK}-pt,{MARK}-pta",
]


def allow(app: Flask, budget: float = PLENTY, servers: tuple[str, ...] = HERE, **more: Any) -> None:
    """Say for how long, and from which servers, the demo site's visits are fetched."""
    usual = {"private_network": False, "procedures": "encounter", **more}
    demo = replace(parts(app).tenants["demo"], time_budget=budget, fhir_servers=servers, **usual)
    equip(app, tenants={"demo": demo})


def visit() -> Json:
    """Return a visit, over-billed, whose people are known by their taxonomy codes alone."""
    sent = request(["97110 12min pt", "97110 14min pta"], ["97110-GP x3"])
    for entry in sent["prefetch"]["procedures"]["entry"]:
        del entry["resource"]["performer"][0]["function"]
    people = [practitioner(f"{MARK}-pt", "225100000X"), practitioner(f"{MARK}-pta", "225200000X")]
    sent["prefetch"]["practitioners"] = bundle(people)
    sent["prefetch"] |= {key: bundle([]) for key in ASIDE}
    return sent


def held(kind: str = "") -> list[Json]:
    """Return the visit's resources, or those of one type."""
    every = [entry["resource"] for entry in collection(visit())["entry"]]
    return [each for each in every if kind in ("", each["resourceType"])]


def usual() -> Answer:
    """Answer as a server does that holds the visit, and another one."""
    elsewhere = {"encounter": {"reference": "Encounter/other"}}
    other = [{**each, "id": f"other-{n}", **elsewhere} for n, each in enumerate(held("Procedure"))]
    return serving([*held(), *other])


def all_but(key: str) -> Json:
    """Return what the visit's EHR sends when one key is left for us to fetch."""
    return {name: value for name, value in visit()["prefetch"].items() if name != key}


def asking(server: str, token: str = TOKEN, **more: Any) -> Json:
    """Return a call that brings nothing but leave to fetch."""
    leave = {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "user/*.rs",
        "subject": "countersign",
    }
    return envelope(fhirServer=server, fhirAuthorization=leave, **more)
