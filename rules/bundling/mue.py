"""Units of a code on one day beyond which a payer doubts them: medically unlikely edits (MUE)."""

from rules.model import Finding, NotChecked, Said, Visit
from rules.policy import Mue, Policy

ID = "mue"
MEANS = {
    "1": "each line is held to it",
    "2": "an absolute limit for the day",
    "3": "more is denied unless the record shows it was needed",
}


def check(visit: Visit, policy: Policy) -> Said:
    """Find codes billed for more units than their limit: by line (MAI 1) or by day (MAI 2, 3)."""
    day: dict[str, int] = {}
    line: dict[str, int] = {}
    for x in visit.lines:
        day[x.code] = day.get(x.code, 0) + x.units
        line[x.code] = max(line.get(x.code, 0), x.units)
    many = {code: units for code, units in day.items() if units > 1}
    if many and policy.find("mue.edition") is None:
        yield NotChecked(rule=ID, why=f"no edition of the MUE tables covers {policy.day}")
        return
    for code, units in many.items():
        limit = policy.mue(code)
        billed = line[code] if limit and limit.mai == "1" else units
        if limit and 0 < limit.units < billed:
            yield _finding(code, billed, limit, policy)


def _finding(code: str, billed: int, limit: Mue, policy: Policy) -> Finding:
    return Finding(
        rule=ID,
        says=f"{code} ×{billed} is over the limit of {limit.units} (MUE): {MEANS[limit.mai]}",
        codes=(code,),
        cite=policy.cite("mue.edition"),
    )
