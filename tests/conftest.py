"""What tests of several folders share."""

import shutil
from pathlib import Path

import pytest

from plugin.rulebook import ROOT, load
from rules.policy import RuleDataError


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of all rule data, to seed a fault in."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules", ignore=shutil.ignore_patterns("*.pyc"))
    for folder in ("payers", "tenants", "macs"):
        shutil.copytree(ROOT / "profiles" / folder, tmp_path / "profiles" / folder)
    return tmp_path


def refuse(copy: Path, name: str, was: str, now: str, complaint: str) -> None:
    """Seed a fault in a copy of the rule data, and hold loading to naming its file and place."""
    path = copy / name
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, now, 1), encoding="utf-8")
    with pytest.raises(RuleDataError, match=rf"^{path.name}: .*{complaint}"):
        load(copy)
