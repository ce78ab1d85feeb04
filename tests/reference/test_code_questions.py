"""Questions about codes that cannot be answered, and the day of those that name none."""

from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.reference.library import Library, day_for
from tests.reference.pages import HTML, hold


@pytest.mark.parametrize(
    ("address", "status", "field"),
    [
        ("/codes/99999", 404, "code"),
        ("/codes/99213", 404, "code"),
        ("/codes/9711", 400, "code"),
        ("/codes/971100", 400, "code"),
        ("/codes/97110%0A", 400, "code"),
        ("/codes/%00%00%00%00%00", 400, "code"),
        ("/codes/٩٧١١٠", 400, "code"),
        ("/codes/ABCDE", 400, "code"),
        ("/codes/" + "9" * 8000, 400, "code"),
        ("/codes/97110?date=2026-13-01", 400, "date"),
        ("/codes/97110?date=0000-01-01", 400, "date"),
        ("/codes/97110?date=2026-W10-1", 400, "date"),
        ("/codes/97110?date=" + "2" * 5000, 400, "date"),
        ("/codes?q=" + "x" * 201, 400, "q"),
        ("/codes?q=" + "x" * 100_000, 400, "q"),
        ("/codes?discipline=XX", 400, "discipline"),
        ("/codes?q=a&q=b", 400, "q"),
        ("/codes/97110?date=2026-03-02&date=2025-03-02", 400, "date"),
        ("/codes?discipline=pt%00", 400, "discipline"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_bad_questions_are_refused_by_name(
    client: FlaskClient, address: str, status: int, field: str
) -> None:
    said: Any = client.get(address)
    assert (said.status_code, said.mimetype) == (status, "application/problem+json")
    assert [error["field"] for error in said.json["errors"]] == [field]
    page = client.get(address, headers=HTML)
    assert (page.status_code, page.mimetype) == (status, "text/html")
    hold(page.text)


@given(text=st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_no_text_at_all_brings_the_service_down(client: FlaskClient, text: str) -> None:
    part = quote(text, safe="")
    for address in (
        f"/codes/{part}",
        f"/pairs/97110/{part}",
        f"/codes?q={part}",
        f"/codes/97110?date={part}",
    ):
        for headers in ({}, HTML):
            assert client.get(address, headers=headers).status_code < 500


def test_without_a_day_the_answer_is_for_one_that_the_tables_cover(library: Library) -> None:
    assert library.last == date(2026, 12, 31)
    assert day_for(library, date(2026, 5, 5)) == date(2026, 5, 5)
    assert day_for(library, date(2030, 5, 5)) == library.last
