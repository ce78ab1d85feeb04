"""What is known of the patient beyond this visit: plans, orders, notices, dollars, history.

None always means "not known": nobody could look. An empty tuple means that somebody looked and
there is nothing.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from rules.frozen import swift
from rules.words import Discipline

OtherCoverage = Literal["home_health", "skilled_nursing"]
Notice = Literal["mandatory", "voluntary"]


@swift
@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan of care that covers the date of service; dates are None where it does not say."""

    discipline: Discipline | None = None
    """None when it does not say: it then counts for every discipline."""
    began: date | None = None
    ending: date | None = None
    evaluated_on: date | None = None
    """The initial evaluation, which is the first treatment day."""
    signed_on: date | None = None
    """A physician's signature: the initial certification."""
    certified_through: date | None = None
    sent_on: date | None = None
    """The day it went to the physician."""
    treatment_days: int | None = None
    """Treatment days since the last progress report, as the EHR counts them."""


@swift
@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An active signed order or referral, of the day or before."""

    authored_on: date
    discipline: Discipline | None = None
    """None when it names none."""
    visits: int | None = None


@swift
@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """What the payer says of authorization for a discipline's visits."""

    discipline: Discipline | None = None
    """None when it is not said: it then counts for every discipline."""
    required: bool | None = None
    allowed: int | None = None
    """Visits authorized."""
    used: int | None = None
    """Visits used before this one."""


@swift
@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A service furnished at another visit; ``code`` is empty where it cannot be read."""

    day: date
    code: str
    discipline: Discipline | None = None
    minutes: int | None = None


@swift
@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything known beyond the visit. None: not known."""

    plans: tuple[Plan, ...] | None = None
    """Plans of care that cover the date of service."""
    orders: tuple[Order, ...] | None = None
    reports: tuple[date, ...] | None = None
    """Days of progress reports."""
    history: tuple[Past, ...] | None = None
    """Services of other visits, before or on the date of service."""
    used_pt_slp: Decimal | None = None
    """Dollars allowed this year before this visit, physical and speech therapy together."""
    used_ot: Decimal | None = None
    elsewhere: tuple[OtherCoverage, ...] | None = None
    """Other coverage that holds on the date of service."""
    authorizations: tuple[Authorization, ...] | None = None
    notices: tuple[Notice, ...] | None = None
    """Advance notices (ABN) that the patient has signed."""


NOTHING = Record()
