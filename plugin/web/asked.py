"""What a reference address is asked, a code, a day or a setting, and what is refused of it."""

import re
from collections.abc import Sequence
from datetime import date

from flask import request

from plugin.errors import Issue, RefusedError
from plugin.values import CODE
from rules.words import Setting

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def parameter(name: str) -> str:
    """Return a parameter; empty is as if it was not given.

    Raises:
        RefusedError: 400, when it was given twice.

    """
    given = request.args.getlist(name)
    if len(given) > 1:
        raise RefusedError(400, Issue(name, "stands twice"))
    return given[0] if given else ""


def code_as_written(text: str, name: str) -> str:
    """Return a code as it is written.

    Raises:
        RefusedError: 400, when it does not look like one.

    """
    found = text.upper()
    if not text.isascii() or not CODE.fullmatch(found):
        why = "should be five characters, such as 97110 or G0283"
        raise RefusedError(400, Issue(name, why))
    return found


def day_asked() -> date | None:
    """Return the day asked for, None when none was.

    Raises:
        RefusedError: 400, when what was asked for is no day.

    """
    text = parameter("date")
    if text and not (day := day_of(text)):
        raise RefusedError(400, Issue("date", "should be a day of the calendar, as YYYY-MM-DD"))
    return day if text else None


def day_of(text: str) -> date | None:
    """Return the day that a text of the form YYYY-MM-DD names, None when it names none."""
    try:
        return date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None


def setting_asked(settings: Sequence[Setting]) -> Setting:
    """Return the setting asked for, else the first.

    Raises:
        RefusedError: 400, when it is none of these.

    """
    text = parameter("setting") or settings[0]
    for setting in settings:
        if text == setting:
            return setting
    raise RefusedError(400, Issue("setting", f"should be one of {', '.join(settings)}"))
