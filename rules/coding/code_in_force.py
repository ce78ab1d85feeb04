"""A code must be valid on the date of service; an ended code has its successor named."""

from rules.model import Finding, NotChecked, Said, Visit
from rules.policy import Code, Policy

ID = "code_in_force"


def check(visit: Visit, policy: Policy) -> Said:
    """Find codes not yet, or no longer, in force on the date of service."""
    if policy.find("code_in_force.edition") is None:
        yield NotChecked(rule=ID, why=f"no table of codes covers {policy.day}")
    for name in dict.fromkeys(x.code for x in (visit.services if visit.drafted else visit.lines)):
        code = policy.code(name)
        if code and not code.in_force(policy.day):
            yield Finding(
                rule=ID,
                says=_says(code, policy.day),
                codes=(name,),
                cite=policy.cite("code_in_force.applies"),
                indicator="critical",
            )


def _says(code: Code, on: str) -> str:
    if on < code.effective:
        return f"{code.code} may not be billed before {code.effective}"
    instead = f"; since then {' or '.join(code.successors)}" if code.successors else ""
    return f"{code.code} ended on {code.ending}{instead}"
