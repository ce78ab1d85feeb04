"""Resources as EHRs might send them: legal ones, and ones with something spoiled."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import msgspec
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import strategies as st
from pydantic import ValidationError

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
from tests.fhir.generating_beyond import BEYOND
from tests.fhir.values import (
    ANY,
    MARK,
    annotations,
    codings,
    companions,
    concepts,
    days,
    few,
    moments,
    performers,
    periods,
    picked,
    quantities,
    references,
    said,
    some,
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
            "reasonCode": few(concepts),
            "diagnosis": few(
                st.fixed_dictionaries(
                    {"condition": references}, optional={"rank": st.integers(1, 9)}
                )
            ),
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
            "reasonReference": few(references),
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
    **BEYOND,
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
