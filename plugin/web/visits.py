"""The visits of the simulated EHR: read from visits.yaml, and told as a CDS Hooks request."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml

from plugin.fhir import CPT, HCPCS, structure
from plugin.fhir.payer import PROFILE_SYSTEM
from plugin.fhir.people import ROLE_SYSTEM
from plugin.hooks.services import VISIT_CHECK
from rules.policy import RuleDataError

Raw = dict[str, Any]
FILE = Path(__file__).with_name("visits.yaml")
SERVICE = re.compile(
    r"(?P<code>[0-9A-Z]{5})(?: (?P<minutes>\d+)min)? (?P<roles>[a-z+]+)"
    r"(?: (?P<patients>\d+)patients)?"
)
CHARGE = re.compile(r"(?P<code>[0-9A-Z]{5}) x(?P<units>\d+)(?P<modifiers>(?: [0-9A-Z]{2})*)")
BEGAN = "T09:00:00-06:00"
"""When every simulated visit begins: a time of day, with the clinic's offset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charted:
    """One service as charted; ``minutes`` is None when the chart gives none."""

    code: str
    minutes: int | None
    roles: tuple[str, ...]
    patients: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedVisit:
    """One visit of nobody: its chart, who pays, and the charges that the EHR starts with."""

    id: str
    number: int
    title: str
    payer: str
    on: date
    chart: tuple[Charted, ...]
    charges: tuple[str, ...] = ()

    @property
    def patient(self) -> str:
        """What stands where a name would."""
        return f"Simulated patient {self.number:02}"

    @property
    def people(self) -> str:
        """Who charted anything, such as ``PT, PTA``."""
        roles = dict.fromkeys(role.upper() for service in self.chart for role in service.roles)
        return ", ".join(roles)


@cache
def visits() -> Mapping[str, SimulatedVisit]:
    """Read the visits, by id and in the order of the file.

    Raises:
        RuleDataError: the file holds what is not a visit; names the visit.

    """
    every = yaml.load(FILE.read_bytes(), Loader=yaml.CSafeLoader)
    return {data["id"]: _visit(data, number) for number, data in enumerate(every, start=1)}


def _visit(data: Mapping[str, Any], number: int) -> SimulatedVisit:
    try:
        return SimulatedVisit(
            id=data["id"],
            number=number,
            title=data["title"],
            payer=data["payer"],
            on=date.fromisoformat(data["day"]),
            chart=tuple(_charted(line) for line in data["chart"]),
            charges=tuple(data.get("charges", ())),
        )
    except (KeyError, ValueError) as error:
        raise RuleDataError(f"{FILE.name}: {data.get('id')}: {error}") from error


def _charted(line: str) -> Charted:
    """Read one line of a chart.

    >>> _charted("97110 23min pta")
    Charted(code='97110', minutes=23, roles=('pta',), patients=None)
    """
    found = _whole(SERVICE, line)
    return Charted(
        code=found["code"],
        minutes=int(found["minutes"]) if found["minutes"] else None,
        roles=tuple(found["roles"].split("+")),
        patients=int(found["patients"]) if found["patients"] else None,
    )


def charges_of(visit: SimulatedVisit) -> list[Raw]:
    """Return the charges that the EHR starts with, as ChargeItems."""
    return [_charge(visit, n, _whole(CHARGE, line)) for n, line in enumerate(visit.charges, 1)]


def request_for(visit: SimulatedVisit, charges: Sequence[Raw]) -> Raw:
    """Return the CDS Hooks request that an EHR would send when the visit is signed."""
    return {
        "hook": VISIT_CHECK.hook,
        "hookInstance": str(uuid4()),
        "context": {
            "userId": f"Practitioner/sim-{visit.chart[0].roles[0]}",
            "patientId": f"sim-patient-{visit.number:02}",
            "encounterId": f"sim-visit-{visit.number:02}",
        },
        "prefetch": {
            "patient": _patient(visit),
            "encounter": _encounter(visit),
            "procedures": _bundle(_procedures(visit)),
            "coverage": _bundle([_coverage(visit)]),
            "charges": _bundle(charges),
        },
    }


def _patient(visit: SimulatedVisit) -> Raw:
    return {
        "resourceType": "Patient",
        "id": f"sim-patient-{visit.number:02}",
        "name": [{"text": visit.patient}],
    }


def _encounter(visit: SimulatedVisit) -> Raw:
    return {
        "resourceType": "Encounter",
        "id": f"sim-visit-{visit.number:02}",
        "extension": [{"url": structure("place-of-service"), "valueString": "11"}],
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": _subject(visit),
        "period": {"start": f"{visit.on}{BEGAN}"},
    }


def _procedures(visit: SimulatedVisit) -> list[Raw]:
    return [
        {
            "resourceType": "Procedure",
            "id": f"sim-{visit.number:02}-{n}",
            **_extensions(service),
            "status": "completed",
            "code": {"coding": [_coding(service.code)]},
            "subject": _subject(visit),
            "encounter": _reference("Encounter", f"sim-visit-{visit.number:02}"),
            "performedDateTime": f"{visit.on}{BEGAN}",
            "performer": [
                {
                    "function": {"coding": [{"system": ROLE_SYSTEM, "code": role}]},
                    "actor": _reference("Practitioner", f"sim-{role}"),
                }
                for role in service.roles
            ],
        }
        for n, service in enumerate(visit.chart, start=1)
    ]


def _extensions(service: Charted) -> Raw:
    """Return the minutes and the size of the group, where they are charted."""
    minute = {"unit": "min", "system": "http://unitsofmeasure.org", "code": "min"}
    said: list[Raw] = []
    if service.minutes is not None:
        quantity = {"value": service.minutes, **minute}
        said.append({"url": structure("service-minutes"), "valueQuantity": quantity})
    if service.patients:
        group = {"url": structure("patients-in-session"), "valuePositiveInt": service.patients}
        said.append(group)
    return {"extension": said} if said else {}


def _coverage(visit: SimulatedVisit) -> Raw:
    return {
        "resourceType": "Coverage",
        "id": f"sim-coverage-{visit.number:02}",
        "status": "active",
        "beneficiary": _subject(visit),
        "payor": [{"identifier": {"system": PROFILE_SYSTEM, "value": visit.payer}}],
    }


def _charge(visit: SimulatedVisit, n: int, line: re.Match[str]) -> Raw:
    concepts = [{"coding": [_coding(modifier)]} for modifier in line["modifiers"].split()]
    extensions = [
        {"url": structure("charge-modifier"), "valueCodeableConcept": concept}
        for concept in concepts
    ]
    return {
        "resourceType": "ChargeItem",
        "id": f"charge-{n}",
        **({"extension": extensions} if extensions else {}),
        "status": "planned",
        "code": {"coding": [_coding(line["code"])]},
        "subject": _subject(visit),
        "context": _reference("Encounter", f"sim-visit-{visit.number:02}"),
        "occurrenceDateTime": f"{visit.on}{BEGAN}",
        "quantity": {"value": int(line["units"])},
    }


def _bundle(resources: Sequence[Raw]) -> Raw:
    entries = [{"resource": resource} for resource in resources]
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        **({"entry": entries} if entries else {}),
    }


def _subject(visit: SimulatedVisit) -> Raw:
    return _reference("Patient", f"sim-patient-{visit.number:02}")


def _reference(kind: str, name: str) -> Raw:
    return {"reference": f"{kind}/{name}"}


def _coding(code: str) -> Raw:
    return {"system": HCPCS if code[0].isalpha() else CPT, "code": code}


def _whole(pattern: re.Pattern[str], line: str) -> re.Match[str]:
    found = pattern.fullmatch(line)
    if found is None:
        raise ValueError(f"cannot read the line {line!r}")
    return found
