"""What several machines share, on a real PostgreSQL: decisions, feedback, and tokens used once."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from plugin.store.faults import StoreError
from plugin.store.spent import TIDY_EVERY, Spent
from plugin.store.store import Store
from plugin.turns import turns
from tests.store.postgresql import Server, program, serving
from tests.store.test_store import EVENT, decided

pytestmark = pytest.mark.skipif(
    not (program("initdb") and program("pg_ctl")), reason="no PostgreSQL server on this machine"
)
LATER = 1 << 40


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server."""
    with serving() as running:
        yield running


@pytest.fixture
def address(server: Server) -> str:
    """The address of an empty database."""
    return server.database()


def test_a_decision_is_known_at_once_and_after_the_store_was_closed(address: str) -> None:
    store = Store(address)
    store.record(decided())
    at_once = store.decision(decided().trace)
    store.close()

    store = Store(address)
    later = store.decision(decided().trace)
    store.close()

    assert at_once == later == decided()


def test_many_decisions_are_written_and_each_is_one(address: str) -> None:
    every = [decided(number, b"many") for number in range(1200)]
    store = Store(address)
    for decision in (*every, *every[:100]):
        store.record(decision)
    store.close()

    store = Store(address)
    assert all(store.decision(decision.trace) == decision for decision in every)
    assert store.given_up == 0
    store.close()


def test_feedback_is_kept_once_and_what_was_new_is_counted(address: str) -> None:
    other = replace(EVENT, outcome="overridden")
    store = Store(address)

    assert store.add_feedback([EVENT, EVENT, other]) == 2
    assert store.add_feedback([other, EVENT]) == 0
    assert len(store.events()) == 2
    store.close()


def test_a_token_is_spent_once(address: str) -> None:
    spent = Spent(address)
    name = b"once".zfill(16)

    assert not spent.knows(name)
    assert [spent.spend(name, LATER) for _ in range(3)] == [True, False, False]
    assert spent.knows(name)
    spent.close()


def test_of_two_machines_that_are_shown_the_same_tokens_at_once_one_takes_each(
    address: str,
) -> None:
    command = [sys.executable, "-m", "tests.trust.worker", "spend", address, "500"]
    machines = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for machine in machines:
        assert machine.stdout
        assert machine.stdout.readline() == "open\n"
    for machine in machines:
        assert machine.stdin
        machine.stdin.write("go\n")
        machine.stdin.flush()

    assert sum(int(machine.communicate(timeout=60)[0]) for machine in machines) == 500


def test_expired_tokens_are_swept_out_and_live_ones_kept(address: str) -> None:
    past = int(time.time()) - 10
    old = [number.to_bytes(16) for number in range(TIDY_EVERY)]
    live = [number.to_bytes(16) for number in range(TIDY_EVERY, 2 * TIDY_EVERY)]
    spent = Spent(address)
    for name in old:
        spent.spend(name, past)
    for name in live:
        spent.spend(name, LATER)
    spent.close()

    spent = Spent(address)
    assert not any(spent.knows(name) for name in old)
    assert all(spent.knows(name) for name in live)
    spent.close()


def test_others_have_their_turn_while_a_token_is_noted_over_the_network(address: str) -> None:
    spent = Spent(address)
    spent.spend(b"before".zfill(16), LATER)
    went: list[str] = []
    begun = threading.Event()

    def other() -> None:
        begun.set()
        with turns:
            went.append("other")

    with turns:
        thread = threading.Thread(target=other)
        thread.start()
        begun.wait(30)
        while not turns.queue:
            pass
        spent.spend(b"after".zfill(16), LATER)
        went.append("one")
    thread.join(30)
    spent.close()

    assert went == ["other", "one"]


def test_a_server_that_was_started_again_is_found_again(server: Server, address: str) -> None:
    store, spent = Store(address), Spent(address)
    name = b"again".zfill(16)
    assert spent.spend(name, LATER)
    server.stop()
    try:
        with pytest.raises(StoreError):
            spent.spend(b"meanwhile".zfill(16), LATER)
        with pytest.raises(StoreError):
            store.add_feedback([EVENT])
        assert not store.ready()
    finally:
        server.start()

    assert not spent.spend(name, LATER)
    assert spent.spend(b"meanwhile".zfill(16), LATER)
    assert store.ready()
    spent.close()
    store.close()
