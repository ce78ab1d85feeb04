"""One question about a fee: a code, a day and a place, with what the schedule holds on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from plugin.reference import schedule
from plugin.reference.schedule import Change, Window
from plugin.reference.sheet import Sheet
from rules.payment.schedule import Factor
from rules.policy import Code, Policy
from rules.words import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A code, a day and a place."""

    code: Code
    day: str
    setting: Setting
    every: Sequence[Window]
    """The code's windows, oldest first."""
    factors: Sequence[Factor]
    sheet: Sheet
    policy: Policy
    """Medicare Part B's, on the day."""

    @property
    def place(self) -> int:
        """Where an amount of this place stands: 0 office, 1 facility."""
        return 0 if self.setting == "practitioner" else 1

    @property
    def window(self) -> Window | None:
        """What holds on the day; None where the code is not valid then, or no factor is known."""
        return next((window for window in self.every if window.in_force(self.day)), None)

    @property
    def change(self) -> Change | None:
        """How the day's amount differs from the year before; None where either is not known."""
        return schedule.change(self.window, self.every, self.place) if self.window else None

    @property
    def assisted(self) -> bool:
        """Tell whether an assistant's unit of the code is paid less on the day."""
        exempt = self.policy.find("assistant_modifier.exempt_codes")
        return (
            self.sheet.sentence("assistant", self.day) is not None
            and self.setting != "critical_access"
            and self.therapy
            and self.code.contact != "evaluation"
            and not self.code.disciplines.isdisjoint({"PT", "OT"})
            and not (exempt and self.code.code in exempt.value)
        )

    @property
    def therapy(self) -> bool:
        """Tell whether the code is on the list of therapy services, always or sometimes."""
        return self.code.therapy in {"always", "sometimes"}


def exact(amount: Decimal | None) -> str | None:
    """Write an amount as it is, to the cent; None stays None."""
    return None if amount is None else str(amount)


def signed(number: Decimal) -> str:
    """Write a difference with its sign.

    >>> signed(Decimal("0.27"))
    '+0.27'
    """
    return f"{number:+}".replace("-", "\N{MINUS SIGN}")
