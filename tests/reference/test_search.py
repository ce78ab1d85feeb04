"""Finding a code by its number, by words, or in the list of all."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from plugin.reference.finding import found
from plugin.reference.library import Library
from tests.reference.asking import CODES
from tests.reference.pages import HTML, hold


def codes_found(library: Library, text: str, discipline: str = "") -> list[str]:
    return [row["code"] for row in found(library, text, discipline)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("97110", ["97110"]),
        (" 971 10 ", ["97110"]),
        ("97112 97110", ["97110", "97112"]),
        ("9711", ["97110", "97112", "97113", "97116"]),
        ("g028", ["G0281", "G0282", "G0283"]),
        ("massage", ["97124"]),
        ("walking", ["97116"]),
        ("Water EXERCISE", ["97113"]),
        ("exercises", ["97110"]),
        ("swallowing evaluation", ["92610"]),
    ],
)
def test_numbers_and_words_find_codes(library: Library, text: str, first: list[str]) -> None:
    assert codes_found(library, text)[: len(first)] == first


@pytest.mark.parametrize("text", ["99999", "zzzz", "漢字", "\x00", "'; --", "🦵"])
def test_what_finds_nothing_finds_nothing(library: Library, text: str) -> None:
    assert codes_found(library, text) == []


def test_a_mapper_s_codes_come_before_words(library: Library) -> None:
    rows = found(library, "massage", mapped=("97140",))
    assert [row["code"] for row in rows][:2] == ["97140", "97124"]


def test_without_words_every_code_is_listed_by_group(library: Library) -> None:
    rows = found(library)
    assert {row["code"] for row in rows} == {*CODES}
    groups = [row["group"] for row in rows]
    assert len({*groups}) == sum(a != b for a, b in zip(groups, ["", *groups[:-1]], strict=True))
    by_code = {row["code"]: row["group"] for row in rows}
    assert by_code["97161"] == "Evaluations and formal tests"
    assert by_code["97110"] == "One-on-one treatment in quarter hours"
    assert by_code["97001"] == "Ended codes"
    assert by_code["97150"] == "Groups"


def test_a_discipline_narrows(library: Library) -> None:
    assert "97110" not in codes_found(library, "", "SLP")
    assert "92507" in codes_found(library, "", "SLP")
    assert {"97165", "97166", "97167"} <= {*codes_found(library, "evaluation", "OT")}
    assert "97161" not in codes_found(library, "evaluation", "OT")


def test_the_ways_of_therapists_find_codes_too(client: FlaskClient) -> None:
    said: Any = client.get("/codes", query_string={"q": "gait"}).json
    assert "97116" in [row["code"] for row in said["codes"]]


@pytest.mark.parametrize(
    "query", ["", "q=", "q=walking", "q=%00", "q=zzzz", "discipline=SLP", "q=a&discipline=OT"]
)
def test_search_pages_hold(client: FlaskClient, query: str) -> None:
    page = client.get(f"/codes?{query}", headers=HTML)
    assert page.status_code == 200
    hold(page.text)


def test_what_was_searched_for_is_written_as_text(client: FlaskClient) -> None:
    page = client.get("/codes", query_string={"q": '"><b>x'}, headers=HTML)
    assert "<b>x" not in page.text
    assert "&lt;b&gt;x" in page.text
