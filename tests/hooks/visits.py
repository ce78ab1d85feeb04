"""Visits as an EHR sends them, from the shorthand of the rule tables: ``97110 33min pta``.

Everything that tells of a patient holds ``MARK``, so that a test can look for it where it must not
be.
"""

from collections.abc import Iterable
from typing import Any

from tests.rules.shorthand import BILLED, charted

Json = dict[str, Any]

MARK = "Zzyzx"
PATIENT = f"{MARK}-patient"
ENCOUNTER = f"{MARK}-encounter"
BASE = "https://countersign-health.github.io/fhir"
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
NUCC = "http://nucc.org/provider-taxonomy"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
EXTENSIONS = {
    "patients": ("patients-in-session", "valuePositiveInt"),
    "supervision": ("supervision", "valueCode"),
    "intent": ("care-intent", "valueCode"),
    "patient_present": ("patient-present", "valueBoolean"),
    "data_days": ("data-days", "valuePositiveInt"),
    "live_contact": ("interactive-contact", "valueBoolean"),
}
"""How a fact of the shorthand is sent: by which extension, as what."""
DAY = "2026-03-02"
START = f"{DAY}T09:00:00-06:00"
INSTANCE = "3f0c9a52-6a4e-4d0b-9c1e-5b7d2f8a6e41"
ADDRESS = "/cds-services/visit-check"


def patient(name: str = PATIENT) -> Json:
    """Return somebody with as much to tell as a record holds."""
    return {
        "resourceType": "Patient",
        "id": name,
        "text": {"status": "generated", "div": f"<div>{MARK}-Narrative</div>"},
        "identifier": [{"system": "https://ehr.example.org/mrn", "value": f"{MARK}-MRN"}],
        "name": [{"family": f"{MARK}-Name", "given": [f"{MARK}-Given"]}],
        "birthDate": "1950-01-01",
    }


def encounter(*, name: str = ENCOUNTER, whose: str = PATIENT, **more: Any) -> Json:
    """Return the visit itself."""
    return {
        "resourceType": "Encounter",
        "id": name,
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": f"Patient/{whose}", "display": f"{MARK}-Display"},
        "period": {"start": START, "end": f"{DAY}T09:45:00-06:00"},
        **more,
    }


def minutes(number: float) -> Json:
    """Return the extension that states one-on-one minutes."""
    quantity = {
        "value": number,
        "unit": "min",
        "system": "http://unitsofmeasure.org",
        "code": "min",
    }
    return {"url": f"{BASE}/StructureDefinition/service-minutes", "valueQuantity": quantity}


def performer(role: str) -> Json:
    """Return who furnished a service, with the role stated on the spot."""
    coding = {"system": f"{BASE}/CodeSystem/performer-role", "code": role}
    return {
        "function": {"coding": [coding]},
        "actor": {"reference": f"Practitioner/{MARK}-{role}"},
    }


def procedure(text: str, number: int = 0, **more: Any) -> Json:
    """Return one charted service; ``?`` is nobody named, ``-`` a code nobody can read."""
    code, facts = charted(text)
    made: Json = {
        "resourceType": "Procedure",
        "id": f"{MARK}-p{number}",
        "status": "completed",
        "code": {"coding": [coding(code)]} if code else {"text": f"{MARK}-Words"},
        "subject": {"reference": f"Patient/{PATIENT}"},
        "encounter": {"reference": f"Encounter/{ENCOUNTER}"},
        "performedDateTime": START,
        "note": [{"text": f"{MARK}-Note"}],
    }
    said = [minutes(facts["minutes"])] if "minutes" in facts else []
    said += [
        {"url": f"{BASE}/StructureDefinition/{name}", kind: facts[fact]}
        for fact, (name, kind) in EXTENSIONS.items()
        if fact in facts
    ]
    if said:
        made["extension"] = said
    if facts["roles"]:
        made["performer"] = [performer(role) for role in facts["roles"]]
    if "region" in facts:
        made["bodySite"] = [{"text": facts["region"]}]
    if "began" in facts:
        del made["performedDateTime"]
        made["performedPeriod"] = {
            end: f"{DAY}T{at // 60:02}:{at % 60:02}:00-06:00"
            for end, at in (("start", facts["began"]), ("end", facts["ended"]))
        }
    if "diagnoses" in facts:
        coded = [{"system": ICD_10_CM, "code": code} for code in facts["diagnoses"]]
        made["reasonCode"] = [{"coding": coded}]
    return {**made, **more}


def coding(code: str) -> Json:
    """Return a CPT or HCPCS code."""
    return {"system": HCPCS if code[0].isalpha() else CPT, "code": code}


def modifier(code: str) -> Json:
    """Return a modifier as the extension that carries it."""
    concept = {"coding": [coding(code)]}
    return {"url": f"{BASE}/StructureDefinition/charge-modifier", "valueCodeableConcept": concept}


def charge(text: str, number: int = 0, **more: Any) -> Json:
    """Return one charge that the EHR holds."""
    match = BILLED.fullmatch(text)
    assert match, f"not a line: {text!r}"
    made: Json = {
        "resourceType": "ChargeItem",
        "id": f"{MARK}-c{number}",
        "extension": [modifier(code) for code in match["mods"].split("-")[1:]],
        "status": "planned",
        "code": {"coding": [coding(match["code"])]},
        "subject": {"reference": f"Patient/{PATIENT}"},
        "context": {"reference": f"Encounter/{ENCOUNTER}"},
        "occurrenceDateTime": START,
        "quantity": {"value": int(match["units"])},
        "note": [{"text": f"{MARK}-Note"}],
    }
    if not made["extension"]:
        del made["extension"]
    return {**made, **more}


def coverage(payer: str = "medicare_part_b", **more: Any) -> Json:
    """Return who pays; ``payer`` is a profile's name."""
    system = f"{BASE}/NamingSystem/payer-profile"
    return {
        "resourceType": "Coverage",
        "id": f"{MARK}-coverage",
        "status": "active",
        "subscriberId": f"{MARK}-Subscriber",
        "beneficiary": {"reference": f"Patient/{PATIENT}"},
        "payor": [{"identifier": {"system": system, "value": payer}}],
        **more,
    }


def practitioner(name: str, taxonomy: str) -> Json:
    """Return somebody who treats, known by a taxonomy code."""
    qualification = {"code": {"coding": [{"system": NUCC, "code": taxonomy}]}}
    return {
        "resourceType": "Practitioner",
        "id": name,
        "name": [{"family": f"{MARK}-Colleague"}],
        "qualification": [qualification],
    }


def bundle(resources: Iterable[Json], kind: str = "searchset", **more: Any) -> Json:
    """Return resources as a Bundle."""
    entries = [{"resource": resource} for resource in resources]
    found: Json = {"resourceType": "Bundle", "type": kind, **more}
    return {**found, "entry": entries} if entries else found


def request(
    chart: Iterable[str],
    bill: Iterable[str] = (),
    payer: str = "medicare_part_b",
    **prefetch: Any,
) -> Json:
    """Return a call of visit-check for what was charted and billed.

    ``prefetch`` replaces what would stand under a key.
    """
    services = [procedure(text, number) for number, text in enumerate(chart)]
    charges = [charge(text, number) for number, text in enumerate(bill)]
    sent = {
        "patient": patient(),
        "encounter": encounter(),
        "procedures": bundle(services),
        "coverage": bundle([coverage(payer)]),
        "charges": bundle(charges),
        **prefetch,
    }
    return envelope(prefetch=sent)


def envelope(**more: Any) -> Json:
    """Return a call of visit-check that brings nothing."""
    return {
        "hook": "encounter-discharge",
        "hookInstance": INSTANCE,
        "context": {
            "userId": f"Practitioner/{MARK}-pt",
            "patientId": PATIENT,
            "encounterId": ENCOUNTER,
        },
        **more,
    }


def collection(asked: Json) -> Json:
    """Return what a call brings as one Bundle."""
    every = [each for value in asked["prefetch"].values() for each in _resources(value)]
    return bundle(every, "collection")


def _resources(value: Any) -> list[Json]:
    if value is None:
        return []
    if isinstance(value, list):
        return [each for item in value for each in _resources(item)]
    if value.get("resourceType") == "Bundle":
        return [entry["resource"] for entry in value.get("entry", [])]
    return [value]
