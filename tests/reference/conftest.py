"""One service, and one library, for the tests of this folder."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from plugin import meanings
from plugin.parts import parts
from plugin.reference.library import Library, load
from plugin.web.pages import payers
from tests.hooks.service import start
from tests.rules.shorthand import BOOK


@pytest.fixture(scope="session")
def library() -> Library:
    return load(BOOK, meanings.load(BOOK), payers())


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    app = start(tmp_path_factory.mktemp("home"))
    yield app.test_client()
    parts(app).store.close()
