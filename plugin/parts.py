"""What every address shares: the rules, the sites, the store; how bodies are read and written."""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

import msgspec
from flask import Flask, Response
from werkzeug.datastructures import Headers
from werkzeug.exceptions import ClientDisconnected
from werkzeug.wsgi import get_content_length, get_input_stream

from plugin.errors import Issue, RefusedError
from plugin.review import Reviewer
from plugin.rulebook import Rulebook
from plugin.settings import Settings
from plugin.sites import Sites
from plugin.store.store import Store
from plugin.tenants import DEMO, Tenant
from plugin.trust.gate import Gate

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

JSON = "application/json"
FHIR_JSON = "application/fhir+json"
encode = msgspec.json.Encoder(decimal_format="number").encode
LARGEST_BODY = 4_000_000
"""Bytes; a year of daily visits with their history is under one million."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of one running service."""

    settings: Settings
    book: Rulebook
    tenants: Sites
    store: Store
    reviewer: Reviewer
    gate: Gate

    def tenant(self, name: str) -> Tenant:
        """Return a site.

        Raises:
            RefusedError: 404, when there is none of that name, or the demo is switched off.

        """
        found: Tenant | None = self.tenants.get(name)
        if found is None or (name == DEMO and not self.settings.demo):
            raise RefusedError(404, Issue("", "there is no such site", "not-found"))
        return found


def parts(app: Flask) -> Parts:
    """Return the parts of a running service."""
    return cast(Parts, app.extensions["countersign"])


def body_of(asked: dict[str, Any]) -> bytes:
    """Return the body of a request, given its WSGI environment.

    It is taken straight from the server where its length is stated.

    Raises:
        HTTPException: 413, when it is longer than the largest; 400, when it breaks off.

    """
    length = get_content_length(asked)
    if length is None or length > LARGEST_BODY:  # Werkzeug counts as it reads, or refuses at once
        return get_input_stream(asked, max_content_length=LARGEST_BODY).read()
    stream = asked["wsgi.input"]
    body: bytes = stream.read(length)
    while len(body) < length and (more := stream.read(length - len(body))):
        body += more
    if len(body) < length:
        raise ClientDisconnected
    return body


class Answer(Response):
    """A JSON answer, whose body and headers are ready to be sent."""

    def __init__(self, written: bytes, status: int, headers: Headers) -> None:
        """Take them; there is nothing left to work out, as Werkzeug would."""
        self.response = [written]
        self.status = status
        self.headers = headers
        self.direct_passthrough = True
        self._on_close = []

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        """Hand the answer to the server; Werkzeug sees to callers who may have it already."""
        if environ["REQUEST_METHOD"] != "POST":
            return super().__call__(environ, start_response)
        start_response(self.status, self.headers.to_wsgi_list())
        return self.response  # type: ignore[return-value] # it is bytes

    def get_wsgi_headers(self, environ: dict[str, Any]) -> Headers:
        """Return the headers as they are; fewer, where a caller has the answer already."""
        if self.status_code == HTTPStatus.NOT_MODIFIED:
            return super().get_wsgi_headers(environ)
        return self.headers


def answer(body: Any, status: int = 200, kind: str = JSON) -> Response:
    """Write a JSON answer; it is handed to the server whole, not as a stream to be asked for."""
    written = encode(body)
    return Answer(written, status, _headers(kind, len(written)))


def _headers(kind: str, length: int) -> Headers:
    """Return the headers of an answer that is nobody else's: not to be kept, nor guessed about."""
    headers = Headers()
    # Adding them one by one takes longer than writing the answer.
    headers._list = [  # noqa: SLF001
        ("Content-Type", kind),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-store"),
        ("Content-Length", str(length)),
    ]
    return headers
