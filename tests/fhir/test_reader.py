"""Which visit a request is about, on which day, with which services."""

from datetime import date
from typing import Any

import pytest

from plugin.errors import RefusedError
from tests.fhir.building import (
    DAY,
    END,
    START,
    Raw,
    at,
    encounter,
    places,
    procedure,
    reading,
    ref,
    span,
)

URN = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"
MARK = "Zq7"  # stands for patient data, which no refusal may repeat


def ids(*resources: Raw, **more: Any) -> list[str]:
    return [service.id for service in reading(*resources, **more).visit.services]


def refused(*resources: Raw, **more: Any) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        reading(*resources, **more)
    return caught.value


OTHER_DAY = {"period": {"start": "2026-03-01T09:00:00-05:00"}}


@pytest.mark.parametrize(
    ("performed", "expected"),
    [
        pytest.param({"performedPeriod": {"start": START, "end": END}}, DAY, id="period start"),
        pytest.param({"performedDateTime": START}, DAY, id="dateTime"),
        pytest.param({"performedDateTime": DAY}, DAY, id="a day alone"),
        pytest.param({"performedDateTime": None}, "2026-03-01", id="else the encounter"),
        pytest.param({"performedPeriod": {"end": END}}, "2026-03-01", id="a period without start"),
        pytest.param({"performedDateTime": "2026-03"}, "2026-03-01", id="a month is no day"),
        pytest.param({"performedDateTime": "2026"}, "2026-03-01", id="a year is no day"),
        pytest.param({"performedString": MARK}, DAY, id="words beside a day"),
        pytest.param(
            {"performedDateTime": None, "performedAge": {"value": 80}}, "2026-03-01", id="an age"
        ),
        pytest.param({"status": "not-done"}, "2026-03-01", id="what was not done has no day"),
    ],
)
def test_the_date_of_service_is_the_services_day_else_the_encounters(
    performed: Raw, expected: str
) -> None:
    found = reading(encounter(**OTHER_DAY), procedure(**performed))
    assert found.visit.date_of_service == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("begun", "expected"),
    [
        ("2026-03-02T23:30:00-05:00", "2026-03-02"),
        ("2026-03-03T04:30:00Z", "2026-03-03"),
        ("2026-03-03T00:30:00+01:00", "2026-03-03"),
        ("2026-03-02T00:00:00.000+14:00", "2026-03-02"),
        ("2024-02-29T12:00:00-06:00", "2024-02-29"),
    ],
)
@pytest.mark.parametrize("where", ["dateTime", "period", "encounter"])
def test_the_day_is_the_one_in_the_offset_given(where: str, begun: str, expected: str) -> None:
    sent = {
        "dateTime": [procedure(performedDateTime=begun)],
        "period": [procedure(performedPeriod={"start": begun})],
        "encounter": [encounter(period={"start": begun}), procedure(performedDateTime=None)],
    }[where]
    assert reading(*sent).visit.date_of_service == date.fromisoformat(expected)


def test_a_visit_is_judged_for_the_day_it_began_when_anything_was_charted_then() -> None:
    night = procedure(id="p2", performedDateTime="2026-03-03T00:10:00-05:00")
    found = reading(procedure(performedDateTime=at("23:30")), night)
    assert found.visit.date_of_service == date(2026, 3, 2)
    assert [s.id for s in found.visit.services] == ["p1"]
    assert [line for line in found.unread if line.startswith("procedures")]


def test_an_encounter_that_spans_days_is_judged_for_the_last_day_charted() -> None:
    stay = encounter(period={"start": "2026-02-20", "end": "2026-03-20"})
    charted = [
        procedure(id=f"p{n}", performedDateTime=f"2026-03-0{n}", encounter=where)
        for n, where in ((1, ref("Encounter/enc")), (2, ref("Encounter/enc")), (3, None))
    ]
    found = reading(stay, *charted)
    assert found.visit.date_of_service == date(2026, 3, 2)
    assert [s.id for s in found.visit.services] == ["p2"]


def test_a_service_without_an_encounter_does_not_decide_the_day() -> None:
    charted = [procedure(performedDateTime="2026-03-03"), procedure(id="p2", encounter=None)]
    found = reading(*charted)
    assert found.visit.date_of_service == date(2026, 3, 3)
    assert [s.id for s in found.visit.services] == ["p1"]


@pytest.mark.parametrize("begun", [None, {}, {"end": END}, {"start": "2026-03"}])
def test_a_visit_without_any_day_is_refused_at_the_encounters_start(begun: Raw | None) -> None:
    error = refused(encounter(period=begun), procedure(performedDateTime="2026-03"))
    assert error.status == 400
    assert [i.where for i in error.issues] == ["prefetch.encounter.entry[0].resource.period.start"]


def test_what_is_written_later_carries_the_date_as_charted() -> None:
    assert reading(procedure(performedDateTime=START)).occurrence == START
    assert reading(procedure(performedPeriod=span("09:15", "09:30"))).occurrence == at("09:15")
    assert reading(procedure(performedDateTime="2026-03")).occurrence == DAY
    assert reading().occurrence == DAY


@pytest.mark.parametrize(
    "reference",
    [
        "Encounter/enc",
        "Encounter/enc/_history/3",
        "https://ehr.example/fhir/Encounter/enc",
        "https://ehr.example/fhir/Encounter/enc/_history/3",
        "http://10.0.0.1:8080/r4/tenant/Encounter/enc",
    ],
)
def test_a_service_belongs_to_the_visit_however_its_encounter_is_addressed(reference: str) -> None:
    assert ids(procedure(encounter=ref(reference))) == ["p1"]


@pytest.mark.parametrize(
    "reference",
    [
        "Encounter/other",
        "Encounter/enc2",
        "Encounter/ENC",
        "https://ehr.example/fhir/Encounter/other",
        "EpisodeOfCare/enc",
        "#enc",
        URN,
    ],
)
def test_a_service_of_another_encounter_is_history(reference: str) -> None:
    assert ids(procedure(encounter=ref(reference)), procedure(id="p2")) == ["p2"]


def test_history_that_cannot_be_read_is_left_out_and_named_and_refuses_nothing() -> None:
    history = procedure(encounter=ref("Encounter/past"), subject=ref("Patient/other"), status=MARK)
    found = reading({**history, "unheard": MARK, "code": 5}, procedure(id="p2"))
    assert [s.id for s in found.visit.services] == ["p2"]
    assert places(found) == ["procedures.entry[0].resource.code.root"]


def test_a_service_without_an_encounter_belongs_to_the_visit_of_its_day() -> None:
    loose = [
        procedure(id=f"p{n}", encounter=None, performedDateTime=f"2026-03-0{n}") for n in (1, 2, 3)
    ]
    assert ids(*loose) == ["p2"]


def test_a_service_without_an_encounter_of_another_patient_is_left_out_and_named() -> None:
    found = reading(procedure(), procedure(id="p2", encounter=None, subject=ref("Patient/other")))
    assert [s.id for s in found.visit.services] == ["p1"]
    assert places(found) == ["procedures.entry[1].resource.subject"]


@pytest.mark.parametrize("status", ["not-done", "entered-in-error", "preparation", "stopped"])
def test_services_that_were_not_furnished_are_ignored(status: str) -> None:
    assert ids(procedure(status=status), procedure(id="p2")) == ["p2"]


@pytest.mark.parametrize("status", ["completed", "in-progress", "on-hold", "unknown"])
def test_services_of_any_other_status_are_read(status: str) -> None:
    assert ids(procedure(status=status)) == ["p1"]


def test_services_keep_the_order_and_the_codes_in_which_they_were_charted() -> None:
    charted = [procedure(code, id=code) for code in ("97140", "97110", "G0283")]
    found = reading(*charted).visit.services
    assert [(s.id, s.code) for s in found] == [(c, c) for c in ("97140", "97110", "G0283")]


def test_the_encounter_of_the_context_is_picked_among_several() -> None:
    others = [encounter(id=f"e{n}", subject=ref("Patient/other")) for n in range(2)]
    found = reading(others[0], encounter(), others[1], procedure())
    assert (found.encounter, len(found.visit.services)) == ("Encounter/enc", 1)


def test_the_visit_is_known_from_the_resources_when_the_context_names_nobody() -> None:
    found = reading(procedure(), patient_id="", encounter_id="")
    assert (found.patient, found.encounter) == ("Patient/pat", "Encounter/enc")


def test_the_patient_is_known_from_the_encounter_when_nothing_else_says() -> None:
    found = reading(procedure(), patient_id="", prefetch={"patient": None})
    assert found.patient == "Patient/pat"


def test_ids_of_the_context_may_be_references() -> None:
    found = reading(procedure(), patient_id="Patient/pat", encounter_id="Encounter/enc")
    assert (found.patient, found.encounter) == ("Patient/pat", "Encounter/enc")


def test_a_patient_whom_only_the_context_names_is_enough() -> None:
    found = reading(encounter(subject=None), procedure(), prefetch={"patient": None})
    assert found.patient == "Patient/pat"
