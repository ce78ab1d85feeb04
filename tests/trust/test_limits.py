"""A site that is called too often is told when to come again; others do not notice."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugin.parts import Parts
from plugin.trust.terms import Limits
from tests.hooks import bad
from tests.hooks.service import equip
from tests.trust.making import HERE, good

OPEN = "/cds-services/visit-check"


@pytest.fixture(autouse=True)
def limited(app: Flask, ours: Parts) -> Iterator[None]:
    """The demo and the clinic take two calls, and one in the hour after that."""
    sites = dict(ours.tenants)
    for name in ("demo", "clinic"):
        limits = Limits(per_second=1 / 3600, burst=2)
        sites[name] = replace(sites[name], terms=replace(sites[name].terms, limits=limits))
    equip(app, tenants=sites)
    yield
    equip(app, tenants=ours.tenants)


def test_a_call_too_many_is_told_when_to_come_again(client: FlaskClient, ours: Parts) -> None:
    calls = [client.post(OPEN, json=bad.good()) for _ in range(3)]

    assert [answer.status_code for answer in calls] == [200, 200, 429]
    assert 3500 < int(calls[2].headers["Retry-After"]) <= 3600
    assert calls[2].get_json()["issue"][0]["code"] == "throttled"
    assert ours.gate.counts.limited["demo"] == 1


def test_one_site_does_not_use_up_what_is_anothers(client: FlaskClient) -> None:
    for _ in range(3):
        client.post(OPEN, json=bad.good())

    answer = client.post(HERE, json=bad.good(), headers={"Authorization": f"Bearer {good()}"})

    assert answer.status_code == 200


def test_strangers_do_not_use_up_what_is_the_clients(client: FlaskClient) -> None:
    refused = [
        client.post(HERE, json={}, headers={"Authorization": f"Bearer {good(iss='https://x')}"})
        for _ in range(5)
    ]
    taken = client.post(HERE, json=bad.good(), headers={"Authorization": f"Bearer {good()}"})

    assert {answer.status_code for answer in refused} == {401}
    assert taken.status_code == 200


def test_a_token_that_came_too_often_can_be_sent_again(
    app: Flask, client: FlaskClient, ours: Parts
) -> None:
    def status(token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return client.post(HERE, json=bad.good(), headers=headers).status_code

    token = good()
    assert [status(good()), status(good()), status(token)] == [200, 200, 429]

    equip(app, tenants=ours.tenants)  # the limit is taken away

    assert status(token) == 200


def test_a_changed_limit_begins_anew(app: Flask, client: FlaskClient, ours: Parts) -> None:
    while client.post(OPEN, json=bad.good()).status_code == 200:
        pass
    sites = dict(ours.tenants)
    terms = replace(sites["demo"].terms, limits=Limits(per_second=1, burst=1))
    sites["demo"] = replace(sites["demo"], terms=terms)
    equip(app, tenants=sites)

    assert client.post(OPEN, json=bad.good()).status_code == 200


def test_without_a_limit_there_is_none(app: Flask, client: FlaskClient, ours: Parts) -> None:
    equip(app, tenants=ours.tenants)

    assert {client.post(OPEN, json=bad.good()).status_code for _ in range(50)} == {200}
