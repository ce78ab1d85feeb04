"""One evaluation of one level a day: a lower level, or a re-evaluation, is inside the other."""

from collections.abc import Iterable, Iterator

from rules.bundling.levels import levels, one_evaluation
from rules.chart import billed_of, chart_of, disciplines_of, lines_of
from rules.model import Finding, Fix, Line, Said, Visit
from rules.policy import Policy
from rules.standing import never_together

ID = "evaluation_level"


def about(policy: Policy) -> Iterable[str]:
    """Return the codes of evaluations that have levels."""
    return levels(policy)


def check(visit: Visit, policy: Policy) -> Said:
    """Find a day's evaluation billed twice: at two levels, or with its re-evaluation.

    Where an NCCI edit says which of the two is paid, the other is dropped. Elsewhere the code set
    itself allows one level, and a person says which.
    """
    if visit.drafted:
        for (_, two), (one, _) in chart_of(visit, policy).swallowed.items():
            if one_evaluation(one, two, policy):
                yield _inside(one, two, policy, Fix(f"Leave out {two}"))
    groups = levels(policy)
    if len(groups.keys() & billed_of(visit).codes) < 2:  # noqa: PLR2004 - two are a pair
        return
    for discipline in disciplines_of(visit):
        lines = lines_of(visit, discipline)
        mine = {line.code for line in lines} & groups.keys()
        for group in sorted({groups[code] for code in mine}, key=min):
            if len(group & mine) > 1:
                yield from _judged(frozenset(group & mine), lines, policy)


def _judged(codes: frozenset[str], lines: tuple[Line, ...], policy: Policy) -> Iterator[Finding]:
    out = never_together(codes, policy)
    for two, (one, _) in out.items():
        mine = tuple(line for line in lines if line.code == two)
        yield _inside(one, two, policy, Fix(f"Drop {two}", mine))
    if not out:
        each = sorted(codes)
        yield Finding(
            rule=ID,
            says=f"{', '.join(each)} are billed together: one evaluation of one level a day; "
            "keep what the note supports",
            codes=tuple(each),
            cite=policy.cite("evaluation_level.levels"),
        )


def _inside(one: str, two: str, policy: Policy, fix: Fix) -> Finding:
    return Finding(
        rule=ID,
        says=f"{two} is inside {one}: one evaluation of one level a day "
        "(NCCI, no modifier allowed)",
        codes=(one, two),
        cite=policy.cite("ptp_edit.edition"),
        fixes=(fix,),
    )
