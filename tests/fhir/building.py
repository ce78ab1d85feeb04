"""Raw FHIR resources as short as a test needs them, and the visit that is read from them.

Every builder takes further elements by their FHIR names; None takes one away.
"""

from collections.abc import Mapping
from typing import Any

from plugin import tenants
from plugin.fhir import BASE, CPT, HCPCS, NUCC, SOPT, structure
from plugin.fhir import coding as coders
from plugin.fhir.gather import KEY_OF_TYPE, KEYS, prefetched
from plugin.fhir.reader import Reading, read
from plugin.tenants import Tenant
from rules.model import Line, Service
from tests.rules.shorthand import BOOK

Raw = dict[str, Any]

DAY = "2026-03-02"
START, END = f"{DAY}T09:00:00-05:00", f"{DAY}T10:00:00-05:00"
CODER = coders.load(BOOK.tables.codes, tenants.load())
TENANT = Tenant(name="clinic", title="A clinic")
ROLE_SYSTEM = f"{BASE}/CodeSystem/performer-role"
PROFILE_SYSTEM = f"{BASE}/NamingSystem/payer-profile"
ORACLE = "https://fhir-ehr.cerner.com/r4/StructureDefinition/modifier-code"
ORACLE_PRIORITY = "https://fhir-ehr.cerner.com/r4/StructureDefinition/priority"
MEDPLUM = "http://hl7.org/fhir/StructureDefinition/chargeitem-modifier"


def ref(target: str) -> Raw:
    return {"reference": target}


def coding(code: str, system: str = "") -> Raw:
    return {"system": system or (HCPCS if code[:1].isalpha() else CPT), "code": code}


def concept(code: str, system: str = "") -> Raw:
    return {"coding": [coding(code, system)]}


def at(clock: str, day: str = DAY) -> str:
    """A time of day, as ``09:30``, in the zone of the clinic."""
    return f"{day}T{clock}:00-05:00"


def span(start: str, end: str) -> Raw:
    return {"start": at(start), "end": at(end)}


def stated(value: float, unit: str = "min") -> Raw:
    """Minutes as our extension states them."""
    return {"url": structure("service-minutes"), "valueQuantity": quantity(value, unit)}


def quantity(value: float, unit: str = "min") -> Raw:
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


def performer(role: str = "", actor: str = "Practitioner/dr1") -> Raw:
    return {"actor": ref(actor), **({"function": concept(role, ROLE_SYSTEM)} if role else {})}


def procedure(
    code: str = "97110", /, *, minutes: float | None = None, role: str = "pt", **more: Any
) -> Raw:
    """A charted service; ``role="pt+pta"`` are two people who furnished it together."""
    return made(
        more,
        resourceType="Procedure",
        id="p1",
        status="completed",
        code=concept(code),
        subject=ref("Patient/pat"),
        encounter=ref("Encounter/enc"),
        performedDateTime=None if "performedPeriod" in more else DAY,
        extension=None if minutes is None else [stated(minutes)],
        performer=[performer(r, f"Practitioner/{r}") for r in role.split("+") if r] or None,
    )


def encounter(**more: Any) -> Raw:
    return made(
        more,
        resourceType="Encounter",
        id="enc",
        status="finished",
        **{"class": {"code": "AMB"}},
        subject=ref("Patient/pat"),
        period={"start": START, "end": END},
    )


def patient(**more: Any) -> Raw:
    return made(more, resourceType="Patient", id="pat")


def coverage(sopt: str = "121", /, **more: Any) -> Raw:
    return made(
        more,
        resourceType="Coverage",
        id="cov",
        status="active",
        type=concept(sopt, SOPT) if sopt else None,
        beneficiary=ref("Patient/pat"),
        payor=[ref("Organization/someone")],
    )


def charge(code: str = "97110", units: float | None = 2, /, *modifiers: str, **more: Any) -> Raw:
    """A charge that the EHR holds, its modifiers in our own encoding."""
    return made(
        more,
        resourceType="ChargeItem",
        id="c1",
        status="planned",
        code=concept(code),
        subject=ref("Patient/pat"),
        context=ref("Encounter/enc"),
        quantity=None if units is None else {"value": units},
        extension=[ours(modifier) for modifier in modifiers] or None,
    )


def ours(modifier: str) -> Raw:
    return {"url": structure("charge-modifier"), "valueCodeableConcept": concept(modifier)}


def medplum(modifier: str) -> Raw:
    return {"url": MEDPLUM, "valueCodeableConcept": {"coding": [{"code": modifier}]}}


def oracle(modifier: str, **priority: int) -> Raw:
    """A modifier as Oracle nests it: its code and, in one of FHIR's whole numbers, its priority."""
    parts: list[Raw] = [
        {"url": "code", "valueCodeableConcept": concept(modifier, "urn:bill-codes")}
    ]
    parts += [{"url": ORACLE_PRIORITY, kind: value} for kind, value in priority.items()]
    return {"url": ORACLE, "extension": parts}


def observation(value: float, /, *of: str, unit: str = "min", **more: Any) -> Raw:
    """Minutes kept apart from the procedures they belong to."""
    return made(
        more,
        resourceType="Observation",
        id="o1",
        status="final",
        code={"text": "time"},
        subject=ref("Patient/pat"),
        partOf=[ref(target) for target in of or ("Procedure/p1",)],
        valueQuantity=quantity(value, unit),
    )


def practitioner(*taxonomy: str, **more: Any) -> Raw:
    return made(
        more,
        resourceType="Practitioner",
        id="dr1",
        qualification=[{"code": concept(code, NUCC)} for code in taxonomy] or None,
    )


def practitioner_role(**more: Any) -> Raw:
    return made(
        more, resourceType="PractitionerRole", id="role1", practitioner=ref("Practitioner/dr1")
    )


def text_extension(name: str, value: str) -> Raw:
    return {"url": structure(name), "valueString": value}


def prefetch_of(*resources: Raw) -> dict[str, Raw]:
    """Resources as an EHR sends them: each in the search set of its key.

    Patient, encounter and an active coverage are added where none is among them.
    """
    given = {r["resourceType"] for r in resources}
    usual = [r for r in (patient(), encounter(), coverage()) if r["resourceType"] not in given]
    sets: dict[str, Raw] = {}
    for resource in (*usual, *resources):
        key = KEY_OF_TYPE[resource["resourceType"]]
        page = sets.setdefault(key, {"resourceType": "Bundle", "type": "searchset", "entry": []})
        page["entry"].append({"resource": resource})
    return sets


def reading(
    *resources: Raw,
    tenant: Tenant = TENANT,
    patient_id: str = "pat",
    encounter_id: str = "enc",
    prefetch: Mapping[str, Any] | None = None,
) -> Reading:
    """Read the visit of the usual patient and encounter; ``prefetch`` keys replace whole keys."""
    sent = {**prefetch_of(*resources), **(prefetch or {})}
    return read(prefetched(sent, KEYS), patient_id, encounter_id, tenant, CODER)


def service_of(*resources: Raw, tenant: Tenant = TENANT) -> Service:
    """Read the one service of a visit."""
    (service,) = reading(*resources, tenant=tenant).visit.services
    return service


def line_of(*resources: Raw) -> Line:
    """Read the one charge of a visit."""
    (line,) = reading(*resources).visit.lines
    return line


def places(found: Reading) -> list[str]:
    """Where a reading left something out, counted from the search set of its key."""
    return [issue.where.removeprefix("prefetch.") for issue in found.left_out]


def made(more: Mapping[str, Any], **usual: Any) -> Raw:
    return {key: value for key, value in {**usual, **more}.items() if value is not None}
