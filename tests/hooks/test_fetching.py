"""What a call does not bring is fetched from the EHR's own server, and from nowhere else."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.wrappers import Request, Response

from tests.hooks.faults import TOKEN
from tests.hooks.fetched import EVERYTHING, OUTCOME, PEOPLE, allow, asking, held, usual, visit
from tests.hooks.invariants import hold
from tests.hooks.service import cards, post
from tests.hooks.stand_in import Stand, but, paged, said
from tests.hooks.visits import ENCOUNTER, MARK, PATIENT, bundle


@pytest.fixture(autouse=True)
def _site(app: Flask) -> None:
    allow(app)


def test_what_is_fetched_gives_the_same_cards_as_what_is_sent(
    client: FlaskClient, stand: Stand
) -> None:
    server = stand(usual())

    fetched = post(client, asking(server.address))

    hold(cards(fetched))
    assert fetched.json == post(client, visit()).json
    assert server.paths == sorted([*EVERYTHING, *PEOPLE])


def test_what_is_known_beyond_the_visit_is_fetched_too(client: FlaskClient, stand: Stand) -> None:
    plan = {
        "resourceType": "CarePlan",
        "id": f"{MARK}-plan",
        "status": "active",
        "intent": "plan",
        "subject": {"reference": f"Patient/{PATIENT}"},
        "period": {"start": "2026-02-01"},
    }
    server = stand(but(usual(), "CarePlan", lambda _: said(bundle([plan]))))
    sent = visit()
    sent["prefetch"]["plans"] = bundle([plan])

    assert post(client, asking(server.address)).json == post(client, sent).json


def test_every_request_shows_the_token_and_asks_for_fhir(client: FlaskClient, stand: Stand) -> None:
    server = stand(usual())

    post(client, asking(server.address))

    assert {asked.method for asked in server.had} == {"GET"}
    assert {asked.headers["Authorization"] for asked in server.had} == {f"Bearer {TOKEN}"}
    assert {asked.headers["Accept"] for asked in server.had} == {"application/fhir+json"}


def test_only_what_is_absent_is_fetched(client: FlaskClient, stand: Stand) -> None:
    server = stand(usual())
    sent = visit()["prefetch"]
    del sent["coverage"]
    del sent["charges"]

    fetched = post(client, asking(server.address, prefetch=sent))

    assert fetched.json == post(client, visit()).json
    assert server.paths == [f"ChargeItem?context={ENCOUNTER}", f"Coverage?patient={PATIENT}"]


@pytest.mark.parametrize("state", [None, {"resourceType": "Bundle"}, [], OUTCOME], ids=str)
def test_what_the_ehr_has_answered_already_is_not_fetched(
    state: Any, client: FlaskClient, stand: Stand
) -> None:
    server = stand(usual())
    sent = {**visit()["prefetch"], "coverage": state}

    hold(cards(post(client, asking(server.address, prefetch=sent))))

    assert server.had == []


def test_who_furnished_a_service_is_fetched_though_the_ehr_described_somebody_else(
    client: FlaskClient, stand: Stand
) -> None:
    server = stand(usual())
    signer = {"resourceType": "PractitionerRole", "id": "role-of-the-signer"}

    post(client, asking(server.address, prefetch={"practitioners": signer}))

    assert [path for path in server.paths if path.startswith("Practitioner")] == PEOPLE


def test_everybody_who_furnished_a_service_is_asked_for_once(
    client: FlaskClient, stand: Stand
) -> None:
    server = stand(usual())

    post(client, asking(server.address))

    assert [path for path in server.paths if path.startswith("Practitioner")] == PEOPLE


@pytest.mark.parametrize("known", ["Practitioner", "PractitionerRole"])
def test_one_of_two_ways_to_know_people_is_enough(
    known: str, client: FlaskClient, stand: Stand
) -> None:
    roles = [
        {
            "resourceType": "PractitionerRole",
            "id": person["id"],
            "practitioner": {"reference": f"Practitioner/{person['id']}"},
            "specialty": [person["qualification"][0]["code"]],
        }
        for person in held("Practitioner")
    ]
    other = "PractitionerRole" if known == "Practitioner" else "Practitioner"
    answer = but(usual(), "PractitionerRole", lambda _: said(bundle(roles)))
    server = stand(but(answer, other, lambda _: said(OUTCOME, 500)))

    fetched = post(client, asking(server.address))

    assert fetched.json == post(client, visit()).json


LINKS: dict[str, Callable[[Request, int], str]] = {
    "whole": lambda asked, number: f"{asked.base_url}?page={number}",
    "relative": lambda _, number: f"Procedure?page={number}",
    "a query alone": lambda _, number: f"?page={number}",
    "from the root": lambda _, number: f"/fhir/Procedure?page={number}",
}


@pytest.mark.parametrize("kind", LINKS)
def test_a_search_in_pages_is_read_to_its_end(kind: str, client: FlaskClient, stand: Stand) -> None:
    first, last = held("Procedure")
    server = stand(but(usual(), "Procedure", paged([[first], [], [last]], LINKS[kind])))

    fetched = post(client, asking(server.address))

    assert fetched.json == post(client, visit()).json
    assert [path for path in server.paths if path.startswith("Procedure")] == [
        f"Procedure?encounter={ENCOUNTER}",
        "Procedure?page=2",
        "Procedure?page=3",
    ]


@pytest.mark.parametrize("url", ["{}/Procedure?page=2", "Procedure?page=2"])
def test_the_pages_of_what_was_sent_are_read_to_their_end(
    url: str, client: FlaskClient, stand: Stand
) -> None:
    first, last = held("Procedure")
    server = stand(but(usual(), "Procedure", paged([[first], [last]], LINKS["whole"])))
    link = {"relation": "next", "url": url.format(server.address)}
    sent = {**visit()["prefetch"], "procedures": bundle([first], link=[link])}

    fetched = post(client, asking(server.address, prefetch=sent))

    assert fetched.json == post(client, visit()).json
    assert server.paths == ["Procedure?page=2"]


def test_a_resource_on_two_pages_is_one(client: FlaskClient, stand: Stand) -> None:
    both = held("Procedure")
    server = stand(but(usual(), "Procedure", paged([both, both], LINKS["whole"])))

    fetched = post(client, asking(server.address))

    assert fetched.json == post(client, visit()).json


def test_the_pages_of_every_bundle_in_an_array_are_read(client: FlaskClient, stand: Stand) -> None:
    first, last = held("Procedure")
    server = stand(but(usual(), "Procedure", lambda _: said(bundle([last]))))
    link = {"relation": "next", "url": "Procedure?page=2"}
    sent = {**visit()["prefetch"], "procedures": [first, bundle([], link=[link])]}

    fetched = post(client, asking(server.address, prefetch=sent))

    assert fetched.json == post(client, visit()).json
    assert server.paths == ["Procedure?page=2"]


@pytest.mark.parametrize("kind", ["Procedure", "Coverage", "ChargeItem"])
def test_what_was_sent_stands_against_what_the_server_says_of_the_same(
    kind: str, client: FlaskClient, stand: Stand
) -> None:
    key = {"Procedure": "procedures", "Coverage": "coverage", "ChargeItem": "charges"}[kind]
    later = [{**each, "status": "entered-in-error"} for each in held(kind)]
    server = stand(but(usual(), kind, lambda _: said(bundle(later))))
    sent = visit()["prefetch"]
    sent[key]["link"] = [{"relation": "next", "url": f"{kind}?page=2"}]

    fetched = post(client, asking(server.address, prefetch=sent))

    assert fetched.json == post(client, visit()).json
    assert server.paths == [f"{kind}?page=2"]


def test_a_context_may_give_whole_references(client: FlaskClient, stand: Stand) -> None:
    server = stand(usual())
    sent = asking(server.address)
    sent["context"]["patientId"] = f"Patient/{PATIENT}"
    sent["context"]["encounterId"] = f"Encounter/{ENCOUNTER}"

    post(client, sent)

    assert server.paths == sorted([*EVERYTHING, *PEOPLE])


def test_ids_are_written_so_that_they_ask_for_nothing_else(
    client: FlaskClient, stand: Stand
) -> None:
    server = stand(usual())
    sent = asking(server.address)
    sent["context"]["patientId"] = f"{MARK}&_count=9#x?y=z"

    post(client, sent)

    (coverage,) = [asked for asked in server.had if asked.path == "/fhir/Coverage"]
    assert dict(coverage.args) == {"patient": f"{MARK}&_count=9#x?y=z"}


def test_a_proxy_of_the_environment_is_not_used(
    client: FlaskClient, stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = stand(lambda _: said({}))
    monkeypatch.setenv("HTTP_PROXY", proxy.address)
    monkeypatch.setenv("ALL_PROXY", proxy.address)
    server = stand(usual())

    hold(cards(post(client, asking(server.address))))

    assert server.had
    assert proxy.had == []


def test_a_cookie_is_not_kept(client: FlaskClient, stand: Stand) -> None:
    ordinary = usual()

    def answer(asked: Request) -> Response:
        made = ordinary(asked)
        made.set_cookie("session", MARK)
        return made

    server = stand(answer)

    for _ in range(3):
        post(client, asking(server.address))

    assert server.had
    assert not any("Cookie" in asked.headers for asked in server.had)


@pytest.mark.parametrize(
    "servers",
    [
        (),
        ("https://ehr.example.org/fhir",),
        ("https://127.0.0.1",),
        ("http://localhost",),
        ("http://127.0.0.1:1",),
        ("http://127.0.0.1/other",),
        ("http://127.0.0.1/fhi",),
        ("http://127.0.0.1/fhir/deeper",),
    ],
    ids=str,
)
def test_a_server_that_the_site_has_not_named_is_never_called(
    servers: tuple[str, ...], app: Flask, stand: Stand
) -> None:
    allow(app, servers=servers)
    server = stand(usual())

    answer = post(app.test_client(), asking(server.address))

    assert answer.status_code == 412
    assert server.had == []


@pytest.mark.parametrize(
    "disguise",
    ["http://user@{}", "http://user:pass@{}", "http://127.0.0.1@{}", "http://x:y@127.0.0.1@{}"],
)
def test_a_server_in_disguise_is_never_called(disguise: str, app: Flask, stand: Stand) -> None:
    server = stand(usual())
    host = server.address.removeprefix("http://")

    answer = post(app.test_client(), asking(disguise.format(host)))

    assert answer.status_code in {400, 412}
    assert server.had == []


def test_without_a_token_nothing_is_fetched(client: FlaskClient, stand: Stand) -> None:
    server = stand(usual())
    tokenless = asking(server.address, token="")
    leaveless = asking(server.address)
    del leaveless["fhirAuthorization"]
    serverless = asking(server.address)
    del serverless["fhirServer"]

    answers = [post(client, sent) for sent in (tokenless, leaveless, serverless)]

    assert [answer.status_code for answer in answers] == [412] * 3
    assert server.had == []


def test_a_call_that_brings_everything_needs_no_server(client: FlaskClient) -> None:
    sent = asking("http://127.0.0.1:1/fhir", prefetch=visit()["prefetch"])

    assert post(client, sent).json == post(client, visit()).json
