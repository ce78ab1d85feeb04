"""A charted service as read, and when it was."""

from datetime import date, datetime

import msgspec

from plugin.fhir.decode import Read
from plugin.fhir.elements import Procedure
from plugin.fhir.times import day, moment


class Charted(msgspec.Struct, frozen=True, gc=False):
    """One Procedure of the visit; ``day`` and ``began`` are None as far as it does not say."""

    read: Read[Procedure]
    when: str
    """When it was furnished, as the chart writes it; empty when it does not say."""
    day: date | None
    began: datetime | None


def charted(read: Read[Procedure]) -> Charted:
    """Return a Procedure with its day, in the offset given.

    Raises:
        ValueError: its date is none.

    """
    period = read.it.performed_period
    when = period.start if period and period.start else read.it.performed_date_time
    began = moment(when) if when else None
    return Charted(read, when, began.date() if began else day(when) if when else None, began)
