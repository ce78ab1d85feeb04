"""The chart as the rules see it: which services can become charges, and their minutes.

Worked out once for a visit, however often its bill is rewritten.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rules.coverage import unpaid
from rules.model import Discipline, Line, Service, Visit
from rules.people import barred
from rules.policy import Edit, Policy

ONCE = frozenset({"untimed", "supervised", "unlisted", "area"})
"""Kinds of code that minutes do not multiply."""

Key = tuple[Discipline | None, str]


@dataclass(slots=True)
class Pool:
    """The timed minutes of one discipline's day."""

    minutes: dict[str, int] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    """Codes charted without minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What a visit's services amount to under one policy."""

    billable: tuple[Service, ...]
    by_code: Mapping[Key, tuple[Service, ...]]
    """Billable services by discipline and code, in charted order."""
    pools: Mapping[Discipline | None, Pool]
    barred: tuple[tuple[Service, str], ...]
    """Services that nobody who furnished them may bill, and why (``rules.people.barred``)."""
    unpaid: Mapping[str, str]
    """Charted codes that the payer never pays, and why (``rules.coverage.unpaid``)."""
    swallowed: Mapping[Key, tuple[str, Edit]]
    """Codes that an NCCI edit never pays beside another charted code, that code, and the edit."""
    charted: frozenset[Key]
    """Everything charted, billable or not."""
    assisted: bool
    """Whether an assistant furnished anything alone."""


def chart_of(visit: Visit, policy: Policy) -> Chart:
    """Return the chart of a visit under a policy."""
    known: Chart | None = visit.memo.get(policy)
    if known is None:
        known = visit.memo[policy] = _read(visit, policy)
    return known


def furnished(visit: Visit, line: Line) -> tuple[Service, ...]:
    """Return the charted services that a line bills: its code under its discipline."""
    return tuple(
        s for s in visit.services if s.code == line.code and s.discipline == line.discipline
    )


def lines_of(visit: Visit, discipline: Discipline | None) -> tuple[Line, ...]:
    """Return the lines of one discipline."""
    return tuple(line for line in visit.lines if line.discipline == discipline)


def disciplines_of(visit: Visit) -> tuple[Discipline | None, ...]:
    """Return the disciplines that charted or billed something, in a fixed order."""
    found = {s.discipline for s in visit.services} | {line.discipline for line in visit.lines}
    return tuple(sorted(found, key=str))


def _read(visit: Visit, policy: Policy) -> Chart:
    usable: list[Service] = []
    unable: list[tuple[Service, str]] = []
    never: dict[str, str] = {}
    for service in visit.services:
        code = policy.code(service.code)
        if code is None or not code.in_force(policy.day):
            continue
        if why := unpaid(code, service.roles, policy):
            never[code.code] = why
        elif why := barred(service.roles, service.discipline, code, policy):
            unable.append((service, why))
        else:
            usable.append(service)
    swallowed = _swallowed(usable, policy)
    billable = tuple(s for s in usable if (s.discipline, s.code) not in swallowed)
    by_code: dict[Key, tuple[Service, ...]] = {}
    pools: dict[Discipline | None, Pool] = {}
    for service in billable:
        key = (service.discipline, service.code)
        by_code[key] = (*by_code.get(key, ()), service)
        if policy.codes[service.code].kind == "timed":
            _pour(service, pools.setdefault(service.discipline, Pool()))
    return Chart(
        billable=billable,
        by_code=by_code,
        pools=pools,
        barred=tuple(unable),
        unpaid=never,
        swallowed=swallowed,
        charted=frozenset((s.discipline, s.code) for s in visit.services),
        assisted=any(s.by_assistant for s in billable),
    )


def _pour(service: Service, pool: Pool) -> None:
    """Add a service's minutes to its pool; one without minutes leaves its code uncounted."""
    if service.minutes is None:
        pool.missing.add(service.code)
        return
    pool.minutes[service.code] = pool.minutes.get(service.code, 0) + service.minutes


def _swallowed(services: Iterable[Service], policy: Policy) -> dict[Key, tuple[str, Edit]]:
    """Find column two codes of edits that no modifier opens (NCCI modifier indicator 0)."""
    if not policy.applies("ptp_edit") or policy.find("ptp_edit.edition") is None:
        return {}
    codes: dict[Discipline | None, set[str]] = {}
    for service in services:
        codes.setdefault(service.discipline, set()).add(service.code)
    edges: dict[Key, tuple[str, Edit]] = {
        (discipline, two): (one, edit)
        for discipline, mine in codes.items()
        for one, two, edit in policy.edits_among(mine)
        if edit.indicator == "0"
    }
    # A code that is itself never paid here swallows nothing.
    return {
        key: edges[key] for key in sorted(edges, key=str) if (key[0], edges[key][0]) not in edges
    }
