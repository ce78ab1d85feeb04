"""The rows of a published table: read with their line numbers, and held against each other."""

import csv
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from sys import intern

from rules.policy import RuleDataError

OPEN = "9999-12-31"
DAY = re.compile(r"(\d{4}-\d{2}-\d{2})?")
Row = Mapping[str, str]
Table = tuple[tuple[int, Row], ...]
"""Rows with their line numbers, for messages."""


def rows_of(path: Path, *columns: str) -> Table:
    """Read a table whose first line is its provenance, and whose second names its columns.

    Columns that nobody asks for are passed over, and the same text is kept once: tables are long.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            if not file.readline().startswith("#"):
                raise RuleDataError(f"{path.name}: line 1: should say where the table is from")
            reader = csv.DictReader(file)
            if missing := sorted(set(columns).difference(reader.fieldnames or ())):
                raise RuleDataError(f"{path.name}: line 2: no column {', '.join(missing)}")
            return tuple([(n, _row(path, n, row, columns)) for n, row in enumerate(reader, 3)])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RuleDataError(f"{path.name}: cannot be read: {error}") from error


def _row(path: Path, number: int, row: dict[str, str], columns: Iterable[str]) -> Row:
    if None in row or None in row.values():
        raise RuleDataError(f"{path.name}: line {number}: has more or fewer fields than line 2")
    return {name: intern(row[name]) for name in columns}


def hold_apart(path: Path, rows: Table, keys: tuple[str, ...], last: str = "ending") -> None:
    """Refuse two rows about the same thing on the same day, and rows that end before they begin."""
    windows: dict[tuple[str, ...], list[tuple[str, str, int]]] = defaultdict(list)
    for number, row in rows:
        first, end = row["effective"], row[last]
        if not DAY.fullmatch(first) or not DAY.fullmatch(end):
            raise RuleDataError(f"{path.name}: line {number}: days should read YYYY-MM-DD")
        if end and end < first:
            raise RuleDataError(f"{path.name}: line {number}: ends on {end}, before {first}")
        windows[tuple([row[key] for key in keys])].append((first, end or OPEN, number))
    for key, own in windows.items():
        for (_, end, one), (first, _, two) in pairwise(sorted(own)):
            if first <= end:
                place = f"{path.name}: line {max(one, two)}"
                what = " ".join(key) or "its first day"
                raise RuleDataError(f"{place}: {what} is in line {min(one, two)} already")


def hold_known(path: Path, number: int, codes: Iterable[str], table: Collection[str]) -> None:
    """Refuse codes that the table of codes lacks."""
    if strange := sorted(set(codes).difference(table)):
        raise RuleDataError(
            f"{path.name}: line {number}: not in the table of codes: {', '.join(strange)}"
        )
