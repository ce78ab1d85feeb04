"""Pages and JSON about a pair, and questions that cannot be answered."""

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.reference.pages import HTML, empty, hold
from tests.reference.test_pairs import HOSPITAL, LOST, NEVER, NOW, OFFICE


@pytest.mark.parametrize("codes", ["97150/97110", "97032/92526", "97001/97140", "97110/97550"])
@pytest.mark.parametrize("on", ["1995-12-31", "2019-12-31", NOW, "2027-01-01"])
def test_pages_and_json_say_the_same(client: FlaskClient, codes: str, on: str) -> None:
    for setting in (OFFICE, HOSPITAL):
        address = f"/pairs/{codes}?date={on}&setting={setting}"
        said: Any = client.get(address).json
        page = client.get(address, headers=HTML)
        assert page.status_code == 200
        assert said["dateAsked"] is True
        assert said["says"][1:] in page.text.replace("&#39;", "'")
        hold(page.text)
        assert [*empty(said)] == []
        for each in (said, said.get("modifier", {}), *said.get("payers", ())):
            if each and said["answer"] != LOST:
                assert {"title", "url", "checked"} <= each["cite"].keys()


def test_without_a_day_the_answer_says_which_one_it_is_for(client: FlaskClient) -> None:
    said: Any = client.get("/pairs/97110/97150").json
    assert said["dateAsked"] is False
    assert date(2025, 1, 1) < date.fromisoformat(said["date"]) <= date(2026, 12, 31)
    assert said["setting"] == OFFICE


def test_small_letters_and_codes_known_in_pairs_only_are_answered(client: FlaskClient) -> None:
    assert (
        client.get(f"/pairs/g0283/92526?date={NOW}").json
        == client.get(f"/pairs/G0283/92526?date={NOW}").json
    )
    said: Any = client.get(f"/pairs/98926/97140?date={NOW}").json
    assert said["answer"] == NEVER
    assert "label" not in said["codes"][0]


def test_a_form_leads_to_the_address_of_its_pair(client: FlaskClient) -> None:
    hold(client.get("/pairs", headers=HTML).text)
    led = client.get(f"/pairs?one=97150&two=g0283&date={NOW}&setting=hospital")
    assert (led.status_code, led.location) == (
        303,
        f"/pairs/97150/G0283?date={NOW}&setting=hospital",
    )
    assert client.get("/pairs?one=97150&two=97110&date=").location == "/pairs/97150/97110"


BAD = [
    ("/pairs/97110/97110", 400, "two"),
    ("/pairs/97110/99999", 404, "two"),
    ("/pairs/99999/97110", 404, "one"),
    ("/pairs/9711/97110", 400, "one"),
    ("/pairs/97110/971100", 400, "two"),
    ("/pairs/97110/٩٧١١٢", 400, "two"),
    ("/pairs/97110/97112%00", 400, "two"),
    ("/pairs/97110/%3Cscript%3E", 400, "two"),
    ("/pairs/97110/" + "9" * 5000, 400, "two"),
    ("/pairs/97110/97112?date=2026-02-30", 400, "date"),
    ("/pairs/97110/97112?date=20260302", 400, "date"),
    ("/pairs/97110/97112?date=today", 400, "date"),
    ("/pairs/97110/97112?date=٢٠٢٦-٠٣-٠٢", 400, "date"),
    ("/pairs/97110/97112?date=2026-03-02T10:00", 400, "date"),
    ("/pairs/97110/97112?setting=moon", 400, "setting"),
    ("/pairs/97110/97112?setting=critical_access", 400, "setting"),
    ("/pairs?one=97110", 400, "one, two"),
    ("/pairs?one=97110&two=%3Cscript%3E", 400, "two"),
]


@pytest.mark.parametrize(("address", "status", "field"), BAD)
def test_bad_questions_are_refused_by_name_and_never_repeated(
    client: FlaskClient, address: str, status: int, field: str
) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    said: Any = answer.json
    assert [error["field"] for error in said["errors"]] == [field]
    page = client.get(address, headers=HTML)
    assert (page.status_code, page.mimetype) == (status, "text/html")
    hold(page.text)
    for text in (answer.text, page.text):
        assert "script>alert" not in text
        assert "moon" not in text
        assert "99999" not in text
