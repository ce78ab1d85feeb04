"""A visit that is not stored yet: its drafts come in the context, and win over all else."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.hooks import regolden
from tests.hooks.faults import places
from tests.hooks.fetched import allow, asking
from tests.hooks.invariants import hold
from tests.hooks.planned import LAPSED, SIGN, THEIRS, plan, signing, start, therapist
from tests.hooks.service import cards, post
from tests.hooks.stand_in import Stand, serving
from tests.hooks.visits import (
    ENCOUNTER,
    MARK,
    Json,
    bundle,
    charge,
    coverage,
    encounter,
    minutes,
    practitioner,
    procedure,
)

SIGNED = "/cds-services/visit-sign"
URN = "urn:uuid:7d1f8a90-2b1c-4c5e-9a77-0e6a3c0b5d"
GOLDEN = regolden.names()


def first(client: FlaskClient, sent: Json) -> Json:
    """Return the first card of a call."""
    found = cards(post(client, sent, SIGNED))
    hold(found)
    return found[0]


def leave(server: str) -> Json:
    """Return leave to fetch from a server, as a call gives it."""
    sent = asking(server)
    return {key: sent[key] for key in ("fhirServer", "fhirAuthorization")}


def drafted(*resources: Json) -> list[Json]:
    """Return drafts as new resources: without ids, each under an address of its own."""
    return [
        {
            "fullUrl": f"{URN}{number:02}",
            "resource": {key: value for key, value in each.items() if key != "id"},
        }
        for number, each in enumerate(resources)
    ]


@pytest.mark.parametrize("name", GOLDEN)
def test_a_visit_is_signed_as_it_is_checked(name: str, client: FlaskClient) -> None:
    sent = regolden.asked(name)
    checked = cards(post(client, sent))

    signed = cards(post(client, {**sent, "hook": SIGN}, SIGNED))

    assert regolden.steady({"cards": signed}) == regolden.steady({"cards": checked})


@pytest.mark.parametrize("name", [name for name in GOLDEN if name != "only_the_first_page"])
def test_a_visit_is_told_by_its_drafts_as_by_prefetch(name: str, client: FlaskClient) -> None:
    sent = regolden.asked(name)
    kept = sent["prefetch"]
    checked = cards(post(client, sent))
    moved = [kept.pop("encounter")]
    for key in ("procedures", "charges"):
        moved += [entry["resource"] for entry in kept.pop(key).get("entry", [])]

    sent["context"]["draftVisit"] = bundle(moved, "collection")
    signed = cards(post(client, {**sent, "hook": SIGN}, SIGNED))

    assert [card["summary"] for card in signed] == [card["summary"] for card in checked]


def test_a_draft_wins_over_the_same_resource_stored(client: FlaskClient) -> None:
    stored = bundle([procedure("97110 53min"), procedure("97140 16min", 1)])
    sent = signing(procedure("97110 16min"), encounter=encounter(), procedures=stored)

    card = first(client, sent)

    assert card["summary"].startswith("Bill 97110 ×1 GP, 97140 ×1 GP: 32 timed minutes")


def test_a_draft_may_take_a_service_back(client: FlaskClient) -> None:
    stored = bundle([procedure("97110 33min"), procedure("97140 16min", 1)])
    back = procedure("97110 33min", status="entered-in-error")

    card = first(client, signing(back, encounter=encounter(), procedures=stored))

    assert card["summary"].startswith("Bill 97140 ×1 GP")


def test_drafts_without_ids_are_told_apart(client: FlaskClient) -> None:
    sent = signing(procedures=None)
    mine = {"reference": f"{URN}00"}
    observed = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "minutes"},
        "subject": THEIRS,
        "partOf": [{"reference": f"{URN}02"}],
        "valueQuantity": minutes(20)["valueQuantity"],
    }
    sent["context"]["draftVisit"]["entry"] = drafted(
        encounter(),
        procedure("97110 33min", encounter=mine),
        procedure("97140", 1, encounter=mine),
        observed,
    )

    card = first(client, sent)

    assert card["summary"].startswith("Bill 97110 ×2 GP, 97140 ×2 GP: 53 timed minutes")
    written = card["suggestions"][0]["actions"][0]["resource"]
    assert written["context"] == {"reference": f"Encounter/{ENCOUNTER}"}


def test_drafts_alone_are_a_visit(client: FlaskClient) -> None:
    sent = signing(encounter(), procedure("97110 33min"))
    sent["prefetch"].pop("patient")

    assert first(client, sent)["summary"].startswith("Bill 97110 ×2 GP")


def test_who_treats_may_be_drafted_too(client: FlaskClient) -> None:
    who = f"{MARK}-new"
    unnamed = procedure("97110 33min ?")
    unnamed["performer"] = [{"actor": {"reference": f"Practitioner/{who}"}}]
    stored = bundle([practitioner(who, "235Z00000X")])
    sent = signing(encounter(), unnamed, practitioner(who, "225100000X"), practitioners=stored)

    assert first(client, sent)["summary"].startswith("Bill 97110 ×2 GP")


def test_a_draft_of_a_stored_charge_is_what_is_corrected(client: FlaskClient) -> None:
    sent = signing(
        charge("97110-GP x3"),
        encounter=encounter(),
        procedures=bundle([procedure("97110 33min")]),
        charges=bundle([charge("97110-GP x2")]),
    )

    assert first(client, sent)["summary"].startswith("Bill 97110 ×2, not ×3")


@pytest.mark.parametrize("state", ["absent", {"resourceType": "OperationOutcome"}], ids=str)
def test_without_drafts_a_visit_is_asked_for_as_ever(state: Any, client: FlaskClient) -> None:
    sent = signing(encounter=encounter(), procedures=state)
    if state == "absent":
        del sent["prefetch"]["procedures"]

    answer = post(client, sent, SIGNED)

    assert answer.status_code == 412
    assert places(answer) == ["prefetch.procedures"]


def test_an_error_beside_drafts_is_owned_up_to(client: FlaskClient) -> None:
    error = {"resourceType": "OperationOutcome", "issue": []}
    sent = signing(procedure("97110 33min"), encounter=encounter(), procedures=error)

    card = first(client, sent)

    assert card["summary"].startswith("Bill 97110 ×2 GP")
    assert "procedures: the EHR answered with an error" in card["detail"]


def test_types_that_no_visit_is_drafted_with_are_passed_over(client: FlaskClient) -> None:
    sent = signing(
        {"resourceType": "Patient", "id": f"{MARK}-other"},
        {"resourceType": "Coverage"},
        {"resourceType": 7},
        {},
        encounter(),
        procedure("97110 33min"),
    )

    assert first(client, sent)["summary"].startswith("Bill 97110 ×2 GP")


def test_drafts_win_over_what_is_fetched_and_the_rest_is_fetched(
    app: Flask, client: FlaskClient, stand: Stand
) -> None:
    allow(app)
    stored = [encounter(), procedure("97110 53min"), procedure("97140 16min", 1)]
    server = stand(serving(stored))
    sent = {**signing(procedure("97110 16min")), **leave(server.address)}

    card = first(client, sent)

    assert card["summary"].startswith("Bill 97110 ×1 GP, 97140 ×1 GP: 32 timed minutes")
    assert f"Procedure?encounter={ENCOUNTER}" in server.paths


def test_before_treatment_only_what_is_asked_for_is_fetched(
    app: Flask, client: FlaskClient, stand: Stand
) -> None:
    allow(app)
    stored = [encounter(), coverage(), plan(**LAPSED), therapist()]
    server = stand(serving(stored))
    sent = {**start(), **leave(server.address), "prefetch": {}}

    found = cards(post(client, sent, "/cds-services/visit-start"))

    assert found[-1]["summary"].startswith("PT: treatment day 10")
    asked = {path.split("?")[0].split("/")[0] for path in server.paths}
    assert "CarePlan" in asked
    assert not asked & {"Procedure", "ChargeItem", "Observation", "Condition", "Consent"}
