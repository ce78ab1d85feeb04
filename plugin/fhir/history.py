"""Services of other visits, from what the chart and the claims show."""

from collections.abc import Sequence
from datetime import date

from plugin.fhir.charges import code_of
from plugin.fhir.claims import Billed
from plugin.fhir.decode import Read
from plugin.fhir.elements import Procedure
from plugin.fhir.legend import Legend
from plugin.fhir.minutes import LONGEST, in_minutes, stated_in
from plugin.fhir.scope import Scope
from plugin.fhir.times import DAY, day, minutes_between, moment
from rules.people import discipline_of
from rules.record import Past


def history_of(
    others: Sequence[Read[Procedure]],
    billed: Sequence[Billed] | None,
    on: date,
    scope: Scope,
    legend: Legend,
) -> tuple[Past, ...] | None:
    """Return the services of other visits up to a day; None when nothing tells of any.

    A claim adds what the chart does not show.
    """
    if not others and billed is None:
        return None
    past = [found for read in others if (found := _past(read, on, scope, legend))]
    if not billed:
        return tuple(past)
    known = {(each.day, each.code) for each in past}
    for line in billed:
        each = line.past
        if (each.day, each.code) not in known:
            known.add((each.day, each.code))
            past.append(each)
    return tuple(past)


def _past(read: Read[Procedure], on: date, scope: Scope, legend: Legend) -> Past | None:
    """Return a service of another visit; None for one that is later, or earlier and no therapy."""
    it = read.it
    if it.subject.reference != scope.patient and not scope.theirs(it.subject):
        scope.decoder.stranger(f"{read.where}.subject")
        return None
    try:
        when = _day(it)
        minutes = _minutes(read, scope) if when and when <= on else None
    except ValueError:
        scope.decoder.omit(read.where, "has a date that cannot be read")
        return None
    if when is None or when > on:
        return None
    code = code_of(it.code, legend.codes)
    known = legend.codes.get(code)
    roles = legend.people.named(it.performer) if it.performer else ()
    discipline = discipline_of(roles, known)
    if known is None and discipline is None and when != on:
        return None
    return Past(day=when, code=code, discipline=discipline, minutes=minutes)


def _day(procedure: Procedure) -> date | None:
    period = procedure.performed_period
    text = period.start if period and period.start else procedure.performed_date_time
    return day(text[:DAY]) if text else None


def _minutes(read: Read[Procedure], scope: Scope) -> int | None:
    """Return the minutes stated, else those from start to end."""
    stated = stated_in(read.it.extension)
    if stated:
        return in_minutes(stated.valueQuantity, read, ".extension", scope)
    period = read.it.performed_period
    if period is None or not period.start or not period.end:
        return None
    took = minutes_between(moment(period.start), moment(period.end))
    return took if took and took <= LONGEST else None
