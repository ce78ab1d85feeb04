"""The request that every server is asked: a synthetic discharge of ten charted therapy services.

All people, ids and numbers are made up, or the published sample values (the MBI is the one that
CMS prints as its example). `python -m bench.request` prints the body as compact JSON.
"""

import argparse
import json
from typing import Any, NamedTuple

Resource = dict[str, Any]

MARK = "@@UUID@@"
"""Stands for the hookInstance; the load generator puts a fresh UUID there for each request."""

FIXED = "3f0c9a52-6a4e-4d0b-9c1e-5b7d2f8a6e41"
"""A hookInstance for a request that is sent only once."""

BASE = "https://countersign-health.github.io/fhir"
EHR = "https://ehr.example.org/fhir"
TERMS = "http://terminology.hl7.org/CodeSystem"
CPT = "http://www.ama-assn.org/go/cpt"
SNOMED = "http://snomed.info/sct"

PATIENT = {"reference": "Patient/pt-1"}
THERAPIST = {"reference": "Practitioner/pr-1", "display": "Jordan Pike, PT"}


class Charted(NamedTuple):
    """One service of the visit, as charted."""

    code: str
    snomed: str
    name: str
    minutes: int


CHARTED = (
    Charted("97110", "229065009", "Strength and endurance work", 23),
    Charted("97140", "229319002", "Hands-on joint work", 15),
    Charted("97112", "229070002", "Balance and posture work", 12),
    Charted("97530", "229581005", "Practising daily movements", 10),
    Charted("97116", "229582003", "Walking practice", 8),
    Charted("97035", "229554006", "Sound-wave heating", 8),
    Charted("97014", "229559001", "Current, nobody attending", 15),
    Charted("97010", "229555007", "Warm or cold wraps", 10),
    Charted("97161", "410155007", "First assessment, simple", 20),
    Charted("97535", "410264005", "Dressing and home skills", 9),
)


def request(*, plain: bool = False, services: int = len(CHARTED)) -> Resource:
    """Return an encounter-discharge request; its hookInstance is the mark.

    `plain` leaves out what a therapy EHR adds: the charted minutes and the performer's role.
    """
    procedures = [procedure(number, plain=plain) for number in range(services)]
    return {
        "hook": "encounter-discharge",
        "hookInstance": MARK,
        "fhirServer": EHR,
        "fhirAuthorization": {
            "access_token": "opaque-sample-token!",
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": " ".join(
                f"user/{kind}.read" for kind in ("Patient", "Encounter", "Procedure", "Coverage")
            ),
            "subject": "cds-service-1",
        },
        "context": {"userId": "Practitioner/pr-1", "patientId": "pt-1", "encounterId": "enc-1"},
        "prefetch": {
            "patient": patient(),
            "encounter": encounter(),
            "procedures": found(procedures),
            "coverage": found([coverage()]),
        },
    }


def compact(message: Resource) -> bytes:
    """Return the bytes as an EHR sends them, without white space."""
    return json.dumps(message, separators=(",", ":")).encode()


def marked(body: bytes) -> bytes:
    """Return somebody else's request with its hookInstance replaced by the mark, once."""
    instance = json.loads(body).get("hookInstance", "")
    if MARK.encode() in body or not instance:
        return body
    return body.replace(instance.encode(), MARK.encode(), 1)


def filled(body: bytes) -> bytes:
    """Return a request ready to send once."""
    return body.replace(MARK.encode(), FIXED.encode())


def patient() -> Resource:
    """Return the patient, shaped like US Core."""
    return {
        "resourceType": "Patient",
        "id": "pt-1",
        **_told("patient", "Linden, Avery"),
        "extension": [
            {
                "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex",
                "valueCode": "F",
            }
        ],
        "identifier": [
            {
                "use": "usual",
                "type": _concept(f"{TERMS}/v2-0203", "MR"),
                "system": "urn:oid:1.2.36.146.595.217.0.1",
                "value": "MRN-000001",
            }
        ],
        "active": True,
        "name": [{"use": "official", "family": "Linden", "given": ["Avery", "M"]}],
        "telecom": [{"system": "phone", "value": "555-0100", "use": "home"}],
        "gender": "female",
        "birthDate": "1951-09-02",
        "address": [
            {
                "use": "home",
                "line": ["1 Sample Road"],
                "city": "Springfield",
                "state": "IL",
                "postalCode": "62701",
                "country": "US",
            }
        ],
    }


def encounter() -> Resource:
    """Return the outpatient visit that is being signed."""
    return {
        "resourceType": "Encounter",
        "id": "enc-1",
        **_told("encounter", "Outpatient PT visit"),
        "identifier": [{"system": "urn:example:visit", "value": "V-100"}],
        "status": "finished",
        "class": {"system": f"{TERMS}/v3-ActCode", "code": "AMB", "display": "ambulatory"},
        "type": [
            {**_concept(SNOMED, "390906007", "Follow-up encounter"), "text": "PT treatment"},
        ],
        "serviceType": _concept(f"{TERMS}/service-type", "65", "Physiotherapy"),
        "subject": {**PATIENT, "display": "Avery Linden"},
        "participant": [
            {"type": [_concept(f"{TERMS}/v3-ParticipationType", "PPRF")], "individual": THERAPIST}
        ],
        "period": {"start": "2026-10-05T13:00:00-05:00", "end": "2026-10-05T14:10:00-05:00"},
        "reasonCode": [
            _concept("http://hl7.org/fhir/sid/icd-10-cm", "M54.50", "Low back pain, unspecified")
        ],
        "location": [
            {"location": {"reference": "Location/loc-1", "display": "Outpatient Rehab"}},
        ],
        "serviceProvider": {"reference": "Organization/org-1", "display": "Sample Rehab"},
    }


def coverage() -> Resource:
    """Return the patient's Medicare fee-for-service coverage (SOPT 121)."""
    part_b = {"value": "Part B", "name": "Medicare Part B"}
    return {
        "resourceType": "Coverage",
        "id": "cov-1",
        **_told("coverage", "Medicare Part B"),
        "identifier": [
            {
                "type": _concept(f"{TERMS}/v2-0203", "MB"),
                "system": "http://hl7.org/fhir/sid/us-mbi",
                "value": "1EG4TE5MK73",
            }
        ],
        "status": "active",
        "type": _concept("https://nahdo.org/sopt", "121", "Medicare Fee For Service"),
        "subscriberId": "1EG4TE5MK73",
        "beneficiary": PATIENT,
        "relationship": _concept(f"{TERMS}/subscriber-relationship", "self"),
        "period": {"start": "2018-05-01"},
        "payor": [{"reference": "Organization/medicare", "display": "Medicare"}],
        "class": [{"type": _concept(f"{TERMS}/coverage-class", "plan"), **part_b}],
    }


def procedure(number: int, *, plain: bool = False) -> Resource:
    """Return one charted service; past the tenth, the list starts again."""
    charted = CHARTED[number % len(CHARTED)]
    minute = number * 5 % 60
    extra = {} if plain else {"extension": [_minutes(charted.minutes)]}
    role = {} if plain else {"function": _concept(f"{BASE}/CodeSystem/performer-role", "pt")}
    return {
        "resourceType": "Procedure",
        "id": f"proc-{number + 1}",
        "meta": _meta("procedure"),
        **extra,
        "status": "completed",
        "category": _concept(SNOMED, "91251008", "Physical therapy procedure"),
        "code": {
            "coding": [
                {"system": CPT, "code": charted.code},
                {"system": SNOMED, "code": charted.snomed, "display": charted.name},
            ],
            "text": charted.name,
        },
        "subject": PATIENT,
        "encounter": {"reference": "Encounter/enc-1"},
        "performedPeriod": {
            "start": f"2026-10-05T13:{minute:02d}:00-05:00",
            "end": f"2026-10-05T13:{minute:02d}:59-05:00",
        },
        "performer": [{**role, "actor": THERAPIST}],
        "note": [{"text": f"{charted.minutes} minutes, one-on-one"}],
    }


def found(resources: list[Resource]) -> Resource:
    """Return resources as the Bundle of a search."""
    entries = [
        {
            "fullUrl": f"{EHR}/{resource['resourceType']}/{resource['id']}",
            "resource": resource,
            "search": {"mode": "match"},
        }
        for resource in resources
    ]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}


def _minutes(minutes: int) -> Resource:
    """Return the extension that carries the one-on-one minutes of a service."""
    return {
        "url": f"{BASE}/StructureDefinition/service-minutes",
        "valueQuantity": {
            "value": minutes,
            "unit": "min",
            "system": "http://unitsofmeasure.org",
            "code": "min",
        },
    }


def _concept(system: str, code: str, display: str = "") -> Resource:
    """Return a CodeableConcept of one coding."""
    coding = {"system": system, "code": code}
    return {"coding": [coding | {"display": display} if display else coding]}


def _meta(profile: str) -> Resource:
    """Return the meta element of a US Core resource."""
    return {
        "versionId": "1",
        "lastUpdated": "2026-10-05T14:12:00.000-05:00",
        "profile": [f"http://hl7.org/fhir/us/core/StructureDefinition/us-core-{profile}"],
    }


def _told(profile: str, words: str) -> Resource:
    """Return the meta element and the narrative of a US Core resource."""
    div = f'<div xmlns="http://www.w3.org/1999/xhtml">{words}</div>'
    return {"meta": _meta(profile), "text": {"status": "generated", "div": div}}


def main() -> None:
    """Print the request."""
    parser = argparse.ArgumentParser(description="Print the benchmark request as compact JSON.")
    parser.add_argument("--plain", action="store_true", help="without minutes and performer roles")
    parser.add_argument("--services", type=int, default=len(CHARTED), help="how many procedures")
    parser.add_argument("--fixed", action="store_true", help=f"a fixed UUID in place of {MARK}")
    asked = parser.parse_args()
    body = compact(request(plain=asked.plain, services=asked.services))
    print((filled(body) if asked.fixed else body).decode())


if __name__ == "__main__":
    main()
