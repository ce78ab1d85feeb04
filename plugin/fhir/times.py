"""FHIR dates and times."""

import re
from datetime import date, datetime, timedelta

from plugin.fhir.elements import Period

Clock = tuple[int, int] | tuple[None, None]
Times = tuple[date | None, int | None, Clock]
"""The day on which something began, the whole minutes that it took, and when by the clock.

Minutes are below nothing where the end comes first; what is not known is None.
"""
UNTIMED: Clock = (None, None)
NO_TIMES: Times = (None, None, UNTIMED)
DAY = 10
MINUTES = {f"{i // 60:02}:{i % 60:02}": i for i in range(24 * 60)}
"""The minutes after midnight, by how they are written."""
WITHIN_A_DAY = re.compile(
    r"(....-..-..)T((?:[01][0-9]|2[0-3]):[0-5][0-9]):([0-5][0-9])([+-]0[0-9]:[0-5][0-9]|Z)"
    r"/\1T((?:[01][0-9]|2[0-3]):[0-5][0-9]):([0-5][0-9])\4"
)
"""What begins and ends on one day by one clock, as nearly everything in a chart of therapy does."""
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


def times_of(start: str, end: str) -> Times:
    """Return when something was; texts may be empty, and an end that is no date tells nothing.

    Raises:
        ValueError: the start is not a FHIR date or dateTime.

    >>> times_of("2026-03-02T13:00:30-05:00", "2026-03-02T13:23:00-05:00")
    (datetime.date(2026, 3, 2), 22, (780, 803))
    """
    usual = WITHIN_A_DAY.fullmatch(f"{start}/{end}")
    if usual is None:
        return _times(start, end)
    on, began, second, _, ended, last = usual.groups()
    first, then = MINUTES[began], MINUTES[ended]
    took = then - first - (last < second)  # a part of a minute is not counted
    return date.fromisoformat(on), took, (first, then) if took >= 0 else UNTIMED


def _times(start: str, end: str) -> Times:
    """Return when something was, however it is written."""
    began = moment(start) if start else None
    if began is None:
        return day(start) if start else None, None, UNTIMED
    try:
        ended = moment(end) if end else None
    except ValueError:
        ended = None  # which need not matter
    if ended is None:
        return began.date(), None, UNTIMED
    span = ended - began
    took = whole_minutes(span)
    return began.date(), took, _clock(began, span) if took >= 0 else UNTIMED


def _clock(began: datetime, span: timedelta) -> Clock:
    """Return when it was, by the clock of the start; nothing of what ran overnight."""
    first = began - began.replace(hour=0, minute=0, second=0, microsecond=0)
    then = first + span
    return UNTIMED if then.days else (first.seconds // 60, then.seconds // 60)


def legible(text: str) -> bool:
    """Tell whether a text is a FHIR date or dateTime, or empty.

    >>> legible("2026-03"), legible("March")
    (True, False)
    """
    try:
        if text:
            day(text)
    except ValueError:
        return False
    return True


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
    known = day(text)
    if known:
        return known < on if strictly else known <= on
    there = on.isoformat()[: len(text)]
    return text < there if strictly else text <= there


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
