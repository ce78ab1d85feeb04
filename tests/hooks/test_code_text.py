"""Words to codes over HTTP: ``GET /code-text``, and visits whose services are charted in words."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.coding.lexicon import LONGEST
from tests.hooks.invariants import KEY, hold
from tests.hooks.service import cards, got, kept, post
from tests.hooks.visits import Json, bundle, procedure, request
from tests.rules.shorthand import BOOK

ADDRESS = "/code-text"
HTML = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
FIELDS = {"action", "codes", "alternatives", "why", "words"}
CLINIC = "https://demo-clinic.example/charge-codes"
SNOMED = "http://snomed.info/sct"
CHARTED = "Qwxzy"
"""Stands for what a chart says of a patient."""
SEARCHED = settings(deadline=None, derandomize=True, max_examples=150)


def read(client: FlaskClient, text: str, **context: str) -> Json:
    """Return what a phrase means."""
    answer = client.get(ADDRESS, query_string={"text": text, **context})
    assert answer.status_code == 200, answer.text
    told: Json = answer.json or {}
    assert set(told) == FIELDS
    return told


def test_a_phrase_is_answered_by_its_code_and_the_words_that_decided(client: FlaskClient) -> None:
    told = read(client, "Gait training with RW")

    assert (told["action"], told["codes"]) == ("map", ["97116"])
    assert told["words"][0].startswith("gait training")
    assert "97116" in told["why"]


def test_several_services_have_several_codes(client: FlaskClient) -> None:
    told = read(client, "therapeutic exercise; manual therapy")

    assert (told["action"], set(told["codes"])) == ("map", {"97110", "97140"})


def test_what_was_declined_is_not_billed(client: FlaskClient) -> None:
    assert read(client, "declined gait training")["action"] == "nonbillable"


def test_the_discipline_is_the_context(client: FlaskClient) -> None:
    assert read(client, "evaluation", discipline="OT")["alternatives"][0] == "97165"
    assert read(client, "evaluation", discipline="pt")["alternatives"][0] == "97161"


@pytest.mark.parametrize(
    ("payer", "code"),
    [("", "97014"), ("medicare_part_b", "G0283"), ("workers_comp", "97014")],
)
def test_the_code_is_the_one_that_the_payer_takes(
    payer: str, code: str, client: FlaskClient
) -> None:
    assert read(client, "97014", payer=payer)["codes"] == [code]


@pytest.mark.parametrize(
    "text",
    [
        "\x00\x01\x02\x1b[31m",
        "Gangschulung mit dem Rollator",
        "慢步训练",
        "тренировка ходьбы",
        "🦵🏃‍♀️",
        "\u202egniniart tiag",
        "<script>alert(1)</script>",
        "'; DROP TABLE decisions; --",
        "x" * LONGEST,
        "%",
        "\ud7ff\uffff",
    ],
)
def test_what_nobody_here_can_read_is_asked_about(text: str, client: FlaskClient) -> None:
    told = read(client, text)

    assert (told["action"], told["codes"]) == ("ask", [])
    assert told["why"]


FAULTS = {
    "no text": ({}, "text"),
    "an empty text": ({"text": ""}, "text"),
    "a blank text": ({"text": " \t\n\u2003"}, "text"),
    "a text over the limit": ({"text": CHARTED * LONGEST}, "text"),
    "an unknown discipline": ({"text": "therex", "discipline": CHARTED}, "discipline"),
    "an unknown payer": ({"text": "therex", "payer": CHARTED}, "payer"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_question_is_a_problem_that_names_the_field(
    name: str, client: FlaskClient
) -> None:
    asked, field = FAULTS[name]

    answer = client.get(ADDRESS, query_string=asked)

    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert answer.json
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert CHARTED not in answer.text


def test_a_hundred_kilobytes_of_text_are_refused(client: FlaskClient) -> None:
    assert client.get(ADDRESS, query_string={"text": "gait " * 20_000}).status_code == 400


def test_the_page_has_a_form_and_shows_the_answer(client: FlaskClient) -> None:
    empty = client.get(ADDRESS, headers=HTML)
    filled = client.get(
        ADDRESS, query_string={"text": "gait training", "discipline": "PT"}, headers=HTML
    )

    assert (empty.status_code, empty.mimetype) == (200, "text/html")
    assert '<input type="text" name="text"' in empty.text
    assert "97116" not in empty.text
    assert "97116" in filled.text
    assert "“gait training”" in filled.text
    assert "<option selected>PT</option>" in filled.text


def test_the_page_says_what_is_wrong_and_writes_nothing_as_html(client: FlaskClient) -> None:
    asked = {"text": "<script>alert(1)</script>", "payer": CHARTED}

    page = client.get(ADDRESS, query_string=asked, headers=HTML)

    assert page.status_code == 400
    assert "payer: should be" in page.text
    assert "<script>" not in page.text
    assert page.headers["Content-Security-Policy"]


@given(text=st.text(max_size=300), discipline=st.sampled_from(["", "PT", "SLP"]))
@SEARCHED
def test_any_text_has_an_answer_or_a_refusal(text: str, discipline: str, app: Flask) -> None:
    answer = app.test_client().get(ADDRESS, query_string={"text": text, "discipline": discipline})

    assert answer.status_code == (200 if text.strip() else 400), answer.text
    if text.strip() and answer.json:
        codes = {*answer.json["codes"], *answer.json["alternatives"]}
        assert codes <= BOOK.tables.codes.keys()


@given(query=st.binary(max_size=60))
@SEARCHED
def test_any_bytes_in_the_address_are_answered_or_refused(query: bytes, app: Flask) -> None:
    raw = "text=" + "".join(f"%{byte:02x}" for byte in query)

    assert app.test_client().get(f"{ADDRESS}?{raw}").status_code in {200, 400}


def worded(text: str = "", *, chart: str = "- 15min", number: int = 0, **concept: Any) -> Json:
    """Return a service that is charted in words, or by a code of the clinic's own."""
    said = {**concept, **({"text": f"{text} {CHARTED}"} if text else {})}
    made = procedure(chart, number, code=said)
    made["note"] = [{"text": CHARTED}]
    return made


def local(code: str, system: str = CLINIC) -> Json:
    return {"coding": [{"system": system, "code": code, "display": CHARTED}]}


def asked(*services: Json, bill: tuple[str, ...] = (), payer: str = "medicare_part_b") -> Json:
    """Return a call for services that are charted without therapy codes."""
    return request((), bill, payer, procedures=bundle(services))


def answered(client: FlaskClient, body: Json) -> list[Json]:
    """Return the cards of a visit, held to what all answers keep to, and silent of the chart."""
    answer = post(client, body)
    found = cards(answer)
    hold(found)
    assert CHARTED not in answer.text
    return found


def findings(found: list[Json]) -> list[str]:
    said = found[0]["extension"][KEY].get("findings", []) if found else []
    return [each["says"] for each in said if each["rule"] == "service_code"]


def test_a_visit_in_words_is_billed_and_says_which_words_decided(client: FlaskClient) -> None:
    first, *_ = answered(client, asked(worded("Gait training"), worded("therex", number=1)))

    assert first["summary"].startswith("Bill ")
    lines = [a["resource"] for a in first["suggestions"][0]["actions"]]
    assert [x["code"]["coding"][0]["code"] for x in lines] == ["97116", "97110"]
    assert (
        "**Read from the chart**\n"
        "- 97116: the words “gait training”\n"
        "- 97110: the words “therapeutic exercise”\n"
    ) in first["detail"]
    assert not findings([first])


def test_a_visit_in_local_and_snomed_codes_says_by_which_map(client: FlaskClient) -> None:
    stretching = local("229070002", SNOMED)
    first, *_ = answered(client, asked(worded(**local("PT-GT")), worded(number=1, **stretching)))

    assert (
        "- 97116: the code in the chart, by the map Demo clinic charge codes\n" in first["detail"]
    )
    assert (
        "- 97110: the code in the chart, by the map SNOMED CT to therapy codes" in first["detail"]
    )


def test_the_example_of_a_visit_without_therapy_codes_is_billed(client: FlaskClient) -> None:
    folder = Path(__file__).parents[2] / "profiles" / "fhir" / "examples"

    told = post(client, (folder / "Bundle-sim-words-visit.json").read_bytes(), "/check").json

    assert [(x["code"], x["units"]) for x in told["bill"]] == [
        ("97110", 1),
        ("97116", 1),
        ("97140", 1),
    ]


def test_the_code_that_the_payer_takes_stands_in_the_list(client: FlaskClient) -> None:
    first, *_ = answered(client, asked(worded("97014"), worded("therex", number=1)))

    assert "- G0283: the words “97014”" in first["detail"]


def test_what_is_charted_in_therapy_codes_has_no_such_list(client: FlaskClient) -> None:
    first, *_ = cards(post(client, request(["97110 15min"])))

    assert "Read from the chart" not in first["detail"]


def test_a_bill_that_is_right_needs_no_card_though_it_was_charted_in_words(
    client: FlaskClient,
) -> None:
    right = asked(worded("gait training", chart="- 45min"), bill=("97116-GP x3",))

    assert answered(client, right) == []


def test_what_words_leave_open_is_asked_with_the_candidates(client: FlaskClient) -> None:
    found = answered(client, asked(worded(**local("PT-EVAL")), worded("therex", number=1)))

    (says,) = findings(found)
    assert says.startswith("A charted service may be 97161, 97162 or 97163: which one?")
    assert any(card["summary"].startswith(says[:60]) for card in found)


def test_several_services_under_one_number_of_minutes_are_not_billed(client: FlaskClient) -> None:
    found = answered(client, asked(worded("therapeutic exercise, manual therapy")))

    (says,) = findings(found)
    assert says == (
        "A charted service names several services, 97110 and 97140: each needs its own minutes"
    )
    assert not [card for card in found if "suggestions" in card]


@pytest.mark.parametrize("text", ["declined gait training", "rest break"])
def test_what_is_not_billed_is_said_once_and_quietly(text: str, client: FlaskClient) -> None:
    alone = answered(client, asked(worded(text)))
    (first,) = answered(client, asked(worded(text), worded("therex", number=1)))

    assert alone == []
    account = first["extension"][KEY]
    whys = [n["why"] for n in account["notChecked"] if n["rule"] == "service_code"]
    assert len(whys) == 1
    assert whys[0].startswith("a charted service is not billable on its own: ")
    assert whys[0] not in first["detail"]
    lines = [a["resource"] for a in first["suggestions"][0]["actions"]]
    assert [x["code"]["coding"][0]["code"] for x in lines] == ["97110"]


def test_a_visit_in_words_is_explained_by_the_same_cards(client: FlaskClient) -> None:
    answer = post(client, asked(worded("Gait training"), worded(**local("PT-EVAL"), number=1)))
    found = cards(answer)
    address = f"/explain/{found[0]['extension'][KEY]['trace']}"

    explained = got(client, address)
    page = client.get(address, headers=HTML)

    assert explained["cards"] == found
    assert "the words “gait training”" in page.text
    assert "which one? Demo clinic charge codes leaves it open" in page.text
    assert CHARTED not in page.text


def test_the_words_of_a_chart_are_not_kept(client: FlaskClient, home: Path) -> None:
    answered(client, asked(worded("gait training"), worded("declined therex", number=1)))

    assert CHARTED.encode() not in kept(home)


@given(text=st.text(max_size=120), note=st.text(max_size=40), display=st.text(max_size=40))
@settings(SEARCHED, max_examples=60)
def test_whatever_a_chart_says_in_words_the_visit_is_answered(
    text: str, note: str, display: str, app: Flask
) -> None:
    service = procedure("- 15min", code={"coding": [{"display": display}], "text": text})
    service["note"] = [{"text": note}]

    answer = post(app.test_client(), asked(service))

    assert answer.status_code in {200, 400}, answer.text
    assert "fault of the checker" not in answer.text
