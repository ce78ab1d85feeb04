"""Who may furnish a code: the disciplines and roles, and why the others may not."""

from collections.abc import Iterator
from typing import get_args

from plugin.reference.library import Library
from plugin.reference.statements import Said, cited, kept, listed
from rules.coverage import unpaid
from rules.model import ASSISTANTS, Cite
from rules.people import AS_SAID, OF_PLAN, OF_ROLE, barred
from rules.policy import Code, Policy
from rules.words import Role

NAMES = {
    "PT": "physical therapy",
    "OT": "occupational therapy",
    "SLP": "speech-language pathology",
    "chiropractic": "chiropractic",
    "PHYS": "physicians and their staff",
    "NPP": "nurse practitioners and physician assistants",
    "AUD": "audiology",
    "PSYCH": "psychology",
    "ACU": "acupuncture",
    "AT": "athletic training",
    "RT": "respiratory therapy",
    "RN": "nursing",
}
PHYSICIANS: frozenset[Role] = frozenset({"md", "npp"})
CITED = {
    "evaluation": "performer.no_evaluation",
    "not payable": "performer.not_payable",
    "plan": "performer.applies",
}
WHY = {
    "evaluation": "treats, and never evaluates",
    "not payable": "furnishes no payable therapy",
}


def who(code: Code, library: Library, policy: Policy) -> Said:
    """Say which disciplines bill a code, and of each role whether it may furnish it."""
    if not policy.applies("performer"):
        says = f"no rule loaded here says who may furnish a code on {policy.day}"
        return kept(says=says, checked=False, disciplines=_named(code))
    roles = [*_roles(code, policy)]
    able = [row["role"] for row in roles if row["may"]]
    assistants = [role for role in able if role in ASSISTANTS]
    return kept(
        says=_says(code, assistants),
        disciplines=_named(code),
        only=_only(code),
        roles=roles,
        assistants=bool(assistants),
        doubt="who bills a code by custom is gathered from contractors' texts and memory; state "
        "law and the payer may narrow it",
        edition=library.provenance["codes"],
    )


def _says(code: Code, assistants: list[Role]) -> str:
    named = listed(_named(code))
    if not {"PT", "OT", "SLP"} & code.disciplines:
        return f"{code.code} is billed by {named}; it is no code of a therapist's"
    if assistants:
        return f"{code.code} is billed by {named}; assistants may furnish it under a therapist"
    return f"{code.code} is billed by {named}; assistants may not furnish it"


def _named(code: Code) -> list[str]:
    return [name for discipline, name in NAMES.items() if discipline in code.disciplines]


def _only(code: Code) -> str:
    plan = OF_PLAN.get(code.only)
    return f"belongs to a plan of care for {NAMES[plan]} alone ({code.only})" if plan else ""


def _roles(code: Code, policy: Policy) -> Iterator[Said]:
    """Judge each role as the rules do; roles of other disciplines are left out."""
    for role in get_args(Role):
        own = OF_ROLE.get(role)
        physician = role in PHYSICIANS and bool({"PHYS", "NPP"} & code.disciplines)
        listed = own in code.disciplines or physician
        why = barred((role,), own, code, policy)
        if why == "" and (listed or not (own or role in PHYSICIANS)):
            paid = unpaid(code, (role,), policy)
            limits = _paid_for(role, policy) if paid == role else None
            yield _row(role, may=limits is None, why=limits)
        elif why and (listed or own is None):
            says = WHY.get(why) or f"not under a plan of care for {NAMES[OF_PLAN[code.only]]}"
            yield _row(role, may=False, why=(says, policy.cite(CITED[why])))


def _paid_for(role: Role, policy: Policy) -> tuple[str, Cite]:
    """Say for which codes alone the payer pays a role."""
    name = "covered_code.only_for_role"
    codes = policy.get(name, dict)[role]
    return f"Medicare pays it for {codes[0]}–{codes[-1]} only", policy.cite(name)


def _row(role: Role, *, may: bool, why: tuple[str, Cite] | None) -> Said:
    named = AS_SAID[role].partition(" ")[2]
    if why is None:
        return kept(role=role, name=named, may=may)
    return kept(role=role, name=named, may=may, why=why[0], cite=cited(why[1]))
