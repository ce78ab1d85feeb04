"""What the kernel says of a process tree: processor time and memory (Linux)."""

import os
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
CPU_FIELDS = slice(11, 15)
"""utime, stime, cutime and cstime, counted from the field after the command's name."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory of a process tree in MB (a million bytes).

    RSS counts a page once in each process that maps it, PSS divides it among them.
    """

    rss: float
    pss: float


def tree(root: int) -> list[int]:
    """Return a process and all its descendants."""
    children = defaultdict(list)
    for folder in PROC.glob("[0-9]*"):
        if fields := _stat(folder):
            children[int(fields[1])].append(int(folder.name))
    pids = [root]
    for pid in pids:  # grows as it goes
        pids += children[pid]
    return pids


def cpu_seconds(root: int) -> float:
    """Return the processor time that a tree has used, ended and awaited children included."""
    fields = (_stat(PROC / str(pid)) for pid in tree(root))
    return sum(int(ticks) for found in fields for ticks in found[CPU_FIELDS]) / TICKS


def memory(root: int) -> Memory:
    """Return the resident memory of a tree."""
    rollups = [_read(PROC / str(pid) / "smaps_rollup") for pid in tree(root)]
    return Memory(*(sum(_megabytes(text, key) for text in rollups) for key in ("Rss", "Pss")))


def stolen() -> tuple[int, int]:
    """Return the ticks that the hypervisor gave to others, and all ticks, since the machine began.

    The last two fields of the line (guest time) are counted in the first two already.
    """
    ticks = [int(field) for field in _read(PROC / "stat").split("\n", 1)[0].split()[1:9]]
    return ticks[-1], sum(ticks)


def _stat(folder: Path) -> list[str]:
    """Return the fields after the command's name, which may itself hold spaces and brackets."""
    return _read(folder / "stat").rpartition(")")[2].split()


def _read(path: Path) -> str:
    """Return a file of /proc; empty when the process has just ended."""
    try:
        return path.read_text()
    except OSError:
        return ""


def _megabytes(rollup: str, key: str) -> float:
    """Return one line of a smaps rollup, which is in KiB."""
    line = re.search(rf"^{key}:\s+(\d+) kB$", rollup, re.MULTILINE)
    return int(line[1]) * 1024 / 1e6 if line else 0.0
