"""A FHIR server for all tests of this folder, and our service beside it."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.ehr.sekmet import Sekmet, running
from tests.hooks.conftest import app, client, home, stand
from tests.hooks.fetched import allow

__all__ = ["app", "client", "home", "stand"]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sekmet]:
    """The server, started once; each test keeps its visit under ids of its own."""
    pytest.importorskip("sekmet", reason="sekmet-fhir is not installed (requirements/test.txt)")
    with running(tmp_path_factory.mktemp("sekmet")) as found:
        yield found


@pytest.fixture(autouse=True)
def _site(app: Flask) -> None:
    allow(app)
