"""How long full-size PTP files take to import, and what a look-up in all of them costs.

python -m bench.imports FOLDER, where FOLDER holds ccipra-*.zip and ccioph-*.zip, four parts each.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from plugin.imports.follow import Editions

LOOKED_UP = 50_000
GROUPS = 2_000
"""Column one codes whose pairs are asked for."""
REPEATS = 5
COLD = (
    "import sys; from pathlib import Path; from plugin.imports.follow import Editions;"
    "held = Editions(Path(sys.argv[1])).snapshot();"
    "assert held.edit('hospital', '97140', '97124', '2024-08-01')"
)
Pair = tuple[str, str, str]


def imported(home: Path, files: list[Path], *flags: str) -> tuple[float, float, float]:
    """Return the seconds, the CPU seconds and the peak megabytes of one import."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "plugin", "import", "ptp", *map(str, files), *flags]
    environment = {**os.environ, "COUNTERSIGN_HOME": str(home)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the import ended with {process.returncode}")
    seconds = time.perf_counter() - began
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def cold(home: Path) -> float:
    """Return the seconds from the start of a process to its first look-up."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", COLD, str(home)], check=True)
    return time.perf_counter() - began


def pairs(home: Path, setting: str) -> list[Pair]:
    """Return pairs from all over a table, and as many that it lacks: turned around."""
    chance = random.Random(5)
    table = Editions(home).snapshot().slots[f"ptp-{setting}"][-1].pairs
    assert table is not None
    known = [(one, two) for one in chance.sample(list(table), GROUPS) for two in table[one]]
    found = []
    for one, two in chance.sample(known, min(LOOKED_UP // 2, len(known))):
        day = f"{chance.randint(1997, 2024)}-{chance.randint(1, 9):02}-15"
        found += [(one, two, day), (two, one, day)]
    chance.shuffle(found)
    return found


def looked_up(
    edit: Callable[[str, str, str, str], object], setting: str, asked: list[Pair]
) -> Iterator[float]:
    """Yield the microseconds of each look-up in one pass, the clock's own included."""
    clock = time.perf_counter_ns
    for one, two, day in asked:
        began = clock()
        edit(setting, one, two, day)
        yield (clock() - began) / 1e3


def memory() -> float:
    """Return this process's resident megabytes, pages of mapped files included."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Rss:")) / 1024


def look(home: Path) -> None:
    """Print what look-ups cost, first time and after."""
    for setting in ("practitioner", "hospital"):
        asked = pairs(home, setting)
        edit = Editions(home).snapshot().edit
        for name in ("first pass", *["again"] * (REPEATS - 1)):
            times = sorted(looked_up(edit, setting, asked))
            median, p99 = statistics.median(times), times[int(len(times) * 0.99)]
            print(f"  {setting:12} {name:10} median {median:.2f} us, p99 {p99:.2f} us")
    print(f"  this process: {memory():.0f} MB resident, mapped files included")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--reps", type=int, default=3)
    chosen = parser.parse_args()
    both = {name: sorted(chosen.folder.glob(f"{name}-*.zip")) for name in ("ccipra", "ccioph")}
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, files in both.items():
            for flags in ((), ("--all",)):
                runs = [
                    imported(root / f"{name}{n}{flags}", files, *flags) for n in range(chosen.reps)
                ]
                wall, cpu, peak = (min(own) for own in zip(*runs, strict=True))
                what = f"{name} {' '.join(flags) or 'therapy'}"
                print(f"{what:16} {wall:.2f} s, CPU {cpu:.2f} s, peak {peak:.0f} MB")
        home = root / "home"
        wall, cpu, peak = imported(home, [*both["ccipra"], *both["ccioph"]], "--all")
        print(f"{'both --all':16} {wall:.2f} s, CPU {cpu:.2f} s, peak {peak:.0f} MB")
        print(f"process to first look-up: {min(cold(home) for _ in range(REPEATS)):.2f} s")
        print("look-ups by setting, column one, column two and day; half of them are no edits")
        sys.stdout.flush()
        subprocess.run([sys.executable, "-m", "bench.imports", str(home), "--look"], check=True)


if __name__ == "__main__":
    if "--look" in sys.argv:
        look(Path(sys.argv[1]))
    else:
        main()
