"""``countersign import`` and ``countersign editions``, run as people run them."""

import io
import os
import re
import subprocess
import threading
from pathlib import Path

import pytest

from plugin.imports import kinds, parsers
from plugin.imports.fees import FACTORS
from plugin.imports.limits import SETTINGS
from plugin.imports.progress import Progress
from tests.cli.command import COMMAND, environment, run
from tests.imports import made

CMS = Path(os.environ.get("CMS_FILES", "../shared/cms")).resolve()
"""Where official files lie, if anywhere; nothing of them ships."""


def test_the_command_line_names_every_kind_and_setting() -> None:
    assert set(parsers.KINDS) == set(kinds.KINDS)
    assert set(parsers.SETTINGS) == {*SETTINGS, *FACTORS}


def test_no_edition_is_said(tmp_path: Path) -> None:
    done = run(tmp_path, "editions")
    assert done.stdout == b"No edition is loaded; the shipped therapy excerpt speaks.\n"


def test_an_import_says_what_changed_and_editions_say_where_it_is_from(tmp_path: Path) -> None:
    old = made.mue(tmp_path, made.MUE_ROW, "97112,4,3 Date,Data", "97140,6,3 Date,Data")
    run(tmp_path, "import", "mue", str(old), "--excerpt", "--by", "Ada")
    rows = "97110,5,3 Date of Service Edit: Clinical,Clinical: Data", "97112,4,3 Date,Data"
    new = made.mue(tmp_path, *rows, "97530,6,3 Date,Data", day="07-01-2026")
    done = run(tmp_path, "import", "mue", str(new), "--excerpt")
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().splitlines()[0] == (
        "mue-practitioner 2026Q3: 3 of 3 rows, for 2026-07-01 to 2026-09-30"
    )
    assert done.stdout.decode().splitlines()[2:] == [
        "  therapy rows: 1 added, 1 removed, 1 changed (3 before)",
        "  + 97530: 6 3 Data",
        "  - 97140: 6 3 Data",
        "  ~ 97110: 6 3 Clinical: Data -> 5 3 Clinical: Data",
    ]
    listed = run(tmp_path, "editions").stdout.decode()
    assert "mue  practitioner  2026Q2  2026-04-01 to 2026-06-30" in listed
    assert "3 of 3 rows (therapy rows, an excerpt)" in listed
    assert "by Ada" in listed
    assert f"  {old.name}  sha256 " in listed
    back = run(tmp_path, "editions", "rollback", "mue")
    assert back.stdout.decode().splitlines() == [
        "mue-practitioner 2026Q3 no longer speaks",
        "mue-practitioner 2026Q2 speaks for 2026-04-01 to 2026-06-30",
    ]
    run(tmp_path, "editions", "rollback", "mue-practitioner")
    done = run(tmp_path, "editions", "rollback", "mue")
    assert done.returncode == 2
    assert b"holds no edition of mue; nothing was changed" in done.stderr


def test_editions_that_were_superseded_are_kept_to_go_back_to_but_not_for_ever(
    tmp_path: Path,
) -> None:
    for number in range(1, 6):
        made.brought(tmp_path, "mue", made.mue(tmp_path, f"97110,{number},3 Date,Data"))
    listed = run(tmp_path, "editions").stdout.decode()
    assert listed.count("speaks no longer; kept to go back to") == 2
    assert listed.count("2026Q2") == 3


class Told(io.StringIO):
    """What is written, with a sign that something was."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal, self.written = terminal, threading.Event()

    def isatty(self) -> bool:
        return self.terminal

    def flush(self) -> None:
        self.written.set()


@pytest.mark.parametrize(
    ("terminal", "first", "last"),
    [
        (False, "reading: 25%  10 rows\n", ""),
        (True, f"\r[{'#' * 7}{' ' * 23}]  25%  10 rows", "\r\x1b[K"),
    ],
)
def test_progress_is_told_while_the_import_waits(*, terminal: bool, first: str, last: str) -> None:
    out = Told(terminal=terminal)
    progress = Progress(out, 100)
    progress.advance(25, 10)
    assert out.written.wait(30)
    progress.end()
    assert out.getvalue().startswith(first)
    assert out.getvalue().endswith(first + last)


def test_what_is_over_at_once_tells_no_progress() -> None:
    for terminal in (False, True):
        out = Told(terminal=terminal)
        Progress(out, 100).end()
        assert out.getvalue() == ""


def test_a_terminal_shows_a_bar_that_leaves_nothing_behind(tmp_path: Path) -> None:
    rows = (made.pair(f"{n // 300:05}", f"{n % 300:05}") for n in range(60_000))
    path = made.ptp(tmp_path, *rows)
    ours, theirs = os.openpty()
    with open(theirs, "wb") as terminal:  # noqa: PTH123 - a descriptor
        done = subprocess.run(
            [*COMMAND, "import", "ptp", str(path), "--excerpt", "--all"],
            env=environment(tmp_path),
            stdout=subprocess.PIPE,
            stderr=terminal,
            check=True,
        )
        shown = os.read(ours, 1 << 16)
    os.close(ours)
    assert done.stdout.startswith(b"ptp-practitioner v322r0: 60,000 of 60,000 rows")
    assert re.fullmatch(rb"(\r\[#* *\] +\d+%  [\d,]+ rows)*\r\x1b\[K", shown), shown


@pytest.mark.skipif(
    not any(CMS.glob("ccipra-v302r0-*.zip")), reason="the official files are not here"
)
@pytest.mark.parametrize("all_of", [False, True])
def test_the_full_size_files_load(tmp_path: Path, *, all_of: bool) -> None:
    parts = sorted(CMS.glob("ccipra-v302r0-*.zip"))
    done = run(tmp_path, "import", "ptp", *map(str, parts), *(["--all"] if all_of else []))
    assert done.returncode == 0, done.stderr
    held = made.snapshot(tmp_path)
    found = held.edit("practitioner", "97140", "97124", "2024-08-01")
    assert found is not None
    assert found.indicator == "0"
    edition = held.covers("ptp", "practitioner", "2024-09-30")
    assert edition is not None
    assert edition.rows_read == 2_546_017
    assert (edition.rows_kept == edition.rows_read) == all_of
