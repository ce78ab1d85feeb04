"""Key sets are fetched seldom, within bounds, and serve on while a fetch fails."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from plugin.trust.published import LARGEST, MOST, PATIENCE, KeySet
from tests.hooks.stand_in import StandIn, standing
from tests.trust.making import jwk, key


@dataclass(slots=True)
class Ehr:
    """A server with a key set that can be changed."""

    stand: StandIn
    kids: list[str] = field(default_factory=lambda: ["one"])
    status: int = 200
    body: bytes | None = None
    gate: threading.Event = field(default_factory=threading.Event)
    """Answers wait for it."""

    def set(self, **how: Any) -> KeySet:
        """Return its key set, as a client of it."""
        return KeySet(f"{self.stand.address}/keys", **how)

    @property
    def asked(self) -> int:
        """How often it was asked."""
        return len(self.stand.had)


@pytest.fixture
def ehr() -> Iterator[Ehr]:
    own: list[Ehr] = []

    def answer(_: Request) -> Response:
        mine = own[0]
        mine.gate.wait(10)
        keys = {"keys": [jwk(key(kid), kid, "ES384") for kid in mine.kids]}
        return Response(mine.body or json.dumps(keys), mine.status)

    with ExitStack() as running:
        own.append(Ehr(running.enter_context(standing(answer))))
        own[0].gate.set()
        yield own[0]
        own[0].gate.set()


def test_a_known_kid_is_asked_for_once(ehr: Ehr) -> None:
    keys = ehr.set()

    assert keys.find("one")
    assert keys.find("one")
    assert ehr.asked == 1


def test_an_unknown_kid_is_asked_for_once_in_a_while(ehr: Ehr) -> None:
    keys = ehr.set()

    assert [keys.find(kid) for kid in ("nope", "none", "never", "nope")] == [()] * 4
    assert keys.find("one")
    assert ehr.asked == 1


def test_a_new_key_is_found_when_the_while_is_over(ehr: Ehr) -> None:
    keys = ehr.set(retry=0)
    assert keys.find("one")

    ehr.kids = ["two"]

    assert keys.find("two")
    assert keys.find("one") == ()


def test_keys_past_their_time_serve_on_while_the_ehr_answers_with_faults(ehr: Ehr) -> None:
    keys = ehr.set(fresh=0, retry=0)
    assert keys.find("one")

    ehr.status = 500

    assert all(keys.find("one") for _ in range(3))


def test_keys_past_their_time_are_renewed_behind_the_answer(ehr: Ehr) -> None:
    keys = ehr.set(fresh=0, retry=0)
    assert keys.find("one")
    ehr.kids = ["two"]
    ehr.gate.clear()

    assert keys.find("one")  # though the EHR has not answered yet
    ehr.gate.set()

    assert keys.find("two")


def test_many_at_once_share_one_fetch(ehr: Ehr) -> None:
    keys = ehr.set()
    ehr.gate.clear()
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(keys.find("one"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    ehr.gate.set()
    for thread in threads:
        thread.join(10)

    assert len(found) == 8
    assert all(found)
    assert ehr.asked == 1


def body(count: int, padding: int = 0) -> bytes:
    """Return a key set with so many keys, so long."""
    said = {"keys": [jwk(key("one"), f"k{i}", "ES384") for i in range(count)], "x": "x" * padding}
    return json.dumps(said).encode()


@pytest.mark.parametrize(
    "sent",
    [
        body(MOST + 1),
        body(1, LARGEST),
        b"[]",
        b'{"keys": {}}',
        b"{",
        b'{"keys": [], "keys": []}',
        b"<html>",
        b"\xff\xfe",
    ],
    ids=["too many", "too long", "list", "keys no list", "broken", "keys twice", "html", "bytes"],
)
def test_what_is_no_key_set_gives_no_key(sent: bytes, ehr: Ehr) -> None:
    ehr.body = sent

    assert ehr.set().find("k0") == ()


def test_the_most_keys_that_are_allowed_are_read(ehr: Ehr) -> None:
    ehr.body = body(MOST)

    assert ehr.set().find(f"k{MOST - 1}")


@pytest.mark.parametrize("status", [201, 204, 301, 302, 307, 401, 404, 500])
def test_any_answer_but_200_gives_no_key(status: int, ehr: Ehr) -> None:
    ehr.status = status

    assert ehr.set().find("one") == ()


def test_a_server_that_is_not_there_gives_no_key() -> None:
    assert KeySet("http://127.0.0.1:9/keys").find("one") == ()


def dripping(stop: threading.Event) -> Callable[[Request], Response]:
    """Answer a byte at a time, for longer than anybody should wait."""

    def answer(_: Request) -> Response:
        def drops() -> Iterator[bytes]:
            while not stop.wait(0.2):
                yield b" "

        return Response(drops(), content_type="application/json")

    return answer


def test_a_server_that_drips_is_left() -> None:
    stop = threading.Event()
    with standing(dripping(stop)) as stand:
        keys, done = KeySet(f"{stand.address}/keys"), threading.Event()

        def ask() -> None:
            keys.find("one")
            done.set()

        asking = threading.Thread(target=ask)
        asking.start()

        assert done.wait(PATIENCE * 5)
        stop.set()
        asking.join(10)
