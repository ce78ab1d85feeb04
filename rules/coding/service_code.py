"""Every charted service needs a therapy code that can be read."""

from collections.abc import Sequence

from rules.chart import chart_of, strays
from rules.model import Finding, Line, NotChecked, Said, Visit
from rules.policy import Policy

ID = "service_code"


def check(visit: Visit, policy: Policy) -> Said:
    """Ask for the code of services that have none, and name codes that no table here knows."""
    unread, stray = chart_of(visit, policy).unread, strays(visit, policy)
    return _judged(unread, stray, policy) if unread or stray else ()


def _judged(unread: Sequence[str], stray: Sequence[Line], policy: Policy) -> Said:
    uncoded = unread.count("")
    if uncoded:
        many = f"{uncoded} charted services have" if uncoded > 1 else "A charted service has"
        yield Finding(
            rule=ID,
            says=f"{many} no therapy code that can be read; code and minutes are needed to bill it",
            codes=(),
            cite=policy.cite("service_code.applies"),
            indicator="info",
        )
    billed = {line.code for line in stray if policy.code(line.code) is None}
    strange = sorted(billed.union(unread) - {""})
    if strange:
        why = f"not in the table of therapy codes: {', '.join(strange)}"
        yield NotChecked(rule=ID, why=why)
