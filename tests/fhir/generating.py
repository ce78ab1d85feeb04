"""Resources as EHRs might send them: legal ones, and ones with something spoiled."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import msgspec
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import strategies as st
from pydantic import ValidationError

from plugin.fhir import CPT, HCPCS, NUCC, SOPT, structure
from plugin.fhir.elements import (
    ChargeItem,
    Coverage,
    Encounter,
    Observation,
    Patient,
    Practitioner,
    PractitionerRole,
    Procedure,
    Resource,
)
from tests.fhir.building import Raw

MARK = "Zq7"  # stands for patient data: in what is generated, never in what is said about it
SNOMED = "http://snomed.info/sct"

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
    system=st.sampled_from([CPT, HCPCS, NUCC, SOPT, SNOMED]),
    code=st.sampled_from(["97110", "97140:59", "G0283", "225100000X", "121", MARK]),
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
    "valueCodeableConcept": concepts,
    "valueCoding": codings,
    "valueReference": references,
    "valuePeriod": periods,
    "valueIdentifier": identifiers,
}
urls = st.sampled_from([structure("service-minutes"), structure("charge-modifier"), "urn:other"])
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
KINDS: dict[type[Resource], tuple[Raw, Raw]] = {
    Patient: ({}, {"active": st.booleans(), "birthDate": days, "gender": st.just("other")}),
    Encounter: (
        {"status": st.sampled_from(["finished", "in-progress"]), "class": codings},
        {
            "subject": references,
            "period": periods,
            "participant": few(some(individual=references, period=periods, type=few(concepts))),
            "type": few(concepts),
            "_status": companions,
        },
    ),
    Procedure: (
        {"status": st.sampled_from(["completed", "not-done"]), "subject": references},
        {
            "code": concepts,
            "encounter": references,
            "performer": few(performers),
            "bodySite": few(concepts),
            "category": concepts,
            "reasonCode": few(concepts),
            "note": few(annotations),
            "_status": companions,
            "usedCode": few(concepts),
        },
    ),
    Coverage: (
        {"status": st.just("active"), "beneficiary": references, "payor": few(references)},
        {
            "type": concepts,
            "period": periods,
            "order": st.integers(1, 3),
            "class": few(
                st.fixed_dictionaries({"type": concepts, "value": said}, optional={"name": said})
            ),
            "subscriberId": said,
            "_order": companions,
        },
    ),
    ChargeItem: (
        {"status": st.just("planned"), "code": concepts, "subject": references},
        {
            "context": references,
            "quantity": quantities,
            "service": few(references),
            "performer": few(performers),
            "note": few(annotations),
            "priceOverride": st.just({"value": 12.5, "currency": "USD"}),
            "enteredDate": moments,
            "_status": companions,
        },
    ),
    Observation: (
        {"status": st.just("final"), "code": concepts},
        {
            "subject": references,
            "partOf": few(references),
            "valueQuantity": quantities,
            "effectiveDateTime": moments,
            "component": few(st.fixed_dictionaries({"code": concepts})),
            "note": few(annotations),
        },
    ),
    Practitioner: (
        {},
        {
            "qualification": few(
                st.fixed_dictionaries({"code": concepts}, optional={"period": periods})
            ),
            "name": few(some(family=said, given=few(said))),
            "active": st.booleans(),
        },
    ),
    PractitionerRole: (
        {},
        {
            "practitioner": references,
            "code": few(concepts),
            "specialty": few(concepts),
            "period": periods,
        },
    ),
}
CHOICES: dict[type[Resource], list[Raw]] = {
    Procedure: [{"performedDateTime": moments}, {"performedPeriod": periods}],
    ChargeItem: [{"occurrenceDateTime": moments}, {"occurrencePeriod": periods}],
}
JUNK: list[Any] = [
    None,
    MARK,
    f"Patient/{MARK}/{MARK}",
    "",
    " ",
    "2026-13-01",
    "2026-03-02T25:00:00Z",
    "33",
    0,
    -1,
    33,
    2.5,
    1e300,
    True,
    [],
    {},
    [None],
    [MARK],
    [[MARK]],
    {"unheard": MARK},
    {"resourceType": MARK},
]


@st.composite
def legal(draw: st.DrawFn, kind: type[Resource]) -> Raw:
    """A resource that breaks no rule of FHIR, with elements that are read and others."""
    required, optional = KINDS[kind]
    made: Raw = draw(picked(required, {**ANY, **optional}))
    for choice in draw(st.sampled_from([{}, *CHOICES.get(kind, [])])).items():
        made[choice[0]] = draw(choice[1])
    return {"resourceType": kind.__name__, **made}


@st.composite
def spoiled(draw: st.DrawFn, kind: type[Resource]) -> Raw:
    """A resource with a few things taken away, added or replaced, which may still be legal."""
    made = deepcopy(draw(legal(kind)))
    for _ in range(draw(st.integers(1, 3))):
        made.setdefault("language", "en-US")
        within, key = draw(st.sampled_from(list(parts(made))))
        match draw(st.sampled_from(["replace", "replace", "remove", "add"])):
            case "add" if isinstance(within, dict):
                within["unheard"] = MARK
            case "remove":
                del within[key]
            case _:
                within[key] = deepcopy(draw(st.sampled_from(JUNK)))
    return made


def unsettled(raw: Raw, kind: type[Resource]) -> bool:
    """Tell whether the models themselves fail, or let a null pass where FHIR requires a value."""
    try:
        canonical = modelled(raw)
        if canonical is not None:
            msgspec.convert(canonical, kind, strict=False)
    except (AttributeError, msgspec.ValidationError):
        return True
    return False


def parts(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a resource but the name of its type."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if _is_list(node) else ()
    for key in keys:
        if key != "resourceType":
            yield node, key
            yield from parts(node[key])


def _is_list(node: Any) -> bool:
    return isinstance(node, list)


def modelled(raw: Raw) -> Raw | None:
    """A resource in the models' own form; None when they refuse it."""
    try:
        model = get_fhir_model_class(raw["resourceType"]).model_validate(deepcopy(raw))
    except (ValidationError, KeyError):
        return None
    found: Raw = model.model_dump(mode="json")
    return found
