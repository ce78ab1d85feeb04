"""``/fhir/ConceptMap``: the maps of a site, and ``$translate`` (FHIR R4)."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, current_app, request

from plugin.conceptmap import Concept, ConceptMap, Match
from plugin.errors import Issue, RefusedError
from plugin.fhir import CPT, HCPCS
from plugin.fhir.charges import CODE_SYSTEMS
from plugin.fhir.concepts import translated
from plugin.fhir.models import judge
from plugin.json import read as read_json
from plugin.parts import answer, parts
from plugin.tenants import DEMO

blueprint = Blueprint("concepts", __name__)
FHIR_JSON = "application/fhir+json"
LARGEST = 64_000
"""Bytes of a question."""
LONGEST = 1_000
"""Characters of one value."""
MOST = 50
"""Codes of one question."""
WORDS = ("url", "code", "system", "source", "target", "targetsystem", "reverse")
"""Parameters that may stand in an address, too."""
Raw = dict[str, Any]


@blueprint.get("/fhir/ConceptMap")
@blueprint.get("/t/<tenant>/fhir/ConceptMap")
def search(tenant: str = DEMO) -> Response:
    """List the maps of a site, or the one at an address."""
    url = _bounded("url", request.args.get("url", ""))
    here = f"{_base(tenant)}/ConceptMap"
    entries = [
        {"fullUrl": f"{here}/{one.id}", "resource": one.raw, "search": {"mode": "match"}}
        for one in _maps(tenant)
        if not url or one.url == url
    ]
    link = {"relation": "self", "url": f"{here}?url={quote(url, safe='')}" if url else here}
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "link": [link]}
    return answer({**bundle, **({"entry": entries} if entries else {})}, kind=FHIR_JSON)


@blueprint.get("/fhir/ConceptMap/<name>")
@blueprint.get("/t/<tenant>/fhir/ConceptMap/<name>")
def show(name: str, tenant: str = DEMO) -> Response:
    """Show one map."""
    found = next((one for one in _maps(tenant) if one.id == name), None)
    if found is None:
        raise RefusedError(404, Issue("", "there is no such concept map", "not-found"))
    return answer(found.raw, kind=FHIR_JSON)


@blueprint.get("/fhir/ConceptMap/$translate")
@blueprint.get("/t/<tenant>/fhir/ConceptMap/$translate")
def translate_address(tenant: str = DEMO) -> Response:
    """Translate a code given in the address."""
    asked = {name: request.args[name] for name in WORDS if name in request.args}
    return answer(translation(asked, _maps(tenant)), kind=FHIR_JSON)


@blueprint.post("/fhir/ConceptMap/$translate")
@blueprint.post("/t/<tenant>/fhir/ConceptMap/$translate")
def translate(tenant: str = DEMO) -> Response:
    """Translate the code of a Parameters resource."""
    body = request.get_data(cache=False)
    if len(body) > LARGEST:
        raise RefusedError(413, Issue("", f"over {LARGEST} bytes", "too-long"))
    asked = taken(read_json(body))
    return answer(translation(asked, _maps(tenant)), kind=FHIR_JSON)


def taken(data: Raw) -> dict[str, Any]:
    """Return the parameters of a Parameters resource by name.

    Raises:
        RefusedError: 400, when it is none, or one stands twice.

    """
    if data.get("resourceType") != "Parameters":
        raise RefusedError(400, Issue("resourceType", "should be Parameters", "structure"))
    canonical, issues = judge(data, "")
    if canonical is None:
        raise RefusedError(400, *(Issue(x.where.lstrip("."), x.why) for x in issues))
    asked: dict[str, Any] = {}
    for i, parameter in enumerate(canonical.get("parameter", ())):
        name = parameter.get("name")
        value = next((v for k, v in parameter.items() if k.startswith("value")), None)
        if name in asked and name != "dependency":
            raise RefusedError(400, Issue(f"parameter[{i}].name", "stands twice"))
        asked[name] = value if value is not None else parameter
    return asked


def translation(asked: Mapping[str, Any], maps: tuple[ConceptMap, ...]) -> Raw:
    """Answer a question with every match (FHIR R4, operation ConceptMap-translate).

    Raises:
        RefusedError: 400 or 404, when it cannot be answered.

    """
    if asked.get("reverse") in (True, "true"):
        why = "not supported: these maps are read from the charted code to the therapy code"
        raise RefusedError(400, Issue("reverse", why, "not-supported"))
    for name in ("conceptMap", "dependency"):
        if name in asked:
            raise RefusedError(400, Issue(name, "not supported here", "not-supported"))
    concepts = list(_concepts(asked))
    chosen = list(_chosen(asked, maps))
    found = list(translated(chosen, concepts)) if _to_therapy(asked) else []
    return _told(found)


def _concepts(asked: Mapping[str, Any]) -> Iterator[Concept]:
    """Return the codes to translate: of ``code`` with ``system``, ``coding`` or a concept."""
    given = [name for name in ("code", "coding", "codeableConcept") if name in asked]
    if len(given) != 1:
        why = "give exactly one of code (with system), coding and codeableConcept"
        raise RefusedError(400, Issue(given[1] if given else "code", why, "required"))
    name, value = given[0], asked[given[0]]
    if name == "code":
        codings: Any = [{"system": _text("system", asked), "code": _text("code", asked)}]
    else:
        codings = [value] if name == "coding" else _part(name, value).get("coding") or [{}]
    if len(codings) > MOST:
        raise RefusedError(400, Issue(f"{name}.coding", f"over {MOST} codes", "too-costly"))
    for coding in codings:
        read = _part(name, coding)
        yield _text("system", read, name), _text("code", read, name)


def _part(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise RefusedError(400, Issue(name, "is of another type than the operation asks for"))
    return value


def _text(name: str, given: Mapping[str, Any], within: str = "") -> str:
    """Return a text that is needed."""
    where = f"{within}.{name}" if within and within != "code" else name
    value = given.get(name)
    if not isinstance(value, str) or not value.strip():
        raise RefusedError(400, Issue(where, "required, but missing", "required"))
    return _bounded(where, value)


def _bounded(where: str, value: str) -> str:
    if len(value) > LONGEST:
        raise RefusedError(400, Issue(where, f"over {LONGEST} characters", "too-long"))
    return value


def _chosen(asked: Mapping[str, Any], maps: tuple[ConceptMap, ...]) -> Iterator[ConceptMap]:
    """Return the maps that are asked for: the one at ``url``, or all that fit ``source``."""
    if "url" in asked:
        url = _text("url", asked)
        maps = tuple(one for one in maps if one.url == url)
        if not maps:
            raise RefusedError(404, Issue("url", "there is no such concept map", "not-found"))
    source = _text("source", asked) if "source" in asked else ""
    for one in maps:
        said = one.raw.get("sourceUri") or one.raw.get("sourceCanonical")
        if not source or said in {None, source}:
            yield one


def _to_therapy(asked: Mapping[str, Any]) -> bool:
    """Tell whether therapy codes are what is asked for."""
    for name in ("target", "targetsystem"):
        if name in asked and _text(name, asked).partition("?")[0] not in CODE_SYSTEMS:
            return False
    return True


def _told(found: list[tuple[ConceptMap, Match]]) -> Raw:
    real = [match for _, match in found if match.real]
    said: list[Raw] = [{"name": "result", "valueBoolean": bool(real)}]
    if not found:
        said.append({"name": "message", "valueString": "no map here names this code"})
    elif not real:
        said.append({"name": "message", "valueString": "mapped to no therapy code"})
    elif len(real) > 1:
        why = f"{len(real)} matches; the code alone does not decide between them"
        said.append({"name": "message", "valueString": why})
    parameters = [*said, *(_match(one, match) for one, match in found)]
    return {"resourceType": "Parameters", "parameter": parameters}


def _match(one: ConceptMap, match: Match) -> Raw:
    part: list[Raw] = [{"name": "equivalence", "valueCode": match.equivalence}]
    if match.code:
        system = HCPCS if match.code[0].isalpha() else CPT
        part.append({"name": "concept", "valueCoding": {"system": system, "code": match.code}})
    part.append({"name": "source", "valueUri": one.url})
    return {"name": "match", "part": part}


def _maps(tenant: str) -> tuple[ConceptMap, ...]:
    ours = parts(current_app)
    return ours.reviewer.coder.maps.of(ours.tenant(tenant))


def _base(tenant: str) -> str:
    public = parts(current_app).settings.public_url
    return f"{public}/fhir" if tenant == DEMO else f"{public}/t/{tenant}/fhir"
