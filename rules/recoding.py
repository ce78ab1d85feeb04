"""The code under which a payer takes what was charted.

A payer may know a service under another code, and what was given to several patients at once is
group therapy, whatever it was charted as. Both are settled here, once, before any rule looks, so
that every rule judges the code that is billed.
"""

from collections.abc import Mapping

from rules.coverage import CHOSEN
from rules.frozen import changing
from rules.model import Service, Visit
from rules.people import barred
from rules.policy import Policy

NONE: Mapping[str, str] = {}
_renamed = changing(Service, "code", "charted_as")


def instead(rule: str, policy: Policy) -> Mapping[str, str]:
    """Return the codes that a rule replaces, and with what; none when it is not law."""
    row = policy.find(f"{rule}.instead") if policy.applies(rule) else None
    codes: Mapping[str, str] = row.value if row else NONE
    return codes


def as_billed(visit: Visit, policy: Policy) -> Visit:
    """Return a visit whose services bear the codes that this payer takes; the same if all do."""
    services = _recoded(visit, policy)
    return visit if services is visit.services else visit.recharted(services)


def _recoded(visit: Visit, policy: Policy) -> tuple[Service, ...]:
    """Return a visit's services under the codes that this payer takes; the same if all are."""
    payers = instead("payer_code", policy)
    services = visit.services
    touched = [i for i, s in enumerate(services) if s.code in payers or (s.patients or 0) > 1]
    if not touched:
        return services
    # A line with a notice modifier asks for the denial of that very code.
    asked = {line.code for line in visit.lines if CHOSEN.intersection(line.modifiers)}
    found = list(services)
    for i in touched:
        charted = services[i].code
        several = (services[i].patients or 0) > 1
        code = _group(services[i], instead("group_therapy", policy), policy) if several else ""
        if not code and charted not in asked:
            code = payers.get(charted, "")
        if code:
            found[i] = _renamed(services[i], code, charted)
    return tuple(found)


def _group(service: Service, groups: Mapping[str, str], policy: Policy) -> str:
    """Return the group code for a service given to several at once; empty when none follows.

    Group therapy has its own code for physical and occupational therapy and for speech-language
    pathology: a discipline that does not bill it has none, and people who may not bill it neither.
    """
    code = policy.code(groups.get(service.code, ""))
    if code is None:
        return ""
    if service.discipline and service.discipline not in code.disciplines:
        return ""
    return "" if barred(service.roles, service.discipline, code, policy) else code.code
