"""Read the published tables in rules/tables, and refuse rows that contradict each other."""

from collections.abc import Mapping
from pathlib import Path

from plugin import rows as published
from plugin import schedule
from plugin.rows import Row, hold_apart, hold_known, rows_of
from rules.policy import AddOn, Code, Edit, Mue, RuleDataError, Tables

FOLDER = Path("rules", "tables")
OPEN = published.OPEN
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
NEVER_IN_FORCE = "9"
"""The modifier indicator of an edit that CMS took back on its first day."""


def load(root: Path) -> Tables:
    """Read every table.

    Raises:
        RuleDataError: a file is missing or malformed, two rows of it are in force on the same day,
            or it names a code that the table of codes lacks; names file, line and reason.

    """
    folder = root / FOLDER
    codes = _codes(folder / "codes.csv")
    fees = schedule.read_fees(folder / "fees.csv")
    factors = schedule.read_factors(folder / "factors.csv")
    amounts = schedule.read_amounts(folder / "amounts.csv", codes)
    schedule.hold(fees, amounts, factors)
    return Tables(
        codes=codes,
        edits=_edits(folder / "ptp.csv"),
        mues=_mues(folder / "mue.csv"),
        add_ons=_add_ons(folder / "add_on.csv", codes),
        fees=fees,
        amounts=amounts,
        factors=factors,
    )


def known_codes(tables: Tables) -> frozenset[str]:
    """Return the codes that shipped tables know: therapy, and what is edited against it."""
    edited = {
        code
        for pairs in tables.edits.values()
        for one, under in pairs.items()
        for code in (one, *under)
    }
    return frozenset(edited | tables.codes.keys())


def _codes(path: Path) -> dict[str, Code]:
    rows = rows_of(path, *CODE_COLUMNS)
    hold_apart(path, rows, ("code",))
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
        hold_known(path, number, filter(None, (*code.successors, code.add_on_to)), made)
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
    rows = rows_of(path, *keys, "modifier_indicator", "effective", "deletion", "basis")
    made: dict[str, dict[str, dict[str, list[Edit]]]] = {}
    for number, row in rows:
        if row["modifier_indicator"] not in {"0", "1", NEVER_IN_FORCE}:
            raise RuleDataError(f"{path.name}: line {number}: modifier_indicator: not 0, 1 or 9")
        edit = Edit(row["modifier_indicator"], row["effective"], row["deletion"], row["basis"])
        pairs = made.setdefault(row["setting"], {}).setdefault(row["column_1"], {})
        pairs.setdefault(row["column_2"], []).append(edit)
    real = tuple((n, row) for n, row in rows if row["modifier_indicator"] != NEVER_IN_FORCE)
    hold_apart(path, real, keys, "deletion")
    return made


def _mues(path: Path) -> dict[str, dict[str, list[Mue]]]:
    rows = rows_of(path, "code", "setting", "mue_value", "mai", "effective", "ending")
    hold_apart(path, rows, ("code", "setting"))
    made: dict[str, dict[str, list[Mue]]] = {}
    for number, row in rows:
        try:
            mue = Mue(int(row["mue_value"]), row["mai"], row["effective"], row["ending"])
        except ValueError as error:
            raise RuleDataError(f"{path.name}: line {number}: mue_value: {error}") from error
        made.setdefault(row["setting"], {}).setdefault(row["code"], []).append(mue)
    return made


def _add_ons(path: Path, codes: Mapping[str, Code]) -> dict[str, list[AddOn]]:
    rows = rows_of(path, "add_on", "primary", "effective", "ending")
    hold_apart(path, rows, ("add_on", "primary"))
    made: dict[str, list[AddOn]] = {}
    for number, row in rows:
        hold_known(path, number, (row["add_on"], row["primary"]), codes)
        pair = AddOn(row["primary"], row["effective"], row["ending"])
        made.setdefault(row["add_on"], []).append(pair)
    return made
