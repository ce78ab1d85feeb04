"""A code must be valid on the date of service; an ended code has its successor named."""

from collections.abc import Iterable

from rules.chart import chart_of, strays
from rules.model import Finding, NotChecked, Said, Visit
from rules.policy import Code, Policy

ID = "code_in_force"


def check(visit: Visit, policy: Policy) -> Said:
    """Find codes not yet, or no longer, in force on the date of service."""
    if policy.find("code_in_force.edition") is None:
        yield NotChecked(rule=ID, why=f"no table of codes covers {policy.day}")
    for code in _out(visit, policy):
        yield Finding(
            rule=ID,
            says=_says(code, policy.day),
            codes=(code.code,),
            cite=policy.cite("code_in_force.applies"),
            indicator="critical",
        )


def _out(visit: Visit, policy: Policy) -> Iterable[Code]:
    """Return billed codes that are not in force; charted ones while the bill is being written."""
    if visit.drafted:
        return chart_of(visit, policy).out.values()
    billed = {line.code: policy.code(line.code) for line in strays(visit, policy)}
    return [code for code in billed.values() if code and not code.in_force(policy.day)]


def _says(code: Code, on: str) -> str:
    if on < code.effective:
        return f"{code.code} may not be billed before {code.effective}"
    instead = f"; since then {' or '.join(code.successors)}" if code.successors else ""
    return f"{code.code} ended on {code.ending}{instead}"
