"""What a host looks for at fixed addresses: the manifest and the list of addresses."""

import json
from functools import cache
from typing import Any

from flask import Blueprint, Response, current_app

from plugin.parts import answer, parts
from plugin.rulebook import ROOT

blueprint = Blueprint("wellknown", __name__)
MANIFEST = ROOT / "manifest.json"
ADDRESSES = ROOT / "plugin" / "web" / "openapi.json"
PLACEHOLDER = "http://127.0.0.1:8000"
"""The address in the files, in whose place a deployment's own is served."""


@blueprint.get("/.well-known/smart/manifest.json")
def manifest() -> Response:
    """Show the manifest, with the addresses of this deployment."""
    return answer(_here(_manifest()))


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Show every address with what it takes and answers (OpenAPI 3.1)."""
    return answer(_here(_addresses()))


@cache
def _manifest() -> Any:
    return json.loads(MANIFEST.read_text(encoding="utf-8"))


@cache
def _addresses() -> Any:
    return json.loads(ADDRESSES.read_text(encoding="utf-8"))


def _here(said: Any) -> Any:
    return moved(said, parts(current_app).settings.public_url)


def moved(said: Any, public_url: str) -> Any:
    """Return what was said with another address in the place of the usual one.

    >>> moved({"client_uri": f"{PLACEHOLDER}/", "scope": "launch"}, "https://a.example/c")
    {'client_uri': 'https://a.example/c/', 'scope': 'launch'}
    """
    if isinstance(said, str):
        own = said.startswith(PLACEHOLDER)
        return public_url + said.removeprefix(PLACEHOLDER) if own else said
    if isinstance(said, list):
        return [moved(each, public_url) for each in said]
    if isinstance(said, dict):
        return {key: moved(each, public_url) for key, each in said.items()}
    return said
