"""Two processes that write to one store at once lose nothing."""

import subprocess
import sys
from pathlib import Path

from plugin.store.store import Store
from tests.store.test_store import EVENT, address, decided, opened

COUNT = 60
NAMES = ("one", "two", "three")


def writer(home: Path, name: str) -> subprocess.Popen[str]:
    """Start a process that has the store open and waits to begin."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.store.writer", address(home), name, str(COUNT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout
    assert process.stdout.readline() == "open\n"
    return process


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    Store(address(tmp_path)).close()
    processes = [writer(tmp_path, name) for name in NAMES]
    for process in processes:
        assert process.stdin
        process.stdin.write("begin\n")
        process.stdin.flush()
    for process in processes:
        told, faults = process.communicate(timeout=60)
        assert (process.returncode, faults, told) == (0, "", "gave up 0\n")

    with opened(tmp_path) as store:
        cards = [event["card"] for event in store.events()]
        assert sorted(cards) == sorted(
            [EVENT.card, *(f"{name}-{number}" for name in NAMES for number in range(COUNT))]
        )
        for name in NAMES:
            for number in range(COUNT):
                facts = f"{name} {number}".encode()
                known = store.decision(decided(number, facts).trace)
                assert known
                assert known.facts == facts
