"""The store keeps what it is given, once, and shows it to whoever holds the trace alone."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from plugin.store.faults import StoreError
from plugin.store.seal import row_of, seal, trace_of, unseal
from plugin.store.store import WAITING, Decision, Event, Store

MARK = "Zzyzx-Name"
FACTS = f'{{"patient": "{MARK}", "says": "Ünï 漢字"}}'.encode()
EVENT = Event(
    tenant="demo",
    service="visit-check",
    card="4e0a3a1e-3e78-4baa-a292-3e25310d4c80",
    outcome="accepted",
    outcome_at="2026-03-02T16:00:00+00:00",
    suggestions="a b",
    reason_system="https://ehr.example.org/reasons",
    reason_code="not-this-visit",
    commented=0,
)


def address(home: Path) -> str:
    """Return the address of a store in a folder."""
    return f"sqlite:///{home / 'countersign.db'}"


def decided(number: int = 0, facts: bytes = FACTS) -> Decision:
    """Return a decision like no other."""
    return Decision(
        trace=trace_of(facts, str(number)),
        tenant="demo",
        service="visit-check",
        rulebook="0123456789abcdef",
        rules=("timed_units", "ptp_edit"),
        cards=2,
        facts=facts,
    )


@contextmanager
def opened(home: Path) -> Iterator[Store]:
    """Open a store for the length of a block."""
    store = Store(address(home))
    try:
        yield store
    finally:
        store.close()


@contextmanager
def busy(home: Path) -> Iterator[None]:
    """Keep every other writer waiting for the length of a block."""
    with closing(sqlite3.connect(home / "countersign.db", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def on_disk(home: Path) -> bytes:
    """Return every byte of a store."""
    return b"".join(path.read_bytes() for path in sorted(home.glob("countersign.db*")))


def test_a_decision_is_known_at_once(tmp_path: Path) -> None:
    with opened(tmp_path) as store, busy(tmp_path):
        store.record(decided())

        assert store.decision(decided().trace) == decided()


def test_a_decision_is_known_after_the_store_was_closed(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.record(decided())

    with opened(tmp_path) as store:
        assert store.decision(decided().trace) == decided()


@pytest.mark.parametrize(
    "given",
    [
        replace(decided(), rules=()),
        replace(decided(), cards=0),
        replace(decided(), facts=b""),
        replace(decided(), facts=bytes(range(256)) * 400),
    ],
    ids=["no rules", "no cards", "no facts", "any bytes"],
)
def test_a_decision_is_kept_as_it_was(given: Decision, tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.record(given)

    with opened(tmp_path) as store:
        assert store.decision(given.trace) == given


def test_a_decision_is_one_however_often_it_is_recorded(tmp_path: Path) -> None:
    for _ in range(2):
        with opened(tmp_path) as store:
            store.record(decided())
            store.record(decided())

    with closing(sqlite3.connect(tmp_path / "countersign.db")) as connection:
        assert connection.execute("SELECT count(*) FROM decisions").fetchone() == (1,)


@pytest.mark.parametrize("trace", ["", "0" * 32, decided().trace[:-1], decided().trace.upper()])
def test_nothing_is_known_under_another_trace(trace: str, tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.record(decided())
        assert store.decision(trace) is None

    with opened(tmp_path) as store:
        assert store.decision(trace) is None


def test_a_decision_cannot_be_opened_without_its_trace(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.record(decided())

    stored = on_disk(tmp_path)

    assert row_of(decided().trace).encode() in stored
    for secret in (MARK, "Ünï", decided().trace, decided().trace.upper()):
        assert secret.encode() not in stored
    assert bytes.fromhex(decided().trace) not in stored


def test_what_was_tampered_with_is_not_known(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.record(decided())
        store.record(decided(1, FACTS * 2))
    with closing(sqlite3.connect(tmp_path / "countersign.db")) as connection, connection:
        ((other,),) = connection.execute(
            "SELECT sealed FROM decisions WHERE id = ?", [row_of(decided(1, FACTS * 2).trace)]
        )
        connection.execute("UPDATE decisions SET sealed = ?", [other])

    with opened(tmp_path) as store:
        assert store.decision(decided().trace) is None


def test_only_the_trace_of_facts_opens_them() -> None:
    trace, other = trace_of(FACTS, "a"), trace_of(FACTS, "b")

    sealed = seal(FACTS, trace)

    assert trace != other
    assert unseal(sealed, trace) == FACTS
    assert unseal(sealed, other) is None
    assert unseal(sealed[:-1], trace) is None
    assert MARK.encode() not in sealed


def test_no_more_decisions_wait_than_there_is_room_for(tmp_path: Path) -> None:
    every = [decided(number) for number in range(WAITING + 100)]
    with opened(tmp_path) as store, busy(tmp_path):
        for decision in every:
            store.record(decision)
        assert store.given_up == 100
        assert store.decision(every[-1].trace) == every[-1]

    with closing(sqlite3.connect(tmp_path / "countersign.db")) as connection:
        kept = {name for (name,) in connection.execute("SELECT id FROM decisions")}
    assert kept >= {row_of(decision.trace) for decision in every[100:]}


def test_feedback_is_written_before_it_is_acknowledged(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.add_feedback([EVENT]) == 1
        with closing(sqlite3.connect(tmp_path / "countersign.db")) as connection:
            found = connection.execute("SELECT id, suggestions FROM feedback").fetchall()

    assert found == [(EVENT.id, "a b")]


def test_feedback_is_kept_once(tmp_path: Path) -> None:
    other = replace(EVENT, outcome="overridden")
    with opened(tmp_path) as store:
        assert store.add_feedback([EVENT, EVENT, other]) == 2
        assert store.add_feedback([other, EVENT]) == 0
        assert len(store.events()) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"tenant": "another"},
        {"card": "another"},
        {"outcome": "overridden"},
        {"outcome_at": "2026-03-02T16:00:01+00:00"},
        {"suggestions": "a"},
    ],
    ids=str,
)
def test_feedback_that_says_something_else_is_another_event(other: dict[str, str]) -> None:
    assert replace(EVENT, **other).id != EVENT.id  # type: ignore[arg-type]


def test_no_feedback_is_kept_of_none(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.add_feedback([]) == 0
        assert store.events() == []


def test_a_store_makes_its_own_folder(tmp_path: Path) -> None:
    with opened(tmp_path / "a" / "b") as store:
        assert store.ready()

    assert (tmp_path / "a" / "b" / "countersign.db").exists()


def unopenable(home: Path) -> dict[str, str]:
    """Return addresses under which no store can be opened."""
    (home / "file").write_bytes(b"no database " * 400)
    (home / "folder").mkdir(exist_ok=True)
    return {
        "below a file": f"sqlite:///{home / 'file' / 'countersign.db'}",
        "no database": f"sqlite:///{home / 'file'}",
        "a folder": f"sqlite:///{home / 'folder'}",
    }


@pytest.mark.parametrize("kind", ["below a file", "no database", "a folder"])
def test_a_store_that_cannot_be_opened_says_so(kind: str, tmp_path: Path) -> None:
    url = unopenable(tmp_path)[kind]

    with pytest.raises(StoreError, match="cannot be opened"):
        Store(url)


def test_a_store_that_stops_answering_says_so(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        with closing(sqlite3.connect(tmp_path / "countersign.db")) as connection, connection:
            connection.execute("DROP TABLE feedback")
            connection.execute("DROP TABLE decisions")

        assert not store.ready()
        with pytest.raises(StoreError):
            store.decision("0" * 32)
        with pytest.raises(StoreError):
            store.add_feedback([EVENT])


def test_decisions_that_could_not_be_written_are_counted(tmp_path: Path) -> None:
    store = Store(address(tmp_path))
    with closing(sqlite3.connect(tmp_path / "countersign.db")) as connection, connection:
        connection.execute("DROP TABLE decisions")

    store.record(decided(1))
    store.record(decided(2))
    store.close()

    assert store.given_up == 2
