"""One-on-one minutes: stated, else observed, else from start to end, else not charted."""

import pytest

from tests.fhir.building import (
    DAY,
    Raw,
    at,
    encounter,
    observation,
    places,
    procedure,
    quantity,
    reading,
    ref,
    service_of,
    span,
    stated,
)

HALF_HOUR: Raw = {"performedPeriod": span("09:00", "09:30")}


def minutes(*resources: Raw) -> list[int | None]:
    return [service.minutes for service in reading(*resources).visit.services]


@pytest.mark.parametrize(
    ("charted", "expected"),
    [
        pytest.param([procedure(minutes=33)], 33, id="stated"),
        pytest.param([procedure(), observation(24)], 24, id="observed"),
        pytest.param([procedure(**HALF_HOUR)], 30, id="from start to end"),
        pytest.param([procedure()], None, id="not charted"),
        pytest.param([procedure(minutes=33, **HALF_HOUR)], 33, id="stated before start and end"),
        pytest.param([procedure(minutes=33), observation(24)], 33, id="stated before observed"),
        pytest.param([procedure(**HALF_HOUR), observation(24)], 24, id="observed before start"),
        pytest.param(
            [procedure(minutes=33, **HALF_HOUR), observation(24)], 33, id="stated before both"
        ),
        pytest.param([procedure(extension=[stated(8), stated(60)])], 8, id="the first stated"),
        pytest.param(
            [procedure(extension=[{"url": "urn:other", "valueQuantity": quantity(8)}])],
            None,
            id="another extension",
        ),
    ],
)
def test_minutes_are_stated_else_observed_else_from_start_to_end(
    charted: list[Raw], expected: int | None
) -> None:
    assert service_of(*charted).minutes == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(22.9, 22), (7.99, 7), (8.0, 8), (1.5, 1), (1440, 1440)]
)
def test_a_part_of_a_minute_is_not_counted(value: float, expected: int) -> None:
    assert service_of(procedure(minutes=value)).minutes == expected
    assert service_of(procedure(), observation(value)).minutes == expected


def test_seconds_that_make_no_minute_are_not_counted() -> None:
    period = {"start": f"{DAY}T09:00:00-05:00", "end": f"{DAY}T09:22:59.9-05:00"}
    assert service_of(procedure(performedPeriod=period)).minutes == 22


@pytest.mark.parametrize(
    "period",
    [
        pytest.param({"start": at("09:00")}, id="no end"),
        pytest.param({"end": at("09:30")}, id="no start"),
        pytest.param({"start": DAY, "end": DAY}, id="days"),
        pytest.param({"start": at("09:00"), "end": DAY}, id="a day at one end"),
        pytest.param({"start": "2026-03", "end": "2026-04"}, id="months"),
        pytest.param({"start": at("09:30"), "end": at("09:00")}, id="the end before the start"),
        pytest.param({"start": at("09:00"), "end": at("09:00")}, id="the end at the start"),
        pytest.param(
            {"start": at("09:00"), "end": f"{DAY}T09:00:59-05:00"}, id="less than a minute"
        ),
        pytest.param(
            {"start": at("09:00"), "end": at("09:00", "2026-03-05")}, id="longer than a day"
        ),
    ],
)
def test_a_period_that_does_not_say_how_long_gives_no_minutes(period: Raw) -> None:
    assert service_of(procedure(performedPeriod=period)).minutes is None


def test_a_period_is_measured_across_offsets() -> None:
    period = {"start": "2026-03-08T01:50:00-06:00", "end": "2026-03-08T03:20:00-05:00"}
    assert service_of(encounter(period=None), procedure(performedPeriod=period)).minutes == 30


@pytest.mark.parametrize("value", [-1, -0.5, 1441, 1e6])
def test_minutes_that_cannot_be_are_left_out_and_named(value: float) -> None:
    found = reading(procedure(minutes=value))
    assert [s.minutes for s in found.visit.services] == [None]
    assert [p.startswith("procedures.entry[0].resource.extension") for p in places(found)] == [True]
    seen = reading(procedure(), observation(value))
    assert [s.minutes for s in seen.visit.services] == [None]
    assert [p.startswith("minutes.entry[0].resource.valueQuantity") for p in places(seen)] == [True]


@pytest.mark.parametrize(
    "amount",
    [
        quantity(2, "h"),
        {"value": 2, "code": "h", "unit": "min"},
        {"value": 2, "unit": "minutes"},
        {"value": 2},
    ],
)
def test_a_stated_time_in_another_unit_is_left_out_and_named(amount: Raw) -> None:
    found = reading(procedure(extension=[stated(2) | {"valueQuantity": amount}]))
    assert [s.minutes for s in found.visit.services] == [None]
    assert [p.startswith("procedures.entry[0].resource.extension") for p in places(found)] == [True]


@pytest.mark.parametrize("amount", [{"value": 20, "unit": "min"}, {"value": 20, "code": "min"}])
def test_the_unit_may_be_a_code_or_a_word(amount: Raw) -> None:
    assert service_of(procedure(extension=[stated(2) | {"valueQuantity": amount}])).minutes == 20
    assert service_of(procedure(), observation(2, valueQuantity=amount)).minutes == 20


@pytest.mark.parametrize("value", [None, {"unit": "min", "code": "min"}])
def test_a_quantity_without_a_value_gives_no_minutes(value: Raw | None) -> None:
    extension = {k: v for k, v in (stated(2) | {"valueQuantity": value}).items() if v}
    assert service_of(procedure(extension=[extension])).minutes is None
    assert service_of(procedure(), observation(2, valueQuantity=value)).minutes is None


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"unit": "h"}, id="in another unit"),
        pytest.param({"status": "entered-in-error"}, id="entered in error"),
        pytest.param({"status": "cancelled"}, id="cancelled"),
        pytest.param({"partOf": [ref("Procedure/other")]}, id="of another service"),
        pytest.param({"partOf": [ref("Observation/p1")]}, id="of another kind"),
        pytest.param({"partOf": None}, id="of nothing"),
    ],
)
def test_other_observations_are_not_minutes_of_a_service(other: Raw) -> None:
    found = reading(procedure(), observation(24, **other))
    assert [s.minutes for s in found.visit.services] == [None]
    assert found.left_out == ()


def test_an_observation_of_another_patient_is_left_out_and_named() -> None:
    found = reading(procedure(), observation(24, subject=ref("Patient/other")))
    assert [s.minutes for s in found.visit.services] == [None]
    assert places(found) == ["minutes.entry[0].resource.subject"]


def test_an_observation_finds_its_service_by_any_address() -> None:
    for address in ("https://ehr.example/fhir/Procedure/p1", "Procedure/p1/_history/1"):
        assert service_of(procedure(), observation(24, address)).minutes == 24


def test_an_observation_that_names_nothing_is_not_of_a_service_without_a_name() -> None:
    observed = observation(24, partOf=[{"display": "exercise"}])
    assert service_of(procedure(id=None), observed).minutes is None


def test_several_observations_of_one_service_add_up() -> None:
    observed = (observation(24), observation(9, id="o2"))
    assert service_of(procedure(), *observed).minutes == 33


WHOLE: Raw = {"performedPeriod": span("09:00", "10:00")}  # as long as the encounter


def test_services_that_each_span_the_whole_visit_have_no_minutes() -> None:
    found = reading(procedure(**WHOLE), procedure(id="p2", **WHOLE))
    assert [s.minutes for s in found.visit.services] == [None, None]
    assert places(found) == ["encounter.entry[0].resource"]


def test_stated_and_observed_minutes_stand_beside_such_times() -> None:
    charted = [procedure(id=f"p{n}", **WHOLE) for n in (1, 2, 3, 4)]
    charted[0]["extension"] = [stated(20)]
    assert minutes(*charted, observation(15, "Procedure/p2")) == [20, 15, None, None]


def test_the_times_of_an_observed_service_do_not_crowd_out_another() -> None:
    charted = [procedure(**WHOLE), procedure(id="p2", performedPeriod=span("09:10", "09:40"))]
    assert minutes(*charted, observation(24, "Procedure/p1")) == [24, 30]


def test_other_facts_stand_beside_such_times() -> None:
    found = reading(procedure(**WHOLE), procedure("97140", id="p2", role="ot", **WHOLE))
    assert [(s.id, s.code, s.roles, s.discipline) for s in found.visit.services] == [
        ("p1", "97110", ("pt",), "PT"),
        ("p2", "97140", ("ot",), "OT"),
    ]


@pytest.mark.parametrize(
    "spans",
    [
        pytest.param([("09:00", "10:00")], id="one service as long as the visit"),
        pytest.param([("09:00", "09:30"), ("09:30", "10:00")], id="one after the other"),
        pytest.param([("09:00", "09:30"), ("09:15", "09:45")], id="together, within the visit"),
        pytest.param([("09:00", "09:40"), ("09:40", "10:10")], id="longer, but never together"),
    ],
)
def test_times_that_can_all_be_one_on_one_are_taken(spans: list[tuple[str, str]]) -> None:
    charted = [procedure(id=f"p{n}", performedPeriod=span(*s)) for n, s in enumerate(spans)]
    found = reading(*charted)
    assert [s.minutes for s in found.visit.services] == [
        int(end[:2]) * 60 + int(end[3:]) - int(start[:2]) * 60 - int(start[3:])
        for start, end in spans
    ]
    assert found.left_out == ()
