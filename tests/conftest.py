"""What tests of several folders share."""

import shutil
from pathlib import Path

import pytest

from plugin.rulebook import ROOT


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of all rule data, to seed a fault in."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules", ignore=shutil.ignore_patterns("*.pyc"))
    for folder in ("payers", "tenants", "macs"):
        shutil.copytree(ROOT / "profiles" / folder, tmp_path / "profiles" / folder)
    return tmp_path
