"""What the page of the simulated EHR sends back, read and bounded."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from plugin.errors import Issue, RefusedError
from plugin.json import read as read_json
from plugin.rulebook import Rulebook
from plugin.web import charges
from plugin.web.asked import day_of
from plugin.web.visits import BEGAN, SimulatedVisit, visits

Raw = dict[str, Any]
Form = MultiDict[str, str]
CENTURIES = (19, 20)
"""First two digits of the year of a date of service."""
MINUTES = re.compile(r"[0-9]{1,4}")
LONGEST_DAY = 24 * 60
LONGEST = 50_000
"""Characters that a button may send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the page holds: the visit as edited, its charges, and the cards set aside."""

    visit: SimulatedVisit
    charges: list[Raw]
    aside: tuple[str, ...] = ()
    """Summaries of the cards that were overridden; they stay away until the chart changes."""


def taken(form: Form, book: Rulebook) -> Held:
    """Return what a page sends back.

    Raises:
        RefusedError: 400, naming the field that is not what the page can hold.

    """
    visit = visits().get(form.get("visit", ""))
    if visit is None:
        raise RefusedError(400, Issue("visit", "there is no such visit"))
    payer = form.get("payer", "")
    if payer not in book.payers:
        raise RefusedError(400, Issue("payer", "should be one of the payers listed"))
    given = form.getlist("minutes")
    if len(given) != len(visit.chart):
        raise RefusedError(400, Issue("minutes", "one entry for each service is needed"))
    minutes = [_minutes(text) for text in given]
    visit = replace(
        visit,
        payer=payer,
        on=_day(form.get("on", "")),
        chart=tuple(
            replace(service, minutes=m) for service, m in zip(visit.chart, minutes, strict=True)
        ),
    )
    mine = [_moved(charge, visit) for charge in charges.taken(form.get("charges", ""))]
    return Held(visit=visit, charges=mine, aside=tuple(form.getlist("aside")[: charges.MOST]))


def _minutes(text: str) -> int | None:
    if not text:
        return None
    if not MINUTES.fullmatch(text) or int(text) > LONGEST_DAY:
        raise RefusedError(400, Issue("minutes", f"should be empty, or from 0 to {LONGEST_DAY}"))
    return int(text)


def _day(text: str) -> date:
    day = day_of(text)
    if day and day.year // 100 in CENTURIES:
        return day
    raise RefusedError(400, Issue("on", "should be a date of service, such as 2026-11-20"))


def _moved(charge: Raw, visit: SimulatedVisit) -> Raw:
    """Keep a charge on the visit's day: when the date of service is corrected, it goes along."""
    return {**charge, "occurrenceDateTime": f"{visit.on}{BEGAN}"}


def read(form: Form, name: str) -> Raw:
    """Return the JSON that a button sends.

    Raises:
        RefusedError: 400, when it is too long or not an object.

    """
    text = form.get(name, "")
    if len(text) > LONGEST:
        raise RefusedError(400, Issue(name, "too long", "too-long"))
    return read_json(text.encode())
