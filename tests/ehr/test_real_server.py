"""The whole way with a real FHIR server: read, search, fetch, and write back what was accepted."""

import json
import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.ehr.sekmet import TOKEN, Sekmet
from tests.hooks.faults import places
from tests.hooks.fetched import ASIDE, allow, asking
from tests.hooks.invariants import KEY, hold
from tests.hooks.service import cards, post
from tests.hooks.visits import MARK, NUCC, Json, bundle, collection, practitioner, request

CHART = ("97110 12min pt", "97110 14min pta")
BILL = ("97110-GP x2", "97110-GP x1")
"""To be put right by an update, a create and a delete."""


def renamed(value: Json) -> Json:
    """Return a visit under ids that no other test has used."""
    own: Json = json.loads(json.dumps(value).replace(MARK, f"{MARK}-{uuid.uuid4().hex[:12]}"))
    return own


def visit() -> Json:
    """Return an over-billed visit, whose people are known by their taxonomy codes alone."""
    sent = request(CHART, BILL)
    for entry in sent["prefetch"]["procedures"]["entry"]:
        del entry["resource"]["performer"][0]["function"]
    people = [practitioner(f"{MARK}-pt", "225100000X"), practitioner(f"{MARK}-pta", "225200000X")]
    sent["prefetch"]["practitioners"] = bundle(people)
    sent["prefetch"] |= {key: bundle([]) for key in ASIDE}
    return renamed(sent)


def stored(sent: Json, server: Sekmet) -> Json:
    """Keep a visit on the server, and return the call that leaves everything to be fetched."""
    server.hold(entry["resource"] for entry in collection(sent)["entry"])
    return {**asking(server.address, TOKEN), "context": sent["context"]}


def charges(asked: Json, server: Sekmet) -> list[tuple[str, int]]:
    """Return the charges that the server holds for a visit."""
    held = server.held(f"ChargeItem?context={asked['context']['encounterId']}")
    return sorted((x["code"]["coding"][0]["code"], x["quantity"]["value"]) for x in held)


def suggested(found: list[Json]) -> Json:
    """Return the one-click correction of the charges."""
    every: list[Json] = [s for card in found for s in card.get("suggestions", [])]
    (one,) = [each for each in every if each["isRecommended"]]
    return one


def unchecked(found: list[Json]) -> Any:
    return found[0]["extension"][KEY].get("notChecked")


def test_what_is_fetched_gives_the_same_bill_as_what_is_sent(
    client: FlaskClient, server: Sekmet
) -> None:
    sent = visit()

    fetched = cards(post(client, stored(sent, server)))

    hold(fetched)
    told = cards(post(client, sent))
    assert [card["summary"] for card in fetched] == [card["summary"] for card in told]
    kinds = [action["type"] for action in suggested(fetched)["actions"]]
    assert sorted(kinds) == ["create", "delete", "update"]
    assert kinds == [action["type"] for action in suggested(told)["actions"]]


def test_an_accepted_suggestion_is_written_once_and_nothing_is_said_again(
    client: FlaskClient, server: Sekmet
) -> None:
    asked = stored(visit(), server)
    assert charges(asked, server) == [("97110", 1), ("97110", 2)]

    server.do(suggested(cards(post(client, asked)))["actions"])

    assert charges(asked, server) == [("97110", 1), ("97110", 1)]
    again = cards(post(client, asked))
    assert not any("suggestions" in card for card in again)
    assert charges(asked, server) == [("97110", 1), ("97110", 1)]


def test_a_bill_that_is_written_from_the_chart_is_held_as_promised(
    client: FlaskClient, server: Sekmet
) -> None:
    sent = visit()
    sent["prefetch"]["charges"] = bundle([])
    asked = stored(sent, server)

    server.do(suggested(cards(post(client, asked)))["actions"])

    billed = post(client, {**sent, "prefetch": sent["prefetch"]}, "/check").json["bill"]
    assert charges(asked, server) == sorted((line["code"], line["units"]) for line in billed)
    assert not any("suggestions" in card for card in cards(post(client, asked)))


def test_what_the_record_lacks_is_not_checked_and_never_presumed(
    client: FlaskClient, server: Sekmet
) -> None:
    sent = visit()
    del sent["prefetch"]["coverage"]

    found = cards(post(client, stored(sent, server)))

    hold(found)
    assert {"rule": "ptp_edit", "why": "the payer was not recognised"} in unchecked(found)


def test_a_token_that_the_server_refuses_costs_a_412(client: FlaskClient, server: Sekmet) -> None:
    asked = stored(visit(), server)
    asked["fhirAuthorization"]["access_token"] = f"{MARK}-wrong"

    answer = post(client, asked)

    assert answer.status_code == 412
    assert places(answer) == ["prefetch.encounter", "prefetch.procedures"]
    assert "answered 401" in answer.text


def test_a_visit_that_the_server_does_not_know_costs_a_412(
    client: FlaskClient, server: Sekmet
) -> None:
    asked = {**asking(server.address, TOKEN), "context": renamed(visit())["context"]}

    assert post(client, asked).status_code == 412


def test_a_token_by_smart_backend_services_opens_the_record(
    client: FlaskClient, server: Sekmet
) -> None:
    sent = visit()
    asked = stored(sent, server)
    asked["fhirAuthorization"]["access_token"] = server.token("system/*.read")
    asked["fhirAuthorization"]["scope"] = "system/*.read"

    found = cards(post(client, asked))

    assert suggested(found)
    assert [c["summary"] for c in found] == [c["summary"] for c in cards(post(client, sent))]


def test_what_the_scopes_of_a_token_leave_out_is_owned_up_to(
    client: FlaskClient, server: Sekmet
) -> None:
    asked = stored(visit(), server)
    kinds = ("Patient", "Encounter", "Procedure", "Practitioner")
    scope = " ".join(f"system/{kind}.read" for kind in kinds)
    asked["fhirAuthorization"]["access_token"] = server.token(scope)

    found = cards(post(client, asked))

    hold(found)
    assert "coverage: the EHR's FHIR server answered 403" in found[0]["detail"]
    assert not any("suggestions" in card for card in found)


@pytest.mark.parametrize("procedures", ["encounter", "date", "fetched"])
def test_each_way_of_asking_for_procedures_finds_the_same_ones(
    procedures: Any, app: Flask, server: Sekmet
) -> None:
    allow(app, procedures=procedures)
    sent = visit()
    asked = stored(sent, server)
    earlier = renamed(sent["prefetch"]["procedures"]["entry"][0]["resource"])
    earlier |= {"id": f"{earlier['id'][:40]}-old", "performedDateTime": "2026-02-20T09:00:00-06:00"}
    earlier["encounter"] = {"reference": "Encounter/another"}
    server.hold([earlier])

    found = cards(post(app.test_client(), asked))

    assert suggested(found)
    told = cards(post(app.test_client(), sent))
    assert [card["summary"] for card in found] == [card["summary"] for card in told]


def test_people_are_known_by_their_roles_on_the_server(client: FlaskClient, server: Sekmet) -> None:
    sent = visit()
    people = sent["prefetch"]["practitioners"]["entry"]
    roles = [
        {
            "resourceType": "PractitionerRole",
            "id": f"{entry['resource']['id'][:50]}-role",
            "practitioner": {"reference": f"Practitioner/{entry['resource']['id']}"},
            "specialty": [{"coding": [{"system": NUCC, "code": code}]}],
        }
        for entry, code in zip(people, ("225100000X", "225200000X"), strict=True)
    ]
    for entry in people:
        del entry["resource"]["qualification"]
    sent["prefetch"]["practitioners"] = bundle([*(e["resource"] for e in people), *roles])

    found = cards(post(client, stored(sent, server)))

    assert [action["type"] for action in suggested(found)["actions"]].count("create") == 1
