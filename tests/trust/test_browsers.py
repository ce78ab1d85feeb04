"""Pages of listed origins may call from a browser; no other page reads an answer."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from plugin.parts import Parts
from plugin.trust.terms import Terms
from tests.hooks import bad
from tests.hooks.service import equip

LISTED, STRANGE = "https://sandbox.example", "https://evil.example"
PATHS = {
    "/cds-services": "GET",
    "/cds-services/visit-check": "POST",
    "/cds-services/visit-check/feedback": "POST",
}
ALLOW = "Access-Control-Allow-Origin"


@pytest.fixture(autouse=True)
def listing(app: Flask, ours: Parts) -> Iterator[None]:
    """The demo lists one origin, the clinic another, ``other`` none."""
    sites = dict(ours.tenants)
    for name, origin in (("demo", LISTED), ("clinic", "https://clinic.example")):
        terms = replace(sites[name].terms, origins=frozenset((origin,)))
        sites[name] = replace(sites[name], terms=terms)
    equip(app, tenants=sites)
    yield
    equip(app, tenants=ours.tenants)


def preflight(client: FlaskClient, path: str, origin: str) -> TestResponse:
    """Ask as a browser does before it calls; it shows no token."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    return client.options(path, headers=headers)


@pytest.mark.parametrize("path", PATHS)
def test_a_listed_origin_may_ask_and_call(path: str, client: FlaskClient) -> None:
    answer = preflight(client, path, LISTED)

    assert answer.status_code == 200
    assert answer.headers[ALLOW] == LISTED
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization, content-type"
    assert PATHS[path] in answer.headers["Access-Control-Allow-Methods"]
    assert "Origin" in answer.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("origin", [STRANGE, "null", "https://sandbox.example.evil.example", ""])
def test_no_other_origin_may(path: str, origin: str, client: FlaskClient) -> None:
    answer = preflight(client, path, origin)

    assert "Access-Control" not in str(answer.headers)


def test_the_origins_of_one_site_are_not_those_of_another(client: FlaskClient) -> None:
    path = "/t/clinic/cds-services/visit-check"

    assert ALLOW not in preflight(client, path, LISTED).headers
    assert preflight(client, path, "https://clinic.example").headers[ALLOW]
    assert ALLOW not in preflight(client, path.replace("clinic", "other"), LISTED).headers
    assert ALLOW not in preflight(client, path.replace("clinic", "none"), LISTED).headers


def test_cards_and_refusals_can_be_read_by_the_listed_page_alone(client: FlaskClient) -> None:
    def read(origin: str, body: object) -> TestResponse:
        return client.post("/cds-services/visit-check", json=body, headers={"Origin": origin})

    assert read(LISTED, bad.good()).headers[ALLOW] == LISTED
    assert read(LISTED, {}).headers[ALLOW] == LISTED
    assert ALLOW not in read(STRANGE, bad.good()).headers


def test_discovery_tells_caches_that_it_differs_by_origin(client: FlaskClient) -> None:
    assert client.get("/cds-services").headers["Vary"] == "Origin"
    assert "Vary" not in client.get("/t/other/cds-services").headers


def test_any_origin_may_where_an_open_site_says_so(app: Flask, ours: Parts) -> None:
    sites = dict(ours.tenants)
    sites["demo"] = replace(sites["demo"], terms=Terms(origins=frozenset("*")))
    equip(app, tenants=sites)

    assert preflight(app.test_client(), "/cds-services", STRANGE).headers[ALLOW] == STRANGE


def test_other_addresses_are_for_no_origin(client: FlaskClient) -> None:
    assert ALLOW not in preflight(client, "/check", LISTED).headers
    assert ALLOW not in client.get("/health/live", headers={"Origin": LISTED}).headers
