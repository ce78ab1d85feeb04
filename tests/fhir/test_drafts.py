"""A bill as one draft claim: what is read of it, and what is written."""

from dataclasses import replace
from typing import Any

import pytest

from plugin.fhir.naming import LINE_SYSTEM
from rules.model import Line
from tests.fhir.building import (
    DAY,
    TENANT,
    Raw,
    charge,
    concept,
    coverage,
    encounter,
    places,
    procedure,
    reading,
    ref,
    text_extension,
)
from tests.fhir.drafting import draft, item
from tests.fhir.writing import actions, prove

CLAIMS = replace(TENANT, write="claim")
NEW = Line(code="97110", units=2, modifiers=("59", "GP"), discipline="PT", services=("p1",))


def lines(*resources: Raw, **more: Any) -> list[tuple[str, tuple[str, int, tuple[str, ...]]]]:
    return [(x.id, x.charge) for x in reading(procedure(), *resources, **more).visit.lines]


def written(new: list[Line], *resources: Raw) -> Raw:
    found = reading(*resources, tenant=CLAIMS)
    (action,) = actions(found.visit.lines, new, found, "claim")
    resource: Raw = action["resource"]
    return resource


def test_a_draft_claim_is_read_as_charges_wherever_it_stands() -> None:
    one = draft(item("97110", 2, "59", "GP"), item("97140", 1, "GP", sequence=4))
    expected = [("k1/1", ("97110", 2, ("59", "GP"))), ("k1/4", ("97140", 1, ("GP",)))]
    assert lines(one) == expected
    assert lines(prefetch={"charges": one}) == expected


@pytest.mark.parametrize(
    "other",
    [
        {"status": "active"},
        {"use": "predetermination"},
        {"billablePeriod": {"start": "2026-03-01"}},
        {"billablePeriod": None},
        {"item": [item("97110", encounter=[ref("Encounter/other")])]},
        {"item": [item("97110", servicedDate="2026-03-01")]},
        {"item": None},
    ],
)
def test_claims_that_are_no_draft_of_this_visit_are_not_its_charges(other: Raw) -> None:
    found = reading(procedure(), draft(item("97110"), **other), charge("97140", 1))
    assert [line.id for line in found.visit.lines] == ["c1"]
    assert found.left_out == ()


def test_a_draft_claim_of_another_patient_is_left_out_and_named() -> None:
    found = reading(procedure(), draft(item("97110"), patient=ref("Patient/other")))
    assert (found.visit.lines, places(found)) == ((), ["claims.entry[0].resource.patient"])


@pytest.mark.parametrize(
    ("bad", "where"),
    [
        (item("97110", 1.5), "item[0].quantity"),
        (item("97110", productOrService={"text": "exercise"}), "item[0].productOrService"),
    ],
)
def test_an_item_that_cannot_be_judged_is_left_out_and_nothing_new_is_written(
    bad: Raw, where: str
) -> None:
    found = reading(procedure(), draft(bad))
    assert places(found) == [f"claims.entry[0].resource.{where}"]
    assert actions(found.visit.lines, [NEW], found, "claim") == []


def test_a_draft_that_is_no_fhir_is_left_out_and_nothing_new_is_written() -> None:
    found = reading(procedure(), draft(item("97110", sequence="first")), tenant=CLAIMS)
    assert places(found) == ["claims.entry[0].resource.item[0].sequence"]
    assert actions([], [NEW], found, "claim") == []


def test_a_second_draft_is_left_out_unless_it_is_the_same_written_twice() -> None:
    named = {"identifier": [{"system": LINE_SYSTEM, "value": "x"}]}
    other = draft(item("97140"), id="k2")
    found = reading(procedure(), draft(item("97110")), other)
    assert places(found) == ["claims.entry[1].resource"]
    twice = [draft(item("97110"), **named), draft(item("97110"), id="k2", **named)]
    found = reading(procedure(), *twice)
    assert (found.left_out, found.again) == ((), ("Claim/k2",))


def test_a_new_claim_says_what_is_known_and_marks_what_is_not() -> None:
    visit = encounter(serviceProvider=ref("https://ehr.example/Organization/clinic"))
    claim = written([NEW], procedure(reasonCode=[concept("M54.50", "x")]), visit, coverage())
    prove(claim)
    assert "created" not in claim
    (why,) = claim["_created"]["extension"]
    assert why["valueCode"] == "temp-unknown"
    assert claim["provider"] == ref("Organization/clinic")
    assert claim["insurance"] == [{"sequence": 1, "focal": True, "coverage": ref("Coverage/cov")}]
    assert claim["billablePeriod"] == {"start": DAY, "end": DAY}
    (line,) = claim["item"]
    assert line["procedureSequence"] == [1]
    assert claim["procedure"] == [{"sequence": 1, "procedureReference": ref("Procedure/p1")}]
    assert line["encounter"] == [ref("Encounter/enc")]
    assert claim["careTeam"] == [{"sequence": 1, "provider": ref("Practitioner/pt")}]
    assert [m["coding"][0]["code"] for m in line["modifier"]] == ["59", "GP"]


def test_what_nobody_told_is_marked_absent_and_never_made_up() -> None:
    bare = reading(procedure(role=""), prefetch={"coverage": None}, tenant=CLAIMS)
    (action,) = actions([], [NEW], bare, "claim")
    claim = action["resource"]
    for part in (claim["provider"], claim["insurance"][0]["coverage"]):
        assert part["extension"][0]["valueCode"] == "unknown"
    assert "careTeam" not in claim


def test_diagnoses_of_a_service_are_pointed_at() -> None:
    icd = "http://hl7.org/fhir/sid/icd-10-cm"
    why = [concept("M54.50", icd)], [concept("M54.50", icd), concept("R26.2", icd)]
    charted = [procedure(id=f"p{n}", reasonCode=r) for n, r in enumerate(why)]
    both = [replace(NEW, services=("p0",)), replace(NEW, code="97140", services=("p1",))]
    claim = written(both, *charted)
    assert [i["diagnosisSequence"] for i in claim["item"]] == [[1], [1, 2]]
    said = [d["diagnosisCodeableConcept"]["coding"][0]["code"] for d in claim["diagnosis"]]
    assert said == ["M54.50", "R26.2"]


def test_a_claim_names_the_charge_items_it_was_made_from() -> None:
    sent = charge("97110", 3, "GP")
    (line,) = reading(procedure(), sent).visit.lines
    claim = written([replace(line, units=2)], procedure(), sent)
    prove(claim)
    (info,) = claim["supportingInfo"]
    assert info["valueReference"] == ref("ChargeItem/c1")
    assert claim["item"][0]["informationSequence"] == [info["sequence"]]


def test_items_of_other_visits_and_all_that_is_unchanged_stay_as_they_were() -> None:
    money: Raw = {"net": {"value": 60, "currency": "USD"}}
    other = item("97530", 1, sequence=1, encounter=[ref("Encounter/other")])
    right = item("97140", 1, "GP", sequence=2, **money)
    wrong = item("97110", 3, "GP", sequence=5, revenue=concept("0420", "urn:r"), **money)
    sent = draft(other, right, wrong, total={"value": 120, "currency": "USD"}, note=None)
    found = reading(procedure(), sent)
    kept, line = found.visit.lines
    claim = written([kept, replace(line, units=2), NEW], procedure(), sent)
    prove(claim)
    assert claim["item"][:2] == [other, right]
    changed = {k: v for k, v in wrong.items() if k != "net"}
    assert claim["item"][2] == {**changed, "quantity": {"value": 2}}
    assert claim["item"][3]["sequence"] == 6
    rest = {"item", "total", "procedure", "careTeam"}
    assert {k: v for k, v in claim.items() if k not in rest} == {
        k: v for k, v in sent.items() if k not in rest
    }
    assert "total" not in claim


@pytest.mark.parametrize(
    ("sent", "new"),
    [
        pytest.param([], replace(NEW, modifiers=("59", "GP", "CQ", "KX", "95")), id="five"),
        pytest.param([charge("97140", 1, status="billed")], NEW, id="billed already"),
        pytest.param([draft(item("97140", 1), id=None)], NEW, id="no id"),
    ],
)
def test_nothing_is_written_where_a_claim_cannot_hold_it(sent: list[Raw], new: Line) -> None:
    found = reading(procedure(), *sent, tenant=CLAIMS)
    assert actions(found.visit.lines, [*found.visit.lines, new], found, "claim") == []


@pytest.mark.parametrize(("setting", "kind"), [(None, "professional"), ("131", "institutional")])
def test_the_setting_decides_the_type_of_claim(setting: str | None, kind: str) -> None:
    stated = [text_extension("type-of-bill", setting)] if setting else None
    claim = written([NEW], procedure(), encounter(extension=stated))
    assert claim["type"]["coding"][0]["code"] == kind
