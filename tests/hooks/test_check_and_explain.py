"""``POST /check`` and ``GET /explain/{trace}``: the same review, without CDS Hooks around it."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.hooks import regolden
from tests.hooks.faults import places
from tests.hooks.invariants import KEY
from tests.hooks.service import cards, got, post
from tests.hooks.visits import MARK, Json, collection

NAMES = regolden.names()
SPOKEN = [name for name in NAMES if regolden.expected(name)["cards"]]
SAME = ("bill", "attestations", "findings", "notChecked")


def checked(client: FlaskClient, body: Json) -> Json:
    """Return what a plain check says."""
    answer = post(client, body, "/check")
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/json"
    told: Json = answer.json
    return told


def trace_of(found: list[Json]) -> str:
    """Return the trace of an answer."""
    trace: str = found[0]["extension"][KEY]["trace"]
    return trace


def sent_as_bytes(answer: Any) -> bytes:
    """Return the cards of a call, byte for byte."""
    body: bytes = answer.data
    assert body.startswith(b'{"cards":')
    return body.removeprefix(b'{"cards":').removesuffix(b"}")


@pytest.mark.parametrize("name", NAMES)
def test_a_bundle_and_a_call_are_billed_alike(name: str, client: FlaskClient) -> None:
    asked = regolden.asked(name)

    from_call, from_bundle = checked(client, asked), checked(client, collection(asked))

    assert {key: from_call[key] for key in SAME} == {key: from_bundle[key] for key in SAME}


@pytest.mark.parametrize("name", SPOKEN)
def test_a_check_finds_what_the_cards_find(name: str, client: FlaskClient) -> None:
    asked = regolden.asked(name)

    account = cards(post(client, asked))[0]["extension"][KEY]
    told = checked(client, asked)

    assert told["findings"] == account.get("findings", [])
    assert told["notChecked"] == account.get("notChecked", [])


def test_a_check_names_the_services_and_the_choices(client: FlaskClient) -> None:
    told = checked(client, regolden.asked("group_beside_one_on_one"))

    assert told["bill"] == [
        {"code": "97150", "units": 1, "modifiers": ["GP"], "services": [f"Procedure/{MARK}-p0"]},
        {"code": "97110", "units": 2, "modifiers": ["GP"], "services": [f"Procedure/{MARK}-p1"]},
    ]
    assert [choice["code"] for choice in told["attestations"]] == ["97110"] * 3
    assert [choice["add"] for choice in told["attestations"]] == [["59"], ["XS"], ["XE"]]
    assert all("97150" in choice["attests"] for choice in told["attestations"])


def test_a_check_says_what_was_left_out(client: FlaskClient) -> None:
    told = checked(client, regolden.asked("one_bad_optional_resource"))

    (left_out,) = told["leftOut"]
    assert left_out["where"] == "prefetch.minutes.entry[0].resource.valueQuantity.value"


@pytest.mark.parametrize("name", SPOKEN)
def test_an_answer_is_explained_by_the_same_cards_to_the_byte(
    name: str, client: FlaskClient
) -> None:
    answer = post(client, regolden.asked(name))

    address = f"/explain/{trace_of(cards(answer))}"

    assert got(client, address)["sameRules"] is True
    assert client.get(address).data.endswith(b'"cards":' + sent_as_bytes(answer) + b"}")


@pytest.mark.parametrize("name", NAMES)
def test_a_check_is_explained_by_the_same_bill(name: str, client: FlaskClient) -> None:
    told = checked(client, regolden.asked(name))

    explained = got(client, f"/explain/{told['trace']}")

    assert {key: explained[key] for key in told} == told


def test_an_explanation_shows_the_arithmetic(client: FlaskClient) -> None:
    told = checked(client, regolden.asked("written_from_nothing"))

    explained = got(client, f"/explain/{told['trace']}")

    assert explained["derivation"] == [
        "33 (97110) + 7 (97140) = 40 timed minutes",
        "38–52 minutes earn 3 units",
        "97110: 33 min = 2 × 15 + 3",
        "97140: 7 min = 0 × 15 + 7",
        "1 unit left over to the largest remainder: 97140 (7 min)",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_an_explanation_can_be_read_as_a_page_that_tells_of_nobody(
    name: str, client: FlaskClient
) -> None:
    trace = checked(client, regolden.asked(name))["trace"]

    page = client.get(f"/explain/{trace}", headers={"Accept": "text/html,*/*;q=0.8"})

    assert page.status_code == 200
    assert page.mimetype == "text/html"
    assert MARK not in page.text


@pytest.mark.parametrize(
    "trace",
    [
        "0" * 32,
        "0",
        "0" * 31,
        "0" * 33,
        "g" * 32,
        "A" * 32,
        "\uff10" * 32,
        "..%2f..%2fetc%2fpasswd",
        "%00" * 32,
        "'%20or%20'1'='1",
        f"{'0' * 31}%0a",
        f"{'0' * 32}%0a",
    ],
)
def test_a_trace_that_nothing_is_known_under_is_not_found(trace: str, client: FlaskClient) -> None:
    answer = client.get(f"/explain/{trace}")

    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    places(answer)


def test_a_trace_is_known_as_it_was_written_alone(client: FlaskClient) -> None:
    trace = checked(client, regolden.asked("clean"))["trace"]

    assert client.get(f"/explain/{trace}").status_code == 200
    assert client.get(f"/explain/{trace.upper()}").status_code == 404
    assert client.get(f"/explain/{trace[:-1]}").status_code == 404
    assert client.get(f"/explain/{trace}/").status_code == 404
