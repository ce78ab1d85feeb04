"""A home with an edition, for tests of what must not change it."""

from pathlib import Path

import pytest

from tests.imports import made
from tests.imports.made import brought


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one edition, which every refusal must leave as it is."""
    folder = tmp_path / "home"
    brought(folder, "mue", made.mue(tmp_path, made.MUE_ROW))
    return folder
