"""Run every rule over a visit, and settle its bill."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import ModuleType

from rules import RULES
from rules.chart import Key
from rules.model import Bill, Finding, Line, NotChecked, Visit
from rules.policy import Policy
from rules.recoding import as_billed

log = logging.getLogger(__name__)

ROUNDS = 10
FOLLOWED = "followed"
COUNTED = frozenset({"timed_units", "untimed_units"})
"""Rules that look at codes and units alone: a modifier changes nothing that they say."""
Spoken = tuple[Finding | NotChecked, ...]
Heard = tuple[tuple[Line, ...], Spoken]
"""What a rule said, and of which lines."""


def ask(rule: ModuleType, visit: Visit, policy: Policy) -> Spoken:
    """Return what one rule says of a visit.

    A rule that fails is logged and reported as not checked; the others still run.
    """
    try:
        return tuple(rule.check(visit, policy))
    except Exception:
        log.exception("rule failed", extra={"rule": rule.ID})
        return (NotChecked(rule=rule.ID, why="the rule failed and has been reported"),)


def check(visit: Visit, policy: Policy) -> Spoken:
    """Return what all rules say of a visit as it stands, in rule order."""
    visit = as_billed(visit, policy)
    return tuple(said for rule in followed(policy) for said in ask(rule, visit, policy))


def followed(policy: Policy) -> tuple[ModuleType, ...]:
    """Return the rules that are law on the day and that the payer follows."""
    known: tuple[ModuleType, ...] | None = policy.memo.get(FOLLOWED)
    if known is None:
        known = tuple(rule for rule in RULES if policy.applies(rule.ID))
        policy.memo[FOLLOWED] = known
    return known


def settle(visit: Visit, policy: Policy, *, rounds: int = ROUNDS) -> Bill:
    """Apply every fix that needs nobody's word, until the rules have no more to offer.

    Started from no lines this writes the bill; started from the EHR's charges it corrects it. The
    result does not depend on the order of lines. A bill that still moves after the last round is
    reported as not checked.
    """
    visit = as_billed(visit, policy)
    visit = visit.billed(_ordered(visit.lines), drafted=not visit.lines)
    rules = followed(policy)
    fixed: dict[tuple[str, str], Finding] = {}
    heard: dict[str, Heard] = {}
    for _ in range(rounds):
        before = visit.lines
        for rule in rules:
            last = heard.get(rule.ID)
            if last is None or (last[0] is not visit.lines and _moved(rule, last[0], visit.lines)):
                spoken = ask(rule, visit, policy)
                seen, visit = visit.lines, _applied(visit, spoken, fixed) if spoken else visit
                heard[rule.ID] = (visit.lines if _answered(spoken) else seen, spoken)
        if visit.lines == before:
            break
    else:
        moving = NotChecked(rule="timed_units", why="the bill could not be settled")
        heard["settle"] = (visit.lines, (moving,))
    said = [words for _, spoken in heard.values() for words in spoken]
    return Bill(
        lines=_as_charted(visit),
        fixed=tuple(fixed.values()),
        open=_unanswered(said, fixed),
        not_checked=(*[x for x in said if isinstance(x, NotChecked)], *unfollowed(policy)),
    )


def _moved(rule: ModuleType, seen: Sequence[Line], lines: Sequence[Line]) -> bool:
    """Tell whether a rule might say of lines what it did not say of those it has seen."""
    return rule.ID not in COUNTED or (
        [(x.code, x.units, x.discipline) for x in seen]
        != [(x.code, x.units, x.discipline) for x in lines]
    )


def _answered(spoken: Spoken) -> bool:
    """Tell whether a rule has nothing to add once its own fixes are applied; a fix must hold."""
    return not spoken or all(isinstance(x, Finding) and x.remedy for x in spoken)


def _unanswered(
    said: Iterable[Finding | NotChecked], fixed: Mapping[tuple[str, str], Finding]
) -> tuple[Finding, ...]:
    """Return the findings that need a person."""
    found = [x for x in said if isinstance(x, Finding) and x.remedy is None]
    return tuple([x for x in found if (x.rule, x.says) not in fixed])


def unfollowed(policy: Policy) -> Iterable[NotChecked]:
    """Name the rules that are left out because the payer is not known to follow them."""
    if policy.payer != "unknown":
        return ()
    why = "the payer was not recognised"
    return [NotChecked(rule=rule.ID, why=why) for rule in RULES if not policy.applies(rule.ID)]


def _applied(visit: Visit, said: Spoken, fixed: dict[tuple[str, str], Finding]) -> Visit:
    """Apply one rule's fixes; its findings never touch the same line twice."""
    for finding in said:
        if isinstance(finding, Finding) and (fix := finding.remedy):
            visit = visit.rebilled(fix)
            fixed.setdefault((finding.rule, finding.says), finding)
    return visit


def _ordered(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Sort lines by what they say, so that the order they came in decides nothing."""
    return tuple(sorted(lines, key=lambda x: (x.code, str(x.discipline), x.modifiers, x.id)))


def _as_charted(visit: Visit) -> tuple[Line, ...]:
    """Return the lines in the order of the chart, each naming the services it bills.

    A line under a code that is not in the chart stands where its first service does.
    """
    furnished: dict[Key, list[str]] = {}
    place: dict[str, int] = {}
    for i, service in enumerate(visit.services):
        furnished.setdefault((service.discipline, service.code), []).append(service.id)
        place.setdefault(service.id, i)
    last = len(place)
    made = []
    for line in visit.lines:
        mine = furnished.get((line.discipline, line.code), ())
        if mine and not line.services:
            line = replace(line, services=tuple(mine))  # noqa: PLW2901 - the same line, named
        first = mine or line.services
        made.append((place.get(first[0], last) if first else last, line))
    made.sort(key=lambda x: x[0])
    return tuple([line for _, line in made])
