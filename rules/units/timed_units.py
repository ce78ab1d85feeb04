"""Timed codes are billed in the units that charted minutes earn.

Medicare pools the minutes of all timed codes of a discipline's day; some payers count each code
alone; of some payers it is not known. Which of these is data (``timed_units.method``), not code.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from rules.chart import Chart, Pool, chart_of, lines_of
from rules.frozen import making, swift
from rules.model import Finding, Fix, Line, Visit, new_finding
from rules.policy import Policy
from rules.units import counting
from rules.units.counting import fits, midpoint, plural, shown, spread
from rules.units.rewriting import rewritten, units_of
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
        lines = lines_of(visit, discipline)
        if not _countable(lines, pool, policy, chart, discipline):
            continue
        billed = units_of(lines, pool.minutes)
        counted = count(pool.minutes, billed)
        if counted:
            fix = rewritten(lines, billed, counted.right, partial(chart.line, discipline))
            yield _finding(pool.minutes, billed, counted, fix, policy)


def _countable(
    lines: Sequence[Line],
    pool: Pool,
    policy: Policy,
    chart: Chart,
    discipline: Discipline | None,
) -> bool:
    """Tell whether every billed timed code has charted minutes, all of them.

    One that has not would change the pool by an amount that nobody knows.
    """
    if not pool.missing.isdisjoint(pool.minutes):
        return False
    for line in lines:
        if line.code in pool.minutes:
            continue
        code = policy.codes.get(line.code)
        timed = code is not None and code.kind == "timed"
        if timed and (line.code in pool.missing or (discipline, line.code) not in chart.charted):
            return False
    return True


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
