"""Plans of care, orders, progress reports and notices that hold on the day."""

from datetime import date
from typing import Any

import pytest

from plugin.fhir import NUCC
from rules.record import Order, Plan
from tests.fhir.building import (
    DAY,
    ROLE_SYSTEM,
    Raw,
    concept,
    places,
    procedure,
    quantity,
    reading,
    ref,
)
from tests.fhir.records import LOINC, notice, order, ours, plan, record_of, report, worded

MARK = "Zq7"
LATER = "2026-03-03"
ON = date(2026, 3, 2)
CERTIFIED = {
    "signedOn": "2026-02-12",
    "certifiedThrough": "2026-05-01",
    "sentToPhysicianOn": "2026-02-11",
    "initialEvaluationOn": "2026-02-10",
    "treatmentDaysSinceProgressReport": 4,
}


def plans(*resources: Raw) -> tuple[Plan, ...] | None:
    return record_of(*resources).plans


def orders(*resources: Raw) -> tuple[Order, ...] | None:
    return record_of(*resources).orders


def test_a_plan_says_when_it_was_made_sent_signed_and_certified() -> None:
    held = {"start": "2026-02-10", "end": "2026-05-10"}
    assert plans(plan(CERTIFIED, period=held, title="Plan of care, physical therapy")) == (
        Plan(
            discipline="PT",
            began=date(2026, 2, 10),
            ending=date(2026, 5, 10),
            evaluated_on=date(2026, 2, 10),
            signed_on=date(2026, 2, 12),
            certified_through=date(2026, 5, 1),
            sent_on=date(2026, 2, 11),
            treatment_days=4,
        ),
    )


def test_what_a_plan_does_not_say_is_not_known() -> None:
    assert plans(plan()) == (Plan(),)
    assert plans(plan({"signedOn": "2026-02"}, period={"start": "2026"})) == (Plan(),)


@pytest.mark.parametrize(
    "period",
    [
        None,
        {"start": DAY},
        {"end": DAY},
        {"start": DAY, "end": DAY},
        {"start": "2026-03", "end": "2026"},
        {"start": f"{DAY}T23:00:00-05:00"},
    ],
)
def test_a_plan_whose_period_holds_the_day_covers_it(period: Raw | None) -> None:
    assert len(plans(plan(period=period)) or ()) == 1


@pytest.mark.parametrize("period", [{"start": LATER}, {"end": "2026-03-01"}, {"end": "2026-02"}])
def test_a_plan_of_another_time_does_not(period: Raw) -> None:
    assert plans(plan(period=period)) == ()


@pytest.mark.parametrize(
    ("status", "count"),
    [
        ("active", 1),
        ("completed", 1),
        ("on-hold", 0),
        ("revoked", 0),
        ("draft", 0),
        ("unknown", 0),
        ("entered-in-error", 0),
    ],
)
def test_a_plan_in_force_is_active_or_completed(status: str, count: int) -> None:
    assert len(plans(plan(status=status)) or ()) == count


def test_every_plan_that_covers_the_day_is_kept() -> None:
    two = [plan(id="a", title="Speech"), plan(id="b", title="OCCUPATIONAL THERAPY")]
    assert [p.discipline for p in plans(*two) or ()] == ["SLP", "OT"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"category": [worded(("GO", ""))]}, "OT"),
        ({"category": [worded(("x", "Physiotherapy"))]}, "PT"),
        ({"category": [{"text": "Speech-language pathology"}]}, "SLP"),
        ({"category": [concept("111N00000X", NUCC)]}, "chiropractic"),
        ({"category": [concept("slp", ROLE_SYSTEM)]}, "SLP"),
        ({"category": [concept("aide", ROLE_SYSTEM)]}, None),
        ({"title": "Chiropractic care"}, "chiropractic"),
        ({"title": "Physical and occupational therapy"}, None),
        ({"title": "After the physical examination"}, None),
        ({"title": "Rehabilitation", "category": [{"text": "therapy"}]}, None),
    ],
)
def test_the_discipline_of_a_plan_is_the_one_it_plainly_names(
    more: Raw, expected: str | None
) -> None:
    (found,) = plans(plan(**more)) or ()
    assert found.discipline == expected


@pytest.mark.parametrize(
    "value", [{"valuePositiveInt": 7}, {"valueUnsignedInt": 7}, {"valueInteger": 7}]
)
def test_treatment_days_may_be_any_whole_number_of_fhirs(value: Raw) -> None:
    parts = [{"url": "treatmentDaysSinceProgressReport", **value}]
    (found,) = plans(plan(extension=[ours("certification", extension=parts)])) or ()
    assert found.treatment_days == 7


@pytest.mark.parametrize("days", [-1, 1001])
def test_treatment_days_that_cannot_be_are_left_out_and_named(days: int) -> None:
    parts = [{"url": "treatmentDaysSinceProgressReport", "valueInteger": days}]
    found = reading(procedure(), plan(extension=[ours("certification", extension=parts)]))
    assert found.visit.record.plans == (Plan(),)
    assert places(found) == ["plans.entry[0].resource.extension"]


def test_a_signed_order_of_the_day_or_before_is_kept() -> None:
    said = {"code": {"text": "Physical therapy"}, "quantityQuantity": {"value": 12}}
    two = [order(**said), order(id="b", authoredOn=f"{DAY}T23:59:00-05:00")]
    assert orders(*two) == (
        Order(authored_on=date(2026, 2, 20), discipline="PT", visits=12),
        Order(authored_on=ON),
    )


@pytest.mark.parametrize(
    "more",
    [
        {"status": "draft"},
        {"status": "completed"},
        {"intent": "plan"},
        {"intent": "proposal"},
        {"requester": None},
        {"authoredOn": LATER},
        {"doNotPerform": True},
        {"category": [concept("363679005", "http://snomed.info/sct")]},
        {"code": concept("4548-4", LOINC)},
    ],
)
def test_what_is_no_signed_order_for_therapy_by_the_day_is_none(more: Raw) -> None:
    found = reading(procedure(), order(**more))
    assert (found.visit.record.orders, found.left_out) == ((), ())


@pytest.mark.parametrize("intent", ["original-order", "instance-order", "filler-order"])
def test_every_kind_of_order_is_an_order(intent: str) -> None:
    assert orders(order(intent=intent))


@pytest.mark.parametrize("authored", [None, "2026-02", "2026"])
def test_an_order_without_its_day_is_left_out_and_named(authored: str | None) -> None:
    found = reading(procedure(), order(authoredOn=authored))
    assert found.visit.record.orders is None
    assert places(found) == ["orders.entry[0].resource.authoredOn"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"code": worded(("1", "Occupational therapy referral"))}, "OT"),
        ({"code": concept("97165")}, "OT"),
        ({"code": concept("97110")}, None),
        ({"category": [{"text": "speech therapy"}]}, "SLP"),
        ({"orderDetail": [worded(("GP", ""))]}, "PT"),
        ({"performerType": concept("225100000X", NUCC)}, "PT"),
        ({"code": {"text": "therapy"}, "performerType": {"text": "therapist"}}, None),
    ],
)
def test_the_discipline_of_an_order_is_the_one_it_plainly_names(
    more: Raw, expected: str | None
) -> None:
    (found,) = orders(order(**more)) or ()
    assert found.discipline == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"code": concept("97110"), "quantityQuantity": {"value": 1}}, 1),
        ({"code": concept("97110"), "quantityQuantity": {"unit": "visits"}}, None),
        ({"code": {"text": "Consult"}, "quantityQuantity": {"value": 1}}, None),
    ],
)
def test_the_visits_of_an_order_are_those_of_one_for_therapy(
    more: Raw, expected: int | None
) -> None:
    (found,) = orders(order(**more)) or ()
    assert found.visits == expected


@pytest.mark.parametrize("visits", [0, -1, 2.5, 1001])
def test_visits_that_cannot_be_are_left_out_and_named(visits: float) -> None:
    said = {"code": {"text": "Speech therapy"}, "quantityQuantity": quantity(visits, "1")}
    found = reading(procedure(), order(**said))
    assert found.visit.record.orders == (Order(authored_on=date(2026, 2, 20), discipline="SLP"),)
    assert places(found) == ["orders.entry[0].resource.quantityQuantity"]


def reports(*resources: Raw) -> tuple[date, ...] | None:
    return record_of(*resources).reports


def test_progress_reports_are_days_in_order_and_each_once() -> None:
    days = ["2026-02-20", "2026-02-10", DAY, "2026-02-20"]
    every = [report(day, id=f"r{n}") for n, day in enumerate(days)]
    assert reports(*every) == (date(2026, 2, 10), date(2026, 2, 20), ON)


@pytest.mark.parametrize(
    "more",
    [
        {"status": "superseded"},
        {"status": "entered-in-error"},
        {"docStatus": "entered-in-error"},
        {"type": concept("11488-4", LOINC)},
        {"type": concept("11506-3", "urn:local")},
        {"type": {"text": "Progress note"}},
        {"type": None},
        {"date": f"{LATER}T08:00:00-05:00"},
    ],
)
def test_what_is_no_progress_report_by_the_day_is_none(more: Raw) -> None:
    found = reading(procedure(), report(**more))
    assert (found.visit.record.reports, found.left_out) == ((), ())


@pytest.mark.parametrize("written", [None, "2026-02"])
def test_a_progress_report_without_its_day_is_left_out_and_named(written: str | None) -> None:
    found = reading(procedure(), report(date=written))
    assert found.visit.record.reports is None
    assert places(found) == ["documents.entry[0].resource.date"]


def notices(*resources: Raw) -> Any:
    return record_of(*resources).notices


def test_notices_are_the_kinds_that_the_patient_signed_each_once() -> None:
    assert notices(notice("abn-mandatory")) == ("mandatory",)
    every = [
        notice("abn-voluntary", "abn-mandatory"),
        notice("abn-mandatory", id="b", dateTime=f"{DAY}T08:00:00-05:00"),
    ]
    assert notices(*every) == ("mandatory", "voluntary")


@pytest.mark.parametrize(
    "more",
    [
        {"status": "rejected"},
        {"status": "proposed"},
        {"dateTime": LATER},
        {"category": [concept("abn-mandatory", "urn:local")]},
        {"category": [{"text": "abn-mandatory"}], "dateTime": None},
    ],
)
def test_what_is_no_notice_signed_by_the_day_is_none(more: Raw) -> None:
    found = reading(procedure(), notice("abn-mandatory", **more))
    assert (found.visit.record.notices, found.left_out) == ((), ())


@pytest.mark.parametrize("signed", [None, "2026-02"])
def test_a_notice_without_its_day_is_left_out_and_named(signed: str | None) -> None:
    found = reading(procedure(), notice("abn-mandatory", dateTime=signed))
    assert found.visit.record.notices is None
    assert places(found) == ["consents.entry[0].resource.dateTime"]


@pytest.mark.parametrize(
    ("bad", "key"),
    [
        (plan(status=MARK, unheard=MARK), "plans"),
        (plan(period={"start": MARK}), "plans"),
        (plan(period={"start": 7}), "plans"),
        (plan({"signedOn": MARK}), "plans"),
        (plan(subject=ref("Patient/other")), "plans"),
        (plan(subject=None), "plans"),
        (order(authoredOn=MARK), "orders"),
        (order(authoredOn=7), "orders"),
        (order(code=MARK), "orders"),
        (order(subject=ref("Patient/other")), "orders"),
        (report(date=MARK), "documents"),
        (report(subject=ref("Patient/other")), "documents"),
        (notice("abn-mandatory", dateTime=MARK), "consents"),
        (notice("abn-mandatory", patient=ref("Patient/other")), "consents"),
        ({"resourceType": "Consent", "status": MARK}, "consents"),
    ],
)
def test_one_that_is_bad_or_anothers_is_left_out_and_named_and_sinks_nothing(
    bad: Raw, key: str
) -> None:
    found = reading(procedure(minutes=20), bad)
    assert [service.minutes for service in found.visit.services] == [20]
    assert found.visit.record == record_of()
    (place,) = places(found)
    assert place.startswith(f"{key}.entry[0].resource")
    assert MARK not in repr(found.left_out)


def test_a_good_one_beside_a_bad_one_is_kept() -> None:
    found = reading(procedure(), plan(id="bad", unheard=MARK), plan())
    assert found.visit.record.plans == (Plan(),)
    assert len(found.left_out) == 1
