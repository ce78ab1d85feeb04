"""The chart as the rules see it: which services can become charges, and their minutes.

Worked out once for a visit, however often its bill is rewritten.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter

from rules.coverage import unpaid
from rules.frozen import changing, swift
from rules.model import Line, Service, Visit
from rules.people import barred
from rules.policy import Code, Edit, Policy
from rules.words import Discipline

ONCE = frozenset({"untimed", "supervised", "unlisted", "area"})
"""Kinds of code that minutes do not multiply."""

KEPT = 5000
"""Standings that one policy keeps; there are far fewer codes and roles than that."""

STRAYS, BILLED = "strays", "billed"

Key = tuple[Discipline | None, str]


@dataclass(slots=True)
class Pool:
    """The timed minutes of one discipline's day."""

    minutes: dict[str, int] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    """Codes charted without minutes."""


@swift
@dataclass(frozen=True, slots=True)
class Billed:
    """What the lines hold between them: enough to tell that a rule has nothing to say."""

    codes: frozenset[str]
    modifiers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Standing:
    """What becomes of one code when certain people furnish it, under one policy."""

    code: Code
    out: bool
    """Whether it is not in force on the day."""
    unpaid: str
    """Why the payer never pays it (``rules.coverage.unpaid``); empty when it does."""
    barred: str
    """Why nobody among these people may bill it (``rules.people.barred``); empty when one may."""


@swift
@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What a visit's services amount to under one policy."""

    by_code: Mapping[Key, tuple[Service, ...]]
    """Services that can become charges, by discipline and code, in charted order."""
    pools: Mapping[Discipline | None, Pool]
    barred: tuple[tuple[Service, str], ...]
    """Services that nobody who furnished them may bill, and why."""
    unpaid: Mapping[str, str]
    """Charted codes that the payer never pays, and why."""
    swallowed: Mapping[Key, tuple[str, Edit]]
    """Codes that an NCCI edit never pays beside another charted code, that code, and the edit."""
    charted: frozenset[Key]
    """Everything charted, whether it can become a charge or not."""
    unread: tuple[str, ...]
    """Charted codes that no table knows; empty where a service has none."""
    out: Mapping[str, Code]
    """Charted codes that are not in force on the day."""
    unnamed: tuple[str, ...]
    """Charted codes that nobody is named for."""
    assisted: bool
    """Whether an assistant furnished anything alone."""
    renamed: tuple[Service, ...]
    """Services that the payer takes under another code than the chart's."""
    grouped: tuple[Service, ...]
    """Services under a group code, or charted with the number of patients treated together."""
    several: bool
    """Whether services of more than one discipline can become charges."""

    def line(self, discipline: Discipline | None, code: str, units: int) -> Line:
        """Return a new line for a charted code, naming the services it bills."""
        services = tuple(map(NAME, self.by_code[discipline, code]))
        return _charged(BLANK, code, units, discipline, services)


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
        modifiers = frozenset([m for line in visit.lines for m in line.modifiers])
        found = Billed(frozenset([line.code for line in visit.lines]), modifiers)
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
    unable: list[tuple[Service, str]] = []
    never: dict[str, str] = {}
    unread: list[str] = []
    out: dict[str, Code] = {}
    for service in visit.services:
        standing = _standing(service, policy)
        if standing is None:
            unread.append(service.code)
        elif standing.out:
            out[service.code] = standing.code
        elif standing.unpaid:
            never[service.code] = standing.unpaid
        elif standing.barred:
            unable.append((service, standing.barred))
        else:
            key = (service.discipline, service.code)
            usable[key] = (*usable.get(key, ()), service)
    renamed = tuple([s for s in visit.services if s.charted_as])
    # Lines under a code that the payer does not take are about to go, and swallow nothing.
    gone = {(s.discipline, s.charted_as) for s in renamed}
    billed = [key for x in visit.lines if (key := (x.discipline, x.code)) not in gone]
    swallowed = _swallowed((*billed, *usable), policy)
    by_code = usable
    if swallowed:
        by_code = {key: found for key, found in usable.items() if key not in swallowed}
    return Chart(
        by_code=by_code,
        pools=_pools(by_code, policy),
        barred=tuple(unable),
        unpaid=never,
        swallowed=swallowed,
        charted=frozenset([(s.discipline, s.code) for s in visit.services]),
        unread=tuple(unread),
        out=out,
        unnamed=tuple(
            {s.code: None for s in visit.services if not s.roles and s.code in policy.codes}
        ),
        assisted=True in [s.by_assistant for found in by_code.values() for s in found],
        renamed=renamed,
        grouped=_grouped(usable, policy),
        several=len({discipline for discipline, _ in by_code}) > 1,
    )


def _standing(service: Service, policy: Policy) -> Standing | None:
    """Return what becomes of a service; None when no table knows its code.

    Kept with the policy: the same people furnish the same codes many times a day.
    """
    key = (service.code, service.roles, service.discipline)
    known: Standing | None = policy.memo.get(key)
    if known is not None:
        return known
    code = policy.code(service.code)
    if code is None:
        return None
    standing = Standing(
        code,
        out=not code.in_force(policy.day),
        unpaid=unpaid(code, service.roles, policy),
        barred=barred(service.roles, service.discipline, code, policy),
    )
    if len(policy.memo) < KEPT:
        policy.memo[key] = standing
    return standing


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
) -> dict[Discipline | None, Pool]:
    """Add up each discipline's timed minutes; a code with any missing stays uncounted."""
    pools: dict[Discipline | None, Pool] = {}
    for (discipline, code), services in by_code.items():
        if policy.codes[code].kind != "timed":
            continue
        pool = pools.get(discipline)
        if pool is None:
            pool = pools[discipline] = Pool()
        for service in services:
            if service.minutes is None:
                pool.missing.add(code)
            else:
                pool.minutes[code] = pool.minutes.get(code, 0) + service.minutes
    return pools


def _swallowed(keys: Iterable[Key], policy: Policy) -> dict[Key, tuple[str, Edit]]:
    """Find column two codes of edits that no modifier opens (NCCI modifier indicator 0).

    What is billed without being charted counts: it takes the place of what it swallows.
    """
    codes: dict[Discipline | None, set[str]] = {}
    for discipline, code in keys:
        codes.setdefault(discipline, set()).add(code)
    return {
        (discipline, two): by
        for discipline in sorted(codes, key=str)
        for two, by in never_together(frozenset(codes[discipline]), policy).items()
    }


def never_together(codes: frozenset[str], policy: Policy) -> Mapping[str, tuple[str, Edit]]:
    """Return which codes others never let be paid beside them; of several the lowest is named.

    None at all where the payer does not follow the edits, or no edition covers the day. A code that
    is itself never paid among these swallows nothing. Kept with the policy: the same codes meet
    many times a day.
    """
    if not policy.applies("ptp_edit") or policy.find("ptp_edit.edition") is None:
        return {}
    known: Mapping[str, tuple[str, Edit]] | None = policy.memo.get(codes)
    if known is not None:
        return known
    edges = sorted((two, one, e) for one, two, e in policy.edits_among(codes) if e.indicator == "0")
    swallowed = {two for two, _, _ in edges}
    found: dict[str, tuple[str, Edit]] = {}
    for two, one, edit in edges:
        if one not in swallowed:
            found.setdefault(two, (one, edit))
    if len(policy.memo) < KEPT:
        policy.memo[codes] = found
    return found
