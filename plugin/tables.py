"""Read the published tables in rules/tables, and refuse rows that contradict each other."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from sys import intern

from rules.policy import AddOn, Code, Edit, Fee, Mue, RuleDataError, Tables

FOLDER = Path("rules", "tables")
OPEN = "9999-12-31"
DAY = re.compile(r"(\d{4}-\d{2}-\d{2})?")
CODE_COLUMNS = (
    "code",
    "label",
    "kind",
    "minutes",
    "add_on_to",
    "therapy",
    "confidence",
    "only",
    "disciplines",
    "contact",
    "status",
    "effective",
    "ending",
    "successors",
)
FEE_COLUMNS = (
    "code",
    "effective",
    "ending",
    "work",
    "pe_office",
    "pe_facility",
    "malpractice",
    "mult_proc",
    "factor",
)
NEVER_IN_FORCE = "9"
"""The modifier indicator of an edit that CMS took back on its first day."""

Row = Mapping[str, str]
Table = tuple[tuple[int, Row], ...]
"""Rows with their line numbers, for messages."""


def load(root: Path) -> Tables:
    """Read every table.

    Raises:
        RuleDataError: a file is missing or malformed, two rows of it are in force on the same day,
            or it names a code that the table of codes lacks; names file, line and reason.

    """
    folder = root / FOLDER
    codes = _codes(folder / "codes.csv")
    return Tables(
        codes=codes,
        edits=_edits(folder / "ptp.csv"),
        mues=_mues(folder / "mue.csv"),
        add_ons=_add_ons(folder / "add_on.csv", codes),
        fees=_fees(folder / "fees.csv"),
    )


def _rows(path: Path, *columns: str) -> Table:
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


def _apart(path: Path, rows: Table, keys: tuple[str, ...], last: str = "ending") -> None:
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
                raise RuleDataError(f"{place}: {' '.join(key)} is in line {min(one, two)} already")


def _known(path: Path, number: int, codes: Iterable[str], table: Mapping[str, Code]) -> None:
    if strange := sorted(set(codes).difference(table)):
        raise RuleDataError(
            f"{path.name}: line {number}: not in the table of codes: {', '.join(strange)}"
        )


def _codes(path: Path) -> dict[str, Code]:
    rows = _rows(path, *CODE_COLUMNS)
    _apart(path, rows, ("code",))
    made: dict[str, Code] = {}
    for number, row in rows:
        if row["code"] in made:
            raise RuleDataError(f"{path.name}: line {number}: {row['code']} has a line already")
        try:
            made[row["code"]] = _code(row)
        except ValueError as error:
            raise RuleDataError(f"{path.name}: line {number}: {error}") from error
    for number, row in rows:
        code = made[row["code"]]
        _known(path, number, filter(None, (*code.successors, code.add_on_to)), made)
    return made


def _code(row: Row) -> Code:
    return Code(
        code=row["code"],
        label=row["label"],
        kind=row["kind"],
        minutes=int(row["minutes"]) if row["minutes"] else None,
        add_on_to=row["add_on_to"],
        therapy=row["therapy"],
        confidence=row["confidence"],
        only=row["only"],
        disciplines=frozenset(row["disciplines"].split("|")),
        contact=row["contact"],
        status=row["status"],
        effective=row["effective"],
        ending=row["ending"],
        successors=tuple(filter(None, row["successors"].split("|"))),
    )


def _edits(path: Path) -> dict[str, dict[str, dict[str, list[Edit]]]]:
    keys = ("column_1", "column_2", "setting")
    rows = _rows(path, *keys, "modifier_indicator", "effective", "deletion", "basis")
    made: dict[str, dict[str, dict[str, list[Edit]]]] = {}
    for number, row in rows:
        if row["modifier_indicator"] not in {"0", "1", NEVER_IN_FORCE}:
            raise RuleDataError(f"{path.name}: line {number}: modifier_indicator: not 0, 1 or 9")
        edit = Edit(row["modifier_indicator"], row["effective"], row["deletion"], row["basis"])
        pairs = made.setdefault(row["setting"], {}).setdefault(row["column_1"], {})
        pairs.setdefault(row["column_2"], []).append(edit)
    real = tuple((n, row) for n, row in rows if row["modifier_indicator"] != NEVER_IN_FORCE)
    _apart(path, real, keys, "deletion")
    return made


def _mues(path: Path) -> dict[str, dict[str, list[Mue]]]:
    rows = _rows(path, "code", "setting", "mue_value", "mai", "effective", "ending")
    _apart(path, rows, ("code", "setting"))
    made: dict[str, dict[str, list[Mue]]] = {}
    for number, row in rows:
        try:
            mue = Mue(int(row["mue_value"]), row["mai"], row["effective"], row["ending"])
        except ValueError as error:
            raise RuleDataError(f"{path.name}: line {number}: mue_value: {error}") from error
        made.setdefault(row["setting"], {}).setdefault(row["code"], []).append(mue)
    return made


def _add_ons(path: Path, codes: Mapping[str, Code]) -> dict[str, list[AddOn]]:
    rows = _rows(path, "add_on", "primary", "effective", "ending")
    _apart(path, rows, ("add_on", "primary"))
    made: dict[str, list[AddOn]] = {}
    for number, row in rows:
        _known(path, number, (row["add_on"], row["primary"]), codes)
        pair = AddOn(row["primary"], row["effective"], row["ending"])
        made.setdefault(row["add_on"], []).append(pair)
    return made


def _fees(path: Path) -> dict[str, list[Fee]]:
    rows = _rows(path, *FEE_COLUMNS)
    _apart(path, rows, ("code",))
    made: dict[str, list[Fee]] = {}
    for number, row in rows:
        try:
            made.setdefault(row["code"], []).append(_fee(row))
        except InvalidOperation as error:
            raise RuleDataError(f"{path.name}: line {number}: is no number") from error
    return made


def _fee(row: Row) -> Fee:
    return Fee(
        effective=row["effective"],
        ending=row["ending"],
        work=Decimal(row["work"]),
        office=Decimal(row["pe_office"]),
        facility=Decimal(row["pe_facility"]),
        malpractice=Decimal(row["malpractice"]),
        reduced=row["mult_proc"] == "5",
        factor=Decimal(row["factor"]),
    )
