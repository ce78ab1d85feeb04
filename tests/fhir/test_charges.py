"""The charges that the EHR holds already, however it writes them."""

from typing import Any

import pytest

from plugin.fhir import CPT, HCPCS
from tests.fhir.building import (
    DAY,
    Raw,
    at,
    charge,
    coding,
    concept,
    encounter,
    line_of,
    medplum,
    oracle,
    ours,
    places,
    procedure,
    reading,
    ref,
)


def names(*charges: Raw) -> list[str]:
    return [line.id for line in reading(procedure(), *charges).visit.lines]


def test_a_charge_is_a_line_of_code_units_and_modifiers_under_its_id() -> None:
    line = line_of(procedure(), charge("97110", 3, "GP", "CQ", id="c7"))
    assert (line.id, line.charge) == ("c7", ("97110", 3, ("GP", "CQ")))
    assert line.discipline == "PT"


@pytest.mark.parametrize("status", ["planned", "billable", "not-billable", "billed"])
def test_charges_that_stand_are_read(status: str) -> None:
    assert names(charge(status=status)) == ["c1"]


@pytest.mark.parametrize("status", ["aborted", "entered-in-error", "unknown"])
def test_charges_that_do_not_stand_are_ignored(status: str) -> None:
    found = reading(procedure(), charge(status=status))
    assert (found.visit.lines, found.left_out) == ((), ())


def test_a_charge_that_is_billed_already_is_locked_and_no_other() -> None:
    every = [charge(id=s, status=s) for s in ("planned", "billed", "billable", "not-billable")]
    found = reading(procedure(), *every)
    assert found.locked == ("billed",)
    assert len(found.visit.lines) == 4


@pytest.mark.parametrize(
    "mine",
    [
        {"context": ref("https://ehr.example/fhir/Encounter/enc/_history/2")},
        {"context": None},
        {"occurrenceDateTime": DAY},
        {"occurrenceDateTime": at("23:59")},
        {"occurrenceDateTime": "2026-03"},
        {"occurrencePeriod": {"start": at("09:00")}},
        {"occurrencePeriod": {"end": at("09:00")}},
        {"context": None, "occurrenceDateTime": DAY},
        {"context": ref("EpisodeOfCare/e"), "occurrenceDateTime": DAY},
    ],
)
def test_charges_of_the_visit_and_its_day_are_read(mine: Raw) -> None:
    assert names(charge(**mine)) == ["c1"]


@pytest.mark.parametrize(
    "other",
    [
        {"context": ref("Encounter/other")},
        {"occurrenceDateTime": "2026-03-01"},
        {"occurrenceDateTime": "2026-03-03T00:01:00-05:00"},
        {"occurrencePeriod": {"start": at("09:00", "2026-03-03")}},
        {"context": None, "occurrenceDateTime": "2026-03-01"},
        {"context": ref("EpisodeOfCare/e"), "occurrenceDateTime": "2026-03-01"},
        {"context": ref("EpisodeOfCare/e")},
    ],
)
def test_charges_of_another_visit_or_day_are_not_this_visits(other: Raw) -> None:
    found = reading(procedure(), charge(**other), charge(id="c2"))
    assert [line.id for line in found.visit.lines] == ["c2"]
    assert found.left_out == ()


def test_a_charge_of_another_patient_is_left_out_and_named() -> None:
    found = reading(procedure(), charge(subject=ref("Patient/other")), charge(id="c2"))
    assert [line.id for line in found.visit.lines] == ["c2"]
    assert places(found) == ["charges.entry[0].resource.subject"]


def test_charges_are_read_for_the_day_that_is_judged() -> None:
    stay = encounter(period={"start": "2026-02-20"})
    every = [charge(id=f"c{n}", occurrenceDateTime=f"2026-03-0{n}") for n in (1, 2, 3)]
    found = reading(stay, procedure(performedDateTime="2026-03-02"), *every)
    assert [line.id for line in found.visit.lines] == ["c2"]


@pytest.mark.parametrize(
    ("quantity", "units"),
    [
        ({"value": 1}, 1),
        ({"value": 3}, 3),
        ({"value": 2.0}, 2),
        ({"value": 2, "unit": "units", "code": "1"}, 2),
        ({"unit": "units"}, 1),
        (None, 1),
    ],
)
def test_units_are_the_quantity_and_one_when_there_is_none(
    quantity: Raw | None, units: int
) -> None:
    assert line_of(procedure(), charge(quantity=quantity)).units == units


@pytest.mark.parametrize("value", [0, -1, 0.5, 1.5, 2.25, float("1e400")])
def test_a_charge_without_a_whole_number_of_units_is_left_out_and_named(value: float) -> None:
    found = reading(procedure(), charge("97110", value), charge(id="c2"))
    assert [line.id for line in found.visit.lines] == ["c2"]
    assert places(found) == ["charges.entry[0].resource.quantity"]


@pytest.mark.parametrize(
    "code",
    [
        {"text": "therapeutic exercise"},
        concept("97110", "urn:local"),
        {"coding": [{"code": "97110"}]},
        {"coding": []},
        {},
    ],
)
def test_a_charge_without_a_cpt_or_hcpcs_code_is_left_out_and_named(code: Raw) -> None:
    found = reading(procedure(), charge(code=code), charge(id="c2"))
    assert [line.id for line in found.visit.lines] == ["c2"]
    assert places(found) == ["charges.entry[0].resource.code"]


def test_a_code_may_stand_among_local_ones() -> None:
    several = {"coding": [coding("TX-7", "urn:local"), coding("97140"), coding("97110")]}
    assert line_of(procedure(), charge(code=several)).code == "97140"


@pytest.mark.parametrize("code", ["97110", "G0283"])
@pytest.mark.parametrize("system", [CPT, HCPCS])
def test_both_systems_are_read_for_any_code(system: str, code: str) -> None:
    assert line_of(procedure(), charge(code=concept(code, system))).code == code
    assert reading(procedure(code=concept(code, system))).visit.services[0].code == code


JOINED = {"code": concept("97140:59")}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param({"extension": [ours("59"), ours("GP")]}, ("59", "GP"), id="ours"),
        pytest.param({"extension": [medplum("59"), medplum("GP")]}, ("59", "GP"), id="Medplum's"),
        pytest.param(
            {"extension": [oracle("59", valuePositiveInt=1), oracle("GP", valuePositiveInt=2)]},
            ("59", "GP"),
            id="Oracle's, in order",
        ),
        pytest.param(
            {"extension": [oracle("GP", valuePositiveInt=2), oracle("59", valuePositiveInt=1)]},
            ("59", "GP"),
            id="Oracle's, by priority",
        ),
        pytest.param(
            {"extension": [oracle("GP", valueInteger=3), oracle("59", valueInteger=1)]},
            ("59", "GP"),
            id="Oracle's, priority a plain number",
        ),
        pytest.param(
            {"extension": [oracle("GP", valueUnsignedInt=2), oracle("59", valueUnsignedInt=1)]},
            ("59", "GP"),
            id="Oracle's, priority an unsigned number",
        ),
        pytest.param(
            {"extension": [oracle("59"), oracle("GP")]}, ("59", "GP"), id="Oracle's, no priority"
        ),
        pytest.param(JOINED, ("59",), id="joined to the code"),
        pytest.param({"code": concept("97140:59:GP")}, ("59", "GP"), id="several joined"),
        pytest.param(
            {**JOINED, "extension": [ours("GP")]}, ("59", "GP"), id="joined before the rest"
        ),
        pytest.param({**JOINED, "extension": [ours("59")]}, ("59",), id="the same in two ways"),
        pytest.param({"extension": [ours("gp"), ours(" cq ")]}, ("GP", "CQ"), id="small letters"),
        pytest.param({"extension": [ours("GP"), ours("GP")]}, ("GP",), id="twice"),
        pytest.param(
            {"extension": [{"url": "urn:note", "valueString": "GP"}, ours("GO")]},
            ("GO",),
            id="among other extensions",
        ),
        pytest.param(
            {"extension": [ours("GP"), {"url": ours("GP")["url"]}]}, ("GP",), id="an empty one"
        ),
        pytest.param({}, (), id="none"),
    ],
)
def test_modifiers_are_read_in_order_from_any_encoding(
    written: dict[str, Any], expected: tuple[str, ...]
) -> None:
    line = line_of(procedure(), charge("97140", 1, **written))
    assert (line.code, line.modifiers) == ("97140", expected)


@pytest.mark.parametrize(
    "value",
    [
        {"valueCodeableConcept": {"coding": [{"display": "none"}, {"code": "GP"}]}},
        {"valueCoding": coding("GP")},
        {"valueCode": "GP"},
        {"valueString": "GP"},
        {"extension": [{"url": "code", "valueCoding": coding("GP")}]},
        {"extension": [{"url": "code", "valueCode": "GP"}]},
        {"extension": [{"url": "priority", "valueString": "1"}, {"url": "c", "valueString": "GP"}]},
    ],
)
@pytest.mark.parametrize("url", [ours("GP")["url"], medplum("GP")["url"], oracle("GP")["url"]])
def test_a_modifier_is_read_from_any_type_of_value(url: str, value: Raw) -> None:
    assert line_of(procedure(), charge(extension=[{"url": url, **value}])).modifiers == ("GP",)


TWO = [procedure("97110", id="p1", role="pt"), procedure("97530", id="p2", role="ot")]


@pytest.mark.parametrize(
    ("sent", "discipline"),
    [
        pytest.param(charge("97530", service=[ref("Procedure/p1")]), "PT", id="of its services"),
        pytest.param(charge("97530", 1, "GP"), "OT", id="else of its code's services"),
        pytest.param(charge("97140", 1, "GO"), "OT", id="else of its modifier"),
        pytest.param(charge("97140", 1), None, id="else unknown when the visit has two"),
    ],
)
def test_a_charge_belongs_to_a_discipline(sent: Raw, discipline: str | None) -> None:
    assert line_of(*TWO, sent).discipline == discipline


def test_a_charge_of_a_visit_with_one_discipline_belongs_to_it() -> None:
    assert line_of(procedure(role="slp"), charge("92507", 1)).discipline == "SLP"


def test_a_charge_without_an_id_is_numbered_and_kept_as_received() -> None:
    found = reading(procedure(), charge(id="c1"), charge("97140", id=None), charge(id=None))
    assert [line.id for line in found.visit.lines] == ["c1", "#1", "#2"]
    assert found.charges["#1"] == charge("97140", id=None)


def test_charges_are_kept_as_received() -> None:
    sent = charge("97140", 1, "GP", note=[{"text": "seen"}], enteredDate=DAY)
    found = reading(procedure(), sent)
    assert found.charges == {"c1": sent}
