"""A prefetch key has four states: data, nothing, an error, or absent. Each has its answer."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.hooks.faults import places
from tests.hooks.invariants import KEY, hold
from tests.hooks.service import cards, post
from tests.hooks.visits import MARK, Json, bundle, charge, minutes, procedure, request

ERROR = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "exception", "diagnostics": MARK}],
}
ABSENT = "absent"
NOTHING: tuple[Any, ...] = (
    None,
    {"resourceType": "Bundle", "type": "searchset", "total": 0},
    [],
    [None],
)
RECORD = ("conditions", "orders", "plans", "eligibility", "consents", "documents", "claims")
KEYS = ("patient", "coverage", "charges", "practitioners", "minutes", *RECORD)
"""Keys without which something can still be said."""


def asked(key: str, state: Any) -> Json:
    """Return a call whose key is in a state; the visit is over-billed."""
    sent = request(["97110 33min"], ["97110-GP x3"], minutes=bundle([]), practitioners=None)
    if state is ABSENT:
        sent["prefetch"].pop(key, None)
    else:
        sent["prefetch"][key] = state
    return sent


@pytest.mark.parametrize("state", [*NOTHING, ERROR, ABSENT], ids=str)
@pytest.mark.parametrize("key", KEYS)
def test_without_what_it_can_do_without_a_call_is_answered(
    key: str, state: Any, client: FlaskClient
) -> None:
    found = cards(post(client, asked(key, state)))

    hold(found)
    assert found


@pytest.mark.parametrize("state", [*NOTHING, ERROR, ABSENT], ids=str)
def test_without_an_encounter_a_visit_cannot_be_known(state: Any, client: FlaskClient) -> None:
    answer = post(client, asked("encounter", state))

    assert answer.status_code == 412
    assert places(answer) == ["prefetch.encounter"]


@pytest.mark.parametrize("state", [ERROR, ABSENT], ids=str)
def test_without_word_of_procedures_a_visit_cannot_be_known(
    state: Any, client: FlaskClient
) -> None:
    answer = post(client, asked("procedures", state))

    assert answer.status_code == 412
    assert places(answer) == ["prefetch.procedures"]


@pytest.mark.parametrize("state", NOTHING, ids=str)
def test_a_visit_without_procedures_is_a_visit(state: Any, client: FlaskClient) -> None:
    found = cards(post(client, asked("procedures", state)))

    hold(found)
    assert found[0]["summary"].startswith("97110 billed, but no such service is charted")


@pytest.mark.parametrize("key", KEYS)
def test_an_error_is_owned_up_to(key: str, client: FlaskClient) -> None:
    found = cards(post(client, asked(key, ERROR)))

    assert f"{key}: the EHR answered with an error" in found[0]["detail"]


@pytest.mark.parametrize("state", [*NOTHING, ERROR, ABSENT], ids=str)
def test_without_a_coverage_the_payer_is_not_presumed(state: Any, client: FlaskClient) -> None:
    found = cards(post(client, asked("coverage", state)))

    unchecked = {x["rule"]: x["why"] for x in found[0]["extension"][KEY]["notChecked"]}
    assert unchecked["ptp_edit"] == "the payer was not recognised"
    assert "timed_units" not in unchecked


def test_whose_visit_it_is_may_stand_in_the_context_alone(client: FlaskClient) -> None:
    sent = asked("patient", ABSENT)
    expected = cards(post(client, asked("minutes", None)))[0]["suggestions"][0]["actions"]
    del sent["prefetch"]["encounter"]["subject"]

    found = cards(post(client, sent))

    assert found[0]["suggestions"][0]["actions"] == expected


def test_a_warning_among_search_results_is_no_error(client: FlaskClient) -> None:
    sent = asked("minutes", None)
    expected = cards(post(client, sent))
    sent["prefetch"]["procedures"]["entry"].insert(
        0, {"resource": ERROR, "search": {"mode": "outcome"}}
    )

    assert [c["summary"] for c in cards(post(client, sent))] == [c["summary"] for c in expected]


def test_a_page_that_cannot_be_turned_is_owned_up_to(client: FlaskClient) -> None:
    sent = asked("minutes", None)
    sent["prefetch"]["procedures"]["link"] = [
        {"relation": "self", "url": "https://ehr.example.org/fhir?page=1"},
        {"relation": "next", "url": f"https://ehr.example.org/fhir?page=2&session={MARK}"},
    ]

    found = cards(post(client, sent))

    hold(found)
    assert "procedures: only the first page was read" in found[0]["detail"]


@pytest.mark.parametrize(
    "link",
    [MARK, [MARK], [None], [{}], [{"relation": "next"}], [{"relation": "next", "url": 7}], [[]]],
    ids=str,
)
def test_a_link_that_is_none_is_passed_over(link: Any, client: FlaskClient) -> None:
    sent = asked("minutes", None)
    sent["prefetch"]["procedures"]["link"] = link

    hold(cards(post(client, sent)))


def test_one_bad_optional_resource_is_left_out_and_named(client: FlaskClient) -> None:
    sent = asked("minutes", None)
    good = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": MARK},
        "valueQuantity": minutes(7)["valueQuantity"],
    }
    sent["prefetch"]["procedures"] = bundle([procedure("97110"), procedure("97140 20min", 1)])
    sent["prefetch"]["charges"] = None
    sent["prefetch"]["minutes"] = bundle(
        [
            {**good, "partOf": [{"reference": f"Procedure/{MARK}-p0"}]},
            {**good, "valueQuantity": {"value": MARK, "unit": "min"}},
            {**good, "status": None},
            {**good, "nickname": MARK},
            {"resourceType": "Device", "id": MARK},
        ]
    )

    found = cards(post(client, sent))

    hold(found)
    assert found[0]["summary"].startswith("Bill 97110 ×1 GP, 97140 ×1 GP")
    for place in (
        "prefetch.minutes.entry[1].resource.valueQuantity.value",
        "prefetch.minutes.entry[2].resource.status: required, but missing",
        "prefetch.minutes.entry[3].resource.nickname: not an element of this resource",
        "prefetch.minutes.entry[4].resource.resourceType: should be Observation",
    ):
        assert place in found[0]["detail"]


UNREAD: dict[str, Any] = {
    "an error": ERROR,
    "a page that cannot be turned": bundle(
        [], link=[{"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}]
    ),
    "half a unit": charge("97110-GP x1", quantity={"value": 1.5}),
    "units in words": charge("97110-GP x1", quantity={"value": MARK}),
    "no code": charge("97110-GP x1", code={"text": MARK}),
    "no status": {k: v for k, v in charge("97110-GP x1").items() if k != "status"},
    "another type": {"resourceType": "Invoice", "id": MARK},
}


@pytest.mark.parametrize("name", UNREAD)
def test_where_not_every_charge_could_be_read_none_is_written(
    name: str, client: FlaskClient
) -> None:
    sent = asked("charges", UNREAD[name])

    found = cards(post(client, sent))

    hold(found)
    assert found[0]["detail"].startswith("**Charges**")
    assert not any("suggestions" in card for card in found)
