"""One question about a fee: a code, a day and a place, with what the schedule holds on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from plugin.imports.locality import Located
from plugin.reference import schedule
from plugin.reference.schedule import Change, Window
from plugin.reference.sheet import Sheet
from rules.payment.fee import Price, priced
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
    where: Located | None = None
    """The locality asked about; None for the nation."""

    @property
    def place(self) -> int:
        """Where an amount of this place stands: 0 office, 1 facility."""
        return 0 if self.setting == "practitioner" else 1

    @property
    def window(self) -> Window | None:
        """What holds on the day; None where the code is not valid then, or no factor is known."""
        return next((window for window in self.every if window.in_force(self.day)), None)

    @property
    def national(self) -> Decimal | None:
        """What one unit is allowed in the nation on the day; None where that is not known."""
        return self.window.full[self.place] if self.window else None

    @property
    def local(self) -> Price | None:
        """What a unit is allowed in the locality; None without one, or without relative values."""
        fee = self.window.fee if self.window else None
        return priced(fee, self.setting, self.where.indices) if fee and self.where else None

    @property
    def change(self) -> Change | None:
        """How the nation's amount differs from the year before; None where either is not known."""
        if self.window is None or self.where:
            return None
        return schedule.change(self.window, self.every, self.place)

    @property
    def further(self) -> Decimal | None:
        """What a further unit of the day is allowed; None where none is reduced."""
        if local := self.local:
            return local.beside if local.reduced else None
        return self.window.beside[self.place] if self.window else None

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
