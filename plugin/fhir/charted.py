"""A charted service as read, and when it was."""

from datetime import date, datetime

import msgspec

from plugin.fhir.decode import Decoder, Read
from plugin.fhir.elements import Procedure
from plugin.fhir.times import day, moment, whole_minutes

Clock = tuple[int, int] | tuple[None, None]


class Charted(msgspec.Struct, frozen=True, gc=False):
    """One Procedure of the visit; ``day`` and the times are None as far as it does not say."""

    read: Read[Procedure]
    when: str
    """When it was furnished, as the chart writes it; empty when it does not say."""
    day: date | None
    began: datetime | None
    took: int | None = None
    """Whole minutes from start to end, below nothing when they are the wrong way round."""
    clock: Clock = (None, None)
    """When it began and ended, in minutes after midnight; None when it ran overnight.

    Both by the clock of the offset in which its start is written.
    """


def charted(read: Read[Procedure], decoder: Decoder) -> Charted:
    """Return a Procedure with its day, in the offset given.

    Raises:
        RefusedError: 400, when its date is none.

    """
    period = read.it.performed_period
    when = period.start if period and period.start else read.it.performed_date_time
    try:
        began = moment(when) if when else None
        on = began.date() if began else day(when) if when else None
    except ValueError:
        decoder.refuse(read)
    if began is None or period is None or not period.start or not period.end:
        return Charted(read, when, on, began)
    try:
        ended = moment(period.end)
    except ValueError:
        ended = None  # which need not matter
    if ended is None:
        return Charted(read, when, on, began)
    took, clock = _timed(began, ended)
    return Charted(read, when, on, began, took, clock)


def _timed(began: datetime, ended: datetime) -> tuple[int, Clock]:
    """Return the minutes from start to end, and by the clock when both were."""
    if ended.tzinfo != began.tzinfo:
        if (ended - began).days:
            return whole_minutes(ended - began), (None, None)
        ended = ended.astimezone(began.tzinfo)
    start, end = began.hour * 60 + began.minute, ended.hour * 60 + ended.minute
    if ended.date() != began.date():
        return whole_minutes(ended - began), (None, None)
    took = end - start
    if (ended.second, ended.microsecond) < (began.second, began.microsecond):
        took -= 1  # a part of a minute is not counted
    return took, (start, end) if took >= 0 else (None, None)
