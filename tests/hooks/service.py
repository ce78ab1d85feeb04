"""The service as tests run it: in this process, with a home of its own."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from plugin.app import create_app
from plugin.parts import Parts, parts
from plugin.settings import Settings
from tests.hooks.visits import ADDRESS, Json

PUBLIC = "https://countersign.example"


def settings(home: Path, **changes: Any) -> Settings:
    """Return settings that touch nothing but a folder."""
    chosen = Settings(
        home=home,
        host="127.0.0.1",
        port=8000,
        workers=1,
        database_url=f"sqlite:///{home / 'countersign.db'}",
        public_url=PUBLIC,
        demo=True,
    )
    return replace(chosen, **changes)


def start(home: Path, **changes: Any) -> Flask:
    """Return a running service; whoever starts it closes its store."""
    return create_app(settings(home, **changes))


def equip(app: Flask, **others: Any) -> Parts:
    """Give a service other parts than those it was wired with."""
    ours = replace(parts(app), **others)
    app.extensions["countersign"] = ours
    return ours


def post(client: FlaskClient, body: Mapping[str, Any] | bytes, address: str = ADDRESS) -> Any:
    """Return what the service answers."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(address, data=sent, content_type="application/json")


def got(client: FlaskClient, address: str) -> Any:
    """Return the JSON that stands at an address."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.json


def cards(response: TestResponse) -> list[Json]:
    """Return the cards of a successful answer."""
    assert response.status_code == 200, response.text
    assert response.mimetype == "application/json"
    answered = response.json
    assert answered is not None
    assert set(answered) == {"cards"}
    found: list[Json] = answered["cards"]
    return found


def kept(home: Path) -> bytes:
    """Return every byte that the store of a home holds on disk."""
    files = sorted(home.glob("countersign.db*"))
    assert files
    return b"".join(path.read_bytes() for path in files)
