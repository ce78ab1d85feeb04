"""Every row of the table is shown to the service, which tells the caller nothing of why."""

import pytest
from flask.testing import FlaskClient

from plugin.parts import Parts
from tests.hooks import bad
from tests.hooks.service import cards, post
from tests.hooks.stand_in import StandIn
from tests.trust.attacks import ROWS, Shown
from tests.trust.making import HERE

REFUSAL = {
    "resourceType": "OperationOutcome",
    "issue": [
        {
            "severity": "error",
            "code": "login",
            "diagnostics": "a valid token is needed; whoever runs the service can see more",
        }
    ],
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_token_is_judged_rightly_and_the_caller_is_told_nothing(
    row: Shown, client: FlaskClient, ours: Parts, host: StandIn
) -> None:
    said = row.sent(host.address)
    headers = {} if said is None else {"Authorization": said}
    before = ours.gate.counts.refused.copy()

    answer = client.post(HERE, json=bad.good(), headers=headers)

    if not row.verdict:
        assert cards(answer)
        assert ours.gate.counts.refused == before
        return
    assert dict(ours.gate.counts.refused - before) == {("clinic", row.verdict): 1}
    assert answer.status_code == 401
    assert answer.json == REFUSAL
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_no_address_in_a_token_was_ever_called(client: FlaskClient, host: StandIn) -> None:
    before = len(host.had)
    for row in ROWS:
        said = row.sent(host.address)
        client.post(HERE, json={}, headers={"Authorization": said} if said else {})

    called = {asked.path for asked in host.had}

    assert called <= {"/keys", "/huge", "/html", "/moved", "/hangs"}
    assert len(host.had) - before <= len(called)  # each once, however often a kid is unknown


def test_without_a_token_an_open_site_answers_and_with_one_it_is_ignored(
    client: FlaskClient,
) -> None:
    address = "/cds-services/visit-check"

    assert cards(post(client, bad.good(), address))
    assert cards(client.post(address, json=bad.good(), headers={"Authorization": "Bearer a.b.c"}))
