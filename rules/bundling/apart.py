"""What the chart shows of two codes being apart: other times of the day, other parts of the body.

It is evidence for the person who chooses a modifier, never a reason to choose one for them.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from rules.model import Line, Service, Visit
from rules.policy import Policy
from rules.words import Discipline

RULE = "same_region"
SIDES = ("left ", "right ")
NEUTRAL = (" structure", " region", " joint")
"""Endings that name no other place."""

Region = tuple[str, str, bool]
"""Side, part of the body in our own words, and whether that part is known."""


def of(visit: Visit, discipline: Discipline | None, code: str) -> tuple[Service, ...]:
    """Return the charted services of one code under one discipline."""
    return tuple(s for s in visit.services if s.code == code and s.discipline == discipline)


def by_region(one: str, two: str, policy: Policy) -> bool:
    """Tell whether a pair is of manipulation and what only another region sets apart from it."""
    return (
        policy.applies(RULE)
        and one in policy.get(f"{RULE}.manipulation", list)
        and two in policy.get(f"{RULE}.beside", list)
    )


def shared(ones: Sequence[Service], twos: Sequence[Service], policy: Policy) -> str:
    """Return where everything of the second code was furnished, if the first was there as well.

    Empty when a region is unknown, or is not surely the same: only equal names are.
    """
    there = {_name(region(s.region, policy)) for s in ones if s.region}
    found = [_name(region(s.region, policy)) for s in twos]
    return " and ".join(dict.fromkeys(found)) if there.issuperset(found) else ""


def region(text: str, policy: Policy) -> Region:
    """Read the name of a region, such as ``left knee joint`` or ``cervical spine``."""
    side = next((s for s in SIDES if text.startswith(s)), "")
    rest = text.removeprefix(side)
    for ending in NEUTRAL:
        rest = rest.removesuffix(ending)
    known = _names(policy).get(rest)
    return side, known or rest, known is not None


def evidence(ones: Sequence[Service], twos: Sequence[Service], policy: Policy) -> Iterator[str]:
    """Say what the chart shows of the times and regions of two codes, where it gives both."""
    both = (*ones, *twos)
    if not ones or not twos:
        return
    first, second = _spans(ones), _spans(twos)
    if len(first) + len(second) == len(both):
        together = any(a[1] < b[2] and b[1] < a[2] for a, b in product(first, second))
        says = "overlap, and do not show separate times" if together else "do not overlap"
        times = ", ".join(f"{code} {_clock(t)}–{_clock(u)}" for code, t, u in (*first, *second))
        yield f"Charted times: {times}; they {says}"
    if all(service.region for service in both):
        where = ", ".join(dict.fromkeys(f"{s.code} {s.region}" for s in both))
        yield f"Charted regions: {where}{_compared(ones, twos, policy)}"


def _spans(services: Sequence[Service]) -> list[tuple[str, int, int]]:
    """Return the code, start and end of the services whose times are charted."""
    return [
        (s.code, s.began, s.ended) for s in services if s.began is not None and s.ended is not None
    ]


def _compared(ones: Sequence[Service], twos: Sequence[Service], policy: Policy) -> str:
    """Say that regions are the same, or surely differ; say nothing where that is not sure."""
    if shared(ones, twos, policy):
        return "; they are the same"
    pairs = product(
        (region(s.region, policy) for s in ones), (region(s.region, policy) for s in twos)
    )
    return "; they differ" if all(_differ(a, b) for a, b in pairs) else ""


def _differ(one: Region, two: Region) -> bool:
    """Tell whether two regions are known to be two: other parts, or the other side of one."""
    if not (one[2] and two[2]):
        return False
    return one[1] != two[1] or bool(one[0] and two[0] and one[0] != two[0])


def _clock(minutes: int) -> str:
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}"


def _name(read: Region) -> str:
    return read[0] + read[1]


def _names(policy: Policy) -> Mapping[str, str]:
    """Return every name of a region with the one that stands for it."""
    known: dict[str, str] | None = policy.memo.get(RULE)
    if known is None:
        row = policy.find(f"{RULE}.names")
        groups: Mapping[str, Any] = row.value if row else {}
        known = {name: one for one, names in groups.items() for name in (one, *names)}
        policy.memo[RULE] = known
    return known


def unmarked(lines: Sequence[Line], one: str, two: str, policy: Policy) -> tuple[Line, ...]:
    """Return the column two lines that no modifier sets apart yet; since July 2019 either may."""
    opens = frozenset(policy.get("ptp_edit.bypass", list))
    either = policy.get("ptp_edit.either_column", bool)
    if either and any(opens.intersection(x.modifiers) for x in lines if x.code == one):
        return ()
    return tuple(x for x in lines if x.code == two and not opens.intersection(x.modifiers))
