"""Timed codes need charted one-on-one minutes; without them their units cannot be checked."""

from collections.abc import Iterator

from rules.chart import chart_of, strays
from rules.model import Finding, Visit
from rules.policy import Policy

ID = "minutes_charted"


def check(visit: Visit, policy: Policy) -> Iterator[Finding]:
    """Name timed codes whose minutes the chart does not give. Minutes are never presumed."""
    chart = chart_of(visit, policy)
    missing = {code: None for pool in chart.pools.values() for code in sorted(pool.missing)}
    uncharted = {
        line.code: None
        for line in strays(visit, policy)
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
