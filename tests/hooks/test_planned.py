"""Services that look at a visit before treatment: what they say, and when they are silent."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugin.hooks.services import SPEAKING
from tests.hooks import regolden
from tests.hooks.faults import places
from tests.hooks.invariants import KEY, hold
from tests.hooks.planned import (
    GOOD,
    LAPSED,
    USER,
    appointment,
    booking,
    call,
    order,
    ordering,
    payers_word,
    plan,
    start,
    therapist,
)
from tests.hooks.service import cards, got, post
from tests.hooks.visits import ENCOUNTER, MARK, Json, bundle, encounter

OTHERS = regolden.names(regolden.OTHERS)
AHEAD = ("visit-start", "patient-view", "order-check", "booking-check")


def asked(client: FlaskClient, sent: Json) -> list[Json]:
    """Return the cards of a call, held to what holds of all."""
    found = cards(post(client, sent, regolden.address(sent)))
    hold(found)
    return found


def said(client: FlaskClient, sent: Json) -> list[str]:
    """Return the summaries of a call's cards."""
    return [card["summary"] for card in asked(client, sent)]


def spoke(found: list[Json]) -> set[str]:
    """Return the rules of an answer."""
    return {each["rule"] for each in found[0]["extension"][KEY]["findings"]} if found else set()


@pytest.mark.parametrize("name", OTHERS)
def test_a_call_is_answered_as_recorded(name: str, client: FlaskClient) -> None:
    found = asked(client, regolden.asked(name, regolden.OTHERS))

    assert regolden.steady({"cards": found}) == regolden.expected(name, regolden.OTHERS)


@pytest.mark.parametrize("name", OTHERS)
def test_an_answer_is_explained_by_its_trace(name: str, client: FlaskClient) -> None:
    found = asked(client, regolden.asked(name, regolden.OTHERS))

    for card in found[:1]:
        address = f"/explain/{card['extension'][KEY]['trace']}"
        assert got(client, address)["cards"] == found
        page = client.get(address, headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert MARK not in page.text


@pytest.mark.parametrize("name", OTHERS)
def test_before_treatment_nothing_is_offered_to_be_written(name: str, client: FlaskClient) -> None:
    sent = regolden.asked(name, regolden.OTHERS)
    found = asked(client, sent)

    if regolden.address(sent).rsplit("/", 1)[-1] in AHEAD:
        assert not any("suggestions" in card for card in found)
        assert not any(card["detail"].startswith("**Charges**") for card in found)
        assert spoke(found) <= SPEAKING[regolden.address(sent).rsplit("/", 1)[-1]]


PLANS = st.sampled_from([None, [], [plan(**LAPSED)], [plan("", **GOOD)], [plan()], "absent"])
WORDS = st.sampled_from(
    [None, payers_word(), payers_word(12, 14), payers_word(dollars=3200), payers_word(kind="42")]
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    plans=PLANS,
    word=WORDS,
    role=st.sampled_from(["", "pt", "ota", "slp", "dc", "md"]),
    day=st.dates(),
)
def test_whatever_patient_view_says_is_for_information(
    client: FlaskClient, plans: Any, word: Any, role: str, day: Any
) -> None:
    sent = start(
        "patient-view",
        encounter=encounter(period={"start": day.isoformat()}),
        eligibility=word,
        practitioners=bundle([therapist(role)] if role else []),
        **({} if plans == "absent" else {"plans": plans}),
    )

    found = asked(client, sent)

    assert {card["indicator"] for card in found} <= {"info"}
    assert not any("suggestions" in card for card in found)


def test_patient_view_says_of_a_visit_what_its_start_does(client: FlaskClient) -> None:
    known = {"plans": bundle([plan(**LAPSED)]), "eligibility": payers_word(dollars=2500)}

    assert said(client, start("patient-view", **known)) == said(client, start(**known))


def test_patient_view_without_an_encounter_is_silent(client: FlaskClient) -> None:
    assert asked(client, call("patient-view", {"plans": bundle([plan(**LAPSED)])})) == []


@pytest.mark.parametrize(
    "more",
    [
        {"encounter": encounter(serviceType={"text": "Physical therapy"})},
        {"practitioners": bundle([therapist()])},
        {
            "practitioners": bundle([therapist("pta")]),
            "encounter": encounter(participant=[{"individual": {"reference": USER}}]),
        },
    ],
    ids=["by what it is for", "by who asks", "by who takes part"],
)
def test_a_visit_is_known_for_therapy(more: Json, client: FlaskClient) -> None:
    (summary,) = said(client, start(plans=None, **more))

    assert summary.startswith("PT: no plan of care covers 2026-03-02")


@pytest.mark.parametrize(
    ("title", "begins"), [("Occupational therapy plan", "OT: "), ("", "Therapy: ")]
)
def test_a_plan_of_care_tells_that_a_visit_is_for_therapy(
    title: str, begins: str, client: FlaskClient
) -> None:
    assert said(client, start(plans=plan(title, **LAPSED)))[0].startswith(begins)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"plans": plan("Diabetes management")},
        {
            "plans": plan(**LAPSED),
            "practitioners": bundle([therapist("md")]),
            "encounter": encounter(participant=[{"individual": {"reference": USER}}]),
        },
    ],
    ids=["nothing known", "another plan", "with a physician"],
)
def test_of_a_visit_that_is_not_for_therapy_nothing_is_said(
    more: Json, client: FlaskClient
) -> None:
    assert asked(client, start(**more)) == []


@pytest.mark.parametrize("service", ["visit-start", "patient-view"])
@pytest.mark.parametrize("state", [None, {"resourceType": "OperationOutcome"}, "absent"])
def test_without_an_encounter_a_visit_cannot_be_known(
    state: Any, service: str, client: FlaskClient
) -> None:
    sent = start(service)
    sent["prefetch"]["encounter"] = state
    if state == "absent":
        del sent["prefetch"]["encounter"]

    answer = post(client, sent, f"/cds-services/{service}")

    assert answer.status_code == 412
    assert places(answer) == ["prefetch.encounter"]


@pytest.mark.parametrize("key", ["patient", "coverage", "plans", "eligibility", "practitioners"])
@pytest.mark.parametrize("state", [None, {"resourceType": "OperationOutcome"}, "absent"])
def test_without_all_else_a_call_is_answered(key: str, state: Any, client: FlaskClient) -> None:
    known = {"plans": plan(**LAPSED), "eligibility": payers_word(), "practitioners": therapist()}
    for sent in (
        start(**known),
        booking(appointment(), **known),
        ordering(order("97001"), **known),
    ):
        sent["prefetch"][key] = state
        if state == "absent":
            del sent["prefetch"][key]
        found = asked(client, sent)
        if isinstance(state, dict):
            assert f"{key}: the EHR answered with an error" in found[0]["detail"]


def test_every_day_that_is_booked_is_looked_at(client: FlaskClient) -> None:
    days = [f"2026-03-{day:02}" for day in range(2, 9)]
    booked = [appointment(day, n) for n, day in enumerate(days)]

    found = asked(client, booking(*booked, plans=plan(**GOOD), eligibility=payers_word(12, 10)))

    says = [x["says"] for x in found[0]["extension"][KEY]["findings"]]
    assert says[0] == "2026-03-03: PT: visit 12 of 12 authorized, the last one"
    assert [x.split(": ")[0] for x in says[1:]] == days[2:]


def test_what_holds_of_many_days_is_said_once_and_names_them_all(client: FlaskClient) -> None:
    booked = [appointment(f"2026-03-{day:02}", day) for day in range(2, 7)]

    (card,) = asked(client, booking(*booked, plans=plan(**LAPSED)))

    assert card["summary"].startswith("2026-03-02 and 4 more days: PT: the certification ends")
    assert "- Days: 2026-03-02, 2026-03-03, 2026-03-04, 2026-03-05, 2026-03-06" in card["detail"]


def test_more_days_than_can_be_looked_at_are_owned_up_to(client: FlaskClient) -> None:
    booked = [appointment(f"2026-{n // 28 + 1:02}-{n % 28 + 1:02}", n) for n in range(61)]

    found = asked(client, booking(*booked, plans=plan(**GOOD)))

    assert "only the first 60 days are looked at" in found[0]["detail"]


@pytest.mark.parametrize(
    "more",
    [
        {"status": "cancelled"},
        {"specialty": [{"text": "Cardiology"}]},
        {"specialty": [{"coding": [{"code": "1", "display": "Dermatology"}]}]},
    ],
    ids=str,
)
def test_an_appointment_for_something_else_is_passed_over(more: Json, client: FlaskClient) -> None:
    assert asked(client, booking(appointment(**more), plans=plan(**LAPSED))) == []


def test_another_patients_appointment_is_left_out(client: FlaskClient) -> None:
    other = [{"actor": {"reference": f"Patient/{MARK}-other"}, "status": "accepted"}]
    sent = booking(appointment(participant=other), appointment(number=1), plans=plan(**LAPSED))

    (card,) = asked(client, sent)

    assert "participant: is not the context's patient" in card["detail"]


def test_an_appointment_without_a_day_is_owned_up_to(client: FlaskClient) -> None:
    undated = appointment()
    del undated["start"]

    (card,) = asked(client, booking(undated, plans=plan(**LAPSED)))

    assert "context.appointments.entry[0].resource.start: the day is not said" in card["detail"]
    asked_for = [{"start": "2026-03-05T00:00:00Z"}]
    (card,) = asked(
        client, booking({**undated, "requestedPeriod": asked_for}, plans=plan(**LAPSED))
    )
    assert card["summary"].startswith("PT: the certification ends on 2026-02-01")


@pytest.mark.parametrize(
    "other",
    [
        {"resourceType": "MedicationRequest", "id": MARK},
        {"resourceType": "VisionPrescription"},
        {"resourceType": MARK},
        order("73721"),
        order(text="MRI of the knee"),
        order(text="Physical therapy: evaluate and treat"),
        order("97001", status="revoked"),
        order("97001", doNotPerform=True),
        order("97001", category=[{"coding": [{"code": "363679005"}]}]),
        {**order(), "note": [{"text": "gait training"}], "code": {"coding": [{"code": MARK}]}},
    ],
    ids=lambda other: str(other)[:60],
)
def test_orders_that_ask_for_no_therapy_are_passed_over(other: Json, client: FlaskClient) -> None:
    assert asked(client, ordering(other)) == []


@pytest.mark.parametrize(
    ("orders", "begins"),
    [
        ([order("97001")], "97001 ended on 2016-12-31"),
        ([order("97001", authoredOn="2016-12-31")], ""),
        ([order("97001", occurrenceDateTime="2016-12-31")], ""),
        ([order("97010")], "97010 is never paid separately"),
        ([order("97014")], "G0283 instead of 97014"),
        ([order("97165", performerType={"text": "Physical therapist"})], "97165 belongs to a plan"),
        ([order("97150"), order("97530", number=1)], "97530 is not paid beside 97150"),
        (
            [order("97150"), order("97530", number=1, occurrenceDateTime="2026-03-04")],
            "",
        ),
        ([order("97110")], ""),
    ],
)
def test_what_is_said_of_orders(orders: list[Json], begins: str, client: FlaskClient) -> None:
    found = said(client, ordering(*orders))

    assert [summary[: len(begins)] for summary in found] == ([begins] if begins else [])


def test_words_of_an_order_are_read_as_the_chart_is(client: FlaskClient) -> None:
    words = [order(text="group therapy"), order(text="therapeutic activities", number=1)]

    (card,) = asked(client, ordering(*words))

    assert card["summary"].startswith("97530 is not paid beside 97150")


def test_another_patients_order_is_left_out(client: FlaskClient) -> None:
    other = {"reference": f"Patient/{MARK}-other"}

    (card,) = asked(client, ordering(order("97001"), order("97010", subject=other, number=1)))

    assert card["summary"].startswith("97001")
    assert "subject: is not the context's patient" in card["detail"]


def test_the_visit_whose_encounter_gives_no_day_is_looked_at_today(client: FlaskClient) -> None:
    undated = encounter()
    del undated["period"]

    assert said(client, start(encounter=undated, plans=plan(**LAPSED)))[0].startswith("PT: ")


def test_an_encounter_of_another_patient_is_refused(client: FlaskClient) -> None:
    sent = start(encounter=encounter(whose=f"{MARK}-other"))

    answer = post(client, sent, "/cds-services/visit-start")

    assert places(answer) == ["prefetch.encounter.subject"]
    assert ENCOUNTER not in answer.text
