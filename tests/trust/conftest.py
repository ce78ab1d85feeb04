"""A service with two clinics, for the tests of a module."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugin.parts import Parts, parts
from plugin.rulebook import ROOT
from tests.hooks.service import equip, start
from tests.hooks.stand_in import StandIn, standing
from tests.trust.sites import answers, sites


@pytest.fixture(scope="module")
def host() -> Iterator[StandIn]:
    """A server with key sets; whatever it is asked is kept."""
    own: list[StandIn] = []
    with standing(lambda asked: answers(asked, own)) as made:
        own.append(made)
        made.address = made.address.removesuffix("/fhir")
        yield made


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the rule data, to write sites in."""
    made = tmp_path_factory.mktemp("root")
    shutil.copytree(ROOT / "rules", made / "rules", ignore=shutil.ignore_patterns("*.pyc"))
    for folder in ("payers", "tenants"):
        shutil.copytree(ROOT / "profiles" / folder, made / "profiles" / folder)
    return made


@pytest.fixture(scope="module")
def app(home: Path, root: Path, host: StandIn) -> Iterator[Flask]:
    made = start(home)
    equip(made, tenants=sites(root, host.address))
    yield made
    parts(made).store.close()


@pytest.fixture
def ours(app: Flask) -> Parts:
    return parts(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
