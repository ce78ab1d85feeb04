"""Codes that the payer never pays: bundled, not valid, not covered, or not by these people."""

from collections.abc import Iterator

from rules.chart import Chart, chart_of, strays
from rules.coverage import CHOSEN, unpaid
from rules.model import Finding, Fix, Line, Visit
from rules.people import AS_SAID
from rules.policy import Policy

ID = "covered_code"


def check(visit: Visit, policy: Policy) -> Iterator[Finding]:
    """Find lines the payer never pays; while nothing is billed yet, what is left off the bill.

    A line with a notice modifier (GA, GX, GY, GZ) asks for the denial and is let be. A bundled code
    has no separate charge, so its line is dropped; for others a person chooses what to do.
    """
    chart = chart_of(visit, policy)
    if visit.drafted:
        for code, why in chart.unpaid.items():
            if why != "B":
                yield _finding(code, why, (), policy)
        return
    doubtful = [line.code for line in strays(visit, policy)]
    for code in dict.fromkeys(doubtful):
        lines = tuple(x for x in visit.lines if x.code == code)
        why = chart.unpaid.get(code) or _uncharted(code, lines, chart, policy)
        bare = tuple(x for x in lines if not CHOSEN.intersection(x.modifiers))
        if why and bare:
            yield _finding(code, why, bare, policy)


def _uncharted(code: str, lines: tuple[Line, ...], chart: Chart, policy: Policy) -> str:
    """Judge a billed code that the chart does not hold, whoever may have furnished it."""
    known = policy.code(code)
    if known is None or any((line.discipline, code) in chart.charted for line in lines):
        return ""
    return unpaid(known, (), policy)


def _finding(code: str, why: str, lines: tuple[Line, ...], policy: Policy) -> Finding:
    reasons = policy.get("covered_code.not_paid", dict)
    instead = policy.get("covered_code.instead", dict).get(code)
    if why in reasons:
        says = f"{code} {reasons[why]}"
        says += f"; the code to use is {instead}" if instead else ""
    else:
        paid = policy.get("covered_code.only_for_role", dict)[why]
        says = f"{code}: the payer pays {AS_SAID[why]} for {paid[0]}–{paid[-1]} only"
    fixes = (Fix(f"Drop {code}", lines),) if why == "B" else ()
    name = "covered_code.not_paid" if why in reasons else "covered_code.only_for_role"
    return Finding(
        rule=ID,
        says=says,
        codes=(code,),
        cite=policy.cite(name),
        indicator="warning" if why == "B" else "critical",
        fixes=fixes,
    )
