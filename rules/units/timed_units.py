"""Timed codes are billed in the units that charted minutes earn.

Medicare pools the minutes of all timed codes of a discipline's day; some payers count each code
alone; of some payers it is not known. Which of these is data (``timed_units.method``), not code.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from rules.chart import Chart, chart_of, lines_of
from rules.frozen import making, swift
from rules.model import Finding, Fix, Line, Visit, new_finding
from rules.policy import Policy
from rules.units import counting
from rules.units.counting import fits, midpoint, plural, shown, spread
from rules.units.rewriting import rewritten
from rules.words import Discipline, Indicator

ID = "timed_units"
Units = Mapping[str, int]


@swift
@dataclass(frozen=True, slots=True)
class Count:
    """The units that are right, and how they were counted."""

    right: Units
    worked: tuple[str, ...]
    says: str = ""
    indicator: Indicator = "warning"


_count = making(Count)


def check(visit: Visit, policy: Policy) -> Iterator[Finding]:
    """Compare billed units with the units that charted minutes earn, discipline by discipline."""
    count = METHODS[policy.get("timed_units.method", str)]
    chart = chart_of(visit, policy)
    for discipline, pool in chart.pools.items():
        if not pool.minutes:
            continue
        billed = _billed(visit, discipline, chart, policy)
        counted = billed and count(pool.minutes, billed)
        if billed and counted:
            lines = lines_of(visit, discipline)
            fix = rewritten(lines, billed, counted.right, partial(chart.line, discipline))
            yield _finding(pool.minutes, billed, counted, fix, policy)


def _billed(
    visit: Visit, discipline: Discipline | None, chart: Chart, policy: Policy
) -> dict[str, int] | None:
    """Return the billed units of each code with charted minutes.

    None where a billed timed code lacks minutes: it would change the pool by an amount that nobody
    knows.
    """
    pool = chart.pools[discipline]
    billed = dict.fromkeys(pool.minutes, 0)
    if not pool.missing.isdisjoint(billed):
        return None
    for line in visit.lines:
        if line.discipline != discipline:
            continue
        if line.code in billed:
            billed[line.code] += line.units
        elif _uncharted(line, chart, policy):
            return None
    return billed


def _uncharted(line: Line, chart: Chart, policy: Policy) -> bool:
    """Tell whether a line is of a timed code that is not charted, or not with all its minutes."""
    if line.code in chart.pools[line.discipline].missing:
        return True
    code = policy.codes.get(line.code)
    timed = code is not None and code.kind == "timed"
    return timed and (line.discipline, line.code) not in chart.charted


def _pooled(minutes: Units, billed: Units) -> Count | None:
    """Count as CMS does: all minutes of the day together."""
    if fits(minutes, billed):
        return None
    right = spread(minutes, billed)
    return _count(right, tuple(counting.worked(minutes, right)))


def _per_code(minutes: Units, billed: Units) -> Count | None:
    """Count each code by itself (CPT midpoint)."""
    right = midpoint(minutes)
    if right == billed:
        return None
    says = f"Each code counted by itself (CPT midpoint): {_charted(minutes, right)}"
    return _count(right, tuple(counting.worked_alone(minutes)), says)


def _unknown(minutes: Units, billed: Units) -> Count | None:
    """Count both ways when the payer's rule is not known; bill CMS's where they differ."""
    alone = midpoint(minutes)
    if fits(minutes, alone):
        return _pooled(minutes, billed)
    cms = billed if fits(minutes, billed) else spread(minutes, billed)
    says = (
        "This payer's unit rule is not known: "
        f"CMS's count is {shown(cms)}, the CPT midpoint count {shown(alone)}"
    )
    work = (
        "CMS's count:",
        *counting.worked(minutes, cms),
        "CPT midpoint count:",
        *counting.worked_alone(minutes),
    )
    return _count(billed if billed == alone else cms, work, says, "info")


METHODS = {"pooled": _pooled, "per_code": _per_code, "unknown": _unknown}


def _finding(
    minutes: Units, billed: Units, counted: Count, fix: Fix | None, policy: Policy
) -> Finding:
    right = counted.right
    says = counted.says
    if not says:
        earned = plural(sum(right.values()))
        says = f"{sum(minutes.values())} timed minutes earn {earned}: {_charted(minutes, right)}"
    if counted.indicator != "info" and any(billed.values()):
        says += f"; billed: {shown(billed)}"
    changed = [code for code in minutes if right[code] != billed[code]]
    return new_finding(
        rule=ID,
        says=says,
        codes=tuple(changed or minutes),
        cite=policy.cite("timed_units.method"),
        indicator=counted.indicator,
        worked=counted.worked,
        fixes=(fix,) if fix else (),
    )


def _charted(minutes: Units, right: Units) -> str:
    """Write the units of each code with the minutes that carry them."""
    return ", ".join([f"{code} ×{right[code]} ({m} min)" for code, m in minutes.items()])
