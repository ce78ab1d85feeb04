"""What the service says of itself: its CDS services, and whether it is well."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from fhir.resources.R4B import get_fhir_model_class
from flask.testing import FlaskClient

from plugin.hooks.answers import Discovery
from plugin.parts import parts
from tests.hooks.invariants import walk
from tests.hooks.service import cards, post, start
from tests.hooks.visits import Json, request

HOOK_TOKENS = {"context.userId", "context.patientId", "context.encounterId"}
USER_TOKENS = {"userPractitionerId", "userPractitionerRoleId", "userPatientId"}
TOKEN = re.compile(r"\{\{\s*([^}]*?)\s*\}\}")
SEARCH = re.compile(r"[A-Z][A-Za-z]+(\?[^?#]+|/\{\{[^}]+\}\})")
SEMVER = re.compile(r"\d+\.\d+(\.\d+)?")


def listed(client: FlaskClient, address: str = "/cds-services") -> list[Json]:
    """Return the services as discovery lists them."""
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    told: Any = answer.json
    services: list[Json] = told["services"]
    return services


def test_discovery_keeps_to_the_specification(client: FlaskClient) -> None:
    services = listed(client)

    Discovery().load({"services": services})
    for way, value in walk(services, "services"):
        assert value not in (None, "", [], {}), f"nothing stands at {way}"
    ids = [service["id"] for service in services]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in ids)
    assert all(SEMVER.fullmatch(service["version"]) for service in services)
    assert all(SEMVER.fullmatch(service["hookVersion"]) for service in services)


def test_the_check_at_discharge_is_offered(client: FlaskClient) -> None:
    offered = {service["id"]: service["hook"] for service in listed(client)}

    assert offered["visit-check"] == "encounter-discharge"


def test_the_demo_site_lists_the_same_services_under_its_own_address(client: FlaskClient) -> None:
    assert listed(client, "/t/demo/cds-services") == listed(client)


def test_every_service_that_is_listed_answers(client: FlaskClient) -> None:
    for service in listed(client):
        answer = post(client, {}, f"/cds-services/{service['id']}")
        assert answer.status_code == 400


def test_what_is_asked_for_is_a_plain_read_or_search(client: FlaskClient) -> None:
    for service in listed(client):
        for key, template in service["prefetch"].items():
            assert re.fullmatch(r"[A-Za-z]\w*", key)
            assert SEARCH.fullmatch(template), template
            assert set(TOKEN.findall(template)) <= HOOK_TOKENS | USER_TOKENS
            get_fhir_model_class(re.split(r"[/?]", template)[0])
            names = [name for name, _ in parse_qsl(urlsplit(template).query)]
            assert not any(
                name.startswith(("_inc", "_rev", "_has")) or "." in name for name in names
            )


def test_a_live_service_says_so(client: FlaskClient) -> None:
    answer = client.get("/health/live")

    assert answer.status_code == 200
    assert answer.json == {"status": "live", "version": "0.1.0"}


def test_a_service_is_ready_when_its_rules_are_loaded_and_its_store_answers(
    client: FlaskClient,
) -> None:
    answer = client.get("/health/ready")

    assert answer.status_code == 200
    told: Any = answer.json
    assert told["status"] == ("degraded" if told["notCovered"] else "ready")
    assert told["store"] == "answers"
    assert told["decisionsNotKept"] == 0
    assert re.fullmatch(r"[0-9a-f]{16}", told["rulebook"])


@pytest.fixture
def spoiled(tmp_path: Path) -> Any:
    """Return a service whose store lost its tables while it ran."""
    app = start(tmp_path)
    with closing(sqlite3.connect(tmp_path / "countersign.db")) as connection, connection:
        connection.execute("DROP TABLE feedback")
        connection.execute("DROP TABLE decisions")
    yield app.test_client()
    parts(app).store.close()


def test_a_service_without_its_store_is_not_ready(spoiled: FlaskClient) -> None:
    answer = spoiled.get("/health/ready")

    assert answer.status_code == 503
    told: Any = answer.json
    assert told["store"] == "does not answer"


def test_a_service_without_its_store_still_checks_visits(spoiled: FlaskClient) -> None:
    assert cards(post(spoiled, request(["97110 33min"])))


def test_feedback_is_not_acknowledged_without_a_store(spoiled: FlaskClient) -> None:
    entry = {
        "card": "c",
        "outcome": "overridden",
        "outcomeTimestamp": "2026-03-02T16:00:00Z",
    }

    answer = post(spoiled, {"feedback": [entry]}, "/cds-services/visit-check/feedback")

    assert answer.status_code == 503
    assert answer.json["issue"][0]["code"] == "transient"


def test_nothing_is_explained_without_a_store(spoiled: FlaskClient) -> None:
    answer = spoiled.get(f"/explain/{'0' * 32}")

    assert answer.status_code == 503
    assert answer.mimetype == "application/problem+json"
