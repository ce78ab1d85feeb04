"""What an EHR that does not answer in time costs the requests that need nothing of it.

One worker. Sixteen connections keep it busy with requests that bring everything; beside them
sixteen callers send requests for which a FHIR server has to be asked that takes two seconds. The
two take turns with spells in which the same callers are away, and in which their FHIR server
answers at once.
"""

import argparse
import http.client
import json
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from bench import request
from bench.load import load
from bench.servers import Running, Server, started

SLOW = 2.0
"""Seconds that the slow server takes."""
BUSY = 16
"""Connections that need nothing of any other server."""
MOST = 1.1
"""How many times the p99 may be what it is without the slow server."""
SPELLS = ("alone", "quick", "slow")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and end with 1 when the slow server costs more than it may."""
    asked = options().parse_args(arguments)
    body = request.compact(request.request())
    ours = Server(
        name="countersign",
        command=(sys.executable, "-m", "plugin", "serve", "--port", "{PORT}", "--workers", "1"),
        install="Python is missing from this environment",
    )
    p99: dict[str, list[float]] = {spell: [] for spell in SPELLS}
    with (
        tempfile.NamedTemporaryFile(suffix=".json") as file,
        started(ours, request.filled(body), asked.serving) as running,
    ):
        Path(file.name).write_bytes(body)
        load(running, Path(file.name), connections=4, seconds=2, core=asked.loading)
        for _ in range(asked.rounds):
            for spell in SPELLS:
                with calling(running, spell, asked) as answered:
                    found = load(
                        running,
                        Path(file.name),
                        connections=BUSY,
                        seconds=asked.seconds,
                        core=asked.loading,
                    )
                p99[spell].append(found.p99_ms)
                print(
                    f"{spell:6} p99 {found.p99_ms:7.2f} ms  p50 {found.p50_ms:6.2f} ms"
                    f"  {found.rate:6.0f}/s  errors {found.errors}  calls {told(answered)}",
                    flush=True,
                )
    middle = {spell: statistics.median(found) for spell, found in p99.items()}
    ratio = middle["slow"] / middle["alone"]
    print(
        f"\np99 {middle['alone']:.2f} ms alone, {middle['quick']:.2f} ms beside callers of a quick"
        f" server, {middle['slow']:.2f} ms beside callers of one that takes {SLOW:g} s:"
        f" ratio {ratio:.2f} of the medians of {asked.rounds} rounds (at most {MOST})"
    )
    sys.exit(ratio > MOST)


def options() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.slow_ehr", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=8, help="of each spell")
    parser.add_argument("--callers", type=int, default=16)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two calls of one")
    parser.add_argument("--serving", type=int, help="core of the service")
    parser.add_argument("--loading", type=int, help="core of the load")
    return parser


def told(answered: Sequence[tuple[int, float]]) -> str:
    """Return how many calls had which status, and the longest any of them took."""
    by_status = {status: 0 for status, _ in answered}
    for status, _ in answered:
        by_status[status] += 1
    longest = max((took for _, took in answered), default=0.0)
    return f"{by_status or 'none'}, longest {longest:.2f} s"


@contextmanager
def calling(
    running: Running, spell: str, asked: argparse.Namespace
) -> Iterator[list[tuple[int, float]]]:
    """Have callers send requests that need a FHIR server, until the end of the block."""
    answered: list[tuple[int, float]] = []
    if spell == "alone":
        yield answered
        return
    over = threading.Event()
    with ehr(SLOW if spell == "slow" else 0.0, over) as address:
        body = json.dumps(needy(address)).encode()
        callers = [
            threading.Thread(target=call, args=(running.url, body, asked.pause, over, answered))
            for _ in range(asked.callers)
        ]
        for caller in callers:
            caller.start()
        time.sleep(0.5)
        try:
            yield answered
        finally:
            over.set()
            for caller in callers:
                caller.join()


def needy(address: str) -> request.Resource:
    """Return a request for which all but the patient has to be fetched."""
    sent = json.loads(request.filled(request.compact(request.request())))
    return {**sent, "fhirServer": address, "prefetch": {"patient": sent["prefetch"]["patient"]}}


def call(
    url: str, body: bytes, pause: float, over: threading.Event, answered: list[tuple[int, float]]
) -> None:
    """Send a request, wait for its answer, pause, and again."""
    at = urlsplit(url)
    connection = http.client.HTTPConnection(at.netloc, timeout=30)
    while not over.wait(pause):
        began = time.perf_counter()
        connection.request("POST", at.path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        answered.append((answer.status, time.perf_counter() - began))
    connection.close()


@contextmanager
def ehr(seconds: float, over: threading.Event) -> Iterator[str]:
    """Run a FHIR server that takes its time, and then has nothing."""

    class Taking(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            over.wait(seconds)
            body = b'{"resourceType":"Bundle","type":"searchset"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            """Log nothing."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, request: object, client_address: object) -> None:
            """Pass over callers who have left."""

    server = Quiet(("127.0.0.1", 0), Taking)
    server.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/fhir"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


if __name__ == "__main__":
    main()
