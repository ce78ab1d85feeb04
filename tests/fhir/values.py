"""Elements as EHRs might send them, for generated resources."""

from typing import Any

from hypothesis import strategies as st

from plugin.fhir import CPT, HCPCS, NUCC, SOPT, structure
from tests.fhir.building import Raw

MARK = "Zq7"  # stands for patient data: in what is generated, never in what is said about it
SNOMED = "http://snomed.info/sct"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"

names = st.integers(0, 9).map(lambda n: f"{MARK}-{n}")
said = st.sampled_from([MARK, f"{MARK} said so", f"naïve {MARK} ✓", f" {MARK}"])
days = st.sampled_from(["2026", "2026-03", "2026-03-02", "2024-02-29"])
times = st.sampled_from(
    [
        "2026-03-02T09:00:00-05:00",
        "2026-03-02T23:30:00-05:00",
        "2026-03-02T09:30:00.5Z",
        "2026-03-02T09:45:00.123456+05:30",
        "2026-03-02T10:00:00-00:00",
        "2026-03-02T10:15:00+14:00",
    ]
)
moments = days | times
companions = st.fixed_dictionaries({"id": names}) | st.just(
    {"extension": [{"url": "urn:reason", "valueCode": "unknown"}]}
)


def some(**elements: st.SearchStrategy[Any]) -> st.SearchStrategy[Raw]:
    """An object with a few of these elements, at least one."""
    return picked({}, elements, least=1)


@st.composite
def picked(draw: st.DrawFn, required: Raw, optional: Raw, least: int = 0) -> Raw:
    """An object with what is required and a few of the optional elements."""
    names = st.lists(st.sampled_from([*optional]), min_size=least, max_size=4, unique=True)
    chosen = {**required, **{name: optional[name] for name in draw(names)}}
    return {name: draw(value) for name, value in chosen.items()}


def few(element: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(element, min_size=1, max_size=3)


identifiers = some(system=st.just("urn:mrn"), value=said, use=st.just("usual"))
references = some(
    reference=st.builds(
        "{}{}/{}{}".format,
        st.sampled_from(["", "https://ehr.example/fhir/"]),
        st.sampled_from(["Patient", "Encounter", "Practitioner", "Procedure"]),
        names,
        st.sampled_from(["", "/_history/2"]),
    )
    | st.just("urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"),
    display=said,
    identifier=identifiers,
    type=st.just("Patient"),
)
codings = some(
    system=st.sampled_from([CPT, HCPCS, NUCC, SOPT, SNOMED, ICD]),
    code=st.sampled_from(["97110", "97140:59", "G0283", "225100000X", "121", "M54.50", MARK]),
    display=said,
    version=said,
    userSelected=st.booleans(),
    extension=st.just([{"url": "urn:x", "valueCoding": {"code": "1"}}]),
)
concepts = some(coding=few(codings), text=said)
periods = some(start=moments, end=moments, _start=companions)
quantities = some(
    value=st.sampled_from([0, 8, 22, 33.5, 1e3, -1, 0.1]),
    unit=st.sampled_from(["min", "minutes", "h"]),
    system=st.just("http://unitsofmeasure.org"),
    code=st.sampled_from(["min", "h"]),
    comparator=st.just("<"),
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "valueQuantity": quantities,
    "valuePositiveInt": st.integers(1, 9),
    "valueUnsignedInt": st.integers(0, 9),
    "valueInteger": st.integers(-9, 9),
    "valueDecimal": st.sampled_from([1, 2.5, -0.25]),
    "valueCode": st.just("GP"),
    "valueString": said,
    "valueBoolean": st.booleans(),
    "valueDateTime": moments,
    "valueDate": days,
    "valueCodeableConcept": concepts,
    "valueCoding": codings,
    "valueReference": references,
    "valuePeriod": periods,
    "valueIdentifier": identifiers,
}
urls = st.sampled_from(
    [
        *map(structure, ("service-minutes", "charge-modifier", "supervision", "data-days")),
        *map(structure, ("patient-present", "certification", "telehealth-mode")),
        *("signedOn", "treatmentDaysSinceProgressReport", "urn:other"),
    ]
)
leaves = st.one_of(
    [st.fixed_dictionaries({"url": urls, name: value}) for name, value in VALUES.items()]
)
extensions = leaves | st.fixed_dictionaries({"url": urls, "extension": few(leaves)})
annotations = st.fixed_dictionaries({"text": said}, optional={"time": times, "authorString": said})
ANY: dict[str, st.SearchStrategy[Any]] = {
    "id": names,
    "meta": some(
        versionId=st.just("1"), lastUpdated=times, source=st.just("urn:ehr"), tag=few(codings)
    ),
    "implicitRules": st.just("urn:rules"),
    "language": st.just("en-US"),
    "_language": companions,
    "text": st.just(
        {
            "status": "generated",
            "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{MARK}</p></div>',
        }
    ),
    "extension": few(extensions),
    "modifierExtension": few(extensions),
    "identifier": few(identifiers),
    "contained": st.just([{"resourceType": "Organization", "id": "o", "name": MARK}]),
}
performers = st.fixed_dictionaries(
    {"actor": references}, optional={"function": concepts, "extension": few(extensions)}
)
