"""The physician fee schedule as published: relative values, amounts and conversion factors.

Days are ISO; both ends of a window are inclusive.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Fee:
    """What a code is worth on the physician fee schedule: relative values, and dollars for one."""

    effective: str
    ending: str
    work: Decimal
    office: Decimal
    """Practice expense where the practitioner keeps the office."""
    facility: Decimal
    """Practice expense where a facility does."""
    malpractice: Decimal
    reduced: bool
    """Whether the multiple procedure reduction for therapy applies (MULT PROC 5)."""
    factor: Decimal
    status: str
    """As ``Code.status``, in this window."""

    def in_force(self, on: str) -> bool:
        """Tell whether these values hold on a day."""
        return self.effective <= on <= self.ending


@dataclass(frozen=True, slots=True)
class Amount:
    """What one unit is allowed, where the relative values behind it are not known."""

    effective: str
    ending: str
    office: Decimal
    facility: Decimal | None
    """None where only the amount for offices is known."""

    def in_force(self, on: str) -> bool:
        """Tell whether the amount holds on a day."""
        return self.effective <= on <= self.ending


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """Dollars for one relative value unit, and which edition of the fee schedule is loaded."""

    effective: str
    ending: str
    factor: Decimal
    apm: Decimal | None
    """For qualifying participants of advanced payment models; None before there was one."""
    announced: Decimal | None
    """Published first and never in force; None where the first one came into force."""
    edition: str
    """Empty when no relative values or amounts of the window are loaded."""
    cite: str
    """Where the factor was read, by the id of a citation."""
    source: str
    """Where the edition was; empty when there is none."""
    read: str = ""
    """The day on which it was imported; empty for one that comes with the service."""

    def in_force(self, on: str) -> bool:
        """Tell whether the factor holds on a day."""
        return self.effective <= on <= self.ending
