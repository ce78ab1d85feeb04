"""Notices to the patient (ABN): what GA, GX, GY and GZ say must be so.

GA: a required notice is on file. GX: a voluntary one is. GY: never covered, no notice needed. GZ: a
denial is expected and no notice was signed. Authority: CMS MLN Matters MM6563.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from rules.chart import billed_of, strays
from rules.coverage import CHOSEN
from rules.eligibility.refused import denied_on_request, reason, refused
from rules.model import Finding, Fix, Line, NotChecked, Said, Visit
from rules.modifiers.order import added
from rules.people import OF_PLAN
from rules.policy import Policy
from rules.words import Indicator

ID = "notice_modifier"
EXCLUDED, PLAN = "notice_modifier.excluded", "notice_modifier.plan_of_chiropractor"
ON_FILE = frozenset({"GA", "GX"})
UNKNOWN = NotChecked(
    rule=ID,
    why="whether the notice (ABN) that GA or GX speaks of is on file is unknown",
    quiet=True,
)


class Statement(NamedTuple):
    """What a modifier says of a notice, and what to do when the record says otherwise."""

    modifier: str
    notice: str
    stands: bool
    """Whether the modifier says that there is such a notice."""
    instead: str
    but: str
    attests: str
    indicator: Indicator = "warning"


STATEMENTS = (
    Statement(
        "GA",
        "mandatory",
        stands=True,
        instead="GZ",
        but="GA says that a required notice (ABN) is on file, but the record holds none",
        attests="the denial is expected and no required notice (ABN) was signed before the service",
    ),
    Statement(
        "GX",
        "voluntary",
        stands=True,
        instead="GY",
        but="GX says that a voluntary notice (ABN) is on file, but the record holds none",
        attests="the service is never covered and no voluntary notice (ABN) was signed for it",
    ),
    Statement(
        "GZ",
        "mandatory",
        stands=False,
        instead="GA",
        but="GZ says that no notice (ABN) was signed, but the record holds a required one",
        attests="the notice (ABN) on file is for this service and was signed before it",
        indicator="info",
    ),
)


def check(visit: Visit, policy: Policy) -> Said:
    """Offer GY where a code is never paid, and hold notice modifiers against the notices known."""
    if strays(visit, policy):
        for code, why, lines in refused(visit, policy):
            if denied_on_request(why, policy):
                yield _offered(code, why, lines, visit, policy)
    standing = CHOSEN & billed_of(visit).modifiers
    if not standing:
        return
    yield from _unplanned(visit, policy)
    notices = visit.record.notices
    if notices is not None:
        yield from _contradicted(visit, notices, policy)
    elif standing & ON_FILE:
        yield UNKNOWN


def _offered(code: str, why: str, lines: tuple[Line, ...], visit: Visit, policy: Policy) -> Finding:
    """Offer to bill for the denial; whether anybody wants one is for a person to say."""
    return Finding(
        rule=ID,
        says=f"{reason(code, why, policy)}; billed for its denial, it carries GY",
        codes=(code,),
        cite=policy.cite(EXCLUDED),
        indicator="critical",
        fixes=tuple(_denials(code, lines, visit.record.notices, policy)),
    )


def _denials(
    code: str, lines: tuple[Line, ...], notices: Collection[str] | None, policy: Policy
) -> Iterator[Fix]:
    """Offer GY alone, and with GX where a voluntary notice is, or may be, on file."""
    facts = policy.get(EXCLUDED, dict)
    plan = [policy.get(PLAN, str)] if _plan_missing(lines[0], policy) else []
    if notices is None or "voluntary" not in notices:
        yield _marked(code, lines, [*plan, "GY"], facts["GY"])
    if notices is None or "voluntary" in notices:
        yield _marked(code, lines, [*plan, "GY", "GX"], f"{facts['GY']}, and {facts['GX']}")


def _marked(code: str, lines: tuple[Line, ...], modifiers: Sequence[str], attests: str) -> Fix:
    new = []
    for line in lines:
        carried = line.modifiers
        for modifier in modifiers:
            carried = added(carried, modifier)
        new.append(line.carrying(carried))
    *some, last = modifiers
    listed = f"{', '.join(some)} and {last}" if some else last
    return Fix(f"Add {listed} to {code}", lines, tuple(new), attests)


def _plan_missing(line: Line, policy: Policy) -> bool:
    """Tell whether a chiropractor's line is of a therapy code and names no plan of care.

    Always-therapy codes without one are returned before they can be denied (Claims Processing
    Manual ch. 5, §10.4).
    """
    code = policy.code(line.code)
    always = code is not None and code.therapy == "always"
    return (
        always and line.discipline == "chiropractic" and OF_PLAN.keys().isdisjoint(line.modifiers)
    )


def _unplanned(visit: Visit, policy: Policy) -> Iterator[Finding]:
    """Add the plan of care's modifier, without which no denial is given."""
    lines = tuple(
        x for x in visit.lines if not CHOSEN.isdisjoint(x.modifiers) and _plan_missing(x, policy)
    )
    if lines:
        plan = policy.get(PLAN, str)
        codes = tuple(dict.fromkeys(line.code for line in lines))
        listed, verb = ", ".join(codes), "needs" if len(codes) == 1 else "need"
        low = {policy.codes[code].confidence for code in codes} == {"low"}
        new = tuple(line.carrying(added(line.modifiers, plan)) for line in lines)
        yield Finding(
            rule=ID,
            says=f"{listed} {verb} {plan}: without it a therapy code is returned, not denied",
            codes=codes,
            cite=policy.cite(PLAN),
            indicator="info" if low else "warning",
            fixes=(Fix(f"Add {plan} to {listed}", lines, new),),
        )


def _contradicted(visit: Visit, notices: Collection[str], policy: Policy) -> Iterator[Finding]:
    """Find modifiers that say of a notice what the record does not."""
    for said in STATEMENTS:
        lines = tuple(x for x in visit.lines if said.modifier in x.modifiers)
        if lines and (said.notice in notices) != said.stands:
            codes = tuple(dict.fromkeys(line.code for line in lines))
            listed = ", ".join(codes)
            yield Finding(
                rule=ID,
                says=f"{listed}: {said.but}",
                codes=codes,
                cite=policy.cite("notice_modifier.applies"),
                indicator=said.indicator,
                fixes=(_replaced(said, listed, lines),),
            )


def _replaced(said: Statement, listed: str, lines: tuple[Line, ...]) -> Fix:
    """Put the modifier that is true in the place of the one that is not, once."""
    swap = {said.modifier: said.instead}
    new = tuple(
        line.carrying(tuple(dict.fromkeys(swap.get(m, m) for m in line.modifiers)))
        for line in lines
    )
    both = all(said.instead in line.modifiers for line in lines)
    label = (
        f"Remove {said.modifier} from"
        if both
        else f"Replace {said.modifier} with {said.instead} on"
    )
    return Fix(f"{label} {listed}", lines, new, said.attests)
