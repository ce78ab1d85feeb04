"""The pages without a browser: what they show, and what forms do."""

import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugin.fhir.naming import LINE_SYSTEM
from plugin.hooks.answers import Response
from plugin.hooks.messages import load
from plugin.parts import parts
from plugin.web import charges
from plugin.web.visits import visits
from tests.browser.forms import (
    Json,
    app_at,
    charge,
    filled,
    held_by,
    messages,
    offered,
    overriding,
    signed,
)

TRACE = re.compile(r"/explain/([0-9a-f]{32})")


@pytest.mark.parametrize("visit", visits())
def test_every_visit_signs_and_its_cards_are_good_cds_hooks(
    client: FlaskClient, visit: str
) -> None:
    request, response = messages(signed(client, visit))
    load(Response(), response)
    real = client.post("/cds-services/visit-check", data=json.dumps(request))
    assert real.status_code == 200
    assert real.json == response


@pytest.mark.parametrize("visit", visits())
def test_every_page_shows_its_visit_and_loads_nothing_from_elsewhere(
    client: FlaskClient, visit: str
) -> None:
    answer = client.get(f"/?visit={visit}")
    assert answer.status_code == 200
    assert f'<h1 id="chart-title">Simulated patient {visits()[visit].number:02}' in answer.text
    assert re.findall(r'(?:src|action|rel="stylesheet" href)="(?!/)', answer.text) == []


def test_there_are_visits_enough_and_nobody_in_them_is_real() -> None:
    assert len(visits()) >= 10
    assert all(visit.patient.startswith("Simulated patient ") for visit in visits().values())


def test_every_visit_but_the_clean_one_has_something_to_say(client: FlaskClient) -> None:
    silent = [v for v in visits() if not messages(signed(client, v))[1]["cards"]]
    assert silent == ["clean"]


def test_pages_let_nothing_run_that_is_not_ours(client: FlaskClient) -> None:
    trace = TRACE.search(signed(client, "group"))
    assert trace
    for path in ("/", "/?visit=none", "/ehr/changed", trace[0]):
        answer = client.get(path, headers={"Accept": "text/html"})
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        inline = re.findall(
            r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|javascript:", answer.text
        )
        assert inline == []


def test_accepting_writes_charges_and_tells_the_service(client: FlaskClient, app: Flask) -> None:
    page = signed(client, "pt-medicare")
    (value,) = offered(page)
    before = len(parts(app).store.events())
    answer = client.post("/ehr/accept", data=filled(visits()["pt-medicare"], accept=value))
    assert answer.status_code == 200
    assert "Charges match the chart." in answer.text
    assert [charge["quantity"]["value"] for charge in held_by(answer.text)] == [2, 1]
    event = parts(app).store.events()[before]
    assert (event["outcome"], event["service"], event["tenant"]) == (
        "accepted",
        "visit-check",
        "demo",
    )
    assert event["card"] == messages(page)[1]["cards"][0]["uuid"]


def test_accepting_twice_writes_once(client: FlaskClient) -> None:
    visit = visits()["pt-medicare"]
    (value,) = offered(signed(client, visit.id))
    once = held_by(client.post("/ehr/accept", data=filled(visit, accept=value)).text)
    twice = held_by(client.post("/ehr/accept", data=filled(visit, once, accept=value)).text)
    assert twice == once


def test_charges_have_their_worth_beside_them_and_cards_do_not(client: FlaskClient) -> None:
    page = client.get("/?visit=clean").text
    assert re.search(r"Medicare would allow about \$\d+\.\d\d\.", page)
    request, response = messages(signed(client, "clean"))
    assert "$" not in json.dumps([request, response])


def test_overriding_tells_the_service_why(client: FlaskClient, app: Flask) -> None:
    card = messages(signed(client, "group"))[1]["cards"][0]
    before = len(parts(app).store.events())
    answer = client.post(
        "/ehr/override",
        data={
            "override": overriding(card["uuid"], card["summary"], "payer-rule-differs"),
        },
    )
    assert answer.status_code == 200
    assert "This payer has a different rule" in answer.text
    event = parts(app).store.events()[before]
    assert (event["outcome"], event["reason_code"]) == ("overridden", "payer-rule-differs")


def test_a_card_set_aside_stays_aside_when_the_same_chart_is_signed(client: FlaskClient) -> None:
    summary = messages(signed(client, "pt-medicare"))[1]["cards"][0]["summary"]
    page = signed(client, "pt-medicare", aside=[summary])
    assert "<article" not in page
    assert "Charges match the chart." not in page
    assert html.escape(summary) in page


def test_a_corrected_date_of_service_takes_its_charges_along(client: FlaskClient) -> None:
    page = signed(client, "clean", on="2026-11-02")
    request, response = messages(page)
    (first, _) = request["prefetch"]["charges"]["entry"]
    assert first["resource"]["occurrenceDateTime"].startswith("2026-11-02T")
    assert response["cards"] == []


def test_actions_are_carried_out_as_an_ehr_would() -> None:
    mine: Json = {"identifier": [{"system": LINE_SYSTEM, "value": "v"}]}
    before = [charge("a"), charge("b"), charge("c", 4, **mine)]
    after = charges.applied(
        [
            {"type": "delete", "resourceId": "ChargeItem/a"},
            {"type": "delete", "resourceId": "ChargeItem/a"},
            {"type": "update", "resource": charge("b", 3)},
            {"type": "create", "resource": {**charge("", 4), **mine}},
            {"type": "create", "resource": charge("", 5)},
        ],
        before,
    )
    assert [(c["id"], c["quantity"]["value"]) for c in after] == [
        ("b", 3),
        ("c", 4),
        ("charge-1", 5),
    ]


def test_the_derivation_says_all_and_names_nobody(client: FlaskClient) -> None:
    trace = TRACE.search(signed(client, "group"))
    assert trace
    page = html.unescape(client.get(trace[0], headers={"Accept": "text/html,*/*;q=0.8"}).text)
    for said in (
        "2026-11-17",
        "Medicare Part B",
        "23–37 minutes earn 2 units",
        "Bundled code pairs (NCCI PTP)",
        "97110 is not paid beside 97150",
        "https://www.cms.gov/",
        "Last read 2026-",
        "physical therapist",
        "The rules are still those of the decision",
    ):
        assert said in page
    assert "imulated" not in page
    assert "sim-" not in page


def test_the_derivation_says_what_could_not_be_checked(client: FlaskClient) -> None:
    trace = TRACE.search(signed(client, "pt-medicare", payer="unknown"))
    assert trace
    page = client.get(trace[0], headers={"Accept": "text/html"}).text
    assert "What could not be checked" in page
    assert "the payer was not recognised" in page


def test_the_derivation_owns_up_to_rules_that_have_changed_since(
    client: FlaskClient, app: Flask
) -> None:
    store = parts(app).store
    trace = TRACE.search(signed(client, "ot"))
    decision = store.decision(trace[1]) if trace else None
    assert decision
    store.record(replace(decision, trace="f" * 32, rulebook="0123456789abcdef"))
    page = client.get(f"/explain/{'f' * 32}", headers={"Accept": "text/html"}).text
    assert "The rules have changed since the decision." in page
    assert "0123456789abcdef" in page


def test_with_the_demo_switched_off_there_is_no_simulated_ehr(tmp_path: Path) -> None:
    app = app_at(tmp_path, demo=False)
    client = app.test_client()
    assert client.get("/").status_code == 404
    assert client.get("/ehr/changed").status_code == 404
    for path in ("/ehr/sign", "/ehr/accept", "/ehr/override"):
        assert client.post(path, data=filled(visits()["clean"])).status_code == 404
    parts(app).store.close()


def test_the_script_has_its_licence_beside_it() -> None:
    vendor = Path(charges.__file__).parent / "static" / "vendor"
    scripts = list(vendor.glob("*.js"))
    assert scripts
    assert all(
        script.with_name(script.name.replace(".min.js", ".LICENSE")).exists() for script in scripts
    )
