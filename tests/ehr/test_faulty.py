"""An EHR that errs costs a line on a card, or a 412: in time, and nobody else sees the token."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugin.fhir import strangers
from plugin.fhir.lanes import MISSES
from tests.ehr.faulty import FAULTS, oracle, overflowing
from tests.hooks.faults import places
from tests.hooks.fetched import LITTLE, PLENTY, all_but, allow, asking, usual, visit
from tests.hooks.invariants import hold
from tests.hooks.service import cards, post
from tests.hooks.stand_in import Stand, StandIn, but
from tests.hooks.visits import MARK

KINDS = {
    "Coverage": "coverage",
    "ChargeItem": "charges",
    "Observation": "minutes",
    "ServiceRequest": "orders",
}
NEEDED = {"Encounter": "encounter", "Procedure": "procedures"}
SLOW = ("hangs", "drips")


def budget(name: str) -> float:
    return LITTLE if name in SLOW else PLENTY


@pytest.fixture
def trap(stand: Stand) -> Iterator[StandIn]:
    """A server that nobody may call."""
    found = stand(usual())
    yield found
    assert found.had == []


def faulty(name: str, kind: str, stand: Stand, trap: StandIn) -> StandIn:
    """Return a server that answers as usual, but for one type."""
    itself: list[StandIn] = []
    itself.append(stand(but(usual(), kind, FAULTS[name](itself, trap.address))))
    return itself[0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FAULTS)
def test_what_a_visit_can_do_without_never_costs_the_answer(
    name: str, kind: str, app: Flask, stand: Stand, trap: StandIn
) -> None:
    allow(app, budget(name))
    server = faulty(name, kind, stand, trap)

    sent = asking(server.address, prefetch=all_but(KINDS[kind]))

    found = cards(post(app.test_client(), sent))

    assert not server.released.is_set()
    hold(found)


@pytest.mark.parametrize("kind", NEEDED)
@pytest.mark.parametrize("name", FAULTS)
def test_without_what_it_cannot_do_without_a_visit_is_refused_in_plain_words(
    name: str, kind: str, app: Flask, stand: Stand, trap: StandIn
) -> None:
    allow(app, budget(name))
    server = faulty(name, kind, stand, trap)

    sent = asking(server.address, prefetch=all_but(NEEDED[kind]))

    answer = post(app.test_client(), sent)

    assert not server.released.is_set()
    assert answer.status_code == 412
    assert places(answer) == [f"prefetch.{NEEDED[kind]}"]
    assert MARK not in answer.text


def test_somebody_elses_resources_are_refused_and_counted(
    client: FlaskClient, stand: Stand
) -> None:
    server = stand(but(usual(), "ChargeItem", overflowing))
    before = strangers.refused.value

    found = cards(post(client, asking(server.address, prefetch=all_but("charges"))))

    expected = cards(post(client, visit()))
    taken, told = (each[0]["suggestions"][0]["actions"] for each in (found, expected))
    assert taken == told
    assert "charges.entry[0].resource: is not the context's patient" in found[0]["detail"]
    assert MARK not in found[0]["detail"]
    assert strangers.refused.value == before + 1


def test_a_server_that_knows_procedures_by_date_alone_is_asked_for_the_encounters_days(
    app: Flask, stand: Stand
) -> None:
    allow(app, procedures="fetched")
    server = stand(oracle())

    found = cards(post(app.test_client(), asking(server.address)))

    expected = cards(post(app.test_client(), visit()))
    assert found[0]["summary"] == expected[0]["summary"]
    (asked,) = [path for path in server.paths if path.startswith("Procedure?")]
    assert asked.endswith("&date=ge2026-03-02&date=le2026-03-02")


def test_an_encounter_without_a_day_leaves_its_procedures_unknown(app: Flask, stand: Stand) -> None:
    allow(app, procedures="fetched")
    server = stand(oracle())
    sent = asking(server.address, prefetch=all_but("procedures"))
    del sent["prefetch"]["encounter"]["period"]

    answer = post(app.test_client(), sent)

    assert answer.status_code == 412
    assert "the encounter tells no day to ask for" in answer.text


def test_a_server_that_lets_the_time_run_out_again_and_again_is_left_alone_for_a_while(
    app: Flask, stand: Stand, trap: StandIn
) -> None:
    allow(app, LITTLE)
    server = faulty("hangs", "Coverage", stand, trap)
    sent = asking(server.address, prefetch=all_but("coverage"))
    for _ in range(MISSES):
        post(app.test_client(), sent)
    had = len(server.had)

    found = cards(post(app.test_client(), sent))

    assert "coverage: the EHR's FHIR server has been too slow" in found[0]["detail"]
    assert len(server.had) == had
    other = stand(usual())
    assert cards(post(app.test_client(), asking(other.address)))
