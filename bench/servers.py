"""The servers that are compared, and how one is started, asked and ended."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.client import PATH, Client

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
HOST = "127.0.0.1"
SITES = "tenants"
PATIENCE = 60
"""Seconds that a server is given to answer for the first time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """How to start a server; `{PORT}` stands for the port that it listens on."""

    name: str
    command: tuple[str, ...]
    path: str = "/cds-services/visit-check"
    install: str
    """What to do when it is not installed."""
    client: Client | None = None
    """Who calls it, where it asks for tokens."""

    @property
    def installed(self) -> bool:
        """Tell whether the program that serves it is there."""
        return Path(self.command[0]).exists()


@dataclass(slots=True, kw_only=True)
class Running:
    """A server that was started here and has given its first good answer."""

    name: str
    pid: int
    url: str
    client: Client | None
    ready: float
    """Seconds from the start of the process to the first good answer."""
    answer: bytes

    @property
    def cards(self) -> int:
        """Return how many cards the first good answer held."""
        return len(json.loads(self.answer)["cards"])


class NotServingError(Exception):
    """A server ended, or gave no good answer in time."""


def servers(peers: Path) -> list[Server]:
    """Return all servers, in the order in which they are told of; `peers` is HealthChain's venv."""
    return [
        _under_granian("wsgi_raw"),
        _under_granian("flask_hello"),
        Server(
            name="healthchain",
            command=(
                *(str(peers / "bin" / "python"), "-m", "uvicorn"),
                *("bench.peers.healthchain_hello:app", "--host", HOST, "--port", "{PORT}"),
                *("--workers", "1", "--no-access-log", "--log-level", "warning"),
            ),
            path="/cds/cds-services/visit-check",
            install=f"{peers} is missing; `make bench` installs it from requirements/bench.txt",
        ),
        _under_granian("flask_full"),
        Server(
            name="countersign",
            command=(str(BIN / "countersign"), "serve", "--port", "{PORT}", "--workers", "1"),
            install="the `countersign` command is missing; `make run` installs it",
        ),
        Server(
            name="countersign_jwt",
            command=(str(BIN / "countersign"), "serve", "--port", "{PORT}", "--workers", "1"),
            path=PATH,
            install="the `countersign` command is missing; `make run` installs it",
            client=Client(),
        ),
    ]


@contextmanager
def started(server: Server, body: bytes, core: int | None = None) -> Iterator[Running]:
    """Start a server in a home of its own, wait for a good answer, and end it afterwards."""
    port = _free_port()
    command = [part.replace("{PORT}", str(port)) for part in server.command]
    if core is not None:
        command = ["taskset", "-c", str(core), *command]
    with (
        tempfile.TemporaryDirectory(prefix="bench-home-") as home,
        tempfile.TemporaryFile() as log,
    ):
        if server.client:
            server.client.register(Path(home, SITES))
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=_environment(home),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            url = f"http://{HOST}:{port}{server.path}"
            answer = _first_answer(process, url, body, server.client)
            yield Running(
                name=server.name,
                pid=process.pid,
                url=url,
                client=server.client,
                ready=time.perf_counter() - began,
                answer=answer,
            )
        except NotServingError as fault:
            log.seek(0)
            said = log.read().decode(errors="replace").strip()
            raise NotServingError(f"{fault}\n{said[-2000:]}".strip()) from fault
        finally:
            _end(process)


def _under_granian(name: str) -> Server:
    """Return a WSGI application of bench/peers, served as our own service is."""
    return Server(
        name=name,
        command=(
            *(str(BIN / "python"), "-m", "granian", f"bench.peers.{name}:app"),
            *("--interface", "wsgi", "--host", HOST, "--port", "{PORT}"),
            *("--workers", "1", "--log-level", "warning"),
        ),
        install="Python is missing from this environment",
    )


def _environment(home: str) -> dict[str, str]:
    """Return this environment with a fresh home, and without settings that change a server."""
    ours = ("COUNTERSIGN_", "GRANIAN_", "UVICORN_", "WEB_CONCURRENCY", "FLASK_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    own = {"COUNTERSIGN_HOME": home, "COUNTERSIGN_HOST": HOST}
    if Path(home, SITES).exists():
        own["COUNTERSIGN_TENANTS"] = str(Path(home, SITES))
    return kept | own


def _free_port() -> int:
    """Return a port of the loopback interface on which nobody listens."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


def _first_answer(
    process: subprocess.Popen[bytes], url: str, body: bytes, client: Client | None
) -> bytes:
    """Ask until a server answers 200."""
    said = "no connection"
    until = time.perf_counter() + PATIENCE
    while time.perf_counter() < until:
        if process.poll() is not None:
            raise NotServingError(f"it ended with status {process.returncode}")
        try:
            status, answer = _post(url, body, client)
        except (OSError, http.client.HTTPException):
            time.sleep(0.003)
            continue
        if status == http.HTTPStatus.OK:
            return answer
        said = f"{status}: {answer[:300].decode(errors='replace')}"
        time.sleep(0.01)
    raise NotServingError(f"no good answer in {PATIENCE} s ({said})")


def _post(url: str, body: bytes, client: Client | None) -> tuple[int, bytes]:
    """Post a body once, on a connection of its own."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc, timeout=10)
    headers = {"Content-Type": "application/json"}
    if client:
        headers["Authorization"] = f"Bearer {client.tokens(1, url)}"
    try:
        connection.request("POST", address.path, body, headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a server and its workers: the session that was made for it, and nothing else."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(10)
        except subprocess.TimeoutExpired:
            continue
        except ProcessLookupError:
            process.wait()
            return
