"""Units of a code on one day beyond which a payer doubts them: medically unlikely edits (MUE)."""

from rules.chart import billed_of
from rules.model import Finding, NotChecked, Said, Visit
from rules.policy import Mue, Policy

ID = "mue"
BY_LINE = "1"
MEANS = {
    "1": "each line is held to it",
    "2": "an absolute limit for the day",
    "3": "more is denied unless the record shows it was needed",
}


def check(visit: Visit, policy: Policy) -> Said:
    """Find codes billed for more units than their limit: by line (MAI 1) or by day (MAI 2, 3)."""
    many = _many(visit)
    if many and policy.find("mue.edition") is None:
        yield NotChecked(rule=ID, why=f"no edition of the MUE tables covers {policy.day}")
        return
    for code, lines in many.items():
        limit = policy.mue(code)
        if limit is None:
            continue
        billed = max(lines) if limit.mai == BY_LINE else sum(lines)
        if 0 < limit.units < billed:
            yield _finding(code, billed, limit, policy)


def _many(visit: Visit) -> dict[str, list[int]]:
    """Return the units of each line of every code that is billed more than once."""
    found: dict[str, list[int]] = {}
    if len(billed_of(visit).codes) == len(visit.lines):
        return {x.code: [x.units] for x in visit.lines if x.units > 1}
    for x in visit.lines:
        found.setdefault(x.code, []).append(x.units)
    return {code: lines for code, lines in found.items() if sum(lines) > 1}


def _finding(code: str, billed: int, limit: Mue, policy: Policy) -> Finding:
    return Finding(
        rule=ID,
        says=f"{code} ×{billed} is over the limit of {limit.units} (MUE): {MEANS[limit.mai]}",
        codes=(code,),
        cite=policy.cite("mue.edition"),
    )
