"""A second evaluation under one plan of care, or a re-evaluation that a payer finds too soon."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from rules.chart import billed_of
from rules.model import Finding, NotChecked, Said, Visit
from rules.policy import Policy
from rules.record import Past

ID = "evaluation_frequency"
NO_HISTORY = NotChecked(rule=ID, why="evaluations at earlier visits are not known", quiet=True)
NO_PLAN = NotChecked(
    rule=ID,
    why="an earlier evaluation is known, but not the plan of care that it belongs to",
    quiet=True,
)

Kind = tuple[str, bool]
"""The discipline of an evaluation, and whether it is an initial one."""


def about(policy: Policy) -> Iterable[str]:
    """Return the codes of evaluations and re-evaluations."""
    return _kinds(policy)


def check(visit: Visit, policy: Policy) -> Said:
    """Find evaluations that earlier visits make doubtful.

    Speech-language pathology has no re-evaluation code and repeats its evaluations: it is left out.
    """
    kinds = _kinds(policy)
    billed = billed_of(visit).codes
    if billed.isdisjoint(kinds):
        return
    if visit.record.history is None:
        yield NO_HISTORY
        return
    for code in sorted(billed.intersection(kinds)):
        discipline, initial = kinds[code]
        former = [
            past
            for past in visit.record.history
            if past.day <= visit.date_of_service and kinds.get(past.code, ("",))[0] == discipline
        ]
        if initial:
            yield from _twice(code, [p for p in former if kinds[p.code][1]], visit, policy)
        else:
            yield from _soon(code, former, visit, policy)


def _kinds(policy: Policy) -> Mapping[str, Kind]:
    known: dict[str, Kind] | None = policy.memo.get(ID)
    if known is None:
        first = policy.get("evaluation_frequency.initial", dict)
        again = policy.get("evaluation_frequency.again", dict)
        known = {code: (d, True) for d, codes in first.items() for code in codes}
        known |= {code: (d, False) for d, codes in again.items() for code in codes}
        policy.memo[ID] = known
    return known


def _twice(
    code: str, former: Sequence[Past], visit: Visit, policy: Policy
) -> Iterator[Finding | NotChecked]:
    """Ask about an initial evaluation after another one under the same plan of care."""
    if not former:
        return
    discipline, _ = _kinds(policy)[code]
    began = _plan_began(visit, discipline)
    if began is None:
        yield NO_PLAN
    elif any(past.day >= began for past in former):
        instead = policy.get("evaluation_frequency.again", dict)[discipline][0]
        yield Finding(
            rule=ID,
            says=f"{code}: this plan of care has its evaluation; another needs a new condition, "
            f"diagnosis or setting, else {instead}",
            codes=(code,),
            cite=policy.cite("evaluation_frequency.initial"),
            indicator="info",
        )


def _plan_began(visit: Visit, discipline: str) -> date | None:
    """Return when the newest plan of a discipline began, with its evaluation where it is named."""
    began = [
        day
        for plan in visit.record.plans or ()
        if plan.discipline in {None, discipline} and (day := plan.evaluated_on or plan.began)
    ]
    return max(began, default=None)


def _soon(code: str, former: Sequence[Past], visit: Visit, policy: Policy) -> Iterator[Finding]:
    """Find a re-evaluation sooner after the last evaluation than the payer expects."""
    within = policy.get("evaluation_frequency.within_days", int)
    days = min(((visit.date_of_service - past.day).days for past in former), default=within)
    if days < within:
        yield Finding(
            rule=ID,
            says=f"{code}: {days} days after the last evaluation; the payer expects {within}, or a "
            "change that the note shows",
            codes=(code,),
            cite=policy.cite("evaluation_frequency.within_days"),
            indicator="info",
        )
