"""A column two code is not paid beside its column one code unless a modifier sets it apart.

The words are those of the NCCI procedure-to-procedure (PTP) files: column one, column two, modifier
indicator. Direction, setting and date of service all matter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rules.chart import chart_of, disciplines_of, lines_of
from rules.model import Cite, Finding, Fix, Line, NotChecked, Said, Visit
from rules.modifiers.order import added
from rules.policy import Edit, Policy

ID = "ptp_edit"
NEVER = "0"


def check(visit: Visit, policy: Policy) -> Said:
    """Find pairs that an NCCI edit bundles, discipline by discipline."""
    if policy.find("ptp_edit.edition") is None:
        if len({line.code for line in visit.lines}) > 1:
            yield NotChecked(rule=ID, why=f"no edition of the NCCI edits covers {policy.day}")
        return
    if visit.drafted:
        yield from _left_out(visit, policy)
    for discipline in disciplines_of(visit):
        lines = lines_of(visit, discipline)
        edits = sorted(policy.edits_among({line.code for line in lines}), key=_never_first)
        gone: set[str] = set()
        for one, two, edit in edits:
            if one in gone or two in gone:
                continue
            finding = _judged(one, two, edit, lines, policy)
            if finding:
                gone |= {two} if edit.indicator == NEVER else set()
                yield finding


def _never_first(pair: tuple[str, str, Edit]) -> tuple[bool, str, str]:
    """Order pairs so that a code which is dropped anyway asks for no modifier."""
    one, two, edit = pair
    return edit.indicator != NEVER, one, two


def _left_out(visit: Visit, policy: Policy) -> Iterator[Finding]:
    """Say which charted codes the bill will leave out, because no modifier could save them."""
    for (_, two), (one, edit) in chart_of(visit, policy).swallowed.items():
        yield Finding(
            rule=ID,
            says=f"{two} is never paid beside {one} on one day (NCCI, no modifier allowed)",
            codes=(one, two),
            cite=_cite(policy, edit),
            fixes=(Fix(f"Leave out {two}"),),
        )


def _judged(
    one: str, two: str, edit: Edit, lines: Sequence[Line], policy: Policy
) -> Finding | None:
    """Return what an edit does to two billed codes, or None when a modifier sets them apart."""
    bare = tuple(line for line in lines if line.code == two)
    if edit.indicator == NEVER:
        return Finding(
            rule=ID,
            says=f"{two} is never paid beside {one} on one day (NCCI, no modifier allowed)",
            codes=(one, two),
            cite=_cite(policy, edit),
            fixes=(Fix(f"Drop {two}", bare),),
        )
    apart = set(policy.get("ptp_edit.bypass", list))
    either = policy.get("ptp_edit.either_column", bool)
    if either and any(apart.intersection(line.modifiers) for line in lines if line.code == one):
        return None
    bare = tuple(line for line in bare if not apart.intersection(line.modifiers))
    if not bare:
        return None
    return Finding(
        rule=ID,
        says=f"{two} is not paid beside {one} (NCCI) unless it was separate, and says so",
        codes=(one, two),
        cite=_cite(policy, edit),
        fixes=tuple(_choices(one, two, bare, policy)),
    )


def _choices(one: str, two: str, lines: tuple[Line, ...], policy: Policy) -> Iterator[Fix]:
    """Offer each lawful modifier, with the fact that a person affirms by choosing it."""
    visits = policy.get("ptp_edit.evaluation_and_management", list)
    name = "ptp_edit.choices_for_visits" if two in visits else "ptp_edit.choices"
    for modifier, fact in policy.get(name, dict).items():
        new = tuple(line.carrying(added(line.modifiers, modifier)) for line in lines)
        attests = fact.format(one=one, two=two)
        yield Fix(f"Add {modifier} to {two}", lines, new, attests)


def _cite(policy: Policy, edit: Edit) -> Cite:
    """Cite the edition that answered; own up to a first day that it does not print."""
    cite = policy.cite("ptp_edit.edition")
    table = "practitioner" if policy.setting == "practitioner" else "hospital"
    edition = f"{policy.get('ptp_edit.edition', str)}, {table}"
    unread = not edit.effective or edit.basis == "inferred"
    if unread and policy.day < policy.get("ptp_edit.released", str):
        edition += ", which does not print this edit's first day"
    return replace(cite, edition=edition, effective=edit.effective or cite.effective)
