"""``/fhir``: what this server is (metadata), and the definitions that it shares with EHRs."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, request

from plugin import __version__
from plugin.errors import Issue, RefusedError
from plugin.parts import parts
from plugin.rulebook import ROOT
from plugin.web.fhirjson import kept

blueprint = Blueprint("conformance", __name__)
FOLDER = ROOT / "profiles" / "fhir"
SHARED = (
    "StructureDefinition, CodeSystem, ValueSet, NamingSystem, OperationDefinition, "
    "CapabilityStatement, ImplementationGuide"
)
LONGEST = 1_000
"""Characters of what is searched for."""
Raw = dict[str, Any]


@blueprint.get("/fhir/metadata")
def metadata() -> Response:
    """Say what this server offers (FHIR R4, capabilities interaction)."""
    statement = published()["CapabilityStatement", "countersign"]
    here = {"description": "Countersign", "url": f"{_public()}/fhir"}
    software = {"name": "Countersign", "version": __version__}
    return kept({**statement, "kind": "instance", "software": software, "implementation": here})


@blueprint.get(f"/fhir/<any({SHARED}):kind>/<name>")
def show(kind: str, name: str) -> Response:
    """Show one definition."""
    found = published().get((kind, name))
    if found is None:
        raise RefusedError(404, Issue("", f"there is no such {kind}", "not-found"))
    return kept(found)


@blueprint.get(f"/fhir/<any({SHARED}):kind>")
def search(kind: str) -> Response:
    """List the definitions of a kind, or those with an address, an id or a name."""
    asked = {name: _bounded(name) for name in ("url", "_id", "name") if name in request.args}
    here = f"{_public()}/fhir/{kind}"
    entries = [
        {"fullUrl": f"{here}/{one['id']}", "resource": one, "search": {"mode": "match"}}
        for one in _of(kind)
        if all(_fits(one, name, value) for name, value in asked.items())
    ]
    link = {"relation": "self", "url": f"{here}?{urlencode(asked)}" if asked else here}
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "link": [link]}
    return kept({**bundle, **({"entry": entries} if entries else {})})


@cache
def published() -> Mapping[tuple[str, str], Raw]:
    """Return every definition, by its type and id; they do not change while the service runs."""
    every = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))]
    return {(one["resourceType"], one["id"]): one for one in every}


def _of(kind: str) -> Iterator[Raw]:
    return (one for (own, _), one in published().items() if own == kind)


def _fits(one: Raw, name: str, value: str) -> bool:
    """Tell whether a definition is what is searched for; names begin with what is asked."""
    if name == "url":  # a NamingSystem has none in R4: it is known by what it names
        addresses = [one.get("url"), *(each["value"] for each in one.get("uniqueId", ()))]
        return value.split("|", maxsplit=1)[0] in addresses
    if name == "_id":
        return bool(value == one["id"])
    return str(one.get("name", "")).lower().startswith(value.lower())


def _bounded(name: str) -> str:
    value = request.args[name]
    if len(value) > LONGEST:
        raise RefusedError(400, Issue(name, f"over {LONGEST} characters", "too-long"))
    return value


def _public() -> str:
    return parts(current_app).settings.public_url
