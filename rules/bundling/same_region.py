"""Manual therapy, massage or re-education beside manipulation is paid in another region alone."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from rules.bundling import apart
from rules.chart import billed_of, chart_of, disciplines_of, lines_of
from rules.model import Finding, Line, NotChecked, Said, Visit
from rules.policy import Policy
from rules.words import Discipline, Indicator

ID = "same_region"
ASKS_FOR_DENIAL = "GY"


def about(policy: Policy) -> Iterable[str]:
    """Return the codes of spinal manipulation."""
    return policy.get("same_region.manipulation", list)


def check(visit: Visit, policy: Policy) -> Said:
    """Find what was done where the spine was manipulated; where regions are unknown, say so."""
    billed = billed_of(visit).codes
    ones = billed.intersection(policy.get("same_region.manipulation", list))
    twos = billed.intersection(policy.get("same_region.beside", list))
    for discipline in disciplines_of(visit):
        lines = _asking(visit, discipline, policy)
        for one, two in product(sorted(ones), sorted(twos)):
            if {one, two} <= {x.code for x in lines} and _joined(one, two, policy):
                yield from _judged(visit, lines, (one, two), policy)


def _asking(visit: Visit, discipline: Discipline | None, policy: Policy) -> tuple[Line, ...]:
    """Return the lines of one discipline whose services are charted, and that ask to be paid."""
    charges = chart_of(visit, policy).by_code
    return tuple(
        line
        for line in lines_of(visit, discipline)
        if (discipline, line.code) in charges and ASKS_FOR_DENIAL not in line.modifiers
    )


def _joined(one: str, two: str, policy: Policy) -> bool:
    """Tell whether an NCCI edit joins the pair on the day, so that a modifier must part it."""
    if not policy.applies("ptp_edit") or policy.find("ptp_edit.edition") is None:
        return False
    return policy.edit(one, two) is not None


def _judged(
    visit: Visit, lines: Sequence[Line], pair: tuple[str, str], policy: Policy
) -> Iterator[Finding | NotChecked]:
    one, two = pair
    ones, twos = (apart.of(visit, lines[0].discipline, code) for code in pair)
    region = apart.shared(ones, twos, policy)
    bare = apart.unmarked(lines, one, two, policy)
    claims = policy.get("same_region.claims", list)
    claimed = [m for line in lines if line.code in pair for m in line.modifiers if m in claims]
    if region and bare:
        says = f"{two} and {one} both on the {region}: not billed together, whatever the modifier"
        yield _finding(says, pair, policy, "critical")
    elif region and claimed:
        says = f"{claimed[0]} does not hold: {two} and {one} are both charted on the {region}"
        yield _finding(says, pair, policy, "warning")
    elif bare and not all(service.region for service in (*ones, *twos)):
        why = f"{two} beside {one}: the chart does not name the region of each"
        yield NotChecked(rule=ID, why=why, quiet=True)


def _finding(says: str, pair: tuple[str, str], policy: Policy, indicator: Indicator) -> Finding:
    return Finding(
        rule=ID,
        says=says,
        codes=pair,
        cite=policy.cite("same_region.beside"),
        indicator=indicator,
    )
