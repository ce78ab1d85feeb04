"""One service for the tests of a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugin.parts import parts
from tests.hooks.service import start


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
