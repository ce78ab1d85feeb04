"""The chart as the rules see it: which services can become charges, and their minutes.

Worked out once for a visit, however often its bill is rewritten.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

from rules.frozen import changing, making, swift
from rules.model import Line, Service, Visit
from rules.policy import Code, Edit, Policy
from rules.standing import Standing, never_opened, never_together, standing_of
from rules.words import Discipline

ONCE = frozenset({"untimed", "supervised", "unlisted", "area"})
"""Kinds of code that minutes do not multiply."""

STRAYS, BILLED = "strays", "billed"

Key = tuple[Discipline | None, str]


@dataclass(slots=True)
class Pool:
    """The timed minutes of one discipline's day."""

    minutes: dict[str, int] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    """Codes charted without minutes."""


class Billed(NamedTuple):
    """What the lines hold between them: enough to tell that a rule has nothing to say."""

    codes: frozenset[str]
    modifiers: frozenset[str]


class Aside(NamedTuple):
    """Charted services that cannot become charges, by what keeps them from it."""

    keys: set[Key]
    barred: list[tuple[Service, str]]
    unpaid: dict[str, str]
    unread: list[str]
    out: dict[str, Code]


@swift
@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What a visit's services amount to under one policy."""

    by_code: Mapping[Key, tuple[Service, ...]]
    """Services that can become charges, by discipline and code, in charted order."""
    pools: Mapping[Discipline | None, Pool]
    untimed: Sequence[Key]
    """Those of ``by_code`` that are not counted by quarter hours of minutes."""
    barred: Sequence[tuple[Service, str]]
    """Services that nobody who furnished them may bill, and why."""
    unpaid: Mapping[str, str]
    """Charted codes that the payer never pays, and why."""
    swallowed: Mapping[Key, tuple[str, Edit]]
    """Codes that an NCCI edit never pays beside another charted code, that code, and the edit."""
    charted: Set[Key]
    """Everything charted, whether it can become a charge or not."""
    unread: Sequence[str]
    """Charted codes that no table knows; empty where a service has none."""
    out: Mapping[str, Code]
    """Charted codes that are not in force on the day."""
    unnamed: tuple[str, ...]
    """Charted codes that nobody is named for."""
    assisted: bool
    """Whether an assistant furnished anything alone."""
    renamed: Sequence[Service]
    """Services that the payer takes under another code than the chart's."""
    grouped: tuple[Service, ...]
    """Services under a group code, or charted with the number of patients treated together."""

    @property
    def several(self) -> bool:
        """Tell whether services of more than one discipline can become charges."""
        if len(self.pools) > 1 or not self.untimed:
            return len(self.pools) > 1
        return len({discipline for discipline, _ in self.by_code}) > 1

    def line(self, discipline: Discipline | None, code: str, units: int) -> Line:
        """Return a new line for a charted code, naming the services it bills."""
        services = tuple(map(NAME, self.by_code[discipline, code]))
        return _charged(BLANK, code, units, discipline, services)


_chart = making(Chart)
NAME = attrgetter("id")
BLANK = Line(code="", units=0)
"""What a new line is copied from, which takes half the time of making one."""
_charged = changing(Line, "code", "units", "discipline", "services")


def chart_of(visit: Visit, policy: Policy) -> Chart:
    """Return the chart of a visit under a policy."""
    known: Chart | None = visit.memo.get(policy)
    if known is None:
        known = visit.memo[policy] = _read(visit, policy)
    return known


def strays(visit: Visit, policy: Policy) -> list[Line]:
    """Return the lines that bill nothing charted that can become a charge."""
    known = visit.memo.get(STRAYS)
    if known is None or known[0] is not visit.lines or known[1] is not policy:
        charges = chart_of(visit, policy).by_code
        found = [x for x in visit.lines if (x.discipline, x.code) not in charges]
        known = visit.memo[STRAYS] = (visit.lines, policy, found)
    stray: list[Line] = known[2]
    return stray


def billed_of(visit: Visit) -> Billed:
    """Return which codes and modifiers a visit's lines hold."""
    known = visit.memo.get(BILLED)
    if known is None or known[0] is not visit.lines:
        codes: list[str] = []
        modifiers: list[str] = []
        for line in visit.lines:
            codes.append(line.code)
            modifiers += line.modifiers
        found = Billed(frozenset(codes), frozenset(modifiers))
        known = visit.memo[BILLED] = (visit.lines, found)
    billed: Billed = known[1]
    return billed


def furnished(visit: Visit, line: Line) -> tuple[Service, ...]:
    """Return the charted services that a line bills: its code under its discipline."""
    return tuple(
        s for s in visit.services if s.code == line.code and s.discipline == line.discipline
    )


def lines_of(visit: Visit, discipline: Discipline | None) -> tuple[Line, ...]:
    """Return the lines of one discipline."""
    return tuple([line for line in visit.lines if line.discipline == discipline])


def disciplines_of(visit: Visit) -> tuple[Discipline | None, ...]:
    """Return the disciplines that charted or billed something, in a fixed order."""
    found = {s.discipline for s in visit.services} | {line.discipline for line in visit.lines}
    return tuple(sorted(found, key=str))


def _read(visit: Visit, policy: Policy) -> Chart:
    usable: dict[Key, tuple[Service, ...]] = {}
    others: list[tuple[Service, Standing | None]] = []
    unnamed, renamed, assisted, grouped = [], [], False, False
    for service in visit.services:
        standing = standing_of(service, policy)
        if standing is None or not standing.able:
            others.append((service, standing))
        else:
            key = (service.discipline, service.code)
            usable[key] = (*usable[key], service) if key in usable else (service,)
            if standing.assisted:
                assisted = True
            if standing.grouped or service.patients is not None:
                grouped = True
        if standing and not service.roles:
            unnamed.append(service.code)
        if service.charted_as:
            renamed.append(service)
    swallowed = _swallowed(_beside(visit, usable, renamed), policy)
    by_code = usable
    if swallowed:
        by_code = {key: found for key, found in usable.items() if key not in swallowed}
        assisted = any(s.by_assistant for found in by_code.values() for s in found)
    aside = _aside(others) if others else NOTHING_ASIDE
    pools, untimed = _pools(by_code, policy)
    return _chart(
        by_code=by_code,
        pools=pools,
        untimed=untimed,
        barred=aside.barred,
        unpaid=aside.unpaid,
        swallowed=swallowed,
        charted=aside.keys | usable.keys() if others else usable.keys(),
        unread=aside.unread,
        out=aside.out,
        unnamed=tuple(dict.fromkeys(unnamed)) if unnamed else (),
        assisted=assisted,
        renamed=renamed,
        grouped=_grouped(usable, policy) if grouped else (),
    )


def _aside(services: Iterable[tuple[Service, Standing | None]]) -> Aside:
    """Sort the services that cannot become charges; the first of several reasons counts."""
    aside = Aside(set(), [], {}, [], {})
    for service, standing in services:
        aside.keys.add((service.discipline, service.code))
        if standing is None:
            aside.unread.append(service.code)
        elif standing.out:
            aside.out[service.code] = standing.code
        elif standing.unpaid:
            aside.unpaid[service.code] = standing.unpaid
        else:
            aside.barred.append((service, standing.barred))
    return aside


NOTHING_ASIDE = _aside(())


def _beside(visit: Visit, usable: Collection[Key], renamed: Iterable[Service]) -> Collection[Key]:
    """Return what is charted, and what is billed without being charted.

    Lines under a code that the payer does not take are about to go, and swallow nothing.
    """
    if not visit.lines:
        return usable
    gone = {(s.discipline, s.charted_as) for s in renamed}
    billed = [key for x in visit.lines if (key := (x.discipline, x.code)) not in gone]
    return [*billed, *usable]


def _grouped(usable: Mapping[Key, tuple[Service, ...]], policy: Policy) -> tuple[Service, ...]:
    """Return the services that may be group therapy, or deny it."""
    found = []
    for (_, code), services in usable.items():
        group = policy.codes[code].contact == "group"
        for service in services:
            if group or service.patients is not None:
                found.append(service)  # noqa: PERF401 - a comprehension for each code is slower
    return tuple(found)


def _pools(
    by_code: Mapping[Key, tuple[Service, ...]], policy: Policy
) -> tuple[dict[Discipline | None, Pool], list[Key]]:
    """Add up each discipline's timed minutes; a code with any missing stays uncounted.

    Return beside them what minutes do not count.
    """
    pools: dict[Discipline | None, Pool] = {}
    untimed: list[Key] = []
    for key, services in by_code.items():
        discipline, code = key
        if policy.codes[code].kind != "timed":
            untimed.append(key)
            continue
        pool = pools.get(discipline)
        if pool is None:
            pool = pools[discipline] = Pool()
        for service in services:
            if service.minutes is None:
                pool.missing.add(code)
            else:
                pool.minutes[code] = pool.minutes.get(code, 0) + service.minutes
    return pools, untimed


def _swallowed(keys: Collection[Key], policy: Policy) -> dict[Key, tuple[str, Edit]]:
    """Find column two codes of edits that no modifier opens (NCCI modifier indicator 0).

    What is billed without being charted counts: it takes the place of what it swallows.
    """
    if not never_opened(frozenset([code for _, code in keys]), policy):
        return {}
    codes: dict[Discipline | None, set[str]] = {}
    for discipline, code in keys:
        codes.setdefault(discipline, set()).add(code)
    return {
        (discipline, two): by
        for discipline in sorted(codes, key=str)
        for two, by in never_together(frozenset(codes[discipline]), policy).items()
    }
