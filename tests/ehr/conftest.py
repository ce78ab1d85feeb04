"""A FHIR server for all tests of this folder, and our service beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugin.parts import parts
from tests.ehr.sekmet import Sekmet, running
from tests.hooks.conftest import stand
from tests.hooks.fetched import allow
from tests.hooks.service import start

__all__ = ["stand"]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sekmet]:
    """The server, started once; each test keeps its visit under ids of its own."""
    pytest.importorskip("sekmet", reason="sekmet-fhir is not installed (requirements/test.txt)")
    with running(tmp_path_factory.mktemp("sekmet")) as found:
        yield found


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    made = start(tmp_path)
    allow(made)
    yield made
    parts(made).store.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
