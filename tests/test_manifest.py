"""manifest.json: what a host must know, equal to what the service says of itself."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

import jsonschema_rs
import pytest
from flask.testing import FlaskClient

from plugin import __version__, tenants
from plugin.fhir.gather import KEY_OF_TYPE
from plugin.hooks.answers import Discovery
from plugin.hooks.services import offer
from plugin.manifest import renewed
from plugin.parts import parts
from plugin.rulebook import ROOT, load
from plugin.settings import Settings
from plugin.tenants import DEMO, Write
from plugin.web.freshness import tables
from plugin.web.wellknown import PLACEHOLDER
from tests.hooks.service import PUBLIC, got, start

MANIFEST: dict[str, Any] = json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))
SCHEMA = json.loads((ROOT / "profiles" / "manifest.schema.json").read_text(encoding="utf-8"))
DISCOVERY = offer(tenants.load()[DEMO]).discovery
VALIDATOR = jsonschema_rs.validator_for(SCHEMA, validate_formats=True)
READ_BY_SANDBOXES = {
    "software_id": str,
    "client_name": str,
    "client_uri": str,
    "logo_uri": str,
    "launch_url": str,
    "redirect_uris": list,
    "scope": str,
    "token_endpoint_auth_method": str,
    "grant_types": list,
    "fhir_versions": list,
}
NOT_USED = {
    "race",
    "ethnicity",
    "language",
    "sexualOrientation",
    "genderIdentity",
    "sex",
    "dateOfBirth",
    "SDOH",
    "healthStatusAssessments",
}


def test_it_is_written_anew_by_python_m_plugin_manifest_after_a_change() -> None:
    assert renewed(MANIFEST) == MANIFEST


def test_services_are_those_that_discovery_lists() -> None:
    assert MANIFEST["cds_hooks"]["services"] == DISCOVERY["services"]


def test_discovery_keeps_to_the_specification() -> None:
    Discovery().load(DISCOVERY)


def test_version_is_that_of_the_package() -> None:
    assert MANIFEST["software_version"] == __version__


@pytest.mark.parametrize(("key", "kind"), READ_BY_SANDBOXES.items())
def test_keys_that_ehr_sandboxes_read_are_there(key: str, kind: type) -> None:
    assert isinstance(MANIFEST[key], kind)
    assert MANIFEST[key]


def test_it_keeps_to_its_schema_and_names_it() -> None:
    assert [error.message for error in VALIDATOR.iter_errors(MANIFEST)] == []
    assert (ROOT / MANIFEST["$schema"]).resolve() == ROOT / "profiles" / "manifest.schema.json"


@pytest.mark.parametrize("key", [key for key in MANIFEST if key != "$schema"])
def test_the_schema_refuses_a_manifest_that_lacks_a_part_or_has_one_of_another_kind(
    key: str,
) -> None:
    lacking = {name: value for name, value in MANIFEST.items() if name != key}
    assert not VALIDATOR.is_valid(lacking)
    others: list[Any] = [None, 7, [], {}, "", [{}]]
    for other in others:
        assert not VALIDATOR.is_valid({**MANIFEST, key: other})


def test_the_schema_refuses_what_it_does_not_know() -> None:
    assert not VALIDATOR.is_valid({**MANIFEST, "unheard": 1})
    for part in ("cds_hooks", "fhir", "data_handling", "decision_support"):
        spoiled = deepcopy(MANIFEST)
        spoiled[part]["unheard"] = 1
        assert not VALIDATOR.is_valid(spoiled)


def test_rule_editions_are_those_of_the_shipped_tables() -> None:
    said = {
        (each["name"], each["edition"], each["effective"], each.get("ending", ""))
        for each in MANIFEST["rule_data"]
    }
    assert said == {(t.slot, t.edition, t.first, t.last) for t in tables(load().now())}
    for each in MANIFEST["rule_data"]:
        data = (ROOT / "rules" / "tables" / each["file"]).read_bytes()
        assert sha256(data).hexdigest() == each["sha256"]
        assert data.decode().split("\n")[0] == f"# {each['source']}"


def test_every_setting_is_named() -> None:
    named = [each["name"].removeprefix("COUNTERSIGN_") for each in MANIFEST["config"]["variables"]]
    assert named == ["CONFIG", *(field.name.upper() for field in fields(Settings))]


def test_the_source_attributes_of_evidence_based_decision_support_are_all_answered() -> None:
    said = MANIFEST["decision_support"]
    assert {*said["patient_attributes_used"], *said["patient_attributes_not_used"]} == NOT_USED
    for key in ("developer", "funding_source", "release_date", "revision_date", "citations"):
        assert said[key]


def test_what_is_read_and_written_is_what_the_code_reads_and_writes() -> None:
    assert set(MANIFEST["fhir"]["reads"]) == set(KEY_OF_TYPE)
    assert MANIFEST["fhir"]["write_forms"] == list(get_args(Write))
    read = {each.split("/")[1].split(".")[0] for each in MANIFEST["scope"].split()}
    assert read <= set(KEY_OF_TYPE)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    app = start(tmp_path)
    yield app.test_client()
    parts(app).store.close()


def test_a_running_service_shows_it_with_its_own_address(client: FlaskClient) -> None:
    shown = got(client, "/.well-known/smart/manifest.json")
    assert shown["cds_hooks"]["discovery_url"] == f"{PUBLIC}/cds-services"
    assert shown["redirect_uris"] == [f"{PUBLIC}/"]
    assert shown["rule_data"] == MANIFEST["rule_data"]
    assert "http://127.0.0.1:8000" not in json.dumps(shown)


def test_the_addresses_it_gives_are_answered(client: FlaskClient) -> None:
    given = [MANIFEST[key] for key in ("client_uri", "logo_uri", "launch_url")]
    given += [MANIFEST["fhir"]["capability_statement"], MANIFEST["cds_hooks"]["discovery_url"]]
    for address in (*given, *MANIFEST["health"].values()):
        with client.get(address.removeprefix(PLACEHOLDER)) as answer:
            assert answer.status_code == 200
