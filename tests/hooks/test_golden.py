"""Whole visits, from the request on the wire to the answer on the wire.

``python -m tests.hooks.regolden`` writes the answers anew.
"""

import json
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from tests.hooks import regolden
from tests.hooks.invariants import KEY, hold
from tests.hooks.service import cards, post
from tests.hooks.visits import Json

NAMES = regolden.names()


def suggested(found: list[Json]) -> Iterator[Json]:
    """Return every action of an answer."""
    for card in found:
        for suggestion in card.get("suggestions", []):
            yield from suggestion["actions"]


@pytest.mark.parametrize("name", NAMES)
def test_a_visit_is_answered_as_recorded(name: str, client: FlaskClient) -> None:
    answer = post(client, regolden.asked(name))

    assert regolden.steady({"cards": cards(answer)}) == regolden.expected(name)


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_keeps_to_what_all_answers_keep_to(name: str, client: FlaskClient) -> None:
    hold(cards(post(client, regolden.asked(name))))


@pytest.mark.parametrize("name", NAMES)
def test_the_same_call_is_answered_by_the_same_bytes(name: str, client: FlaskClient) -> None:
    asked = regolden.asked(name)

    assert post(client, asked).data == post(client, asked).data


@pytest.mark.parametrize("name", NAMES)
def test_an_update_carries_the_whole_resource_as_received(name: str, client: FlaskClient) -> None:
    asked = regolden.asked(name)
    held = {
        entry["resource"]["id"]: entry["resource"]
        for entry in asked["prefetch"]["charges"].get("entry", [])
    }
    for action in suggested(cards(post(client, asked))):
        if action["type"] == "update":
            new = dict(action["resource"])
            old = dict(held[new["id"]])
            assert {**new.pop("quantity"), "value": 0} == {**old.pop("quantity"), "value": 0}
            strange = [x for x in old.pop("extension") if "charge-modifier" not in x["url"]]
            kept = [x for x in new.pop("extension") if "charge-modifier" not in x["url"]]
            assert kept == strange
            assert new == old


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_names_the_chart_and_no_more_of_the_patient(
    name: str, client: FlaskClient
) -> None:
    asked = regolden.asked(name)
    context = asked["context"]
    services = {
        f"Procedure/{e['resource']['id']}" for e in asked["prefetch"]["procedures"]["entry"]
    }
    for action in suggested(cards(post(client, asked))):
        made = action.get("resource", {})
        if action["type"] == "create":
            assert made["subject"] == {"reference": f"Patient/{context['patientId']}"}
            assert made["context"] == {"reference": f"Encounter/{context['encounterId']}"}
            assert {x["reference"] for x in made["service"]} <= services
            assert "Zzyzx" not in json.dumps(made["identifier"])


def test_a_choice_and_the_settled_charge_are_one_and_the_same_line(client: FlaskClient) -> None:
    first, choice = cards(post(client, regolden.asked("group_beside_one_on_one")))

    line = first["suggestions"][0]["actions"][1]["resource"]["identifier"]
    assert len(choice["suggestions"]) == 3
    for suggestion in choice["suggestions"]:
        assert suggestion["actions"][0]["resource"]["identifier"][:1] == line


def test_another_occasion_has_another_trace_and_the_same_advice(client: FlaskClient) -> None:
    asked = regolden.asked("over_billed")
    later = {**asked, "hookInstance": "6a0d8c1e-2c64-4b61-9a55-1a3a77a4c9d2"}

    first, again = (cards(post(client, each))[0] for each in (asked, later))

    assert first["extension"][KEY]["trace"] != again["extension"][KEY]["trace"]
    assert first["uuid"] != again["uuid"]
    assert first["summary"] == again["summary"]
    assert first["suggestions"][0]["actions"] == again["suggestions"][0]["actions"]


def test_the_order_in_which_things_are_sent_decides_nothing(client: FlaskClient) -> None:
    asked = regolden.asked("over_billed")
    turned = json.loads(json.dumps(asked))
    for key in ("charges", "coverage"):
        turned["prefetch"][key]["entry"].reverse()
    turned["prefetch"] = dict(reversed(turned["prefetch"].items()))

    first, again = (cards(post(client, each))[0] for each in (asked, turned))

    assert first["summary"] == again["summary"]
    assert sorted(map(str, first["suggestions"][0]["actions"])) == sorted(
        map(str, again["suggestions"][0]["actions"])
    )


def test_a_key_may_hold_a_bundle_a_list_or_one_resource(client: FlaskClient) -> None:
    asked = regolden.asked("written_from_nothing")
    expected = regolden.steady({"cards": cards(post(client, asked))})
    sent = asked["prefetch"]
    sent["procedures"] = [entry["resource"] for entry in sent["procedures"]["entry"]]
    sent["coverage"] = sent["coverage"]["entry"][0]["resource"]
    sent["patient"] = [{"resourceType": "Bundle", "entry": [{"resource": sent["patient"]}]}]

    assert regolden.steady({"cards": cards(post(client, asked))}) == expected


def test_more_than_was_asked_for_is_passed_over(client: FlaskClient) -> None:
    asked = regolden.asked("over_billed")
    expected = regolden.steady({"cards": cards(post(client, asked))})
    other = json.loads(json.dumps(asked["prefetch"]).replace("Zzyzx-encounter", "last-week"))
    for key in ("procedures", "charges"):
        for number, entry in enumerate(other[key]["entry"]):
            entry["resource"]["id"] = f"other-{number}"
        asked["prefetch"][key]["entry"] += other[key]["entry"]
    asked["prefetch"]["nobody-asked"] = {"resourceType": "Flag"}
    asked["context"]["nobody-asked"] = [1]
    asked["nobody-asked"] = {"a": None}

    assert regolden.steady({"cards": cards(post(client, asked))}) == expected


def test_a_client_of_another_kind_is_answered_too(client: FlaskClient) -> None:
    asked = regolden.asked("over_billed")

    answer = client.post(
        "/cds-services/visit-check",
        data=json.dumps(asked),
        content_type="application/json; charset=utf-8",
        headers={"Accept": "application/fhir+json, */*; q=0.1"},
    )

    assert cards(answer)[0]["summary"].startswith("Bill 97110 ×2, not ×3")


def test_a_tenant_of_its_own_is_answered_under_its_own_address(client: FlaskClient) -> None:
    answer = post(client, regolden.asked("over_billed"), "/t/demo/cds-services/visit-check")

    hold(cards(answer))
