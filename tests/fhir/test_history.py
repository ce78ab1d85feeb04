"""Services of other visits."""

from datetime import date

import pytest

from rules.record import NOTHING, Past
from tests.fhir.building import (
    DAY,
    Raw,
    at,
    encounter,
    performer,
    places,
    practitioner,
    practitioner_role,
    procedure,
    reading,
    ref,
    span,
    stated,
)
from tests.fhir.records import (
    claim,
    claim_line,
    key_read,
    past,
    record_of,
)

MARK = "Zq7"
THEN = date(2026, 2, 20)


def history(*resources: Raw) -> tuple[Past, ...] | None:
    return record_of(*resources).history


def test_procedures_of_other_encounters_are_history() -> None:
    timed = past("97110", extension=[stated(33)])
    assert history(timed, past("97140", id="b", day=DAY)) == (
        Past(day=THEN, code="97110", discipline="PT", minutes=33),
        Past(day=date(2026, 3, 2), code="97140", discipline="PT"),
    )


def test_without_any_nothing_is_known_of_other_visits() -> None:
    assert history() is None
    assert history(procedure(id="p2")) is None


def test_earlier_days_of_the_same_encounter_are_history_later_ones_are_not() -> None:
    days = ["2026-02-20", "2026-03-03"]
    series = [procedure(id=day, performedDateTime=day) for day in days]
    assert history(*series) == (Past(day=THEN, code="97110", discipline="PT"),)


@pytest.mark.parametrize(
    "more",
    [
        {"status": "not-done"},
        {"status": "entered-in-error"},
        {"status": "preparation"},
        {"status": "stopped"},
        {"performedDateTime": "2026-03-03"},
        {"performedDateTime": "2026-02"},
        {"performedDateTime": None},
    ],
)
def test_what_was_not_furnished_by_the_day_is_no_history(more: Raw) -> None:
    found = reading(procedure(), past(**more))
    assert (found.visit.record.history or (), found.left_out) == ((), ())


@pytest.mark.parametrize(
    ("of", "minutes"),
    [
        ({"extension": [stated(20)]}, 20),
        ({"extension": [stated(-1)]}, None),
        ({"performedPeriod": span("09:00", "09:25"), "performedDateTime": None}, 25),
        ({"performedPeriod": {"start": at("09:00")}, "performedDateTime": None}, None),
        ({"performedPeriod": span("09:00", "09:00"), "performedDateTime": None}, None),
        ({"performedPeriod": {"start": at("09:00", "2026-01-01"), "end": at("09:00")}}, None),
        ({}, None),
    ],
)
def test_minutes_of_the_past_are_stated_or_from_start_to_end(of: Raw, minutes: int | None) -> None:
    (found,) = history(past(**of)) or ()
    assert found.minutes == minutes


@pytest.mark.parametrize(
    ("code", "more", "expected"),
    [
        ("97110", {"performer": [performer("ot")]}, "OT"),
        ("97110", {"performer": [performer("", "Practitioner/dr1")]}, "SLP"),
        ("97110", {"performer": [performer("", "PractitionerRole/role1")]}, "SLP"),
        ("97110", {"performer": [performer("", "Practitioner/other")]}, None),
        ("97110", {"performer": None}, None),
        ("97161", {"performer": None}, "PT"),
        ("97161", {"performer": [performer("aide")]}, "PT"),
        ("97110", {"performer": [performer("pt"), performer("ot", "Practitioner/b")]}, None),
    ],
)
def test_the_discipline_of_the_past_is_its_peoples_else_its_codes(
    code: str, more: Raw, expected: str | None
) -> None:
    known = practitioner("235Z00000X")
    (found,) = history(known, practitioner_role(), past(code, **more)) or ()
    assert found.discipline == expected


def test_the_people_of_this_visit_are_not_those_of_another() -> None:
    here = encounter(participant=[{"individual": ref("Practitioner/dr1")}])
    found = reading(here, procedure(), practitioner("225X00000X"), past("97110", performer=None))
    assert [x.discipline for x in found.visit.record.history or ()] == [None]


@pytest.mark.parametrize(
    ("code", "day", "role", "kept"),
    [
        ("27447", "2026-02-20", "", False),
        ("27447", "2026-02-20", "md", False),
        ("27447", DAY, "", True),
        ("27447", "2026-02-20", "pt", True),
        ("97110", "2026-02-20", "", True),
    ],
)
def test_what_is_plainly_no_therapy_is_history_of_the_same_day_alone(
    code: str, day: str, role: str, *, kept: bool
) -> None:
    who = [performer(role)] if role else None
    assert bool(history(past(code, day=day, performer=who))) is kept


def test_a_service_of_the_past_whose_code_cannot_be_read_has_none() -> None:
    unread = past() | {"code": {"text": MARK}}
    assert history(unread) == (Past(day=THEN, code="", discipline="PT"),)


@pytest.mark.parametrize(
    ("bad", "where"),
    [
        (past(subject=ref("Patient/other")), "procedures.entry[1].resource.subject"),
        (past(performedDateTime=MARK), "procedures.entry[1].resource"),
        (past(unheard=MARK), "procedures.entry[1].resource.unheard"),
    ],
)
def test_one_that_is_bad_or_anothers_is_left_out_and_named(bad: Raw, where: str) -> None:
    found = reading(procedure(), bad)
    assert len(found.visit.services) == 1
    assert not found.visit.record.history
    assert places(found) == [where]
    assert MARK not in repr(found.left_out)


def test_claims_add_what_the_chart_does_not_show() -> None:
    shown = past("97110", day="2026-02-20")
    claimed = claim(
        claim_line("97110", "2026-02-20", "GP"),
        claim_line("97140", "2026-02-20", "GP", "59"),
        claim_line("97140", "2026-02-20", "GP"),
        claim_line("97530", "2026-01-05", "GO"),
        claim_line("97161", "2026-01-05"),
    )
    again = claim(claim_line("97530", "2026-01-05", "GO"), kind="Claim", id="c1")
    assert [(x.day.isoformat(), x.code, x.discipline) for x in history(shown, claimed, again) or ()]
    assert history(shown, claimed, again) == (
        Past(day=THEN, code="97110", discipline="PT"),
        Past(day=THEN, code="97140", discipline="PT"),
        Past(day=date(2026, 1, 5), code="97530", discipline="OT"),
        Past(day=date(2026, 1, 5), code="97161", discipline="PT"),
    )


@pytest.mark.parametrize("kind", ["Claim", "ExplanationOfBenefit"])
def test_a_claim_says_when_by_its_line_else_by_itself(kind: str) -> None:
    line = claim_line("97110", "2026-02-20", "GP")
    spanning = {**line, "servicedPeriod": {"start": "2026-02-19"}}
    del spanning["servicedDate"]
    bare = {key: value for key, value in line.items() if key != "servicedDate"}
    sent = claim(line, spanning, bare, kind=kind, billablePeriod={"start": "2026-02-18"})
    assert [x.day.day for x in history(sent) or ()] == [20, 19, 18]
    assert history(claim(bare, kind=kind)) == ()


@pytest.mark.parametrize(
    "more", [{"status": "cancelled"}, {"status": "draft"}, {"use": "predetermination"}]
)
def test_a_claim_that_was_not_made_shows_nothing(more: Raw) -> None:
    assert history(claim(claim_line("97110", "2026-02-20", "GP"), **more)) == ()


@pytest.mark.parametrize("day", [DAY, "2026-03-03"])
def test_claims_of_the_day_or_later_are_no_history(day: str) -> None:
    assert history(claim(claim_line("97110", day, "GP"))) == ()


def test_what_claims_show_of_other_care_is_no_history() -> None:
    unread = claim_line("97110", "2026-02-20") | {"productOrService": {"text": MARK}}
    assert history(claim(claim_line("99213", "2026-02-20"), unread)) == ()


@pytest.mark.parametrize(
    "bad",
    [
        claim(patient=ref("Patient/other")),
        claim(claim_line("97110", MARK, "GP")),
        claim(claim_line("97110", "2026-02-20"), unheard=MARK),
        claim(billablePeriod=MARK, kind="Claim"),
        {"resourceType": "Invoice", "id": MARK},
    ],
)
def test_a_claim_that_is_bad_or_anothers_is_left_out_and_named(bad: Raw) -> None:
    found = key_read("claims", [bad])
    assert found.visit.record == NOTHING
    (place,) = places(found)
    assert place.startswith("claims[0]")
    assert MARK not in repr(found.left_out)
