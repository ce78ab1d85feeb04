"""A running service picks up what is imported beside it, and is never slow or torn by it."""

import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from plugin.imports import follow
from plugin.imports.editions import POINTER
from plugin.imports.faults import StoreError
from plugin.imports.follow import Editions
from plugin.imports.importing import take_back
from tests.imports import made
from tests.imports.made import brought

DAY = "2026-05-01"


def limits(home: Path, tmp_path: Path, units: int) -> None:
    rows = f"97110,{units},3 Date,Data", f"97112,{units},3 Date,Data"
    settings = ("Practitioner", "Hospital")
    brought(home, "mue", *[made.mue(tmp_path, *rows, setting=own) for own in settings])


def until(true: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


def units(editions: Editions) -> int | None:
    found = editions.snapshot().mue("practitioner", "97110", DAY)
    return found.units if found else None


def test_before_the_first_import_nothing_is_covered(tmp_path: Path) -> None:
    editions = Editions(tmp_path / "nowhere")
    assert editions.current("mue", "practitioner") is None
    assert editions.snapshot().covers("ptp", "hospital", DAY) is None
    assert editions.snapshot().edit("hospital", "97140", "97530", DAY) is None


def test_an_import_and_a_rollback_are_noticed_without_a_restart(tmp_path: Path) -> None:
    editions = Editions(tmp_path)
    limits(tmp_path, tmp_path, 6)
    assert until(lambda: units(editions) == 6)
    limits(tmp_path, tmp_path, 5)
    assert until(lambda: units(editions) == 5)
    take_back(tmp_path, "mue")
    assert until(lambda: units(editions) == 6)
    take_back(tmp_path, "mue")
    assert until(lambda: units(editions) is None)


def test_a_snapshot_stays_whole_while_editions_change(tmp_path: Path) -> None:
    limits(tmp_path, tmp_path, 6)
    editions = Editions(tmp_path)
    held = editions.snapshot()
    take_back(tmp_path, "mue")
    found = held.mue("hospital", "97112", DAY)
    assert found is not None
    assert found.units == 6


def test_pairs_that_were_withdrawn_still_answer_whoever_holds_them(tmp_path: Path) -> None:
    brought(tmp_path, "ptp", made.ptp(tmp_path, made.ROW))
    held = Editions(tmp_path).snapshot()
    take_back(tmp_path, "ptp")
    assert held.edit("practitioner", "97140", "97530", DAY)


def test_asking_is_cheap_and_never_waits_for_a_reading(tmp_path: Path) -> None:
    rows = [f"{n:05},6,3 Date,Data" for n in range(20_000)]
    brought(tmp_path, "mue", made.mue(tmp_path, *rows), everything=True)
    editions = Editions(tmp_path)
    brought(tmp_path, "mue", made.mue(tmp_path, made.MUE_ROW, *rows[1:]), everything=True)
    slowest, times = 0.0, []
    end = time.monotonic() + 2.5
    while time.monotonic() < end:
        began = time.perf_counter()
        held = editions.snapshot()
        times.append(time.perf_counter() - began)
        slowest = max(slowest, times[-1])
    assert held.mue("practitioner", "97110", DAY)
    assert statistics.median(times) < 0.0001
    assert slowest < 0.5


def test_both_settings_of_one_import_come_together(tmp_path: Path) -> None:
    limits(tmp_path, tmp_path, 6)
    editions, done, torn = Editions(tmp_path), threading.Event(), []
    editions._next = 0  # noqa: SLF001 - no waiting for the second to pass

    def watch() -> None:
        while not done.is_set():
            editions._next = 0  # noqa: SLF001
            held = editions.snapshot()
            pair = [held.mue(own, "97110", DAY) for own in ("practitioner", "hospital")]
            if pair[0] != pair[1] or pair[0] is None:
                torn.append(pair)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        for number in range(1, 30):
            limits(tmp_path, tmp_path, 10 + number)
    finally:
        done.set()
        thread.join()
    assert not torn
    assert editions.problem == ""


def test_a_damaged_store_leaves_what_was_loaded_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "PERIOD", 0.01)
    limits(tmp_path, tmp_path, 6)
    editions = Editions(tmp_path)
    pointer = tmp_path / "editions" / POINTER
    whole = pointer.read_bytes()
    pointer.write_bytes(b"{}}")
    assert until(lambda: units(editions) == 6 and "is damaged" in editions.problem)
    with pytest.raises(StoreError, match="is damaged"):
        Editions(tmp_path)
    pointer.write_bytes(whole)
    assert until(lambda: units(editions) == 6 and not editions.problem)


def test_a_service_loads_none_of_what_an_import_needs() -> None:
    code = (
        "import sys, plugin.cli, plugin.imports.follow;"
        "print(sorted({'polars', 'python_calamine'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b"[]\n"


def test_a_look_up_does_not_count_the_table(tmp_path: Path) -> None:
    brought(tmp_path, "ptp", made.ptp(tmp_path, made.ROW))
    pairs = Editions(tmp_path).snapshot().slots["ptp-practitioner"][-1].pairs
    assert pairs is not None
    assert bool(pairs)
    assert len(pairs) == 1
    assert "97530" not in pairs
