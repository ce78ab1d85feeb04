"""One service for the tests of a module."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugin.parts import parts
from tests.hooks.service import start
from tests.hooks.stand_in import Stand, standing


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def app(home: Path) -> Iterator[Flask]:
    made = start(home)
    yield made
    parts(made).store.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def stand() -> Iterator[Stand]:
    """Return what starts servers; all of them stop after the test."""
    with ExitStack() as running:
        yield lambda answer: running.enter_context(standing(answer))
