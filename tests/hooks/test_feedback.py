"""Feedback is kept as events before it is acknowledged: each once, and never anybody's words."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugin.parts import parts
from plugin.store.store import Store
from tests.hooks.faults import places, tells_of_nobody
from tests.hooks.service import cards, kept, post, settings, start
from tests.hooks.visits import MARK, Json, request

ADDRESS = "/cds-services/visit-check/feedback"
AT = "2026-03-02T16:00:00Z"
CARD = "4e0a3a1e-3e78-4baa-a292-3e25310d4c80"
TAKEN = "9d1f1f29-1f0f-4f6e-8a3a-0c5d0a9d2f11"
CODED = {"code": "not-this-visit", "system": "https://ehr.example.org/reasons"}
ACCEPTED = {
    "card": CARD,
    "outcome": "accepted",
    "acceptedSuggestions": [{"id": TAKEN}],
    "outcomeTimestamp": AT,
}
OVERRIDDEN = {"card": CARD, "outcome": "overridden", "outcomeTimestamp": AT}
LEGAL: dict[str, Json] = {
    "accepted": ACCEPTED,
    "two suggestions accepted": {**ACCEPTED, "acceptedSuggestions": [{"id": "a"}, {"id": "b"}]},
    "overridden without a reason": OVERRIDDEN,
    "overridden for a coded reason": {
        **OVERRIDDEN,
        "overrideReason": {"reason": {**CODED, "display": "Not this visit"}},
    },
    "a reason without its display": {**OVERRIDDEN, "overrideReason": {"reason": CODED}},
    "a reason in words": {**OVERRIDDEN, "overrideReason": {"userComment": f"{MARK} said so"}},
    "a reason both ways": {
        **OVERRIDDEN,
        "overrideReason": {"reason": CODED, "userComment": f"{MARK} said so"},
    },
    "an empty reason": {**OVERRIDDEN, "overrideReason": {}},
    "nothing accepted of an overridden card": {**OVERRIDDEN, "acceptedSuggestions": []},
    "a fraction of a second": {**OVERRIDDEN, "outcomeTimestamp": "2026-03-02T16:00:00.123456Z"},
    "another offset": {**OVERRIDDEN, "outcomeTimestamp": "2026-03-02T10:00:00-06:00"},
    "more than the specification names": {
        **ACCEPTED,
        "extension": {"org.example": {"note": MARK}},
        "acceptedSuggestions": [{"id": TAKEN, "extension": {"org.example": MARK}}],
    },
}
UNLIKE: dict[str, tuple[Any, ...]] = {
    "card": ("", 7, None, [MARK], {"id": MARK}, MARK * 100),
    "outcome": ("", "ignored", "ACCEPTED", MARK, 7, None, ["accepted"]),
    "outcomeTimestamp": ("", "yesterday", MARK, "2026-03-02", "2026-03-02T16:00:00", 7, None),
    "acceptedSuggestions": ([], MARK, {"id": MARK}, [MARK], [{}], [{"id": ""}], [{"id": 7}]),
    "overrideReason": (MARK, 7, [MARK], None),
}
WRONG: dict[str, tuple[Any, str]] = {
    **{f"no {name}": ({k: v for k, v in ACCEPTED.items() if k != name}, name) for name in ACCEPTED},
    **{
        f"{name} is {value!r}": ({**ACCEPTED, name: value}, name)
        for name, values in UNLIKE.items()
        for value in values
    },
    "a reason without a code": (
        {**OVERRIDDEN, "overrideReason": {"reason": {"system": MARK}}},
        "overrideReason.reason.code",
    ),
    "a reason that is a string": (
        {**OVERRIDDEN, "overrideReason": {"reason": MARK}},
        "overrideReason.reason",
    ),
    "a comment that is a list": (
        {**OVERRIDDEN, "overrideReason": {"userComment": [MARK]}},
        "overrideReason.userComment",
    ),
    "a comment without end": (
        {**OVERRIDDEN, "overrideReason": {"userComment": MARK * 3000}},
        "overrideReason.userComment",
    ),
    "a string": (MARK, ""),
    "null": (None, ""),
    "a list": ([ACCEPTED], ""),
}


@pytest.fixture(scope="module")
def second(app: Flask, home: Path) -> Iterator[Store]:
    """Return another process's view of the same file, while the service runs."""
    assert app.extensions
    store = Store(settings(home).database_url)
    yield store
    store.close()


def told(client: FlaskClient, *entries: Any, address: str = ADDRESS) -> Any:
    """Return the answer to a batch of feedback."""
    return post(client, {"feedback": list(entries)}, address)


def fresh(entry: Json) -> Json:
    """Return feedback on a card that no other test has."""
    return {**entry, "card": str(uuid4())}


def on(entry: Json, store: Store) -> list[Json]:
    """Return what is kept of a card."""
    return [event for event in store.events() if event["card"] == entry["card"]]


@pytest.mark.parametrize("name", LEGAL)
def test_feedback_is_acknowledged_with_nothing_and_kept(
    name: str, client: FlaskClient, second: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    entry = fresh(LEGAL[name])

    answer = told(client, entry)

    assert answer.status_code == 200
    assert answer.data == b""
    (event,) = on(entry, second)
    assert event["outcome"] == entry["outcome"]
    assert event["tenant"] == "demo"
    assert event["service"] == "visit-check"
    tells_of_nobody(answer, caplog)


def test_a_card_may_have_any_name(client: FlaskClient, second: Store) -> None:
    entry = {**OVERRIDDEN, "card": "card-of-another-instance"}

    assert told(client, entry).status_code == 200

    assert len(on(entry, second)) == 1


def test_what_was_accepted_is_kept(client: FlaskClient, second: Store) -> None:
    entry = fresh(LEGAL["two suggestions accepted"])

    told(client, entry)

    (event,) = on(entry, second)
    assert event["suggestions"] == "a b"
    assert event["outcome_at"].startswith("2026-03-02T16:00:00")


def test_a_coded_reason_is_kept(client: FlaskClient, second: Store) -> None:
    entry = fresh(LEGAL["a reason both ways"])

    told(client, entry)

    (event,) = on(entry, second)
    assert (event["reason_system"], event["reason_code"]) == (CODED["system"], CODED["code"])


def test_that_there_were_words_is_kept_but_not_the_words(tmp_path: Path) -> None:
    app = start(tmp_path)
    batch = [fresh(entry) for entry in LEGAL.values()]
    told(app.test_client(), *batch)
    store = parts(app).store
    commented = [name for name, e in zip(LEGAL, batch, strict=True) if on(e, store)[0]["commented"]]
    store.close()

    assert commented == ["a reason in words", "a reason both ways"]
    assert MARK.encode() not in kept(tmp_path)


def test_the_same_feedback_twice_is_one_event(client: FlaskClient, second: Store) -> None:
    entry = fresh(ACCEPTED)

    for _ in range(3):
        assert told(client, entry, entry).status_code == 200

    assert len(on(entry, second)) == 1


def test_another_outcome_for_the_same_card_is_another_event(
    client: FlaskClient, second: Store
) -> None:
    entry = fresh(ACCEPTED)
    other = {**OVERRIDDEN, "card": entry["card"]}

    told(client, entry)
    told(client, other)
    told(client, {**other, "outcomeTimestamp": "2026-03-02T16:00:01Z"})

    assert len(on(entry, second)) == 3


def test_a_batch_is_kept_whole(client: FlaskClient, second: Store) -> None:
    batch = [fresh(OVERRIDDEN) for _ in range(1000)]

    assert told(client, *batch).status_code == 200

    assert {entry["card"] for entry in batch} <= {event["card"] for event in second.events()}


def test_a_batch_with_one_bad_entry_is_refused_whole(client: FlaskClient, second: Store) -> None:
    good = fresh(ACCEPTED)

    answer = told(client, good, {**good, "outcome": MARK}, good)

    assert answer.status_code == 400
    assert places(answer) == ["feedback[1].outcome"]
    assert on(good, second) == []


def test_the_card_of_a_real_answer_can_be_fed_back(client: FlaskClient, second: Store) -> None:
    (card,) = cards(post(client, request(["97110 33min"])))
    accepted = [{"id": suggestion["uuid"]} for suggestion in card["suggestions"]]
    entry = {**ACCEPTED, "card": card["uuid"], "acceptedSuggestions": accepted}

    told(client, entry)

    (event,) = on(entry, second)
    assert event["suggestions"] == accepted[0]["id"]


def test_feedback_under_a_sites_own_address_is_that_sites(
    client: FlaskClient, second: Store
) -> None:
    entry = fresh(OVERRIDDEN)

    told(client, entry, address=f"/t/demo{ADDRESS}")

    (event,) = on(entry, second)
    assert event["tenant"] == "demo"


@pytest.mark.parametrize("name", WRONG)
def test_feedback_of_no_legal_shape_is_refused_by_the_name_of_its_place(
    name: str, client: FlaskClient, second: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    entry, place = WRONG[name]
    before = second.events()

    answer = told(client, entry)

    assert answer.status_code == 400
    assert any(found.startswith(f"feedback[0].{place}".rstrip(".")) for found in places(answer))
    assert second.events() == before
    tells_of_nobody(answer, caplog)


@pytest.mark.parametrize(
    "body", [{}, {"feedback": None}, {"feedback": []}, {"feedback": MARK}, {"feedback": ACCEPTED}]
)
def test_a_body_without_a_list_of_feedback_is_refused(body: Json, client: FlaskClient) -> None:
    answer = post(client, body, ADDRESS)

    assert answer.status_code == 400
    assert places(answer) == ["feedback"]


def test_a_batch_without_end_is_refused(client: FlaskClient) -> None:
    answer = told(client, *[OVERRIDDEN] * 1001)

    assert answer.status_code == 400
    assert places(answer) == ["feedback"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"feedback": NaN}'])
def test_feedback_that_is_no_json_is_refused(body: bytes, client: FlaskClient) -> None:
    answer = post(client, body, ADDRESS)

    assert answer.status_code == 400
    assert places(answer)
