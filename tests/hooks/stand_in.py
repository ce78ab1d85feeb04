"""A FHIR server on loopback that remembers what it was asked."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from tests.hooks.visits import Json, bundle

FHIR = "application/fhir+json"
Answer = Callable[[Request], Response]
POINTERS = {
    "encounter": ("encounter",),
    "context": ("context",),
    "patient": ("subject", "beneficiary", "patient"),
    "practitioner": ("practitioner",),
}


class Quiet(WSGIRequestHandler):
    """Logs nothing: addresses name patients."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


@contextmanager
def listening(application: Any) -> Iterator[str]:
    """Serve a WSGI application on a port of its own, and say at which address."""
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), name="stand-in")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(slots=True)
class StandIn:
    """One server: where it is, and every request it had."""

    address: str = ""
    had: list[Request] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    """Set at the end of a test: whoever holds an answer back lets go."""

    @property
    def paths(self) -> list[str]:
        """What it was asked for, in no order that matters."""
        return sorted(asked.full_path.removeprefix("/fhir/").rstrip("?") for asked in self.had)


Stand = Callable[[Answer], StandIn]
"""Starts a stand-in that answers in one way."""


@contextmanager
def standing(answer: Answer) -> Iterator[StandIn]:
    """Run a server that answers as told, until the end of the block."""
    made = StandIn()

    def application(environ: Any, start: Any) -> Iterable[bytes]:
        asked = Request(environ)
        made.had.append(asked)
        return answer(asked)(environ, start)

    with listening(application) as address:
        made.address = f"{address}/fhir"
        try:
            yield made
        finally:
            made.released.set()


def said(body: Any, status: int = 200, **headers: str) -> Response:
    """Return a FHIR answer."""
    return Response(msgspec.json.encode(body), status, headers, content_type=FHIR)


def missing() -> Response:
    """Return what a server says of what it does not have."""
    issue = {"severity": "error", "code": "not-found"}
    return said({"resourceType": "OperationOutcome", "issue": [issue]}, 404)


def serving(resources: Iterable[Json]) -> Answer:
    """Answer reads and plain searches over some resources."""
    held = list(resources)

    def answer(asked: Request) -> Response:
        kind, _, name = asked.path.removeprefix("/fhir/").partition("/")
        mine = [resource for resource in held if resource["resourceType"] == kind]
        if name:
            return next((said(each) for each in mine if each["id"] == name), missing())
        wanted = dict(asked.args)
        return said(bundle([each for each in mine if _fits(each, wanted)]))

    return answer


def _fits(resource: Json, wanted: dict[str, str]) -> bool:
    for name, text in wanted.items():
        if name in {"status", "type"}:  # what is held is always of the kind that is asked for
            continue
        values = text.split(",")
        if name == "_id":
            found = [resource["id"]]
        else:
            pointers = [resource.get(field, {}) for field in POINTERS[name]]
            found = [pointer.get("reference", "").rsplit("/", 1)[-1] for pointer in pointers]
        if not set(found) & set(values):
            return False
    return True


def but(usual: Answer, kind: str, other: Answer) -> Answer:
    """Answer as usual, except what is asked of one resource type."""

    def answer(asked: Request) -> Response:
        mine = asked.path.removeprefix("/fhir/").partition("/")[0] == kind
        return other(asked) if mine else usual(asked)

    return answer


def paged(pages: Sequence[Sequence[Json]], link: Callable[[Request, int], str]) -> Answer:
    """Answer a search a page at a time; ``link`` writes the address of the next one."""

    def answer(asked: Request) -> Response:
        number = int(asked.args.get("page", 1))
        page = bundle(pages[number - 1])
        if number < len(pages):
            page["link"] = [{"relation": "next", "url": link(asked, number + 1)}]
        return said(page)

    return answer
