"""Marked names, numbers and tokens go in by every path; none comes out where it should not.

Looked for in answers that refuse, in headers, in what is logged, in what is counted, and in every
byte that the store holds. Cards may quote a chart: they go back to the EHR it came from. A page
that answers a question asked in its address repeats the question: /code-text, /codes, /faq.
"""

import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request, Response

from plugin.parts import Parts, parts
from tests.hooks import bad
from tests.hooks.service import equip, kept, start
from tests.hooks.stand_in import Stand, StandIn, standing
from tests.hooks.visits import MARK, bundle, encounter, patient
from tests.trust.attacks import ROWS
from tests.trust.making import HERE, claims, good, header, signed

TOKEN = f"{MARK}-Token"
OPEN = "/cds-services/visit-check"
Send = Callable[[FlaskClient, str], TestResponse]
"""Sends something marked, in one way, and returns the answer."""


@pytest.fixture
def stand() -> Iterator[Stand]:
    """Return what starts servers; all of them stop after the test."""
    with ExitStack() as running:
        yield lambda answer: running.enter_context(standing(answer))


def posted(body: Any, address: str = OPEN) -> Send:
    """Send a body without a token; ``{}`` in its text becomes the mark."""

    def send(client: FlaskClient, mark: str) -> TestResponse:
        raw = body if isinstance(body, str) else json.dumps(body)
        sent = raw.replace(MARK, json.dumps(mark)[1:-1]).encode()
        return client.post(address, data=sent, content_type="application/json")

    return send


def asked(path: str) -> Send:
    """Ask for an address that holds the mark."""
    return lambda client, mark: client.get(path, query_string={"text": mark, "date": mark})


def shown(make: Callable[[str], str]) -> Send:
    """Show a token that holds the mark."""

    def send(client: FlaskClient, mark: str) -> TestResponse:
        return client.post(HERE, json=bad.good(), headers={"Authorization": make(mark)})

    return send


def fed(**changes: Any) -> Send:
    """Send feedback."""
    said = {
        "card": str(uuid4()),
        "outcome": "overridden",
        "outcomeTimestamp": "2026-03-02T16:00:00Z",
    }
    return posted({"feedback": [{**said, **changes}]}, f"{OPEN}/feedback")


REFUSED: dict[str, Send] = {
    "a body that breaks off": posted('{"hook": "' + MARK),
    "a key twice": posted(f'{{"{MARK}": 1, "{MARK}": 2}}'),
    "a hook nobody knows": posted({**bad.good(), "hook": MARK}),
    "a hook instance that is none": posted({**bad.good(), "hookInstance": MARK}),
    "a context that is none": posted({**bad.good(), "context": MARK}),
    "a prefetch that is none": posted({**bad.good(), "prefetch": {"encounter": MARK}}),
    "another patient's encounter": posted(
        {**bad.good(), "prefetch": {"encounter": encounter(whose=f"{MARK}-x"), "procedures": None}}
    ),
    "nothing to go by": posted({**bad.good(), "prefetch": {}}),
    "feedback of no outcome": fed(outcome=MARK),
    "feedback of no card": fed(card={"name": MARK}),
    "feedback of no moment": fed(outcomeTimestamp=MARK),
    "a check of words": posted(f'["{MARK}"]', "/check"),
    "a check of a Bundle without a visit": posted(bundle([patient()]), "/check"),
    "a check of a Bundle of nonsense": posted(
        {"resourceType": "Bundle", "entry": [MARK]}, "/check"
    ),
    "a service nobody has": lambda c, m: c.post("/cds-services/none", json={"x": m}),
    "a trace that is none": lambda c, m: c.get("/explain/" + re.sub(r"\W", "", m)),
    "no token but words": shown(lambda m: f"Bearer {m.encode().hex()}"),
    "a token with a marked issuer": shown(lambda m: f"Bearer {good(iss=m)}"),
    "a token with a marked audience": shown(lambda m: f"Bearer {good(aud=m)}"),
    "a token with a marked jti, expired": shown(lambda m: f"Bearer {good(jti=m, exp=1)}"),
    "a token with a marked subject": shown(lambda m: f"Bearer {good(sub=m, aud='x')}"),
    "a token with a marked kid": shown(lambda m: f"Bearer {signed(header(kid=m), claims())}"),
    "a token with a marked jku": shown(lambda m: f"Bearer {signed(header(jku=m), claims())}"),
    "a marked password": shown(lambda m: f"Basic {m.encode().hex()}"),
}
ANSWERED: dict[str, Send] = {
    "a call": posted(bad.good()),
    "a check": posted(bad.good(), "/check"),
    "a comment": fed(overrideReason={"userComment": MARK}),
    "a token with a marked jti": shown(lambda m: f"Bearer {good(jti=f'{m}-{uuid4()}')}"),
    "a phrase": asked("/code-text"),
    "a phrase nobody reads": asked("/codes"),
    "a question": asked("/faq"),
}


@contextmanager
def listening() -> Iterator[list[logging.LogRecord]]:
    """Keep whatever our own parts log, and warnings of all others."""
    heard: list[logging.LogRecord] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record)

    ear, root, own = Ear(), logging.getLogger(), logging.getLogger("plugin")
    before = own.level
    own.setLevel(logging.DEBUG)
    root.addHandler(ear)
    try:
        yield heard
    finally:
        root.removeHandler(ear)
        own.setLevel(before)


def traces(mark: str) -> list[str]:
    """Return the forms in which a mark may show."""
    forms = {mark, json.dumps(mark)[1:-1], mark.encode().hex(), repr(mark)[1:-1]}
    return [form.lower() for form in forms]


def holds(text: str, mark: str) -> bool:
    """Tell whether a text shows a mark."""
    low = text.lower()
    return any(form in low for form in traces(mark))


def told(records: list[logging.LogRecord]) -> str:
    """Return all that was logged, with every field of it."""
    return " ".join(f"{record.getMessage()} {record.__dict__}" for record in records)


MARKS = st.builds(
    "Zz{}{}".format,
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12),
    st.integers(10**9, 10**12).map(str),
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(mark=MARKS)
@pytest.mark.parametrize("name", [*REFUSED, *ANSWERED])
def test_what_is_marked_shows_in_no_refusal_log_count_or_store(
    name: str, mark: str, app: Flask, home: Path
) -> None:
    with listening() as heard:
        answer = (REFUSED | ANSWERED)[name](app.test_client(), mark)

    assert name in ANSWERED or answer.status_code >= 400
    if answer.status_code != 200:  # a mark that no id can hold, such as one with a slash
        assert 400 <= answer.status_code < 500, answer.text
        assert not holds(answer.text, mark)
    assert not holds(str(answer.headers), mark)
    assert not holds(told(heard), mark)
    assert not holds(repr(parts(app).gate.counts), mark)
    assert not any(form.encode() in kept(home).lower() for form in traces(mark))


def test_nothing_marked_is_in_the_store_once_all_is_written(tmp_path: Path, ours: Parts) -> None:
    app = start(tmp_path)
    equip(app, tenants=ours.tenants)
    for send in ANSWERED.values():
        assert send(app.test_client(), MARK).status_code == 200
    parts(app).store.close()

    assert MARK.lower().encode() not in kept(tmp_path).lower()
    assert {path.name for path in tmp_path.iterdir()} == {"countersign.db", "countersign.db-tokens"}


def fails_with(status: int) -> Callable[[Request], Response]:
    """Answer as a FHIR server that repeats what it was asked, and more."""

    def answer(request: Request) -> Response:
        issue = {"severity": "error", "code": "exception", "diagnostics": f"{MARK} {request.url}"}
        body = json.dumps({"resourceType": "OperationOutcome", "issue": [issue]})
        return Response(body, status, {"X-Patient": MARK}, content_type="application/fhir+json")

    return answer


@pytest.mark.parametrize("status", [200, 302, 401, 404, 500])
def test_a_fetch_that_fails_tells_nothing_of_what_was_asked_for(
    status: int, app: Flask, ours: Parts, stand: Stand
) -> None:
    ehr = stand(fails_with(status))
    sites = dict(ours.tenants)
    sites["demo"] = replace(sites["demo"], fhir_servers=(ehr.address,))
    equip(app, tenants=sites)
    asked = {**bad.good(), "fhirServer": ehr.address}
    asked["prefetch"] = {"patient": asked["prefetch"]["patient"]}

    with listening() as heard:
        answer = app.test_client().post(OPEN, json=asked)
    equip(app, tenants=ours.tenants)

    assert ehr.had
    assert answer.status_code == 412
    assert not holds(answer.text + str(answer.headers) + told(heard), MARK)


def test_no_token_of_the_attack_table_is_logged(
    client: FlaskClient, ours: Parts, host: StandIn, home: Path
) -> None:
    with listening() as heard:
        tokens = [said for row in ROWS if (said := row.sent(host.address))]
        for token in tokens:
            client.post(HERE, json={}, headers={"Authorization": token})
    pieces = {part for token in tokens for part in re.split(r"[ .]", token) if len(part) > 30}
    everything = told(heard) + repr(ours.gate.counts) + kept(home).decode("latin-1")

    assert len(pieces) > 200
    assert not [part for part in pieces if part in everything]
