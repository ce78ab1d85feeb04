"""Timed codes need charted one-on-one minutes; without them their units cannot be checked."""

from collections.abc import Iterable, Iterator

from rules.chart import Chart, chart_of, strays
from rules.model import Finding, Line, Visit
from rules.policy import Policy

ID = "minutes_charted"


def check(visit: Visit, policy: Policy) -> Iterable[Finding]:
    """Name timed codes whose minutes the chart does not give. Minutes are never presumed."""
    chart, stray = chart_of(visit, policy), strays(visit, policy)
    lacking = [pool.missing for pool in chart.pools.values() if pool.missing]
    return _judged(chart, lacking, stray, policy) if lacking or stray else ()


def _judged(
    chart: Chart, lacking: Iterable[set[str]], stray: Iterable[Line], policy: Policy
) -> Iterator[Finding]:
    missing = {code: None for codes in lacking for code in sorted(codes)}
    uncharted = {
        line.code: None
        for line in stray
        if (line.discipline, line.code) not in chart.charted
        and (code := policy.code(line.code))
        and code.kind == "timed"
    }
    if missing:
        codes = ", ".join(missing)
        yield _finding(f"Minutes missing for {codes}: units could not be checked", missing, policy)
    if uncharted:
        codes = ", ".join(uncharted)
        says = f"{codes} billed, but no such service is charted: units could not be checked"
        yield _finding(says, uncharted, policy)


def _finding(says: str, codes: dict[str, None], policy: Policy) -> Finding:
    cite = policy.cite("minutes_charted.applies")
    return Finding(rule=ID, says=says, codes=tuple(codes), cite=cite, indicator="info")
