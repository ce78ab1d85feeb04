"""Two quarters of our own making, loaded one after the other, and visits of both."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from plugin.imports.follow import Editions
from plugin.rulebook import Rulebook
from tests.hooks.visits import DAY, Json, request
from tests.imports import made
from tests.imports.made import brought
from tests.rules.shorthand import BOOK

OLD, NEW = "2026Q1", "2026Q2"
FIRST = "2026-04-01"
"""The first day of the new quarter."""
Rows = Iterable[str]


def limits(home: Path, rows: Rows, quarter: int) -> None:
    """Load unit limits, such as ``97110,4,2 Date,Data``."""
    own = f"9921{quarter},1,2 Of,No Therapy"  # so that no two files are alike
    path = made.mue(home, *rows, own, day=f"{3 * quarter - 2:02}-01-2026")
    brought(home, "mue", path, past=True)


def pairs(home: Path, rows: Rows, quarter: int) -> None:
    """Load pairs; releases v320 and v321 are of the first two quarters of 2026."""
    own = made.pair("99211", f"9921{quarter + 1}")
    name = f"ccipra-v32{quarter - 1}r0-f1.TXT"
    brought(home, "ptp", made.ptp(home, *rows, own, name=name), past=True)


def both(home: Path) -> Path:
    """Load two quarters of limits and pairs that differ in each way that there is."""
    limits(home, ["97110,4,2 Date,Data", "97112,4,3 Date,Data", "97140,6,3 Date,Data"], 1)
    limits(home, ["97110,1,2 Date,Data", "97112,4,2 Date,Data", "97530,6,3 Date,Data"], 2)
    pair = made.pair
    pairs(home, [pair("97140", "97530"), pair("97110", "97116"), pair("97150", "97124")], 1)
    pairs(
        home,
        [
            pair("97140", "97530", indicator="0"),
            pair("97110", "97116", last="20260331"),
            pair("97110", "97112", "20260401"),
            pair("97150", "97124"),
        ],
        2,
    )
    return home


def book(home: Path) -> Rulebook:
    """Return the shipped rules with the editions of a home."""
    return Rulebook(BOOK.about, BOOK.shipped, Editions(home))


def visit(chart: Iterable[str], bill: Iterable[str] = (), day: str = FIRST) -> Json:
    """Return a visit of a day."""
    sent: Json = dated(request(chart, bill), day)
    return sent


def dated(value: Any, day: str) -> Any:
    """Return JSON with another day of service."""
    if isinstance(value, dict):
        return {key: dated(own, day) for key, own in value.items()}
    if isinstance(value, list):
        return [dated(own, day) for own in value]
    return value.replace(DAY, day) if isinstance(value, str) else value
