"""Every charted service needs a therapy code that can be read."""

from rules.model import Finding, NotChecked, Said, Visit
from rules.policy import Policy

ID = "service_code"


def check(visit: Visit, policy: Policy) -> Said:
    """Ask for the code of services that have none, and name codes that no table here knows."""
    uncoded = sum(not service.code for service in visit.services)
    if uncoded:
        many = f"{uncoded} charted services have" if uncoded > 1 else "A charted service has"
        yield Finding(
            rule=ID,
            says=f"{many} no therapy code that can be read; code and minutes are needed to bill it",
            codes=(),
            cite=policy.cite("service_code.applies"),
            indicator="info",
        )
    named = {s.code for s in visit.services if s.code} | {line.code for line in visit.lines}
    strange = sorted(code for code in named if policy.code(code) is None)
    if strange:
        yield NotChecked(rule=ID, why=f"not in the table of therapy codes: {', '.join(strange)}")
