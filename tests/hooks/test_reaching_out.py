"""Whom the service connects to, and how much of it may wait for one server."""

import threading

import pytest
from flask import Flask

from plugin.fhir.lanes import EACH, FEW, MISSES, Lane
from plugin.settings import WAITING
from plugin.turns import Turns
from tests.hooks.fetched import allow, asking, usual
from tests.hooks.invariants import hold
from tests.hooks.service import cards, post
from tests.hooks.stand_in import Stand


@pytest.mark.parametrize("name", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1"])
def test_a_name_that_stands_for_a_private_address_is_refused(
    name: str, app: Flask, stand: Stand
) -> None:
    server = stand(usual())
    address = server.address.replace("127.0.0.1", name)
    allow(app, servers=(address,))

    answer = post(app.test_client(), asking(address))

    assert answer.status_code == 412
    assert "the EHR's FHIR server is in a private network" in answer.text
    assert server.had == []


def test_a_site_may_say_that_its_server_is_in_a_private_network(app: Flask, stand: Stand) -> None:
    server = stand(usual())
    address = server.address.replace("127.0.0.1", "127.1")
    allow(app, servers=(address,), private_network=True)

    hold(cards(post(app.test_client(), asking(address))))

    assert server.had


def test_a_connection_inside_is_not_lent_to_a_site_that_may_only_reach_outside(
    app: Flask, stand: Stand
) -> None:
    server = stand(usual())
    address = server.address.replace("127.0.0.1", "127.1")
    allow(app, servers=(address,), private_network=True)
    post(app.test_client(), asking(address))
    had = len(server.had)
    allow(app, servers=(address,))

    answer = post(app.test_client(), asking(address))

    assert answer.status_code == 412
    assert len(server.had) == had


def test_few_requests_wait_for_one_server() -> None:
    lane = Lane()

    assert [lane.enter() for _ in range(EACH + 1)] == [True] * EACH + [False]

    lane.leave(answered=True)
    assert lane.enter()
    for _ in range(EACH):
        lane.leave(answered=True)


def test_fewer_wait_for_one_that_let_the_time_run_out() -> None:
    lane = Lane()
    assert lane.enter()
    lane.leave(answered=False)

    assert [lane.enter() for _ in range(FEW + 1)] == [True] * FEW + [False]

    for _ in range(FEW):
        lane.leave(answered=True)


def test_not_all_threads_wait_for_servers_however_many_there_are() -> None:
    lanes = [Lane() for _ in range(WAITING)]
    entered = [lane for lane in lanes for _ in range(EACH) if lane.enter()]

    assert len(entered) == WAITING

    for lane in entered:
        lane.leave(answered=True)


def test_a_lane_rests_when_time_ran_out_too_often_in_a_row() -> None:
    lane = Lane()
    for answered in (*[False] * (MISSES - 1), True, *[False] * MISSES):
        assert lane.enter()
        lane.leave(answered=answered)

    assert not lane.enter()


def test_who_waits_for_a_server_gives_others_their_turn() -> None:
    turns, done = Turns(), threading.Event()

    def other() -> None:
        with turns:
            done.set()

    with turns:
        thread = threading.Thread(target=other)
        thread.start()
        with turns.aside():
            assert done.wait(20)
    thread.join()


def test_turns_are_taken_in_the_order_of_coming() -> None:
    turns, came = Turns(), []

    def each(number: int, ready: threading.Event) -> None:
        ready.set()
        with turns:
            came.append(number)

    threads = []
    with turns:
        for number in range(3):
            ready = threading.Event()
            threads.append(threading.Thread(target=each, args=(number, ready)))
            threads[-1].start()
            assert ready.wait(20)
            while len(turns.queue) <= number:
                pass
    for thread in threads:
        thread.join()

    assert came == [0, 1, 2]
