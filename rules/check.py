"""Run every rule over a visit, and settle its bill."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from types import ModuleType

from rules import RULES
from rules.chart import Key, billed_of, furnished
from rules.model import Bill, Finding, Line, NotChecked, Said, Visit, new_bill
from rules.policy import Policy
from rules.recoding import as_billed

log = logging.getLogger(__name__)

ROUNDS = 10
FOLLOWED = "followed"
COUNTED = frozenset({"timed_units", "untimed_units", "evaluation_level"})
Lines = tuple[Line, ...]
Spoken = Sequence[Finding | NotChecked]
SILENCE: Spoken = ()
UNSEEN: Lines | None = None
MOVING = NotChecked(rule="timed_units", why="the bill could not be settled")


@dataclass(frozen=True, slots=True)
class Followed:
    """A rule, and what can make it speak."""

    rule: ModuleType
    check: Callable[[Visit, Policy], Said]
    about: frozenset[str] | None
    """Codes and modifiers without any of which it has nothing to say; None for any visit."""
    counts: bool
    """It looks at codes and units alone: a modifier changes nothing that it says."""


def ask(each: Followed, visit: Visit, policy: Policy) -> Spoken:
    """Return what one rule says of a visit.

    A rule that fails is logged and reported as not checked; the others still run.
    """
    look = each.check
    try:
        return tuple(look(visit, policy))
    except Exception:
        rule = each.rule.ID
        log.exception("rule failed", extra={"rule": rule})
        return (NotChecked(rule=rule, why="the rule failed and has been reported"),)


def check(visit: Visit, policy: Policy) -> Spoken:
    """Return what all rules say of a visit as it stands, in rule order."""
    visit = as_billed(visit, policy)
    return tuple(said for each in followed(policy) for said in ask(each, visit, policy))


def followed(policy: Policy) -> tuple[Followed, ...]:
    """Return the rules that are law on the day and that the payer follows."""
    known: tuple[Followed, ...] | None = policy.memo.get(FOLLOWED)
    if known is None:
        rules = [rule for rule in RULES if policy.applies(rule.ID)]
        known = policy.memo[FOLLOWED] = tuple(
            [Followed(x, x.check, _about(x, policy), x.ID in COUNTED) for x in rules]
        )
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
    words: set[str] = set()
    for service in visit.services:
        words.add(service.code)
        words.add(service.charted_as)
    words.update(*billed_of(visit))
    return words


def settle(visit: Visit, policy: Policy, *, rounds: int = ROUNDS) -> Bill:
    """Apply every fix that needs nobody's word, until the rules have no more to offer.

    Started from no lines this writes the bill; started from the EHR's charges it corrects it. The
    result does not depend on the order of lines. A bill that still moves after the last round is
    reported as not checked.
    """
    visit = _taken_up(visit, policy)
    rules = followed(policy)
    fixed: dict[tuple[str, str], Finding] = {}
    heard, seen = [SILENCE] * len(rules), [UNSEEN] * len(rules)
    words = _words(visit)
    # The lines whose codes and units stand, and the last rule that changed any.
    counted, last = visit.lines, len(rules)
    for _ in range(rounds):
        before, until = visit.lines, last
        for i, each in enumerate(rules):
            if i > until:
                break  # the others have seen these lines
            lines = counted if each.counts else visit.lines
            if seen[i] is lines or (each.about is not None and each.about.isdisjoint(words)):
                continue
            heard[i] = spoken = ask(each, visit, policy)
            after, answered = _applied(visit, spoken, fixed) if spoken else (visit, False)
            if after is not visit:
                counted = after.lines if _recounted(visit.lines, after.lines) else counted
                visit, last, until = after, i, len(rules)
                words.update(*billed_of(visit))
                if answered:
                    lines = counted if each.counts else visit.lines
            seen[i] = lines
        if visit.lines == before:
            break
    else:
        heard.append((MOVING,))
    return _bill(visit, heard, fixed, policy)


def _taken_up(visit: Visit, policy: Policy) -> Visit:
    """Return a visit with the codes that its payer takes, and its lines in order."""
    visit = as_billed(visit, policy)
    return visit.billed(_ordered(visit.lines), drafted=not visit.lines)


def _recounted(seen: Sequence[Line], lines: Sequence[Line]) -> bool:
    """Tell whether lines hold other codes or units than those that were seen."""
    if len(seen) != len(lines):
        return True
    for x, y in zip(seen, lines, strict=True):
        if x.code != y.code or x.units != y.units or x.discipline != y.discipline:
            return True
    return False


def _bill(
    visit: Visit, heard: Iterable[Spoken], fixed: Mapping[tuple[str, str], Finding], policy: Policy
) -> Bill:
    """Return the bill of a settled visit, with what was fixed and what its lines leave to say."""
    still, unchecked = [], []
    for said in chain.from_iterable(heard):
        if isinstance(said, NotChecked):
            unchecked.append(said)
        elif said.remedy is None and (said.rule, said.says) not in fixed:
            still.append(said)
    return new_bill(
        lines=_as_charted(visit),
        fixed=tuple(fixed.values()),
        open=tuple(still),
        not_checked=(*unchecked, *unfollowed(policy)),
    )


def unfollowed(policy: Policy) -> Iterable[NotChecked]:
    """Name the rules that are left out because the payer is not known to follow them."""
    if policy.payer != "unknown":
        return ()
    why = "the payer was not recognised"
    left_out = [r.ID for r in RULES if not policy.applies(r.ID) and r.ID not in policy.off]
    return [NotChecked(rule=rule, why=why) for rule in left_out]


def _applied(
    visit: Visit, spoken: Spoken, fixed: dict[tuple[str, str], Finding]
) -> tuple[Visit, bool]:
    """Apply one rule's fixes, and tell whether that answers all it said; a fix must hold.

    Its findings never touch the same line twice.
    """
    answered = True
    for said in spoken:
        if isinstance(said, Finding) and (fix := said.remedy):
            visit = visit.rebilled(fix)
            fixed.setdefault((said.rule, said.says), said)
        else:
            answered = False
    return visit, answered


def _ordered(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Sort lines by what they say, so that the order they came in decides nothing."""
    return tuple(sorted(lines, key=lambda x: (x.code, str(x.discipline), x.modifiers, x.id)))


def _as_charted(visit: Visit) -> tuple[Line, ...]:
    """Return the lines in the order of the chart, each naming the services it bills.

    A line under a code that is not in the chart stands where its first service does.
    """
    place: dict[str, int] = {}
    first: dict[Key, int] = {}
    for i, service in enumerate(visit.services):
        stands = place.setdefault(service.id, i)
        first.setdefault((service.discipline, service.code), stands)
    last = len(place)
    made = []
    for i, line in enumerate(visit.lines):
        at, named = first.get((line.discipline, line.code)), line
        if at is None:
            at = place.get(line.services[0], last) if line.services else last
        elif not line.services:
            named = line.billing(tuple([s.id for s in furnished(visit, line)]))
        made.append((at, i, named))
    made.sort()
    return tuple([line for _, _, line in made])
