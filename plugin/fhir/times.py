"""FHIR dates and times."""

from datetime import date, datetime

DAY = 10
SECONDS = 19


def moment(text: str) -> datetime | None:
    """Return a full FHIR dateTime, with its offset; None for a day, month or year alone.

    Raises:
        ValueError: the text is none of these.

    """
    if len(text) <= DAY:
        day(text)
        return None
    found = datetime.fromisoformat(text)
    if found.tzinfo is None or text[10] != "T" or text[16] != ":" or len(text) <= SECONDS:
        raise ValueError("a time needs seconds and an offset")
    return found


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
    if len(text) == DAY and text[4] == "-":
        return date.fromisoformat(text)
    parts = text.split("-")
    if [len(part) for part in parts] not in ([4], [4, 2]) or not all(p.isdigit() for p in parts):
        raise ValueError("not a FHIR date")
    date(int(parts[0]), int(parts[1]) if len(parts) > 1 else 1, 1)
    return None


def minutes_between(start: str, end: str) -> int | None:
    """Return whole minutes from start to end; None when either is not a full time.

    Raises:
        ValueError: a text is not a FHIR dateTime.

    """
    began, ended = moment(start), moment(end)
    if began is None or ended is None or ended < began:
        return None
    took = ended - began
    return took.days * 24 * 60 + took.seconds // 60
