"""A private practice's assistants work under the supervision that the day's rule asks for.

Authority: 42 CFR 410.59 and 410.60: direct through 2024, general since; remote monitoring general
a year earlier. Hospitals and other institutions have needed general supervision all along.
"""

from rules.chart import chart_of
from rules.model import Finding, NotChecked, Said, Visit
from rules.policy import Policy

ID = "supervision"


def check(visit: Visit, policy: Policy) -> Said:
    """Find billed services that an assistant furnished alone under too little supervision."""
    if not chart_of(visit, policy).assisted or visit.setting != "practitioner":
        return ()
    if policy.get("supervision.private_practice", str) != "direct" or visit.type_of_bill:
        return ()
    found = _supervised(visit, policy)
    short = tuple([code for code, how in found.items() if "general" in how])
    unsaid = ", ".join(code for code, how in found.items() if None in how and "general" not in how)
    said: list[Finding | NotChecked] = []
    if short:
        said.append(_short(short, policy))
    if unsaid:
        why = f"{unsaid}: how the assistant was supervised is not known"
        said.append(NotChecked(rule=ID, why=why, quiet=True))
    return said


def _supervised(visit: Visit, policy: Policy) -> dict[str, set[str | None]]:
    """Return how assistants were supervised, by the billed codes that they furnished alone."""
    billed = {(line.discipline, line.code) for line in visit.lines}
    general = policy.get("supervision.general_codes", list)
    found: dict[str, set[str | None]] = {}
    for (discipline, code), services in chart_of(visit, policy).by_code.items():
        if code not in general and (discipline, code) in billed:
            how = {service.supervision for service in services if service.by_assistant}
            found.setdefault(code, set()).update(how)
    return found


def _short(codes: tuple[str, ...], policy: Policy) -> Finding:
    return Finding(
        rule=ID,
        says=f"{', '.join(codes)}: by an assistant under general supervision; on {policy.day} a "
        f"private practice needed direct, so do not bill {'it' if len(codes) == 1 else 'them'}",
        codes=codes,
        cite=policy.cite("supervision.private_practice"),
        indicator="critical",
    )
