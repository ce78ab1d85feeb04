"""A client of somebody else's making, @medplum/core, takes the whole way with us."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.ehr.sekmet import TOKEN, Sekmet
from tests.ehr.test_real_server import charges, stored, suggested, visit
from tests.hooks.invariants import hold
from tests.hooks.stand_in import listening
from tests.hooks.visits import Json

FOLDER = Path(__file__).parent / "medplum"
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(
    NODE is None or not (FOLDER / "node_modules" / "@medplum" / "core").exists(),
    reason="needs Node and @medplum/core; `make test` installs the client where npm can be had",
)


@pytest.fixture
def service(app: Flask) -> Iterator[str]:
    """Our service on a port of its own."""
    with listening(app) as address:
        yield address


def run(server: Sekmet, service: str, asked: Json) -> Json:
    """Return what the client says that happened."""
    told = json.dumps(asked["context"])
    command = [str(NODE), "client.mjs", server.address, service, TOKEN, told]
    done = subprocess.run(
        command, cwd=FOLDER, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    found: Json = json.loads(done.stdout)
    return found


def test_medplum_discovers_prefetches_calls_and_writes_what_was_accepted(
    server: Sekmet, service: str
) -> None:
    asked = stored(visit(), server)
    assert charges(asked, server) == [("97110", 1), ("97110", 2)]

    found = run(server, service, asked)

    assert "visit-check" in {each["id"] for each in found["services"]}
    assert {"patient", "encounter", "procedures", "coverage", "charges"} <= set(found["keys"])
    hold(found["cards"])
    assert suggested(found["cards"])
    assert charges(asked, server) == [("97110", 1), ("97110", 1)]
    assert not any("suggestions" in card for card in found["again"])
