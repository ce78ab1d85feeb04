"""FHIR dates and times."""

import re
from datetime import date, datetime, timedelta

from plugin.fhir.elements import Period

DAY = 10
FORM = re.compile(r"\d{4}(-\d\d)?", re.ASCII)
"""The form of a year or a month."""
USUAL = re.compile(r"....-..-..T..:..:..[+-]0.:..")
MOMENT = re.compile(r"....-..-..T..:..:..(?:\.\d+)?(?:[+-](?:0.|1[0-4]):..|Z)", re.ASCII)
"""The form of a moment, nearly always and ever; what is no digit in its place,
``datetime.fromisoformat`` refuses."""


def moment(text: str) -> datetime | None:
    """Return a full FHIR dateTime, with its offset; None for a day, month or year alone.

    Raises:
        ValueError: the text is none of these.

    """
    if not USUAL.fullmatch(text):
        if len(text) <= DAY:
            day(text)
            return None
        if not MOMENT.fullmatch(text):
            raise ValueError("not a FHIR date or time")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        if text[17:19] != "60":
            raise
    # A leap second, which Python has no word for.
    return datetime.fromisoformat(text.replace(":60", ":59", 1))


def day(text: str) -> date | None:
    """Return the day of a FHIR date or dateTime, in the offset given; None for less than a day.

    Raises:
        ValueError: the text is not a FHIR date or dateTime.

    >>> day("2026-03-02T23:30:00-05:00")
    datetime.date(2026, 3, 2)
    """
    if len(text) > DAY:
        found = moment(text)
        return found.date() if found else None
    if len(text) == DAY and text[7] == "-":  # else it may be a week, which FHIR does not have
        return date.fromisoformat(text)
    if not FORM.fullmatch(text):
        raise ValueError("not a FHIR date or time")
    date(int(text[:4]), int(text[5:] or 1), 1)
    return None


def minutes_between(began: datetime | None, ended: datetime | None) -> int | None:
    """Return whole minutes from start to end; None when either is unknown."""
    if began is None or ended is None or ended < began:
        return None
    return whole_minutes(ended - began)


def whole_minutes(took: timedelta) -> int:
    """Return whole minutes, rounded down."""
    return took.days * 24 * 60 + took.seconds // 60


def precedes(text: str, on: date, *, strictly: bool = False) -> bool:
    """Tell whether a date, a month or a year comes before a day, or holds it.

    Raises:
        ValueError: the text is not a FHIR date or dateTime.

    """
    day(text)
    known = text[:DAY]
    there = on.isoformat()[: len(known)]
    return known < there or (known == there and not strictly)


def covers(period: Period | None, on: date) -> bool:
    """Tell whether a period holds a day; an open end goes on for ever.

    Raises:
        ValueError: an end is not a FHIR date or dateTime.

    """
    if period is None:
        return True
    begun = not period.start or precedes(period.start, on)
    over = bool(period.end) and precedes(period.end, on, strictly=True)
    return begun and not over
