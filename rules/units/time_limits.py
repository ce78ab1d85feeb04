"""Codes counted by an hour, or by a first period and further ones, follow the charted minutes.

Minutes charted under either code of a pair are added, discipline by discipline. They never enter
the pool of the 15-minute codes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rules.chart import billed_of, chart_of, strays
from rules.model import NotChecked, Said, Visit
from rules.policy import Policy
from rules.units.counting import shown
from rules.units.periods import counted, needed
from rules.units.rewriting import Count, Found, charted, compare
from rules.words import Discipline

ID = "time_limits"
REDUCED = "52"


@dataclass(frozen=True, slots=True)
class Family:
    """A code and its further periods; both are one code where only hours are counted."""

    first: str
    period: int
    additional: str
    further: int

    @property
    def codes(self) -> tuple[str, str]:
        """Both codes, the first one first."""
        return self.first, self.additional


Families = Mapping[str, Family | None]
"""By code; None where it cannot be told which code is the first one."""


def about(policy: Policy) -> Iterable[str]:
    """Return the codes that are counted by an hour, or by a first period."""
    return _families(policy)[1]


def check(visit: Visit, policy: Policy) -> Said:
    """Compare billed units with the units that charted minutes earn, family by family."""
    families, codes = _families(policy)
    for discipline, services in charted(visit, policy, ID, codes).items():
        for family in dict.fromkeys(families[code] for code in services):
            if family:
                yield from _judged(family, discipline, services, visit, policy)
            else:
                yield _by_hand([code for code in services if families[code] is None], visit)
    yield from _uncharted(visit, policy, families)


def _families(policy: Policy) -> tuple[Families, frozenset[str]]:
    """Read the families from the table of codes, once for a policy."""
    known: tuple[Families, frozenset[str]] | None = policy.memo.get(ID)
    if known is not None:
        return known
    by_hand = policy.get("time_limits.by_hand", list)
    further = {c.add_on_to: c for c in policy.codes.values() if c.kind == "additional"}
    families: dict[str, Family | None] = dict.fromkeys(by_hand)
    for code in policy.codes.values():
        if code.kind == "first" and code.code not in by_hand:
            more = further.get(code.code, code)
            family = Family(code.code, code.minutes or 0, more.code, more.minutes or 0)
            families |= {code.code: family, more.code: family}
    known = policy.memo[ID] = (families, frozenset(families))
    return known


def _by_hand(codes: list[str], visit: Visit) -> NotChecked:
    why = f"{', '.join(codes)}: which code comes first is not known; enter the units by hand"
    return NotChecked(rule=ID, why=why, quiet=not billed_of(visit).codes.isdisjoint(codes))


def _judged(
    family: Family,
    discipline: Discipline | None,
    services: Found,
    visit: Visit,
    policy: Policy,
) -> Said:
    """Judge one family of one discipline's day."""
    mine = {code: all_ for code, all_ in services.items() if code in family.codes}
    if _reduced(family, discipline, visit):
        return
    if family.first not in mine and (discipline, family.first) in chart_of(visit, policy).charted:
        return  # the first code may not be billed, and other rules say why
    missing = [code for code, all_ in mine.items() if any(s.minutes is None for s in all_)]
    if missing:
        why = f"minutes missing for {', '.join(missing)}: units could not be checked"
        yield NotChecked(rule=ID, why=why)
        return
    yield from compare(_count(family, discipline, mine), visit, policy)


def _reduced(family: Family, discipline: Discipline | None, visit: Visit) -> bool:
    """Tell whether a line says itself that less than the whole was furnished."""
    return REDUCED in billed_of(visit).modifiers and any(
        REDUCED in line.modifiers
        for line in visit.lines
        if line.code in family.codes and line.discipline == discipline
    )


def _count(family: Family, discipline: Discipline | None, mine: Found) -> Count:
    by_code = {code: sum(s.minutes or 0 for s in all_) for code, all_ in mine.items()}
    minutes = sum(by_code.values())
    first, further = counted(minutes, family.period, family.further)
    right = {family.first: first}
    right[family.additional] = right.get(family.additional, 0) + further
    least = needed(family.period)
    says = f"{minutes} minutes earn {shown(right)}"
    if not first:
        says = f"{family.first} needs {least} minutes, {minutes} charted: it cannot be billed"
    return Count(
        rule=ID,
        cite="time_limits.applies",
        discipline=discipline,
        found=mine,
        right=right,
        says=says,
        worked=tuple(_worked(family, by_code, further)),
    )


def _worked(family: Family, by_code: Mapping[str, int], further: int) -> Iterator[str]:
    """Show the sum, what the first period takes of it, and what the rest comes to.

    >>> pair = Family("97129", 15, "97130", 15)
    >>> for line in _worked(pair, {"97129": 20, "97130": 18}, 2):
    ...     print(line)
    20 (97129) + 18 (97130) = 38 minutes
    97129: 8 of the first 15 minutes are needed: ×1
    97130: 23 further minutes = 1 × 15 + 8, and one more takes 8: ×2
    >>> list(_worked(Family("96125", 60, "96125", 60), {"96125": 31}, 0))
    ['31 (96125) minutes', '96125: 31 of the first 60 minutes are needed: ×1']
    >>> list(_worked(pair, {"97129": 7}, 0))
    ['7 (97129) minutes', '97129: 8 of the first 15 minutes are needed: not reached']
    >>> list(_worked(pair, {"97129": 15}, 0))
    ['15 (97129) minutes', '97129: 8 of the first 15 minutes are needed: ×1']
    """
    minutes, least = sum(by_code.values()), needed(family.period)
    added = " + ".join(f"{m} ({code})" for code, m in by_code.items())
    yield f"{added} = {minutes} minutes" if len(by_code) > 1 else f"{added} minutes"
    verdict = "×1" if minutes >= least else "not reached"
    yield f"{family.first}: {least} of the first {family.period} minutes are needed: {verdict}"
    past = minutes - family.period
    if past > 0:
        whole, left = divmod(past, family.further)
        more = f"{past} further minutes = {whole} × {family.further} + {left}"
        more += f", and one more takes {needed(family.further)}"
        yield f"{family.additional}: {more}: ×{further}"


def _uncharted(visit: Visit, policy: Policy, families: Families) -> Iterator[NotChecked]:
    """Name lines of which nothing is charted: no minutes carry them."""
    known = chart_of(visit, policy).charted
    seen = {(discipline, families[code]) for discipline, code in known if code in families}
    codes = {
        line.code: None
        for line in strays(visit, policy)
        if line.code in families and (line.discipline, families[line.code]) not in seen
    }
    if codes:
        listed = ", ".join(codes)
        why = f"{listed} billed, but no such service is charted: units could not be checked"
        yield NotChecked(rule=ID, why=why)
