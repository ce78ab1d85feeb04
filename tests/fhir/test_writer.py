"""Lines out as FHIR: what is created and removed, and what is left alone."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from plugin.fhir import CPT, HCPCS, structure
from plugin.fhir.naming import LINE_SYSTEM
from plugin.fhir.reader import Reading
from plugin.fhir.writer import write
from plugin.fhir.writing.plan import affirmation, differs, told
from rules.model import Fix, Line
from tests.fhir.building import (
    START,
    Raw,
    charge,
    coding,
    encounter,
    medplum,
    oracle,
    ours,
    performer,
    practitioner,
    procedure,
    reading,
    ref,
)
from tests.fhir.writing import actions, modifiers, suggested, written

NEW = Line(code="97110", units=2, modifiers=("GP",), discipline="PT", services=("p1",))


def test_a_new_line_is_created_as_the_contract_shows() -> None:
    line = Line(code="97110", units=2, modifiers=("59", "GP"), discipline="PT", services=("p1",))
    (action,) = written([line], procedure(performedDateTime=START))
    resource = action["resource"]
    (identifier,) = resource.pop("identifier")
    assert action["type"] == "create"
    assert set(action) == {"type", "description", "resource", "extension"}
    assert identifier["system"] == LINE_SYSTEM
    found = f"identifier={LINE_SYSTEM}|{identifier['value']}"
    assert action["extension"] == {"davinci-crd.if-none-exist": found}
    assert resource == {
        "resourceType": "ChargeItem",
        "status": "planned",
        "code": {"coding": [{"system": CPT, "code": "97110"}]},
        "subject": {"reference": "Patient/pat"},
        "context": {"reference": "Encounter/enc"},
        "occurrenceDateTime": START,
        "performer": [{"actor": {"reference": "Practitioner/pt"}}],
        "quantity": {"value": 2},
        "service": [{"reference": "Procedure/p1"}],
        "extension": [
            {
                "url": structure("charge-modifier"),
                "valueCodeableConcept": {"coding": [{"system": system, "code": code}]},
            }
            for system, code in ((CPT, "59"), (HCPCS, "GP"))
        ],
    }


def test_nothing_empty_is_written() -> None:
    bare = Line(code="97110", units=1)
    (action,) = written([bare], procedure(role=""))
    assert not {"extension", "performer", "service", "id"} & set(action["resource"])
    assert not [value for value in action["resource"].values() if not value]


@pytest.mark.parametrize(
    ("code", "system"), [("97110", CPT), ("G0283", HCPCS), ("0552T", CPT), ("Q4049", HCPCS)]
)
def test_a_code_that_starts_with_a_letter_is_hcpcs(code: str, system: str) -> None:
    (action,) = written([replace(NEW, code=code)], procedure())
    assert action["resource"]["code"] == {"coding": [{"system": system, "code": code}]}


def test_modifiers_keep_their_order_and_each_has_its_own_system() -> None:
    line = replace(NEW, modifiers=("59", "XE", "CQ", "GP", "KX", "95"))
    (action,) = written([line], procedure())
    assert modifiers(action["resource"]) == [
        {"system": CPT if code in ("59", "95") else HCPCS, "code": code} for code in line.modifiers
    ]


def test_everybody_who_furnished_a_lines_services_is_named_once() -> None:
    charted = [
        procedure(id="p1", role="pt+pta"),
        procedure(id="p2", performer=[performer(actor="https://ehr.example/Practitioner/pt")]),
        procedure(id="p3", role="ot"),
    ]
    (action,) = written([replace(NEW, services=("p1", "p2"))], *charted)
    assert action["resource"]["performer"] == [
        {"actor": ref("Practitioner/pt")},
        {"actor": ref("Practitioner/pta")},
    ]
    assert action["resource"]["service"] == [ref("Procedure/p1"), ref("Procedure/p2")]


def test_the_name_of_nobody_is_carried_into_a_charge() -> None:
    actor = {"reference": "Practitioner/dr1", "display": "Dr. Marker"}
    (action,) = written([NEW], procedure(performer=[{"actor": actor}]))
    assert "Marker" not in repr(action)


def test_a_performer_contained_in_a_service_is_not_carried_into_a_charge() -> None:
    inside: dict[str, Any] = {
        "contained": [practitioner("225100000X")],
        "performer": [performer(actor="#dr1")],
    }
    (action,) = written([NEW], procedure(**inside))
    assert "performer" not in action["resource"]


def identifiers(new: Sequence[Line], *resources: Raw) -> list[str]:
    made = [a["resource"]["identifier"] for a in written(new, *resources) if a["type"] == "create"]
    return [identifier["value"] for (identifier,) in made]


LINES = [
    NEW,
    replace(NEW, modifiers=("GP", "CQ")),
    replace(NEW, code="97140"),
    replace(NEW, discipline="OT"),
    replace(NEW, discipline=None),
]


def test_every_line_has_an_identifier_of_its_own_and_it_stays_the_same() -> None:
    first = identifiers(LINES, procedure())
    assert len(set(first)) == len(LINES)
    assert identifiers(LINES, procedure()) == first
    assert identifiers([replace(line, units=9) for line in LINES], procedure()) == first


def test_identifiers_differ_between_visits_and_days_and_tell_nothing_of_the_patient() -> None:
    (one,) = identifiers([NEW], procedure())
    (next_day,) = identifiers([NEW], procedure(performedDateTime="2026-03-03"))
    found = reading(encounter(id="e2"), procedure(encounter=ref("Encounter/e2")), encounter_id="e2")
    (other,) = [a["resource"]["identifier"][0]["value"] for a in actions([], [NEW], found)]
    assert len({one, next_day, other}) == 3
    assert "pat" not in one


def test_an_identifier_stays_the_same_however_the_time_of_day_is_charted() -> None:
    charted = [procedure(), procedure(performedDateTime=START)]
    one, two = (identifiers([NEW], p) for p in charted)
    assert one == two


def test_an_identifier_that_a_charge_bears_already_is_not_given_again() -> None:
    assisted = replace(NEW, modifiers=("GP", "CQ"))
    *_, second = written([NEW, assisted], procedure())
    held = {**second["resource"], "id": "c2"}
    (line,) = reading(procedure(), held).visit.lines
    (fresh,) = identifiers([line, NEW], procedure(), held)
    assert fresh != held["identifier"][0]["value"]


def test_a_line_that_falls_away_is_deleted_by_its_id() -> None:
    keep, drop = charge(id="c1"), charge("97140", id="c2")
    found = reading(procedure(), keep, drop)
    (action,) = written(found.visit.lines[:1], procedure(), keep, drop)
    assert (action["type"], action["resourceId"]) == ("delete", "ChargeItem/c2")
    assert set(action) == {"type", "description", "resourceId"}


def test_one_suggestion_may_create_change_and_delete() -> None:
    sent = [charge(id="c1"), charge("97140", 1, id="c2"), charge("97035", 1, id="c3")]
    one, _, three = reading(procedure(), *sent).visit.lines
    made = written([replace(one, units=1), three, NEW], procedure(), *sent)
    assert sorted(action["type"] for action in made) == ["create", "delete", "update"]
    assert len({action["description"] for action in made}) == 3


def test_a_split_line_is_changed_once_and_created_once() -> None:
    sent = charge("97110", 3, "GP")
    (line,) = reading(procedure(), sent).visit.lines
    assisted = replace(line, id="", units=1, modifiers=("GP", "CQ"))
    made = written([replace(line, units=2), assisted], procedure(), sent)
    assert [action["type"] for action in made] == ["update", "create"]
    assert [action["resource"]["quantity"]["value"] for action in made] == [2, 1]


@pytest.mark.parametrize(
    "sent",
    [
        [],
        [charge("97110", 2, "GP")],
        [charge("97140:59", 1, extension=[oracle("GP", valuePositiveInt=1)])],
        [charge("97110", 1, extension=[medplum("GP")]), charge("97110", 1, "GP", id="c2")],
        [charge(id=None), charge(id="c2", status="billed")],
    ],
)
def test_a_bill_that_is_right_already_needs_no_action(sent: list[Raw]) -> None:
    found = reading(procedure(), *sent)
    assert actions(found.visit.lines, found.visit.lines, found) == []
    assert not differs(found.visit.lines, found.visit.lines)


def test_the_order_of_lines_is_no_difference() -> None:
    found = reading(procedure(), charge(), charge("97140", id="c2"))
    assert actions(found.visit.lines, found.visit.lines[::-1], found) == []
    assert not differs(found.visit.lines, found.visit.lines[::-1])


@pytest.mark.parametrize("stuck", [{"status": "billed"}, {"id": None}])
def test_nothing_is_done_when_a_charge_would_change_that_cannot(stuck: Raw) -> None:
    found = reading(procedure(), charge(**stuck), charge("97140", id="c2"))
    held, free = found.visit.lines
    for new in (
        [free],
        [replace(held, units=9), free],
        [replace(held, modifiers=("GP",)), replace(free, units=9)],
        [NEW],
    ):
        assert actions(found.visit.lines, new, found) == []
        assert differs(found.visit.lines, new)


@pytest.mark.parametrize("stuck", [{"status": "billed"}, {"id": None}])
def test_other_charges_may_change_beside_one_that_cannot(stuck: Raw) -> None:
    sent = [procedure(), charge(**stuck), charge("97140", id="c2")]
    held, free = reading(*sent).visit.lines
    made = written([held, replace(free, units=1), NEW], *sent)
    assert [action["type"] for action in made] == ["update", "create"]


@pytest.mark.parametrize(
    "change",
    [{"units": 1}, {"modifiers": ("GP",)}, {"modifiers": ("CQ", "GP")}, {"code": "97140"}],
)
def test_a_bill_differs_by_code_units_modifiers_and_their_order(change: dict[str, Any]) -> None:
    old = (Line(id="c1", code="97110", units=2, modifiers=("GP", "CQ")),)
    assert differs(old, (replace(old[0], **change),))
    assert differs(old, (*old, NEW))
    assert differs(old, ())


def test_discipline_and_services_alone_make_no_difference() -> None:
    old = (Line(id="c1", code="97110", units=2),)
    found: Reading = reading(procedure(), charge())
    new = [replace(old[0], discipline="PT", services=("p1",))]
    assert not differs(old, new)
    assert actions(old, new, found) == []


UNFINISHED: Raw = {
    "resourceType": "Bundle",
    "type": "searchset",
    "link": [{"relation": "next", "url": "https://ehr.example/fhir/next"}],
}


@pytest.mark.parametrize(
    "charges",
    [
        pytest.param(charge("97110", 1.5), id="units that are no whole number"),
        pytest.param(charge(unheard=1), id="a charge that is not FHIR"),
        pytest.param(charge(code={"text": "therapeutic exercise"}), id="a code in words"),
        pytest.param({"resourceType": "OperationOutcome", "issue": []}, id="an error"),
        pytest.param(UNFINISHED, id="a page of several"),
    ],
)
def test_nothing_is_created_while_a_charge_may_be_there_unread(charges: Raw) -> None:
    charted = procedure(minutes=30)
    assert [action["type"] for action in suggested(charted, recommended=True)] == ["create"]
    assert suggested(charted, recommended=True, prefetch={"charges": charges}) == []


@pytest.mark.parametrize("stuck", [{"status": "billed"}, {"id": None}])
def test_no_modifier_is_offered_for_a_charge_that_cannot_change(stuck: Raw) -> None:
    pair = {"97110": 2, "97150": 1}
    charted = [procedure(code, id=code, minutes=30) for code in pair]
    free = [charge(code, units, "GP", id=f"c{code}") for code, units in pair.items()]
    held = [{k: v for k, v in {**c, **stuck}.items() if v} for c in free]
    assert suggested(*charted, *free, recommended=False)
    assert suggested(*charted, *held, recommended=False) == []


def test_what_a_person_affirms_is_written_whether_the_ehr_holds_the_line_or_not() -> None:
    found = reading(procedure(), charge("97140", 1, "GP"))
    (line,) = found.visit.lines
    both = [line, NEW]
    (held,) = write(affirmation(adding("59", line), both, found), "chargeitem")
    assert (held["type"], held["resource"]["id"]) == ("update", "c1")
    assert modifiers(held["resource"]) == [coding("59"), coding("GP")]
    (fresh,) = write(affirmation(adding("59", NEW), both, found), "chargeitem")
    assert (fresh["type"], fresh["resource"]["status"]) == ("create", "planned")
    assert fresh["description"] == "they were separate"
    (plain,) = actions([line], both, found)
    shared, own = fresh["resource"].pop("identifier")
    assert plain["resource"].pop("identifier") == [shared]
    assert own["value"] == f"{shared['value']}-59-GP"
    assert fresh["resource"].pop("extension") == [ours("59"), ours("GP")]
    assert plain["resource"].pop("extension") == [ours("GP")]
    assert fresh["resource"] == plain["resource"]


def adding(modifier: str, line: Line) -> Fix:
    better = replace(line, modifiers=(modifier, *line.modifiers))
    return Fix(f"Add {modifier}", (line,), (better,), "they were separate")


def test_descriptions_say_what_a_person_would() -> None:
    found = reading(procedure(), charge("97110", 3, "GP"), charge("97035", 1, id="c2"))
    line = replace(found.visit.lines[0], units=2)
    new = Line(code="97140", units=1, modifiers=("59", "GP"))
    said = [action["description"] for action in actions(found.visit.lines, [line, new], found)]
    assert said == ["Remove 97035 ×1", "Change to 97110 ×2 GP", "Add 97140 ×1 59 GP"]
    assert told(new) == "97140 ×1 59 GP"
