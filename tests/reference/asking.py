"""Asking about a code, and reading the answer."""

from datetime import date
from typing import Any

from plugin.reference.codes import answer
from plugin.reference.library import Library
from rules.words import Setting
from tests.rules.shorthand import BOOK

MARCH = date(2026, 3, 2)
CODES = BOOK.tables.codes
Json = dict[str, Any]


def asked(library: Library, code: str, on: date = MARCH) -> Json:
    """Return the answer about a code."""
    return answer(CODES[code], library, on)


def needed(said: Json) -> dict[str, list[str]]:
    """Return when each modifier stands on a line."""
    found: dict[str, list[str]] = {}
    for each in said.get("modifiers", ()):
        if not each["never"]:
            found.setdefault(each["modifier"], []).append(each["says"])
    return found


def roles(said: Json) -> dict[str, bool]:
    """Return whether each role may furnish a code."""
    return {each["role"]: each["may"] for each in said["who"]["roles"]}


def joined(said: Json, setting: Setting) -> dict[str, str]:
    """Return the codes that a code is joined to, each with its indicator."""
    rows = said["pairs"].get("rows", ())
    return {row["code"]: row["indicator"] for row in rows if setting in row["settings"]}
