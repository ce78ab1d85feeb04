"""The days that an edition speaks for, as CMS names them: quarters and years."""

import calendar
import re
from dataclasses import dataclass
from datetime import date

NAMED = re.compile(r"(20\d\d)[-_ ]?q([1-4])(?!\d)", re.IGNORECASE)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MONTHS = tuple(name.lower() for name in calendar.month_abbr)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """First and last day of service, ISO, both inclusive; an empty last day is an open end."""

    first: str
    last: str

    def holds(self, day: str) -> bool:
        """Tell whether a day lies within.

        >>> quarter(2026, 3).holds("2026-09-30"), quarter(2026, 3).holds("2026-10-01")
        (True, False)
        """
        return self.first <= day and (not self.last or day <= self.last)


def quarter(year: int, number: int) -> Span:
    """Return the days of a quarter.

    >>> quarter(2026, 1)
    Span(first='2026-01-01', last='2026-03-31')
    """
    month = 3 * number
    last = calendar.monthrange(year, month)[1]
    return Span(f"{year}-{month - 2:02}-01", f"{year}-{month:02}-{last}")


def quarter_of(day: str) -> Span:
    """Return the quarter that a day lies in.

    >>> quarter_of("2026-08-15").first
    '2026-07-01'
    """
    return quarter(int(day[:4]), (int(day[5:7]) + 2) // 3)


def rest_of_year(year: int, month: int) -> Span:
    """Return the days from a month to the end of its year.

    >>> rest_of_year(2026, 7)
    Span(first='2026-07-01', last='2026-12-31')
    """
    return Span(f"{year}-{month:02}-01", f"{year}-12-31")


def named(text: str) -> Span | None:
    """Return the quarter that a file is named for, or None.

    >>> named("medicare-ncci-2026-q3-practitioner-services-mue-table.zip")
    Span(first='2026-07-01', last='2026-09-30')
    """
    found = NAMED.search(text)
    return quarter(int(found[1]), int(found[2])) if found else None


def title(span: Span) -> str:
    """Name a quarter as people do.

    >>> title(quarter(2026, 3))
    '2026Q3'
    """
    return f"{span.first[:4]}Q{(int(span.first[5:7]) + 2) // 3}"


def iso(text: str) -> str | None:
    """Return a day written YYYYMMDD as ISO, or None when there is no such day.

    >>> iso("20260930"), iso("20260931"), iso("2026093")
    ('2026-09-30', None, None)
    """
    if not re.fullmatch(r"[0-9]{8}", text):
        return None
    return _real(int(text[:4]), int(text[4:6]), int(text[6:]))


def ordinal(text: str) -> str | None:
    """Return a day written YYYYDDD as ISO, or None when there is no such day.

    >>> ordinal("2013091"), ordinal("2013000"), ordinal("2013366")
    ('2013-04-01', None, None)
    """
    if not re.fullmatch(r"[0-9]{7}", text):
        return None
    year, day = int(text[:4]), int(text[4:])
    if year < 1 or not 1 <= day <= 365 + calendar.isleap(year):
        return None
    return date.fromordinal(date(year, 1, 1).toordinal() + day - 1).isoformat()


def plain(text: str) -> str | None:
    """Return an ISO day as it is, or None when there is no such day."""
    return iso(text.replace("-", "")) if DAY.fullmatch(text) else None


def _real(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
