"""Which addresses ask for a token, and for which one: calls, feedback, and discovery if told so."""

import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from tests.hooks import bad
from tests.hooks.service import PUBLIC
from tests.trust.making import HERE, claims, good, header, signed

FEEDBACK = {
    "feedback": [
        {"card": str(uuid4()), "outcome": "overridden", "outcomeTimestamp": "2026-03-02T16:00:00Z"}
    ]
}
THERE = "/t/other/cds-services"


def bearing(token: str) -> dict[str, str]:
    """Return a header with a token."""
    return {"Authorization": f"Bearer {token}"}


def test_feedback_needs_a_token_for_the_address_of_feedback(client: FlaskClient) -> None:
    address = f"{HERE}/feedback"

    def status(token: str | None) -> int:
        headers = bearing(token) if token else {}
        return client.post(address, json=FEEDBACK, headers=headers).status_code

    assert status(None) == 401
    assert status(good()) == 401  # the call's
    assert status(good(aud=PUBLIC + address)) == 200


def test_discovery_is_open_unless_the_site_says_otherwise(client: FlaskClient) -> None:
    assert client.get("/t/clinic/cds-services").status_code == 200
    assert client.get(THERE).status_code == 401


def test_discovery_with_a_token_for_it_answers_a_site_that_asks_for_one(
    client: FlaskClient,
) -> None:
    said = claims(iss="https://elsewhere.example/fhir", aud=PUBLIC + THERE)

    assert client.get(THERE, headers=bearing(signed(header(), said))).status_code == 200


def test_a_body_is_not_read_before_the_token(client: FlaskClient) -> None:
    answer = client.post(HERE, data=b"{", content_type="application/json")

    assert answer.status_code == 401


@pytest.mark.parametrize(
    "path", ["/t/clinic/cds-services/none", "/t/none/cds-services/visit-check"]
)
def test_what_is_not_there_is_not_found_with_or_without_a_token(
    path: str, client: FlaskClient
) -> None:
    assert client.post(path, json=bad.good()).status_code == 404
    assert client.post(path, json=bad.good(), headers=bearing(good())).status_code == 404


def test_answers_are_neither_kept_nor_guessed_about(client: FlaskClient) -> None:
    for answer in (
        client.get("/cds-services"),
        client.post("/cds-services/visit-check", json=bad.good()),
        client.post(HERE, json=bad.good()),
        client.get("/health/live"),
        client.get("/nowhere"),
    ):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


def test_an_open_service_loads_no_cryptography_of_tokens(tmp_path: Path) -> None:
    said = (
        "import sys; from plugin.app import create_app; app = create_app();"
        "client = app.test_client(); client.post('/cds-services/visit-check', json={});"
        "print({'jwt', 'requests'} & set(sys.modules))"
    )
    home = {**os.environ, "COUNTERSIGN_HOME": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", said], env=home, capture_output=True, text=True, check=True
    )

    assert ended.stdout == "set()\n"
