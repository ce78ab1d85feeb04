"""manifest.json: what a host must know, equal to what the service says of itself."""

import json
from typing import Any

import pytest

from plugin import __version__, tenants
from plugin.hooks.answers import Discovery
from plugin.hooks.services import offer
from plugin.rulebook import ROOT
from plugin.tenants import DEMO

MANIFEST: dict[str, Any] = json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))
DISCOVERY = offer(tenants.load()[DEMO]).discovery
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
