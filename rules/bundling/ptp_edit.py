"""A column two code is not paid beside its column one code unless a modifier sets it apart.

The words are those of the NCCI procedure-to-procedure (PTP) files: column one, column two, modifier
indicator. Direction, setting and date of service all matter.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rules.bundling import apart
from rules.bundling.levels import one_evaluation
from rules.chart import billed_of, chart_of, disciplines_of, lines_of
from rules.model import Cite, Finding, Fix, Line, NotChecked, Said, Visit
from rules.modifiers.order import added
from rules.policy import Edit, Policy
from rules.standing import KEPT
from rules.words import Discipline

ID = "ptp_edit"
NEVER = "0"
EXCLUDED = "GY"

Joined = tuple[str, str, Edit]
"""Column one, column two, and the edit between them."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two billed codes that an edit joins, and all lines of their discipline."""

    one: str
    two: str
    edit: Edit
    discipline: Discipline | None
    lines: tuple[Line, ...]


def check(visit: Visit, policy: Policy) -> Said:
    """Find pairs that an NCCI edit bundles, discipline by discipline."""
    if policy.find("ptp_edit.edition") is None:
        if len({line.code for line in visit.lines}) > 1:
            yield NotChecked(rule=ID, why=f"no edition of the NCCI edits covers {policy.day}")
        return
    if visit.drafted and chart_of(visit, policy).swallowed:
        yield from _left_out(visit, policy)
    if not _edits(billed_of(visit).codes, policy):
        return
    for discipline in disciplines_of(visit):
        lines = lines_of(visit, discipline)
        gone: set[str] = set()
        for one, two, edit in _edits(frozenset(line.code for line in lines), policy):
            if one in gone or two in gone:
                continue
            gone |= {two} if edit.indicator == NEVER else set()
            yield from _judged(Pair(one, two, edit, discipline, lines), visit, policy)


def _edits(codes: frozenset[str], policy: Policy) -> tuple[Joined, ...]:
    """Return the edits among codes, so that a code which is dropped anyway asks for no modifier.

    Kept with the policy: the same codes are billed together many times a day.
    """
    known: tuple[Joined, ...] | None = policy.memo.get((ID, codes))
    if known is None:
        known = tuple(sorted(policy.edits_among(codes), key=_never_first))
        if len(policy.memo) < KEPT:
            policy.memo[ID, codes] = known
    return known


def _never_first(pair: Joined) -> tuple[bool, str, str]:
    one, two, edit = pair
    return edit.indicator != NEVER, one, two


def _left_out(visit: Visit, policy: Policy) -> Iterator[Finding]:
    """Say which charted codes the bill will leave out, because no modifier could save them."""
    for (_, two), (one, edit) in chart_of(visit, policy).swallowed.items():
        if not one_evaluation(one, two, policy):
            yield _never(one, two, edit, policy, Fix(f"Leave out {two}"))


def _judged(pair: Pair, visit: Visit, policy: Policy) -> Iterator[Finding]:
    """Say what an edit does to two billed codes; nothing when a modifier sets them apart."""
    one, two = pair.one, pair.two
    if one_evaluation(one, two, policy):
        return
    if pair.edit.indicator == NEVER:
        drop = Fix(f"Drop {two}", tuple(line for line in pair.lines if line.code == two))
        yield _never(one, two, pair.edit, policy, drop)
        return
    asking = _asking(pair, visit, policy)
    ones, twos = (apart.of(visit, pair.discipline, code) for code in (one, two))
    region = apart.shared(ones, twos, policy) if asking else ""
    if not asking or (region and apart.by_region(one, two, policy)):
        return
    choices = _choices(pair, region, policy)
    table = _table(policy)
    yield Finding(
        rule=ID,
        says=f"{two} is not paid beside {one} unless it was separate; then {_either(choices)} "
        f"goes on {two} (NCCI, {table})",
        codes=(one, two),
        cite=_cite(policy, pair.edit),
        fixes=tuple(_fix(two, asking, m, fact) for m, fact in choices.items()),
        worked=(
            f"{policy.day}, {table} table: {one} is column one, {two} is column two; "
            "a modifier may set them apart (indicator 1)",
            f"Without it {one} is paid and {two} is not; it goes on {two}, not on {one}",
            *apart.evidence(ones, twos, policy),
        ),
    )


def _never(one: str, two: str, edit: Edit, policy: Policy, fix: Fix) -> Finding:
    return Finding(
        rule=ID,
        says=f"{two} is never paid beside {one} on one day (NCCI, no modifier allowed)",
        codes=(one, two),
        cite=_cite(policy, edit),
        fixes=(fix,),
    )


def _asking(pair: Pair, visit: Visit, policy: Policy) -> tuple[Line, ...]:
    """Return the column two lines that ask to be paid and that no modifier sets apart."""
    chart = chart_of(visit, policy)
    if pair.two in chart.unpaid and (pair.discipline, pair.two) not in chart.by_code:
        return ()  # no modifier makes the payer pay it
    lines = apart.unmarked(pair.lines, pair.one, pair.two, policy)
    return tuple(line for line in lines if EXCLUDED not in line.modifiers)


def _choices(pair: Pair, region: str, policy: Policy) -> dict[str, str]:
    """Return each lawful modifier, with the fact that a person affirms by choosing it.

    What claims another region is not offered where the chart shows one region for both.
    """
    name = "choices"
    if pair.two in policy.get("ptp_edit.evaluation_and_management", list):
        name = "choices_for_visits"
    elif apart.by_region(pair.one, pair.two, policy):
        name = "choices_by_region"
    elsewhere = policy.get("ptp_edit.elsewhere", list) if region else ()
    return {
        modifier: fact.format(one=pair.one, two=pair.two)
        for modifier, fact in policy.get(f"ptp_edit.{name}", dict).items()
        if modifier not in elsewhere
    }


def _fix(two: str, lines: tuple[Line, ...], modifier: str, fact: str) -> Fix:
    new = tuple(line.carrying(added(line.modifiers, modifier)) for line in lines)
    return Fix(f"Add {modifier} to {two}", lines, new, fact)


def _either(choices: dict[str, str]) -> str:
    """Write modifiers as a choice: ``59, XS or XE``."""
    *others, last = choices
    return f"{', '.join(others)} or {last}" if others else last


def _table(policy: Policy) -> str:
    return "practitioner" if policy.setting == "practitioner" else "hospital"


def _cite(policy: Policy, edit: Edit) -> Cite:
    """Cite the edition that answered; own up to a first day that it does not print."""
    cite = policy.cite("ptp_edit.edition")
    edition = f"{policy.get('ptp_edit.edition', str)}, {_table(policy)}"
    unread = not edit.effective or edit.basis == "inferred"
    if unread and policy.day < policy.get("ptp_edit.released", str):
        edition += ", which does not print this edit's first day"
    return replace(cite, edition=edition, effective=edit.effective or cite.effective)
