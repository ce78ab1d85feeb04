"""Billed codes that the payer never pays, and what to say of them.

Shared by the rule that reports them and the rule that offers the modifiers with which they may be
billed for a denial.
"""

from collections.abc import Iterator

from rules.chart import Chart, chart_of, strays
from rules.coverage import CHOSEN, unpaid
from rules.model import Line, Visit
from rules.people import AS_SAID
from rules.policy import Policy
from rules.recoding import instead

KEPT_OUT = frozenset({"B", "I"})
"""Fee schedule statuses of codes that no modifier gets a proper denial for: bundled, not valid."""


def refused(visit: Visit, policy: Policy) -> Iterator[tuple[str, str, tuple[Line, ...]]]:
    """Return each billed code that is never paid, why (``rules.coverage.unpaid``), and its lines.

    A line with a notice modifier (GA, GX, GY, GZ) asks for the denial and is left out. A code that
    has another of the payer's own in its place is the rule ``payer_code``'s to speak of.
    """
    stray = strays(visit, policy)
    if not stray:
        return
    chart, replaced = chart_of(visit, policy), instead("payer_code", policy)
    for code in dict.fromkeys([line.code for line in stray if line.code not in replaced]):
        lines = tuple(x for x in visit.lines if x.code == code)
        why = chart.unpaid.get(code) or _uncharted(code, lines, chart, policy)
        bare = tuple(x for x in lines if not CHOSEN.intersection(x.modifiers))
        if why and bare:
            yield code, why, bare


def denied_on_request(why: str, policy: Policy) -> bool:
    """Tell whether a code that is never paid may be billed for its denial, with GY."""
    return why not in KEPT_OUT and policy.applies("notice_modifier")


def reason(code: str, why: str, policy: Policy) -> str:
    """Say why a code is never paid."""
    reasons = policy.get("covered_code.not_paid", dict)
    if why in reasons:
        return f"{code} {reasons[why]}"
    paid = policy.get("covered_code.only_for_role", dict)[why]
    return f"{code}: the payer pays {AS_SAID[why]} for {paid[0]}–{paid[-1]} only"


def _uncharted(code: str, lines: tuple[Line, ...], chart: Chart, policy: Policy) -> str:
    """Judge a billed code that the chart does not hold, whoever may have furnished it."""
    known = policy.code(code)
    if known is None or any((line.discipline, code) in chart.charted for line in lines):
        return ""
    return unpaid(known, (), policy)
