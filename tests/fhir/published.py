"""The FHIR definitions and examples as published, and what the contract says of them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]

FOLDER = Path(__file__).parents[2] / "profiles" / "fhir"
BASE = "https://countersign-health.github.io/fhir"
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"

# extension: where it may stand, its value type, and the value set that its codes are bound to
EXTENSIONS = {
    "service-minutes": ({"Procedure"}, "Quantity", None),
    "patients-in-session": ({"Procedure"}, "positiveInt", None),
    "supervision": ({"Procedure", "Encounter"}, "code", "supervision"),
    "care-intent": ({"Procedure"}, "code", "care-intent"),
    "patient-present": ({"Procedure"}, "boolean", None),
    "data-days": ({"Procedure"}, "positiveInt", None),
    "interactive-contact": ({"Procedure"}, "boolean", None),
    "type-of-bill": ({"Encounter"}, "string", None),
    "place-of-service": ({"Encounter"}, "string", None),
    "telehealth-mode": ({"Encounter"}, "code", "telehealth-mode"),
    "charge-modifier": ({"ChargeItem"}, "CodeableConcept", None),
}
CERTIFICATION = {
    "signedOn": "date",
    "certifiedThrough": "date",
    "sentToPhysicianOn": "date",
    "initialEvaluationOn": "date",
    "treatmentDaysSinceProgressReport": "positiveInt",
}
CODES = {
    "performer-role": "pt pta ot ota slp slpa dc md npp rn at aide student",
    "consent-category": "abn-mandatory abn-voluntary",
    "supervision": "direct general",
    "care-intent": "active maintenance",
    "telehealth-mode": "video audio",
}
RULES = {
    "coding": "service_code code_in_force payer_code",
    "units": "timed_units untimed_units minutes_charted time_limits group_therapy co_treatment "
    "caregiver_training remote_monitoring visit_length",
    "modifiers": "discipline_modifier assistant_modifier kx_threshold active_treatment telehealth "
    "notice_modifier modifier_conflict modifier_order unneeded_modifier",
    "eligibility": "performer covered_code plan_of_care progress_report supervision "
    "other_coverage evaluation_frequency authorization diagnosis local_coverage",
    "bundling": "ptp_edit mue add_on_code evaluation_level same_region",
}
PROFILES = {
    "Procedure": "therapy-procedure",
    "Encounter": "therapy-encounter",
    "ChargeItem": "therapy-charge-item",
    "Claim": "therapy-claim",
}


def read(path: Path) -> Json:
    content: Json = json.loads(path.read_text(encoding="utf-8"))
    return content


FILES = {path: read(path) for path in sorted(FOLDER.rglob("*.json"))}
DEFINED = {path.stem: r for path, r in FILES.items() if path.parent == FOLDER}
EXAMPLES = {path.stem: r for path, r in FILES.items() if path.parent == FOLDER / "examples"}
SINGLE = {name: r for name, r in EXAMPLES.items() if r["resourceType"] != "Bundle"}
STRUCTURES = [n for n, r in DEFINED.items() if r["resourceType"] == "StructureDefinition"]


def objects(node: object) -> Iterator[Json]:
    """Every JSON object in a document, outermost first."""
    if isinstance(node, dict):
        yield node
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from objects(part)


def strings(node: object) -> Iterator[str]:
    """Every string in a document."""
    if isinstance(node, str):
        yield node
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from strings(part)


def elements(name: str) -> list[Json]:
    found: list[Json] = DEFINED[f"StructureDefinition-{name}"]["differential"]["element"]
    return found


def element(name: str, id_: str) -> Json:
    (found,) = (e for e in elements(name) if e["id"] == id_)
    return found


def concepts(name: str) -> list[Json]:
    found: list[Json] = DEFINED[f"CodeSystem-{name}"]["concept"]
    return found


def local(url: str) -> str:
    """The file that should define a canonical address of ours."""
    return url.removeprefix(f"{BASE}/").replace("/", "-")
