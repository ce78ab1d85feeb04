"""The nouns of a therapy bill: what was charted, what is billed, what is wrong, what would fix it.

Everything is frozen: a rule can describe a better bill, never change the one it was given.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from rules.frozen import changing, making, swift
from rules.record import NOTHING, Record
from rules.words import Discipline, Indicator, Role, Setting

ASSISTANTS: frozenset[Role] = frozenset({"pta", "ota", "slpa"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cite:
    """The authority for a statement, the first day it holds for, and the edition that says so."""

    id: str
    title: str
    url: str
    checked: str
    """The day a person last read it there."""
    effective: str = ""
    edition: str = ""
    """The published table the answer was read from; empty for a standing rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """What the words, or a local code, of a chart mean."""

    action: Literal["map", "ask", "nonbillable"]
    codes: tuple[str, ...] = ()
    """Therapy codes that the chart names: several where it names several services."""
    alternatives: tuple[str, ...] = ()
    """Codes it could mean besides, or while the fact that decides is not known."""
    why: str = ""
    """What decided, or for ``ask`` the one fact that would; never the chart's own text."""
    words: tuple[str, ...] = ()
    """The lexicon's phrases that were found and decided."""


@swift
@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service as charted.

    ``code`` is empty when the chart gives none that can be read. ``minutes`` are one-on-one, None
    when the chart does not say (never 0). ``roles`` are the people who furnished it together,
    empty when the chart does not say.
    """

    id: str = ""
    code: str = ""
    minutes: int | None = None
    roles: tuple[Role, ...] = ()
    discipline: Discipline | None = None
    region: str = ""
    """The part of the body, in lower case; empty when the chart does not say."""
    began: int | None = None
    """Minutes after midnight; None when the chart does not say."""
    ended: int | None = None
    patients: int | None = None
    """How many patients were treated together; None when the chart does not say."""
    supervision: Literal["direct", "general"] | None = None
    intent: Literal["active", "maintenance"] | None = None
    patient_present: bool | None = None
    """For caregiver training."""
    data_days: int | None = None
    """Days of 30 for which remote monitoring sent data."""
    live_contact: bool | None = None
    """Whether there was an interactive contact in the month of remote monitoring."""
    diagnoses: tuple[str, ...] = ()
    """ICD-10-CM codes that the service names."""
    charted_as: str = ""
    """The code in the chart, where the payer takes the service under another; else empty."""
    mapped: Mapped | None = None
    """How the code was found where the chart gives no CPT or HCPCS code; None where it does."""

    @property
    def by_assistant(self) -> bool:
        """Tell whether assistants furnished it without a therapist beside them."""
        return bool(self.roles) and ASSISTANTS.issuperset(self.roles)


@swift
@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line as billed; ``id`` is empty until the EHR has stored it."""

    code: str
    units: int
    modifiers: tuple[str, ...] = ()
    discipline: Discipline | None = None
    services: tuple[str, ...] = ()
    id: str = ""

    def carrying(self, modifiers: tuple[str, ...]) -> "Line":
        """Return this line with other modifiers."""
        return _carrying(self, modifiers)

    def counting(self, units: int) -> "Line":
        """Return this line with other units."""
        return _counting(self, units)

    def billing(self, services: tuple[str, ...]) -> "Line":
        """Return this line as one that names the services it bills."""
        return _billing(self, services)

    @property
    def charge(self) -> tuple[str, int, tuple[str, ...]]:
        """What is charged, whoever stored it: code, units, modifiers.

        >>> Line(code="97110", units=2, modifiers=("GP",)).charge
        ('97110', 2, ('GP',))
        """
        return self.code, self.units, self.modifiers


_carrying = changing(Line, "modifiers")
_counting = changing(Line, "units")
_billing = changing(Line, "services")


@swift
@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One patient, one date of service: the chart beside the bill."""

    date_of_service: date
    payer: str = "medicare_part_b"
    setting: Setting = "practitioner"
    services: tuple[Service, ...] = ()
    lines: tuple[Line, ...] = ()
    drafted: bool = False
    """The EHR holds no charges: the bill is being written, and what it leaves out is said."""
    planned: bool = False
    """Nothing of it is furnished yet: it is looked at before treatment. Services may then name
    nothing but a discipline, and lines are what is ordered."""
    place: str = ""
    """CMS place of service, such as ``11``; empty when not known."""
    type_of_bill: str = ""
    """Institutional type of bill without its leading zero, such as ``131``; empty when none."""
    telehealth: bool = False
    telehealth_mode: Literal["video", "audio"] | None = None
    length: int | None = None
    """Minutes from the visit's start to its end."""
    tolerance: int = 0
    """Minutes by which a site lets charted time and the visit's length differ."""
    mac: str = ""
    """The Medicare contractor whose local coverage applies; empty when the site names none."""
    diagnoses: tuple[str, ...] = ()
    """ICD-10-CM codes of the encounter."""
    record: Record = NOTHING
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    """What follows from the chart alone, worked out once however often the bill is rewritten."""

    def rebilled(self, fix: "Fix") -> "Visit":
        """Return this visit with a fix applied; the new lines stand where the old ones stood."""
        lines, old, new = self.lines, fix.old, fix.new
        if not old:
            return _billed(self, lines + new, self.drafted) if new else self
        if len(old) != len(lines):
            at = lines.index(old[0])
            gone = {id(line) for line in old}
            kept = [line for line in lines if id(line) not in gone]
            new = (*kept[:at], *new, *kept[at:])
        return _billed(self, new, self.drafted)

    def recharted(self, services: tuple[Service, ...]) -> "Visit":
        """Return this visit with other services, and nothing worked out of those before."""
        return _recharted(self, services, {})

    def billed(self, lines: "tuple[Line, ...]", *, drafted: bool | None = None) -> "Visit":
        """Return this visit with other lines, being written (``drafted``) as before or as said."""
        return _billed(self, lines, self.drafted if drafted is None else drafted)


new_visit = making(Visit)
"""As ``Visit``, for the one that is read."""
_billed = changing(Visit, "lines", "drafted")
_recharted = changing(Visit, "services", "memo")


@swift
@dataclass(frozen=True, slots=True)
class Fix:
    """A correction: the lines to replace and what replaces them.

    ``label`` starts with a verb. ``attests`` is the fact that a person affirms by accepting; empty
    when the fix is arithmetic or clerical. A fix with no lines records what was left off the bill.
    """

    label: str
    old: tuple[Line, ...] = ()
    new: tuple[Line, ...] = ()
    attests: str = ""


@swift
@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one rule found, about which codes, by what authority, and how it could be put right."""

    rule: str
    says: str
    codes: tuple[str, ...]
    cite: Cite
    indicator: Indicator = "warning"
    fixes: tuple[Fix, ...] = ()
    worked: tuple[str, ...] = ()
    """The arithmetic, line by line."""

    @property
    def remedy(self) -> Fix | None:
        """The fix that needs nobody's word, or None."""
        for fix in self.fixes:
            if not fix.attests:
                return fix
        return None


@swift
@dataclass(frozen=True, slots=True, kw_only=True)
class NotChecked:
    """What a rule could not look at, and why. Silence would read as approval."""

    rule: str
    why: str
    quiet: bool = False
    """Listed, but not worth a card of its own."""


Said = Iterable[Finding | NotChecked]

new_fix, new_finding = making(Fix), making(Finding)
"""As ``Fix`` and ``Finding``, for the rules that speak of nearly every visit."""


@swift
@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A settled visit: the lines that stand, and everything that was said on the way to them."""

    lines: tuple[Line, ...]
    fixed: tuple[Finding, ...]
    """Findings that the lines already answer."""
    open: tuple[Finding, ...]
    """Findings that need a person."""
    not_checked: tuple[NotChecked, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, the answered ones first."""
        return self.fixed + self.open


new_bill = making(Bill)
