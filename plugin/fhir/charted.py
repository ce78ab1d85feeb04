"""A charted service as read, and when it was."""

from datetime import date

import msgspec

from plugin.fhir.decode import Decoder, Read
from plugin.fhir.elements import Procedure
from plugin.fhir.times import Clock, times_of


class Charted(msgspec.Struct, frozen=True, gc=False):
    """One Procedure of the visit; ``day`` and the times are None as far as it does not say."""

    read: Read[Procedure]
    when: str
    """When it was furnished, as the chart writes it; empty when it does not say."""
    day: date | None
    took: int | None
    """Whole minutes from start to end, below nothing when they are the wrong way round."""
    clock: Clock
    """When it began and ended, in minutes after midnight; None when it ran overnight.

    Both by the clock of the offset in which its start is written.
    """


def charted(read: Read[Procedure], decoder: Decoder) -> Charted:
    """Return a Procedure with its day, in the offset given.

    Raises:
        RefusedError: 400, when its date is none.

    """
    it = read.it
    period = it.performed_period
    start = period.start if period else ""
    when = start or it.performed_date_time
    try:
        day, took, clock = times_of(when, period.end if period and start else "")
    except ValueError:
        decoder.refuse(read)
    return Charted(read, when, day, took, clock)
