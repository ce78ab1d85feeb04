"""Where a payer takes a service under a code of its own, that code is billed.

Unattended electrical stimulation is the case in point: Medicare knows G0283 alone, while 97014 is
what others know. Which code goes for which is data (``payer_code.instead``), payer by payer.
"""

from collections.abc import Iterable, Iterator, Sequence

from rules.chart import ONCE, billed_of, chart_of
from rules.coverage import CHOSEN
from rules.model import Finding, Line, Visit, new_finding, new_fix
from rules.policy import Policy

ID = "payer_code"


def about(policy: Policy) -> Iterable[str]:
    """Return the codes that this payer takes under another."""
    return policy.get("payer_code.instead", dict)


def check(visit: Visit, policy: Policy) -> Iterator[Finding]:
    """Find services billed, or charted and not billed yet, under a code this payer does not take.

    A line with a notice modifier (GA, GX, GY, GZ) asks for the denial of its code and is let be.
    """
    billed = billed_of(visit).codes
    for old, new in policy.get("payer_code.instead", dict).items():
        lines: list[Line] = []
        if old in billed:
            lines = [x for x in visit.lines if x.code == old and CHOSEN.isdisjoint(x.modifiers)]
        renamed = [_renamed(line, new) for line in lines]
        fixed = (*renamed, *_unbilled(visit, old, renamed, policy))
        if fixed:
            yield new_finding(
                rule=ID,
                says=f"{new} instead of {old}: this payer takes the same service as {new} only",
                codes=(old, new),
                cite=policy.cite("payer_code.instead"),
                fixes=(new_fix(f"Bill {new} instead of {old}", tuple(lines), fixed),),
            )


def _renamed(line: Line, code: str) -> Line:
    """Return a line under another code; what stands on it still holds of the same service."""
    return Line(
        code=code,
        units=line.units,
        modifiers=line.modifiers,
        discipline=line.discipline,
        services=line.services,
        id=line.id,
    )


def _unbilled(visit: Visit, old: str, renamed: Sequence[Line], policy: Policy) -> Iterator[Line]:
    """Write the lines of untimed services that were charted under the old code alone."""
    chart = chart_of(visit, policy)
    keys = {(s.discipline, s.code): None for s in chart.renamed if s.charted_as == old}
    for key in keys:
        if key in chart.by_code and policy.codes[key[1]].kind in ONCE:
            lines = (*visit.lines, *renamed)
            if key not in [(line.discipline, line.code) for line in lines]:
                yield chart.line(*key, 1)
