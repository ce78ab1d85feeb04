"""The lighter way through Flask, and the body that is taken straight from the server."""

import io
import json
from typing import IO, cast

import pytest
from flask import Flask, signals
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, run_wsgi_app

from plugin.service import KEPT_ADDRESSES, Service
from tests.hooks import bad
from tests.hooks.invariants import hold
from tests.hooks.service import cards, post
from tests.hooks.visits import ADDRESS


class Dripping(io.BytesIO):
    """A connection that gives a few bytes at a time."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or 1000, 1000))


def sent(app: Flask, stream: IO[bytes], length: int) -> tuple[str, bytes]:
    """Return the answer to a body that a server hands over as a stream, with its stated length."""
    environ = EnvironBuilder(ADDRESS, method="POST", content_type="application/json").get_environ()
    environ |= {"wsgi.input": stream, "CONTENT_LENGTH": str(length)}
    answer, status, _ = run_wsgi_app(app, environ)
    return status, b"".join(answer)


def test_nothing_is_set_that_the_lighter_path_would_pass_over(app: Flask) -> None:
    hooks = (
        app.before_request_funcs,
        app.teardown_request_funcs,
        app.url_value_preprocessors,
    )
    heard = (
        signals.request_started,
        signals.request_finished,
        signals.request_tearing_down,
        signals.appcontext_tearing_down,
    )

    assert [found for each in hooks for found in each.values() if found] == []
    assert set(app.after_request_funcs) == {None}
    assert not app.teardown_appcontext_funcs
    assert not any(signal.receivers for signal in heard)


def test_a_body_that_comes_in_pieces_is_read_whole(app: Flask, client: FlaskClient) -> None:
    body = json.dumps(bad.good()).encode()

    status, answer = sent(app, Dripping(body), len(body))

    assert status == "200 OK"
    assert answer == post(client, body).data


def test_a_body_that_breaks_off_is_refused(app: Flask) -> None:
    body = json.dumps(bad.good()).encode()

    status, _ = sent(app, io.BytesIO(body), len(body) + 1)

    assert status == "400 BAD REQUEST"


@pytest.mark.parametrize("host", ["ehr.example", "", "no host at all", "a" * 80])
def test_the_host_that_a_caller_names_decides_nothing(host: str, client: FlaskClient) -> None:
    answer = client.post(ADDRESS, json=bad.good(), headers={"Host": host})

    hold(cards(answer))


def test_what_answers_a_post_is_looked_for_once(app: Flask, client: FlaskClient) -> None:
    kept = cast(Service, app).kept
    kept.clear()
    trace = "0" * 32

    assert [client.post("/check", json={}).status_code for _ in range(2)] == [400, 400]
    assert client.post("/nowhere").status_code == 404
    assert client.post(f"/explain/{trace}").status_code == 405
    assert client.get(f"/explain/{trace}").status_code == 404

    assert list(kept) == ["/check"]


def test_only_so_many_addresses_are_kept(app: Flask, client: FlaskClient) -> None:
    kept = cast(Service, app).kept
    kept.clear()

    for n in range(KEPT_ADDRESSES + 1):
        assert client.post(f"/cds-services/none-{n}", json={}).status_code == 404

    assert len(kept) == 1


def test_an_answer_is_handed_over_whole(app: Flask) -> None:
    body = json.dumps(bad.good()).encode()
    builder = EnvironBuilder(ADDRESS, method="POST", data=body, content_type="application/json")

    answer = app(builder.get_environ(), lambda *_: bytes)

    assert isinstance(answer, list)  # granian sends anything else piece by piece
    assert len(answer) == 1
