"""The command line of one home."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.hooks.stand_in import Stand, standing
from tests.onboarding.commands import Command


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    return Command(tmp_path / "home", monkeypatch, capsys)


@pytest.fixture
def stand() -> Iterator[Stand]:
    """Return what starts servers; all of them stop after the test."""
    with ExitStack() as running:
        yield lambda answer: running.enter_context(standing(answer))
