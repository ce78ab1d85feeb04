"""The therapy on a bill: under whose plan of care, and whether the patient was evaluated."""

from collections.abc import Mapping

from rules.chart import billed_of, chart_of
from rules.coverage import CHOSEN
from rules.model import Visit
from rules.policy import Policy
from rules.words import Discipline

UNDER_A_PLAN = frozenset({"PT", "OT", "SLP"})
"""Disciplines that treat under a plan of care; chiropractors and nurses do not."""

THERAPY = "therapy"

Codes = tuple[str, ...]


def therapy_of(visit: Visit, policy: Policy) -> Mapping[Discipline | None, Codes]:
    """Return the therapy codes on the bill, by discipline, in a fixed order.

    A line with a notice modifier asks for a denial, and codes that are no therapy need no plan:
    neither is returned. Before treatment there are disciplines without codes; None is one that
    nobody names.
    """
    known = visit.memo.get(THERAPY)
    if known is None or known[0] is not visit.lines or known[1] is not policy:
        known = visit.memo[THERAPY] = (visit.lines, policy, _therapy(visit, policy))
    found: Mapping[Discipline | None, Codes] = known[2]
    return found


def named(discipline: Discipline | None) -> str:
    """Return what a sentence about one discipline begins with."""
    return discipline or "Therapy"


def evaluated(visit: Visit, policy: Policy, discipline: Discipline | None) -> bool:
    """Tell whether the patient is evaluated or re-evaluated at this visit under a discipline.

    What somebody charted who may not evaluate is no evaluation.
    """
    found = with_contact("evaluation", policy)
    return any(x.discipline == discipline and x.code in found for x in visit.lines) or any(
        whose == discipline and code in found for whose, code in chart_of(visit, policy).by_code
    )


def with_contact(contact: str, policy: Policy) -> frozenset[str]:
    """Return the codes of one kind of contact: evaluations and formal tests, remote care, ..."""
    known: frozenset[str] | None = policy.memo.get(contact)
    if known is None:
        codes = policy.codes.values()
        known = policy.memo[contact] = frozenset({x.code for x in codes if x.contact == contact})
    return known


def _therapy(visit: Visit, policy: Policy) -> dict[Discipline | None, Codes]:
    lines = visit.lines
    if not CHOSEN.isdisjoint(billed_of(visit).modifiers):
        lines = tuple(x for x in lines if CHOSEN.isdisjoint(x.modifiers))
    found: dict[Discipline | None, dict[str, None]] = {}
    if visit.planned:
        planned = {service.discipline for service in visit.services}
        found = {whose: {} for whose in planned & {*UNDER_A_PLAN, None}}
    therapy = _codes(policy)
    for line in lines:
        if line.code in therapy and line.discipline in UNDER_A_PLAN:
            found.setdefault(line.discipline, {})[line.code] = None
    return {whose: tuple(found[whose]) for whose in sorted(found, key=str)}


def _codes(policy: Policy) -> frozenset[str]:
    """Return the codes that are therapy, always or sometimes."""
    known: frozenset[str] | None = policy.memo.get(THERAPY)
    if known is None:
        codes = policy.codes.values()
        known = policy.memo[THERAPY] = frozenset({x.code for x in codes if x.therapy != "none"})
    return known
