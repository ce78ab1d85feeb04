"""Answers in FHIR JSON, in the media type that the caller prefers."""

from hashlib import blake2b
from typing import Any

from flask import Response, request

from plugin.errors import Issue, RefusedError
from plugin.parts import FHIR_JSON, JSON, answer

KINDS = (FHIR_JSON, JSON, "text/json")
FORMATS = {"json": FHIR_JSON, "application/fhir+json": FHIR_JSON, "application/json": JSON}
"""What ``_format`` may ask for (FHIR R4, RESTful API, 3.1.0.1.11); it goes before Accept."""
AN_HOUR = 3600


def reply(body: Any) -> Response:
    """Write a FHIR answer.

    Raises:
        RefusedError: 406, when the caller takes no JSON.

    """
    asked = request.args.get("_format")
    kind = FORMATS.get(asked) if asked else request.accept_mimetypes.best_match(KINDS)
    if not kind and (asked or "Accept" in request.headers):
        raise RefusedError(406, Issue("", f"answers are in {FHIR_JSON}", "not-supported"))
    return answer(body, kind=kind or FHIR_JSON)


def kept(body: Any) -> Response:
    """Write a FHIR answer that callers may keep for an hour, and then ask whether it changed."""
    response = reply(body)
    response.set_etag(blake2b(response.get_data(), digest_size=8).hexdigest(), weak=True)
    response.headers["Cache-Control"] = f"public, max-age={AN_HOUR}"
    response.vary.add("Accept")
    response.make_conditional(request)
    return response
