"""An EHR's FHIR server that errs, each time in one way, and a trap beside it."""

import gzip
import socket
import struct
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from werkzeug.wrappers import Request, Response

from plugin.fhir.wire import LARGEST
from tests.hooks.fetched import OUTCOME, held, usual
from tests.hooks.stand_in import Answer, StandIn, but, missing, paged, said
from tests.hooks.visits import ENCOUNTER, MARK, PATIENT, Json, bundle

Faulty = Callable[[list[StandIn], str], Answer]
"""A way of answering, made for the server itself (once it stands) and the trap's address."""

TEN_MEGABYTES = 10_000_000
OTHER = {"reference": "Patient/somebody-else"}


def plain(answer: Answer) -> Faulty:
    """Return a fault that needs neither the server nor the trap."""
    return lambda _, __: answer


def body(data: bytes, kind: str = "application/fhir+json", **headers: str) -> Faulty:
    """Return a fault of the body alone."""
    return plain(lambda _: Response(data, headers=headers, content_type=kind))


def hanging(server: list[StandIn], _: str) -> Answer:
    """Take the call, and never answer it."""

    def answer(_: Request) -> Response:
        server[0].released.wait()
        return said(bundle([]))

    return answer


def dripping(server: list[StandIn], _: str) -> Answer:
    """Answer a space at a time, without end."""

    def drops() -> Any:
        while not server[0].released.wait(0.02):
            yield b" "

    return lambda _: Response(drops(), headers={"Content-Length": "100000"})


def linking(url: str) -> Faulty:
    """Go on at another address."""

    def made(_: list[StandIn], trap: str) -> Answer:
        def answer(asked: Request) -> Response:
            more = url.format(trap=trap, own=asked.base_url, host=asked.host)
            return said(bundle([], link=[{"relation": "next", "url": more}]))

        return answer

    return made


def redirecting(status: int) -> Faulty:
    """Send the caller to the trap."""

    def made(_: list[StandIn], trap: str) -> Answer:
        return lambda asked: said({}, status, Location=f"{trap}{asked.path}")

    return made


def resetting(asked: Request) -> Response:
    """Break off without a word."""
    connection: socket.socket = asked.environ["werkzeug.socket"]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RDWR)
    return said({})


def truncated(asked: Request) -> Response:
    """Promise more than comes."""
    whole = usual()(asked).get_data()
    return Response(whole[: len(whole) // 2], content_type="application/fhir+json")


def anothers(asked: Request) -> Response:
    """Answer with what was asked for, but of somebody else."""
    found: Json = deepcopy(usual()(asked).get_json(force=True))
    for each in [entry["resource"] for entry in found.get("entry", [])] or [found]:
        for pointer in {"subject", "beneficiary", "patient"} & each.keys():
            each[pointer] = OTHER
        if each["resourceType"] == "Patient":
            each["id"] = "somebody-else"
    return said(found)


FAULTS: dict[str, Faulty] = {
    "hangs": hanging,
    "drips": dripping,
    "pages without end": linking("{own}?page=2"),
    "a page on another host": linking("{trap}/Procedure?page=2"),
    "a page of another scheme": linking("https://{host}/fhir/Procedure?page=2"),
    "a redirection elsewhere, 302": redirecting(302),
    "a redirection elsewhere, 307": redirecting(307),
    "a redirection elsewhere, 308": redirecting(308),
    "too many calls": plain(lambda _: said(OUTCOME, 429, **{"Retry-After": "120"})),
    "out of service": plain(lambda _: said(OUTCOME, 503, **{"Retry-After": "120"})),
    "not our token": plain(lambda _: said(OUTCOME, 401)),
    "an error with 200": plain(lambda _: said(OUTCOME)),
    "an error in an array": body(b'[{"resourceType":"OperationOutcome"}]'),
    "a page for people": body(f"<html>{MARK}</html>".encode(), "text/html"),
    "ten megabytes": body(b'{"a": "' + b"x" * TEN_MEGABYTES + b'"}'),
    "a bomb": body(gzip.compress(b" " * LARGEST * 3), **{"Content-Encoding": "gzip"}),
    "half an answer": plain(truncated),
    "no answer": body(b""),
    "a broken connection": plain(resetting),
    "somebody else's": plain(anothers),
    "the wrong type": plain(lambda _: said({"resourceType": "Device", "id": ENCOUNTER})),
}


def oracle() -> Answer:
    """Answer as a server that knows no PractitionerRole, and procedures by their date alone."""

    def by_date(asked: Request) -> Response:
        wanted = asked.args.getlist("date")
        closed = sorted(each[:2] for each in wanted) == ["ge", "le"]
        if asked.args.get("patient") != PATIENT or "encounter" in asked.args or not closed:
            return said(OUTCOME, 400)
        first, last = sorted(each[2:] for each in wanted)
        mine = [each for each in held("Procedure") if first <= each["performedDateTime"][:10]]
        elsewhere = {"encounter": {"reference": "Encounter/other"}}
        history = [{**each, "id": f"{each['id']}-other", **elsewhere} for each in mine]
        return said(bundle([*mine, *history])) if first <= last else said(bundle([]))

    return but(but(usual(), "Procedure", by_date), "PractitionerRole", lambda _: missing())


def overflowing(asked: Request) -> Response:
    """Answer a search with everything that is held of its type, whoever's it is."""
    kind = asked.path.rsplit("/", 1)[-1]
    mine = held(kind)
    strangers = [{**each, "id": f"other-{n}", "subject": OTHER} for n, each in enumerate(mine)]
    return paged([mine, strangers], lambda asked, n: f"{asked.base_url}?page={n}")(asked)
