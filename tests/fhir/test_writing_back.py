"""What is written in any form is read back as the same lines."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.fhir.reader import Reading
from plugin.fhir.writer import ADAPTERS, WORDS
from plugin.tenants import Write
from rules.model import Line
from tests.fhir.building import (
    TENANT,
    Raw,
    charge,
    encounter,
    medplum,
    oracle,
    ours,
    procedure,
    reading,
    ref,
)
from tests.fhir.drafting import draft, item
from tests.fhir.writing import actions

FORMS = [form for form in ADAPTERS if form != WORDS]
CODES = ["97110", "97140", "97530", "G0283", "97150"]
SERVICES = [procedure(code, id=f"p{n}", minutes=30) for n, code in enumerate(CODES)]
REST = [*SERVICES, encounter(serviceProvider=ref("Organization/clinic"))]
modifiers = st.lists(
    st.sampled_from(["59", "XS", "GP", "GO", "CQ", "KX", "95"]), unique=True, max_size=4
).map(tuple)
units = st.integers(1, 20)
codes = st.sampled_from(CODES)
new_lines = st.builds(Line, code=codes, units=units, modifiers=modifiers)
ENCODINGS: dict[str, Callable[[str, int], Raw]] = {
    "ours": lambda m, _: ours(m),
    "medplum": lambda m, _: medplum(m),
    "oracle": lambda m, n: oracle(m, valueUnsignedInt=n),
}


@st.composite
def held(draw: st.DrawFn) -> list[Raw]:
    """Charges that an EHR holds: ChargeItems in any encoding, or one draft claim."""
    lines: list[Line] = draw(st.lists(new_lines, max_size=3))
    drafted: bool = draw(st.booleans())
    if lines and drafted:
        items = [item(x.code, x.units, *x.modifiers, sequence=n) for n, x in enumerate(lines, 1)]
        return [draft(*items)]
    encode = ENCODINGS[draw(st.sampled_from(sorted(ENCODINGS)))]
    return [
        charge(
            line.code,
            line.units,
            id=f"c{n}",
            extension=[encode(m, i) for i, m in enumerate(line.modifiers, 1)] or None,
        )
        for n, line in enumerate(lines)
    ]


@st.composite
def better(draw: st.DrawFn, old: Sequence[Line]) -> list[Line]:
    """Another bill: some lines gone, some changed, some new."""
    kept = [line for line in old if draw(st.booleans())]
    changed = [
        replace(x, code=draw(codes), units=draw(units), modifiers=draw(modifiers))
        if draw(st.booleans())
        else x
        for x in kept
    ]
    return [*changed, *draw(st.lists(new_lines, max_size=3))]


def kept_by(resources: list[Raw], done: list[Raw]) -> list[Raw]:
    """What an EHR holds after it has done as it was asked."""
    every = {f"{x['resourceType']}/{x['id']}": x for x in resources}
    for number, action in enumerate(done):
        if action["type"] == "delete":
            del every[action["resourceId"]]
        else:
            made = {"id": f"new-{number}", **action["resource"]}
            every[f"{made['resourceType']}/{made['id']}"] = made
    return [*every.values()]


def read_for(form: Write, resources: list[Raw]) -> Reading:
    return reading(*REST, *deepcopy(resources), tenant=replace(TENANT, write=form))


def billed(lines: Sequence[Line]) -> list[tuple[str, int, tuple[str, ...]]]:
    return sorted(line.charge for line in lines)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_is_written_is_read_back_as_it_was_meant(form: Write, data: st.DataObject) -> None:
    resources = data.draw(held())
    found = read_for(form, resources)
    new = data.draw(better(found.visit.lines))
    if not new and form == "claim" and found.draft is None:
        return  # an empty claim beside charges is none
    done = actions(found.visit.lines, new, found, form)
    after = read_for(form, kept_by(resources, done))
    assert billed(after.visit.lines) == billed(new) or not done
    assert bool(done) or billed(found.visit.lines) == billed(new)
    again = actions(after.visit.lines, after.visit.lines, after, form)
    assert again == []


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_what_else_the_ehr_had_said_stays(form: Write, data: st.DataObject) -> None:
    resources = data.draw(held())
    for each in resources:
        each["extension"] = [*each.get("extension", []), {"url": "urn:ehr", "valueCode": "kept"}]
        each["meta"] = {"versionId": "7"}
    found = read_for(form, resources)
    new = [replace(line, units=line.units + 1) for line in found.visit.lines]
    before = {x["id"]: x for x in resources}
    for action in actions(found.visit.lines, new, found, form):
        if action["type"] == "update":
            was, now = before[action["resource"]["id"]], action["resource"]
            assert {"url": "urn:ehr", "valueCode": "kept"} in now["extension"]
            changing = {"quantity", "extension", "item", "total"}
            assert {k: v for k, v in now.items() if k not in changing} == {
                k: v for k, v in was.items() if k not in changing
            }


def test_every_form_that_a_site_may_name_has_its_adapter() -> None:
    assert set(ADAPTERS) == set(get_args(Write))


def test_oracles_own_words_about_a_modifier_stay_with_it() -> None:
    schedule: Raw = {"url": "urn:schedule", "valueCoding": {"code": "3692"}}
    first, second = oracle("GP", valueUnsignedInt=1), oracle("KX", valueUnsignedInt=2)
    first["extension"][0]["valueCodeableConcept"]["coding"][0]["extension"] = [schedule]
    sent = charge("97110", 2, extension=[first, second])
    found = reading(procedure(), sent)
    (line,) = found.visit.lines
    new = [replace(line, modifiers=("59", "GP"))]
    (action,) = actions([line], new, found, "chargeitem-oracle")
    added, kept = action["resource"]["extension"]
    assert kept["extension"][0] == first["extension"][0]
    assert [x["extension"][-1]["valueUnsignedInt"] for x in (added, kept)] == [1, 2]
    assert added["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == "59"
