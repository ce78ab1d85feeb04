"""A charted service as read, and when it was."""

from datetime import date, datetime, timedelta

import msgspec

from plugin.fhir.decode import Decoder, Read
from plugin.fhir.elements import Procedure
from plugin.fhir.times import day, moment


class Charted(msgspec.Struct, frozen=True, gc=False):
    """One Procedure of the visit; ``day`` and the times are None as far as it does not say."""

    read: Read[Procedure]
    when: str
    """When it was furnished, as the chart writes it; empty when it does not say."""
    day: date | None
    began: datetime | None
    ended: datetime | None = None
    took: timedelta | None = None
    """From start to end, below nothing when they are the wrong way round."""

    def clock(self) -> tuple[int, int] | tuple[None, None]:
        """Return when it began and ended, in minutes after midnight; None when it ran overnight.

        Both by the clock of the offset in which its start is written.
        """
        began, ended, took = self.began, self.ended, self.took
        if began is None or ended is None or took is None or took.days:
            return None, None
        if ended.tzinfo != began.tzinfo:
            ended = ended.astimezone(began.tzinfo)
        if ended.day != began.day:
            return None, None
        return began.hour * 60 + began.minute, ended.hour * 60 + ended.minute


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
    if period is None or not period.start or not period.end:
        return Charted(read, when, on, began)
    try:
        ended = moment(period.end)
    except ValueError:
        ended = None  # which need not matter
    return Charted(read, when, on, began, ended, ended - began if began and ended else None)
