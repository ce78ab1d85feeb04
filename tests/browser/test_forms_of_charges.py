"""The simulated EHR of a site that takes charges in another form."""

import json
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugin.parts import parts
from plugin.tenants import DEMO, Write
from plugin.web.charges import rows
from plugin.web.visits import charges_of, visits
from tests.browser.forms import Json, filled, held_by, offered, signed
from tests.hooks.service import equip
from tests.rules.shorthand import BOOK

FORMS: list[Write] = ["chargeitem", "chargeitem-oracle", "chargeitem-medplum", "claim"]


@pytest.fixture(params=FORMS)
def client(request: pytest.FixtureRequest, app: Flask) -> FlaskClient:
    return as_site(app, request.param)


def as_site(app: Flask, form: Write) -> FlaskClient:
    equip(app, tenants={DEMO: replace(parts(app).tenants[DEMO], write=form)})
    return app.test_client()


def accepted(client: FlaskClient, visit: str, held: list[Json], button: str) -> str:
    sent = filled(visits()[visit], held, accept=button)
    answer = client.post("/ehr/accept", data=sent)
    assert answer.status_code == 200, answer.text
    return answer.text


def shown(held: list[Json]) -> list[tuple[str, int, str]]:
    return sorted((r.code, r.units, r.modifiers) for r in rows(held, BOOK.tables.codes))


@pytest.mark.parametrize("visit", visits())
def test_every_button_can_be_pressed_until_nothing_is_left_to_do(
    visit: str, client: FlaskClient
) -> None:
    page, held = signed(client, visit), charges_of(visits()[visit])
    for _ in range(9):
        buttons = offered(page)
        if not buttons:
            break
        page = accepted(client, visit, held, buttons[0])
        held = held_by(page)
    assert not offered(page)


def test_a_visit_is_written_and_another_minute_changes_it(client: FlaskClient) -> None:
    page = signed(client, "pt-medicare")
    (button,) = offered(page)
    page = accepted(client, "pt-medicare", [], button)
    first = held_by(page)
    assert shown(first) == [("97110", 2, "GP"), ("97140", 1, "GP")]
    twice = held_by(accepted(client, "pt-medicare", first, button))
    assert twice == first
    more = filled(visits()["pt-medicare"], first, minutes=["33", "23"])
    (change,) = offered(client.post("/ehr/sign", data=more).text)
    kinds = {action["type"] for action in json.loads(change)["suggestion"]["actions"]}
    assert kinds == {"update"}
    later = held_by(client.post("/ehr/accept", data={**more, "accept": change}).text)
    assert shown(later) == [("97110", 2, "GP"), ("97140", 2, "GP")]
    assert {each["meta"]["versionId"] for each in later if "meta" in each} == {"1"}
    stale = {**more, "charges": json.dumps({"charges": held_by_change(later)}), "accept": change}
    assert client.post("/ehr/accept", data=stale).status_code == 409


def held_by_change(held: list[Json]) -> list[Json]:
    """What somebody else made of the charges in the meantime."""
    return [{**each, "extension": []} if "meta" in each else each for each in held]


def test_a_site_that_takes_words_is_told_what_to_enter(app: Flask) -> None:
    page = signed(as_site(app, "text"), "pt-medicare")
    assert not offered(page)
    assert "To enter" in page
    assert "Add 97110 ×2 GP" in page
