"""openapi.json: every address that programs use, and nothing that is not there."""

import json
import re
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugin import __version__
from plugin.rulebook import ROOT
from tests.hooks.service import PUBLIC, got, post
from tests.hooks.visits import request

SAID: dict[str, Any] = json.loads((ROOT / "plugin" / "web" / "openapi.json").read_text("utf-8"))
FOR_PEOPLE = ("/static/", "/ehr/")
"""Addresses that pages alone call."""
METHODS = {"GET", "POST", "PUT", "DELETE", "PATCH"}
OPERATIONS = [
    (path, method, operation)
    for path, item in SAID["paths"].items()
    for method, operation in item.items()
]


def routes(app: Flask) -> set[tuple[str, str]]:
    return {
        (re.sub(r"<(?:[^:<>]*:)?(\w+)>", r"{\1}", rule.rule), method)
        for rule in app.url_map.iter_rules()
        if rule.rule != "/" and not rule.rule.startswith(FOR_PEOPLE)
        for method in METHODS & (rule.methods or set())
    }


def test_every_route_is_named_and_no_other(app: Flask) -> None:
    assert {(path, method.upper()) for path, method, _ in OPERATIONS} == routes(app)


def test_every_parameter_of_a_path_is_described() -> None:
    for path, _, operation in OPERATIONS:
        stated = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
        assert stated == set(re.findall(r"{(\w+)}", path)), path


def test_operations_have_names_of_their_own_and_say_what_they_answer() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(names)) == len(names)
    for _, _, operation in OPERATIONS:
        assert operation["summary"]
        assert "200" in operation["responses"]
        assert "4XX" in operation["responses"]


def test_every_reference_leads_somewhere_and_every_part_is_referred_to() -> None:
    used = set(re.findall(r'"#/components/(\w+/\w+)"', json.dumps(SAID)))
    assert used == {f"{kind}/{name}" for kind, all_ in SAID["components"].items() for name in all_}


def test_it_is_of_the_packages_version() -> None:
    assert (SAID["openapi"], SAID["info"]["version"]) == ("3.1.0", __version__)


def test_a_running_service_shows_it_with_its_own_address(client: FlaskClient) -> None:
    assert got(client, "/openapi.json") == {**SAID, "servers": [{"url": PUBLIC}]}


@pytest.mark.parametrize(
    ("schema", "address"), [("Cards", "/cds-services/visit-check"), ("Checked", "/check")]
)
def test_answers_keep_to_what_it_says(schema: str, address: str, client: FlaskClient) -> None:
    answer = post(client, request(["97110 33min", "97140 7min"]), address)
    rooted = {"$ref": f"#/components/schemas/{schema}", "components": SAID["components"]}
    jsonschema_rs.validator_for(rooted).validate(answer.json)
