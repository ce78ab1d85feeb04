"""Imports one edition after the other until it is killed; says when each is done."""

import sys
from itertools import count
from pathlib import Path

import polars  # noqa: F401 - loaded now, so that no kill falls before the first import

from plugin.imports.importing import take_back
from tests.imports import made
from tests.imports.made import brought

SETTINGS = ("Practitioner", "Hospital")


def files(folder: Path, kind: str, number: int) -> list[Path]:
    """Return files for both settings that say a number in every row."""
    if kind == "mue":
        rows = [f"{code},{number},3 Date,Data" for code in sorted(made.THERAPY)]
        return [made.mue(folder, *rows, setting=own) for own in SETTINGS]
    first = f"{1996 + number // 300}{1 + number // 25 % 12:02}{1 + number % 25:02}"
    rows = [made.pair(a, b, first) for a in made.THERAPY for b in made.THERAPY if a != b]
    turned = {"ccipra": rows, "ccioph": rows[::-1]}  # else both would be one file
    return [made.ptp(folder, *own, name=f"{name}-v322r0-f1.TXT") for name, own in turned.items()]


def main(home: Path, folder: Path, kind: str, first: int) -> None:
    _say("ready")
    for number in count(first):
        brought(home, kind, *files(folder, kind, number))
        _say(f"done {number}")
        if number % 7 == 6:
            take_back(home, kind)
            _say(f"done {number - 1}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
