"""Read the physician fee schedule's tables, and refuse those that contradict each other."""

import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from plugin.rows import Row, hold_apart, hold_known, rows_of
from rules.payment.schedule import Amount, Factor, Fee
from rules.policy import RuleDataError

NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)
FEE_COLUMNS = (
    "code",
    "effective",
    "ending",
    "status",
    "work",
    "pe_office",
    "pe_facility",
    "malpractice",
    "mult_proc",
    "factor",
)
FACTOR_COLUMNS = (
    "effective",
    "ending",
    "factor",
    "apm",
    "announced",
    "edition",
    "cite",
    "source",
)


def read_fees(path: Path) -> dict[str, list[Fee]]:
    """Read relative values, by code."""
    rows = rows_of(path, *FEE_COLUMNS)
    hold_apart(path, rows, ("code",))
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
        work=_number(row["work"]),
        office=_number(row["pe_office"]),
        facility=_number(row["pe_facility"]),
        malpractice=_number(row["malpractice"]),
        reduced=row["mult_proc"] == "5",
        factor=_number(row["factor"]),
        status=row["status"],
    )


def _number(text: str) -> Decimal:
    if not NUMBER.fullmatch(text):
        raise InvalidOperation
    return Decimal(text)


def read_factors(path: Path) -> tuple[Factor, ...]:
    """Read conversion factors, the oldest first."""
    rows = rows_of(path, *FACTOR_COLUMNS)
    hold_apart(path, rows, ())
    made = []
    for number, row in rows:
        if not (row["effective"] and row["ending"]):
            raise RuleDataError(f"{path.name}: line {number}: a factor has a first and a last day")
        if bool(row["edition"]) != bool(row["source"]):
            raise RuleDataError(f"{path.name}: line {number}: edition and source go together")
        try:
            made.append(_factor(row))
        except InvalidOperation as error:
            raise RuleDataError(f"{path.name}: line {number}: is no number") from error
    return tuple(sorted(made, key=lambda factor: factor.effective))


def _factor(row: Row) -> Factor:
    return Factor(
        effective=row["effective"],
        ending=row["ending"],
        factor=_number(row["factor"]),
        apm=_number(row["apm"]) if row["apm"] else None,
        announced=_number(row["announced"]) if row["announced"] else None,
        edition=row["edition"],
        cite=row["cite"],
        source=row["source"],
    )


def hold(
    fees: Mapping[str, Sequence[Fee]],
    amounts: Mapping[str, Sequence[Amount]],
    factors: Sequence[Factor],
) -> None:
    """Refuse what no edition covers, a fee with another day's factor, and two answers for a day."""
    for code, own in fees.items():
        for fee in own:
            if _edition("fees.csv", code, fee, factors).factor != fee.factor:
                raise RuleDataError(f"fees.csv: {code} of {fee.effective}: has another factor")
    for code, listed in amounts.items():
        for amount in listed:
            _edition("amounts.csv", code, amount, factors)
            if any(fee.in_force(amount.effective) for fee in fees.get(code, ())):
                place = f"amounts.csv: {code} of {amount.effective}"
                raise RuleDataError(f"{place}: fees.csv has these days already")


def _edition(table: str, code: str, row: Fee | Amount, factors: Sequence[Factor]) -> Factor:
    for factor in factors:
        if factor.edition and factor.in_force(row.effective) and factor.in_force(row.ending):
            return factor
    raise RuleDataError(f"{table}: {code} of {row.effective}: factors.csv has no edition of it")


def read_amounts(path: Path, codes: Collection[str]) -> dict[str, list[Amount]]:
    """Read amounts whose relative values are not known, by code."""
    rows = rows_of(path, "code", "effective", "ending", "office", "facility")
    hold_apart(path, rows, ("code",))
    made: dict[str, list[Amount]] = {}
    for number, row in rows:
        hold_known(path, number, (row["code"],), codes)
        try:
            facility = _number(row["facility"]) if row["facility"] else None
            amount = Amount(row["effective"], row["ending"], _number(row["office"]), facility)
        except InvalidOperation as error:
            raise RuleDataError(f"{path.name}: line {number}: is no number") from error
        made.setdefault(row["code"], []).append(amount)
    return made
