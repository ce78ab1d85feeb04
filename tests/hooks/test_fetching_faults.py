"""A server that fails, lies, wanders or stalls costs a line on a card, or a 412; never more."""

import gzip
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.wrappers import Request, Response

from plugin.fhir.access import Access
from plugin.fhir.fetch import PAGES, search
from plugin.fhir.wire import LARGEST, FetchError
from plugin.parts import parts
from tests.hooks.faults import TOKEN, places, tells_of_nobody
from tests.hooks.fetched import LITTLE, OUTCOME, PEOPLE, all_but, allow, asking, usual, visit
from tests.hooks.invariants import hold
from tests.hooks.service import cards, kept, post, start
from tests.hooks.stand_in import Answer, Stand, StandIn, but, missing, said, standing
from tests.hooks.visits import ENCOUNTER, MARK, bundle


@pytest.fixture(autouse=True)
def _site(app: Flask) -> None:
    allow(app)


KINDS_ASIDE = {"CarePlan": "plans", "ExplanationOfBenefit": "claims", "Observation": "minutes"}


def text(body: str | bytes, kind: str = "application/fhir+json") -> Answer:
    """Answer with something that need not be FHIR."""
    return lambda _: Response(body, content_type=kind)


def packed(size: int) -> bytes:
    """Return a great many spaces in few bytes."""
    return gzip.compress(b" " * size)


FAULTS: dict[str, tuple[Answer, str]] = {
    "401": (lambda _: said(OUTCOME, 401), "the EHR's FHIR server answered 401"),
    "403": (lambda _: said(OUTCOME, 403), "the EHR's FHIR server answered 403"),
    "404": (lambda _: missing(), "the EHR's FHIR server answered 404"),
    "429": (lambda _: said(OUTCOME, 429), "the EHR's FHIR server answered 429"),
    "500": (lambda _: said(OUTCOME, 500), "the EHR's FHIR server answered 500"),
    "201": (lambda _: said(bundle([]), 201), "the EHR's FHIR server answered 201"),
    "an OperationOutcome": (lambda _: said(OUTCOME), "the EHR answered with an error"),
    "a page": (text(f"<html>{MARK}</html>", "text/html"), "the answer is not well-formed JSON"),
    "nothing": (text(b""), "the answer is not well-formed JSON"),
    "a list": (text(b"[]"), "the answer is not well-formed JSON"),
    "NaN": (text(b'{"total": NaN}'), "the answer is not well-formed JSON"),
    "a key twice": (text(b'{"a": 1, "a": 2}'), "the answer is not well-formed JSON"),
    "a deep nest": (text(b'{"a":' * 500), "the answer is not well-formed JSON"),
    "bad text": (text(b'{"a": "\xff"}'), "the answer is not well-formed JSON"),
    "a false coding": (
        lambda _: Response(b"plain", headers={"Content-Encoding": "gzip"}),
        "the EHR's FHIR server did not give it",
    ),
    "too much": (text(b'{"a": "' + b"x" * LARGEST + b'"}'), "the answer is too large"),
    "too much, packed": (
        lambda _: Response(packed(LARGEST * 3), headers={"Content-Encoding": "gzip"}),
        "the answer is too large",
    ),
    "a redirection": (
        lambda asked: said({}, 302, Location=f"{asked.host_url}fhir/Patient/other"),
        "the EHR's FHIR server answered 302",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_without_what_it_can_do_without_a_call_is_answered_and_says_so(
    name: str, client: FlaskClient, stand: Stand, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    answer, why = FAULTS[name]
    server = stand(but(usual(), "Coverage", answer))

    answered = post(client, asking(server.address))

    hold(cards(answered))
    assert f"coverage: {why}" in cards(answered)[0]["detail"]
    assert MARK not in caplog.text


@pytest.mark.parametrize("kind", KINDS_ASIDE)
@pytest.mark.parametrize("name", FAULTS)
def test_what_a_server_does_not_offer_is_not_known_and_other_faults_are_owned_up_to(
    name: str, kind: str, client: FlaskClient, stand: Stand
) -> None:
    answer, why = FAULTS[name]
    server = stand(but(usual(), kind, answer))

    answered = post(client, asking(server.address))

    hold(cards(answered))
    offered = name not in {"403", "404"}
    line = f"{KINDS_ASIDE[kind]}: {why}"
    assert (line in "".join(card["detail"] for card in cards(answered))) is offered


def test_who_furnished_a_visit_is_fetched_before_what_it_can_do_without_is_waited_for(
    app: Flask, stand: Stand
) -> None:
    allow(app, LITTLE * 5)
    itself: list[StandIn] = []
    itself.append(stand(but(usual(), "CarePlan", silent(itself))))

    found = cards(post(app.test_client(), asking(itself[0].address)))

    hold(found)
    assert "plans: the time allowed ran out" in found[0]["detail"]
    assert set(PEOPLE) < set(itself[0].paths)
    assert "97110 ×1 GP CQ" in found[0]["detail"]


@pytest.mark.parametrize("kind", ["Encounter", "Procedure"])
@pytest.mark.parametrize("name", FAULTS)
def test_without_what_it_cannot_do_without_a_call_is_refused(
    name: str, kind: str, client: FlaskClient, stand: Stand, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    answer, why = FAULTS[name]
    server = stand(but(usual(), kind, answer))

    answered = post(client, asking(server.address))

    key = {"Encounter": "encounter", "Procedure": "procedures"}[kind]
    assert answered.status_code == 412
    assert places(answered) == [f"prefetch.{key}"]
    assert answered.json["issue"][0]["diagnostics"] == f"prefetch.{key}: {why}"
    tells_of_nobody(answered, caplog)


def test_a_server_that_is_not_there_costs_a_412(client: FlaskClient) -> None:
    with standing(usual()) as gone:
        address = gone.address

    answered = post(client, asking(address))

    assert answered.status_code == 412
    assert places(answered) == ["prefetch.encounter", "prefetch.procedures"]


def test_a_redirection_is_not_followed(client: FlaskClient, stand: Stand) -> None:
    other = stand(usual())
    server = stand(lambda asked: said({}, 307, Location=f"{other.address}{asked.path}"))

    answered = post(client, asking(server.address))

    assert answered.status_code == 412
    assert other.had == []


@pytest.mark.parametrize(
    "link",
    [
        "{other}/Procedure?page=2",
        "//{host}/fhir/Procedure?page=2",
        "http://user@{own}/fhir/Procedure?page=2",
        "{scheme}s://{own}/fhir/Procedure?page=2",
        "/elsewhere/Procedure?page=2",
        "../elsewhere?page=2",
        "file:///etc/hostname",
        "javascript:1",
    ],
)
def test_a_page_elsewhere_is_not_fetched(link: str, client: FlaskClient, stand: Stand) -> None:
    other = stand(usual())
    host = other.address.removeprefix("http://").removesuffix("/fhir")

    def wandering(asked: Request) -> Response:
        url = link.format(other=other.address, host=host, own=asked.host, scheme="http")
        return said(bundle([], link=[{"relation": "next", "url": url}]))

    server = stand(but(usual(), "Procedure", wandering))

    answered = post(client, asking(server.address))

    assert answered.status_code == 412
    assert places(answered) == ["prefetch.procedures"]
    assert other.had == []
    assert [path for path in server.paths if "page" in path or "elsewhere" in path] == []


def test_pages_without_end_come_to_an_end(client: FlaskClient, stand: Stand) -> None:
    def endless(asked: Request) -> Response:
        return said(bundle([], link=[{"relation": "next", "url": asked.url}]))

    server = stand(but(usual(), "Procedure", endless))

    answered = post(client, asking(server.address))

    assert answered.status_code == 412
    assert answered.json["issue"][0]["diagnostics"] == "prefetch.procedures: more than 10 pages"
    assert server.paths.count(f"Procedure?encounter={ENCOUNTER}") == PAGES


def silent(server: list[StandIn]) -> Answer:
    """Never answer, until the test is over."""

    def answer(_: Request) -> Response:
        server[0].released.wait()
        return said(bundle([]))

    return answer


def dripping(server: list[StandIn]) -> Answer:
    """Answer a space at a time, until the test is over."""

    def drops() -> Iterator[bytes]:
        while not server[0].released.wait(0.02):
            yield b" "

    length = {"Content-Length": "100000"}
    return lambda _: Response(drops(), headers=length, content_type="application/fhir+json")


SLOW = {"silent": silent, "dripping": dripping}


@pytest.mark.parametrize("manner", SLOW)
def test_a_server_that_does_not_answer_in_time_is_given_up(
    manner: str, app: Flask, stand: Stand
) -> None:
    allow(app, LITTLE)
    itself: list[StandIn] = []
    itself.append(stand(but(usual(), "Coverage", SLOW[manner](itself))))

    sent = asking(itself[0].address, prefetch=all_but("coverage"))

    found = cards(post(app.test_client(), sent))

    assert not itself[0].released.is_set()
    hold(found)
    assert "coverage: " in found[0]["detail"]


@pytest.mark.parametrize("manner", SLOW)
def test_a_visit_that_does_not_arrive_in_time_cannot_be_known(
    manner: str, app: Flask, stand: Stand, caplog: pytest.LogCaptureFixture
) -> None:
    allow(app, LITTLE)
    itself: list[StandIn] = []
    itself.append(stand(but(usual(), "Procedure", SLOW[manner](itself))))

    sent = asking(itself[0].address, prefetch=all_but("procedures"))

    answered = post(app.test_client(), sent)

    assert not itself[0].released.is_set()
    assert answered.status_code == 412
    assert places(answered) == ["prefetch.procedures"]
    tells_of_nobody(answered, caplog)


def test_nothing_is_fetched_once_the_time_has_run_out(stand: Stand) -> None:
    server = stand(usual())
    late = Access(server=server.address, token=TOKEN, deadline=time.monotonic() - 1)

    with pytest.raises(FetchError, match="the time allowed ran out"):
        search("Patient/x", late)

    assert server.had == []


def test_nothing_is_fetched_after_the_answer(app: Flask, stand: Stand) -> None:
    allow(app, LITTLE)
    itself: list[StandIn] = []

    def held_back(asked: Request) -> Response:
        if "page" not in asked.args:
            itself[0].released.wait()
        link = {"relation": "next", "url": f"{asked.base_url}?page=2"}
        return said(bundle([], link=[link]))

    itself.append(stand(but(usual(), "Coverage", held_back)))
    sent = asking(itself[0].address, prefetch=all_but("coverage"))
    hold(cards(post(app.test_client(), sent)))
    had = len(itself[0].had)

    itself[0].released.set()
    other = stand(usual())
    allow(app)
    for _ in range(5):  # gives every waiting thread its turn
        post(app.test_client(), asking(other.address))

    assert len(itself[0].had) == had


def test_a_token_is_neither_kept_nor_logged(
    tmp_path: Path, stand: Stand, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    app = start(tmp_path)
    allow(app)
    for answer in (usual(), but(usual(), "Procedure", lambda _: said(OUTCOME, 500))):
        post(app.test_client(), asking(stand(answer).address))
    parts(app).store.close()

    assert TOKEN.encode() not in kept(tmp_path)
    assert TOKEN not in caplog.text
    assert MARK not in caplog.text


def test_what_was_fetched_and_what_was_sent_leave_the_same_trace(
    client: FlaskClient, stand: Stand
) -> None:
    fetched = cards(post(client, asking(stand(usual()).address)))
    sent = cards(post(client, visit()))

    assert fetched[0]["links"] == sent[0]["links"]
