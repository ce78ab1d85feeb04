"""Killed at any moment, an import leaves one whole edition speaking: the old or the new."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from plugin.imports.follow import Editions
from plugin.imports.shelf import Shelf
from tests.imports import made
from tests.imports.killed import files
from tests.imports.made import brought

ROUNDS = 30
"""For each kind; two settings in each import."""
DAY = "2026-05-01"
SETTINGS = ("practitioner", "hospital")


def spoken(home: Path, kind: str) -> set[object]:
    """Return the different things that the rows of both settings say: one, if nothing is mixed."""
    held = Editions(home).snapshot()
    if kind == "mue":
        limits = [held.mue(own, code, DAY) for own in SETTINGS for code in made.THERAPY]
        return {limit and limit.units for limit in limits}
    pairs = [(one, two) for one in made.THERAPY for two in made.THERAPY if one != two]
    edits = [held.edit(own, one, two, DAY) for own in SETTINGS for one, two in pairs]
    return {edit and edit.effective for edit in edits}


def said(kind: str, number: int) -> object:
    if kind == "mue":
        return number
    return f"{1996 + number // 300}-{1 + number // 25 % 12:02}-{1 + number % 25:02}"


def possible(done: int) -> set[int]:
    """Return what may speak after this was told: it, the next, or what a rollback leads to."""
    taken_back = {done - 1} if done % 7 == 6 else set()
    after_that = {done + 2} if done % 7 == 5 else set()
    return {done, done + 1} | taken_back | after_that


def killed(home: Path, folder: Path, kind: str, first: int, seconds: float) -> int:
    """Import until killed; return the last number that was told to be done."""
    command = [sys.executable, "-m", "tests.imports.killed", home, folder, kind, str(first)]
    with subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        told = process.stdout.read().split()
    assert process.returncode == -signal.SIGKILL
    return int(told[-1]) if told else first - 1


@pytest.mark.parametrize("kind", ["mue", "ptp"])
def test_the_old_or_the_new_edition_speaks_whole(tmp_path: Path, kind: str) -> None:
    home, chance = tmp_path / "home", random.Random(kind)  # noqa: S311 - moments, no secrets
    brought(home, kind, *files(tmp_path, kind, 0))
    number = 0
    for _ in range(ROUNDS):
        done = killed(home, tmp_path, kind, number + 1, chance.uniform(0.0, 0.08))
        found = spoken(home, kind)
        near = {said(kind, own): own for own in possible(done)}
        assert len(found) == 1, f"mixed: {found}"
        assert found <= near.keys(), f"after {done}: {found}"
        number = near[found.pop()]
    remains = [path.name for path in (home / "editions").iterdir() if path.name.startswith(".new")]
    brought(home, kind, *files(tmp_path, kind, number + 50))
    left = {path.name for path in (home / "editions").iterdir()}
    known = {edition.folder for edition in Shelf(home).editions()}
    assert left == {*known, "lock", "current.json"}, f"left behind, of {remains}"
    assert spoken(home, kind) == {said(kind, number + 50)}
