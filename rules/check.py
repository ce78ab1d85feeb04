"""Run every rule over a visit, and settle its bill."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType
from typing import NamedTuple

from rules import RULES
from rules.chart import Key
from rules.model import Bill, Finding, Line, NotChecked, Visit
from rules.policy import Policy
from rules.recoding import as_billed

log = logging.getLogger(__name__)

ROUNDS = 10
FOLLOWED = "followed"
COUNTED = frozenset({"timed_units", "untimed_units"})
Spoken = Sequence[Finding | NotChecked]
Heard = tuple[tuple[Line, ...] | None, Spoken]
"""What a rule said, and of which lines; None before it is asked."""
SILENCE: Spoken = ()
UNHEARD: Heard = (None, SILENCE)


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
    return tuple(said for rule, *_ in followed(policy) for said in ask(rule, visit, policy))


class Followed(NamedTuple):
    """A rule, and what can make it speak."""

    rule: ModuleType
    about: frozenset[str] | None
    """Codes and modifiers without any of which it has nothing to say; None for any visit."""
    counts: bool
    """It looks at codes and units alone: a modifier changes nothing that it says."""


def followed(policy: Policy) -> tuple[Followed, ...]:
    """Return the rules that are law on the day and that the payer follows."""
    known: tuple[Followed, ...] | None = policy.memo.get(FOLLOWED)
    if known is None:
        rules = [rule for rule in RULES if policy.applies(rule.ID)]
        known = tuple([Followed(rule, _about(rule, policy), rule.ID in COUNTED) for rule in rules])
        policy.memo[FOLLOWED] = known
    return known


def _about(rule: ModuleType, policy: Policy) -> frozenset[str] | None:
    """Return what a rule says that it is about; one that fails to say is asked, and reported."""
    try:
        return frozenset(rule.about(policy)) if hasattr(rule, "about") else None
    except Exception:
        log.exception("rule failed", extra={"rule": rule.ID})
        return None


def _words(visit: Visit) -> set[str]:
    """Return the codes that are charted, as given, or billed, and the modifiers."""
    services = visit.services
    words = {*[s.code for s in services], *[s.charted_as for s in services]}
    _spell(visit.lines, words)
    return words


def _spell(lines: Iterable[Line], words: set[str]) -> None:
    """Add the codes and modifiers of lines to those that have been there."""
    for line in lines:
        words.add(line.code)
        words.update(line.modifiers)


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
    heard = [UNHEARD] * len(rules)
    words = _words(visit)
    for _ in range(rounds):
        before = visit.lines
        for i, (rule, about, counts) in enumerate(rules):
            if about is not None and about.isdisjoint(words):
                continue
            lines, seen = visit.lines, heard[i][0]
            if seen is lines or (counts and seen and not _recounted(seen, lines)):
                continue
            spoken = ask(rule, visit, policy)
            heard[i] = (lines, spoken)
            after = _applied(visit, spoken, fixed) if spoken else visit
            if after is not visit:
                visit = after
                _spell(after.lines, words)
                heard[i] = (after.lines if _answered(spoken) else lines, spoken)
        if visit.lines == before:
            break
    else:
        moving = NotChecked(rule="timed_units", why="the bill could not be settled")
        heard.append((visit.lines, (moving,)))
    return _bill(visit, [each for _, spoken in heard for each in spoken], fixed, policy)


def _recounted(seen: Sequence[Line], lines: Sequence[Line]) -> bool:
    """Tell whether lines hold other codes or units than those that were seen."""
    if len(seen) != len(lines):
        return True
    for x, y in zip(seen, lines, strict=True):
        if x.code != y.code or x.units != y.units or x.discipline != y.discipline:
            return True
    return False


def _answered(spoken: Spoken) -> bool:
    """Tell whether a rule has nothing to add once its own fixes are applied; a fix must hold."""
    return all(isinstance(x, Finding) and x.remedy for x in spoken)


def _bill(
    visit: Visit, said: Spoken, fixed: Mapping[tuple[str, str], Finding], policy: Policy
) -> Bill:
    """Return the bill of a settled visit, with what was fixed and what its lines leave to say."""
    found = [x for x in said if isinstance(x, Finding) and x.remedy is None]
    return Bill(
        lines=_as_charted(visit),
        fixed=tuple(fixed.values()),
        open=tuple([x for x in found if (x.rule, x.says) not in fixed]),
        not_checked=(*[x for x in said if isinstance(x, NotChecked)], *unfollowed(policy)),
    )


def unfollowed(policy: Policy) -> Iterable[NotChecked]:
    """Name the rules that are left out because the payer is not known to follow them."""
    if policy.payer != "unknown":
        return ()
    why = "the payer was not recognised"
    left_out = [r.ID for r in RULES if not policy.applies(r.ID) and r.ID not in policy.off]
    return [NotChecked(rule=rule, why=why) for rule in left_out]


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
    for i, line in enumerate(visit.lines):
        mine = furnished.get((line.discipline, line.code), ())
        named = line
        if mine and not line.services:
            named = line.billing(tuple(mine))
        first = mine or line.services
        made.append((place.get(first[0], last) if first else last, i, named))
    made.sort()
    return tuple([line for _, _, line in made])
