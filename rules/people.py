"""Who furnished a service, and what follows for its discipline and its payment."""

from collections.abc import Iterable

from rules.policy import Code, Policy
from rules.words import Discipline, Role

OF_ROLE: dict[str, Discipline] = {
    "pt": "PT",
    "pta": "PT",
    "ot": "OT",
    "ota": "OT",
    "slp": "SLP",
    "slpa": "SLP",
    "dc": "chiropractic",
}
OF_PLAN: dict[str, Discipline] = {"GP": "PT", "GO": "OT", "GN": "SLP"}
AS_SAID: dict[str, str] = {
    "pta": "a physical therapist assistant",
    "ota": "an occupational therapy assistant",
    "slpa": "a speech-language pathology assistant",
    "at": "an athletic trainer",
    "aide": "an aide",
    "student": "a student",
    "rn": "a nurse",
    "dc": "a chiropractor",
    "pt": "a physical therapist",
    "ot": "an occupational therapist",
    "slp": "a speech-language pathologist",
    "md": "a physician",
    "npp": "a nurse practitioner or physician assistant",
}


def discipline_of(roles: Iterable[str], code: Code | None) -> Discipline | None:
    """Return the discipline under whose plan a service was furnished, or None when unknown.

    The people decide; where they do not, a code that CMS accepts under one plan of care alone does.

    >>> discipline_of(("pt", "pta"), None)
    'PT'
    """
    found = [OF_ROLE[role] for role in roles if role in OF_ROLE] if roles else ()
    if found:
        return found[0] if found.count(found[0]) == len(found) else None
    return OF_PLAN.get(code.only) if code else None


def barred(roles: tuple[Role, ...], discipline: str | None, code: Code, policy: Policy) -> str:
    """Return why nobody among these people may furnish a code, or an empty string.

    Unknown people bar nothing: that is asked, not presumed. Authority: Medicare Benefit Policy
    Manual ch. 15, §220 and §230.
    """
    if not roles or not policy.applies("performer"):
        return ""
    if code.only and discipline and OF_PLAN[code.only] != discipline:
        return "plan"
    unpaid = policy.get("performer.not_payable", list)
    able = [role for role in roles if role not in unpaid]
    if not able:
        own = policy.get("performer.own_codes", dict)
        return "" if any(code.code in own.get(role, ()) for role in roles) else "not payable"
    alone = set(able) <= set(policy.get("performer.no_evaluation", list))
    return "evaluation" if alone and code.contact == "evaluation" else ""
