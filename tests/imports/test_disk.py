"""A folder that cannot be written: refused with its remedy, and nothing changed."""

import os
import subprocess
from pathlib import Path

import pytest

from plugin.imports.faults import StoreError
from plugin.imports.shelf import Shelf
from tests.cli.command import COMMAND, environment
from tests.imports import made
from tests.imports.made import brought, snapshot
from tests.imports.refusing import OTHER, refused, state


def test_a_full_disk(home: Path, tmp_path: Path) -> None:
    rows = [f"{n:05},6,3 Date,Data" for n in range(9000)]
    path = made.mue(tmp_path, made.MUE_ROW, *rows, day="07-01-2026")
    before = state(home)
    arguments = (*COMMAND, "import", "mue", str(path), "--all", "--excerpt")
    done = subprocess.run(
        ["bash", "-c", 'ulimit -f 8; exec "$@"', "-", *arguments],
        env=environment(home, {"PYTHONDONTWRITEBYTECODE": "1"}),  # else caches are half written
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    said = done.stderr.decode()
    assert "cannot be written: " in said
    assert "nothing was changed; free some space, or set COUNTERSIGN_HOME" in said
    assert state(home) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_home_that_is_closed(home: Path, tmp_path: Path) -> None:
    (home / "editions").chmod(0o500)
    try:
        said = refused(home, "mue", made.mue(tmp_path, OTHER, day="07-01-2026"), "--excerpt")
    finally:
        (home / "editions").chmod(0o700)
    assert "cannot be written" in said


def test_another_import_at_work(home: Path, tmp_path: Path) -> None:
    with Shelf(home).held():
        unfinished = home / "editions" / ".new-unfinished"
        unfinished.mkdir()
        with pytest.raises(StoreError, match="another import is at work"):
            brought(home, "mue", made.mue(tmp_path, OTHER, day="07-01-2026"))
        assert unfinished.exists()
    assert snapshot(home).mue("practitioner", "97110", "2026-04-01")
