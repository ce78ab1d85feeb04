"""Untimed codes are billed once, whatever their minutes.

Evaluations, supervised modalities, group therapy and speech-language sessions are one unit a day;
range-of-motion measurement counts each limb, so as many as are charted.
"""

from collections.abc import Iterator

from rules.chart import ONCE, Chart, Key, billed_of, chart_of, strays
from rules.model import Finding, Line, NotChecked, Said, Visit, new_finding, new_fix
from rules.policy import Policy
from rules.units.counting import plural

ID = "untimed_units"
BY_HAND = {
    "area_additional": "the area treated is not charted",
    "weekly": "it counts seven days, which one visit does not show",
}


def check(visit: Visit, policy: Policy) -> Said:
    """Find untimed codes that are charted but not billed, or billed more often than they occur."""
    chart, stray = chart_of(visit, policy), strays(visit, policy)
    return _judged(visit, chart, stray, policy) if chart.untimed or stray else ()


def _judged(visit: Visit, chart: Chart, stray: list[Line], policy: Policy) -> Said:
    each = policy.get("untimed_units.each_service", list)
    billed = billed_of(visit).codes
    for discipline, code in chart.untimed:
        if policy.codes[code].kind not in ONCE:
            continue
        most = len(chart.by_code[discipline, code]) if code in each else 1
        lines = []
        if code in billed:
            lines = [x for x in visit.lines if x.code == code and x.discipline == discipline]
        if not lines:
            yield _unbilled(chart.line(discipline, code, most), policy)
        elif sum([line.units for line in lines]) > most:
            yield _over(lines, most, policy)
    if stray:
        yield from _uncharted(stray, chart, policy, each)
    yield from _uncounted(visit, chart, policy)


def _uncharted(
    stray: list[Line], chart: Chart, policy: Policy, each: list[str]
) -> Iterator[Finding]:
    """Hold lines without a charted service to one unit too."""
    found: dict[Key, list[Line]] = {}
    for line in stray:
        key = (line.discipline, line.code)
        code = policy.code(line.code)
        if key not in chart.charted and code and code.kind in ONCE and code.code not in each:
            found.setdefault(key, []).append(line)
    for lines in found.values():
        if sum(line.units for line in lines) > 1:
            yield _over(lines, 1, policy)


def _uncounted(visit: Visit, chart: Chart, policy: Policy) -> Iterator[NotChecked]:
    """Name charted codes whose units follow from what no chart gives."""
    for discipline, code in chart.untimed:
        if why := BY_HAND.get(policy.codes[code].kind):
            billed = any(x.code == code and x.discipline == discipline for x in visit.lines)
            yield NotChecked(rule=ID, why=f"{code}: {why}; enter its units by hand", quiet=billed)


def _unbilled(line: Line, policy: Policy) -> Finding:
    code, units = line.code, line.units
    return new_finding(
        rule=ID,
        says=f"{code} is charted: {plural(units)}, whatever the minutes",
        codes=(code,),
        cite=policy.cite("untimed_units.applies"),
        fixes=(new_fix(f"Bill {code} ×{units}", new=(line,)),),
    )


def _over(lines: list[Line], most: int, policy: Policy) -> Finding:
    """Keep the first line, at most units; drop the others."""
    code, billed = lines[0].code, sum(line.units for line in lines)
    kept = lines[0].counting(most)
    return new_finding(
        rule=ID,
        says=f"{code} is not counted by minutes: {plural(most)} a day, {billed} billed"
        if most == 1
        else f"{code} counts each service: {most} charted, {billed} billed",
        codes=(code,),
        cite=policy.cite("untimed_units.applies"),
        fixes=(new_fix(f"Bill {code} ×{most}, not ×{billed}", tuple(lines), (kept,)),),
    )
