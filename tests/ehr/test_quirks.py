"""EHRs with habits of their own get the answer that any other gets."""

import json
from collections.abc import Callable
from copy import deepcopy

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.hooks.faults import places
from tests.hooks.fetched import asking, usual, visit
from tests.hooks.invariants import hold
from tests.hooks.service import cards, post
from tests.hooks.stand_in import Stand
from tests.hooks.visits import ADDRESS, ENCOUNTER, MARK, Json, bundle, procedure, request

Quirk = Callable[[Json], None]
CONSTANT = "11111111-1111-4111-8111-111111111111"


def of_1_0(sent: Json) -> None:
    """CDS Hooks 1.0: null for what is not there, and fields of its own time."""
    sent["prefetch"] = {key: value if "entry" in value else None for key, value in without(sent)}
    sent["prefetch"] |= {key: visit()["prefetch"][key] for key in ("patient", "encounter")}
    sent["user"], sent["redirect"] = f"Practitioner/{MARK}", "https://ehr.example.org"


def without(sent: Json) -> list[tuple[str, Json]]:
    return list(sent["prefetch"].items())


def constant_and_empty(sent: Json) -> None:
    """The same hookInstance in every call, and an access token that is none."""
    leave = asking("https://ehr.example.org/fhir", token="")
    sent |= {key: leave[key] for key in ("fhirServer", "fhirAuthorization")}
    sent["hookInstance"] = CONSTANT


def merging_dates(sent: Json) -> None:
    """``date=ge..&date=le..`` becomes ``date=ge..,le..``, which means or: all days come."""
    elsewhere = {"encounter": {"reference": "Encounter/another"}}
    days = ("2026-01-05T09:00:00-06:00", "2026-03-09T09:00:00-06:00")
    for number, day in enumerate(days):
        other = procedure("97010", 7 + number, performedDateTime=day, **elsewhere)
        sent["prefetch"]["procedures"]["entry"].append({"resource": other})


def literal_tokens(sent: Json) -> None:
    """Asks its server for ``{{userPractitionerId}}``, to the letter, and passes on what comes."""
    sent["prefetch"]["practitioners"] = bundle(
        [], link=[{"relation": "self", "url": "Role?practitioner={{userPractitionerId}}"}]
    )
    sent["context"]["organizationId"] = "{{context.organizationId}}"


def talkative(sent: Json) -> None:
    """Fields, keys and extensions that nobody asked for."""
    sent["extension"] = {"com.example.ehr": {"screen": 7}}
    sent["prefetch"]["allergies"] = bundle([])
    sent["context"]["departmentId"] = "12"


def everything_at_once(sent: Json) -> None:
    """Whole references in the context, and every resource in an array."""
    context = sent["context"]
    context["patientId"] = f"Patient/{context['patientId']}"
    context["encounterId"] = f"Encounter/{context['encounterId']}"
    sent["prefetch"] = {key: [value] for key, value in sent["prefetch"].items()}


QUIRKS = (
    of_1_0,
    constant_and_empty,
    merging_dates,
    literal_tokens,
    talkative,
    everything_at_once,
)


def told(found: list[Json]) -> list[tuple[str, list[list[str]]]]:
    """Return what an answer says and would do, without names that differ from call to call."""
    return [
        (
            card["summary"],
            [[x["type"] for x in s["actions"]] for s in card.get("suggestions", [])],
        )
        for card in found
    ]


def ordinary() -> Json:
    return request(["97110 12min pt", "97110 14min pta"], ["97110-GP x3"])


@pytest.mark.parametrize("quirk", QUIRKS, ids=lambda quirk: quirk.__name__)
def test_a_habit_of_an_ehr_changes_nothing(quirk: Quirk, client: FlaskClient) -> None:
    sent = ordinary()
    quirk(sent)

    found = cards(post(client, sent))

    hold(found)
    plain = [summary for summary, _ in told(cards(post(client, ordinary())))]
    assert plain[0] in [summary for summary, _ in told(found)]
    assert told(found)[0] == told(cards(post(client, ordinary())))[0]


@pytest.mark.parametrize("accept", ["application/fhir+json", "application/fhir+json, */*;q=0.1"])
@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/json"])
def test_an_ehr_may_ask_for_fhir_and_gets_json(accept: str, kind: str, client: FlaskClient) -> None:
    sent = json.dumps(ordinary())

    answer = client.post(ADDRESS, data=sent, content_type=kind, headers={"Accept": accept})

    assert cards(answer)


def test_an_ehr_that_never_sends_an_encounter_is_told_which_field_is_missing(
    client: FlaskClient,
) -> None:
    sent = ordinary()
    del sent["context"]["encounterId"]

    answer = post(client, sent)

    assert answer.status_code == 400
    assert places(answer) == ["context.encounterId"]


def test_a_constant_instance_keeps_no_two_visits_together(client: FlaskClient) -> None:
    first, second = ordinary(), request(["97140 20min pt"], ["97140-GP x3"])
    for sent in (first, second):
        sent["hookInstance"] = CONSTANT

    one, other, again = (cards(post(client, sent)) for sent in (first, second, first))

    assert one == again
    assert one[0]["summary"] != other[0]["summary"]
    assert {card["uuid"] for card in one}.isdisjoint(card["uuid"] for card in other)


def test_an_empty_token_fetches_nothing(app: Flask, stand: Stand) -> None:
    server = stand(usual())

    answer = post(app.test_client(), asking(server.address, token=""))

    assert answer.status_code == 412
    assert server.had == []


@pytest.mark.parametrize("scope", ["user/*.read", "user/Procedure.rs patient/*.rs", "", "launch"])
def test_scopes_are_not_held_to_a_form(scope: str, client: FlaskClient, stand: Stand) -> None:
    server = stand(usual())
    sent = asking(server.address)
    sent["fhirAuthorization"] |= {"scope": scope, "need_patient_banner": True}

    assert cards(post(client, sent))


def test_the_order_of_everything_is_left_to_the_ehr(client: FlaskClient) -> None:
    sent = ordinary()
    turned = deepcopy(sent)
    turned["prefetch"] = dict(reversed(sent["prefetch"].items()))
    turned["prefetch"]["procedures"]["entry"].reverse()

    assert ENCOUNTER in str(turned)
    assert told(cards(post(client, turned))) == told(cards(post(client, sent)))
