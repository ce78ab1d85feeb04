"""``GET /impact``: the same comparison of tables, as a page or as JSON."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from plugin.parts import parts
from tests.cli.command import run
from tests.hooks.service import got, start
from tests.impact.quarters import FIRST, NEW, OLD, both

PAGE = {"Accept": "text/html"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    app = start(both(tmp_path))
    yield app.test_client()
    parts(app).store.close()


def test_json_is_what_the_command_line_prints(client: FlaskClient, tmp_path: Path) -> None:
    found = got(client, f"/impact?old={OLD}&new={NEW}")
    printed = json.loads(run(tmp_path, "impact", OLD, NEW, "--json").stdout)
    assert found == printed
    (table,) = found["tables"]
    assert table["counts"] == {"added": 1, "ended": 1, "changed": 2}
    assert table["changed"][0] == {
        "code": "97110",
        "was": {"units": "4", "mai": "2"},
        "now": {"units": "1", "mai": "2"},
        "difference": {"units": "-3"},
    }


def test_the_page_shows_each_change_and_the_day(client: FlaskClient) -> None:
    answer = client.get("/impact?old=v320r0&new=v321r0", headers=PAGE)
    assert answer.status_code == 200
    assert answer.headers["Vary"] == "Accept"
    assert f"on {FIRST}" in answer.text
    assert answer.text.count('class="imp-mark') == 3
    assert "Pairs (NCCI edits), practitioner" in answer.text


def test_without_a_choice_the_choices_are_offered(client: FlaskClient) -> None:
    offered = got(client, "/impact")["choices"]
    assert offered[:2] == ["shipped", "now"]
    page = client.get("/impact", headers=PAGE).text
    assert all(f'value="{own}"' in page for own in offered)


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("old=2026Q1", "new"),
        ("new=2026Q1", "old"),
        ("old=<b>&new=now", "old"),
        ("old=2026Q1&new=v321r0", "new"),
        ("old=now&old=now&new=now", "old"),
    ],
)
def test_what_cannot_be_compared_is_400_and_names_the_field(
    client: FlaskClient, query: str, where: str
) -> None:
    answer = client.get(f"/impact?{query}")
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert where in answer.text
    assert "<b>" not in answer.text
    assert client.get(f"/impact?{query}", headers=PAGE).status_code == 400


def test_an_edition_that_cannot_be_read_is_said_to_be_so(
    client: FlaskClient, tmp_path: Path
) -> None:
    for table in (tmp_path / "editions").glob("*-ptp-*/keys.u64"):
        table.unlink()
    answer = client.get("/impact?old=v320r0&new=v321r0")
    assert answer.status_code == 404
    assert "cannot be read" in answer.text
    assert str(tmp_path) not in answer.text
