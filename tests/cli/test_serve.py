"""``countersign serve`` as a deployment runs it: a server of its own, on a port of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.cli.command import COMMAND, environment
from tests.hooks import regolden
from tests.hooks.invariants import KEY, hold
from tests.hooks.visits import ADDRESS, MARK

ATTEMPTS = 300
PAUSE = 0.1
"""Seconds in which a server that is still starting may end instead."""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def started(home: Path, command: tuple[str, ...] = COMMAND) -> tuple[subprocess.Popen[str], str]:
    """Start a server and wait until it is ready."""
    port = free_port()
    process = subprocess.Popen(
        [*command, "serve", "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=home,
        env=environment(home),
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(ATTEMPTS):
        try:
            if requests.get(f"{address}/health/ready", timeout=5).ok:
                return process, address
        except requests.ConnectionError:
            pass
        try:
            process.wait(PAUSE)
        except subprocess.TimeoutExpired:
            continue
        break
    pytest.fail(f"did not start: {ended(process)}")


def ended(process: subprocess.Popen[str]) -> str:
    """End a server, by force where it must be, and return what it printed."""
    process.terminate()
    try:
        printed, _ = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        printed, _ = process.communicate()
    return printed


def stopped(process: subprocess.Popen[str]) -> str:
    """End a server as a deployment does, and return what it printed."""
    printed = ended(process)
    assert process.returncode == 0
    return printed


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    process, found = started(home)
    yield found
    printed = stopped(process)
    assert MARK not in printed
    assert f"{found}/cds-services" in printed


def test_a_served_visit_is_answered_as_recorded(address: str) -> None:
    answer = requests.post(
        f"{address}{ADDRESS}", json=regolden.asked("written_from_nothing"), timeout=30
    )

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    found = answer.json()["cards"]
    hold(found)
    recorded = regolden.expected("written_from_nothing")["cards"]
    assert [card["summary"] for card in found] == [card["summary"] for card in recorded]
    link = found[0]["links"][0]["url"]
    assert link == f"{address}/explain/{found[0]['extension'][KEY]['trace']}"
    explained = requests.get(link, headers={"Accept": "application/json"}, timeout=30)
    assert explained.json()["cards"] == found


def test_a_served_body_may_come_in_chunks(address: str) -> None:
    sent = json.dumps(regolden.asked("clean")).encode()

    answer = requests.post(f"{address}{ADDRESS}", data=iter([sent[:100], sent[100:]]), timeout=30)

    assert answer.json() == {"cards": []}


def test_a_served_body_of_ten_megabytes_is_too_long(address: str) -> None:
    answer = requests.post(f"{address}{ADDRESS}", data=b" " * 10_000_000, timeout=30)

    assert answer.status_code == 413
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_served_feedback_is_acknowledged_with_nothing(address: str) -> None:
    entry = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-03-02T16:00:00Z"}

    answer = requests.post(f"{address}{ADDRESS}/feedback", json={"feedback": [entry]}, timeout=30)

    assert (answer.status_code, answer.content) == (200, b"")


def test_visits_are_served_side_by_side(address: str) -> None:
    with requests.Session() as session:
        for name in regolden.names():
            answer = session.post(f"{address}{ADDRESS}", json=regolden.asked(name), timeout=30)
            recorded = regolden.expected(name)["cards"]
            assert len(answer.json()["cards"]) == len(recorded)


def test_nothing_is_loaded_from_the_folder_in_which_it_is_started(tmp_path: Path) -> None:
    for name in ("rules.py", "plugin.py", "flask.py"):
        (tmp_path / name).write_text("raise SystemExit('not ours')\n")

    process, address = started(tmp_path, (sys.executable, "-P", "-m", "plugin"))
    answer = requests.get(f"{address}/cds-services", timeout=30)

    assert answer.ok
    assert "not ours" not in stopped(process)


def test_feedback_outlives_its_server(tmp_path: Path) -> None:
    entry = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-03-02T16:00:00Z"}
    process, address = started(tmp_path)
    answer = requests.post(f"{address}{ADDRESS}/feedback", json={"feedback": [entry]}, timeout=30)
    assert answer.status_code == 200
    stopped(process)

    assert b"overridden" in b"".join(p.read_bytes() for p in tmp_path.glob("countersign.db*"))


def test_a_decision_outlives_its_server(tmp_path: Path) -> None:
    process, address = started(tmp_path)
    asked = regolden.asked("written_from_nothing")
    found = requests.post(f"{address}{ADDRESS}", json=asked, timeout=30).json()["cards"]
    stopped(process)
    trace = found[0]["extension"][KEY]["trace"]

    process, address = started(tmp_path)
    accept = {"Accept": "application/json"}
    explained = requests.get(f"{address}/explain/{trace}", headers=accept, timeout=30)
    stopped(process)

    assert explained.status_code == 200
    assert explained.json()["derivation"]
