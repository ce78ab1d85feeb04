"""Spinal manipulation by a chiropractor: AT for active treatment, GA or GZ for maintenance.

Authority: Medicare Benefit Policy Manual ch. 15, §30.5 and §240.1.3; MLN Matters SE1602.
"""

from collections.abc import Iterable, Iterator, Sequence

from rules.chart import furnished
from rules.coverage import CHOSEN
from rules.model import Finding, Fix, Line, Visit
from rules.modifiers.order import added
from rules.policy import Policy

ID = "active_treatment"
AT = "AT"
ACTIVE = "the treatment was active and corrective, and the note shows that improvement is expected"
CARED = "this was maintenance care, as charted"
CODES, MAINTENANCE = "active_treatment.codes", "active_treatment.maintenance"


def about(policy: Policy) -> Iterable[str]:
    """Return the codes of spinal manipulation."""
    return policy.get(CODES, list)


def check(visit: Visit, policy: Policy) -> Iterator[Finding]:
    """Find manipulation without AT, and AT on what was charted as maintenance.

    A line with a notice modifier already says that a denial is expected.
    """
    for code in policy.get(CODES, list):
        lines = [x for x in visit.lines if x.code == code and x.discipline == "chiropractic"]
        said = {s.intent for line in lines for s in furnished(visit, line)}
        if said == {"maintenance"}:
            yield from _maintained(lines, visit, policy)
        else:
            yield from _treated(lines, policy)


def _treated(lines: Sequence[Line], policy: Policy) -> Iterator[Finding]:
    """Ask whether the treatment was active; a chart that says so still leaves it to a person."""
    bare = _bare(lines)
    if bare:
        code = bare[0].code
        yield Finding(
            rule=ID,
            says=f"{code} needs AT when treatment is active: without it Medicare denies the line",
            codes=(code,),
            cite=policy.cite(CODES),
            fixes=(Fix(f"Add AT to {code}", bare, _with(bare, AT), ACTIVE),),
        )


def _maintained(lines: Sequence[Line], visit: Visit, policy: Policy) -> Iterator[Finding]:
    """Maintenance is not covered: AT would claim otherwise, GA or GZ expects the denial."""
    stated = tuple(x for x in lines if AT in x.modifiers)
    bare = _bare(lines)
    if stated:
        code = stated[0].code
        yield Finding(
            rule=ID,
            says=f"{code} carries AT, but was charted as maintenance, which AT may not be used for",
            codes=(code,),
            cite=policy.cite(MAINTENANCE),
            indicator="critical",
            fixes=tuple(_withdrawn(code, stated, visit, policy)),
        )
    if bare:
        code = bare[0].code
        yield Finding(
            rule=ID,
            says=f"{code} was charted as maintenance, which Medicare denies: GA or GZ says so",
            codes=(code,),
            cite=policy.cite(MAINTENANCE),
            fixes=tuple(
                Fix(f"Add {modifier} to {code}", bare, _with(bare, modifier), fact)
                for modifier, fact in _choices(visit, policy)
            ),
        )


def _bare(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return the lines that say neither that treatment was active nor that a denial is expected."""
    return tuple(x for x in lines if AT not in x.modifiers and CHOSEN.isdisjoint(x.modifiers))


def _withdrawn(code: str, lines: tuple[Line, ...], visit: Visit, policy: Policy) -> Iterator[Fix]:
    """Offer to take AT away, leaving a notice modifier in its place."""
    plain = tuple(line.carrying(tuple(m for m in line.modifiers if m != AT)) for line in lines)
    if any(not CHOSEN.isdisjoint(line.modifiers) for line in lines):
        yield Fix(f"Remove AT from {code}", lines, plain, CARED)
        return
    for modifier, fact in _choices(visit, policy):
        yield Fix(f"Replace AT with {modifier} on {code}", lines, _with(plain, modifier), fact)


def _choices(visit: Visit, policy: Policy) -> Iterator[tuple[str, str]]:
    """Offer GA where a required notice is on file, GZ where none is, both when that is unknown."""
    notices = visit.record.notices
    for modifier, fact in policy.get(MAINTENANCE, dict).items():
        if notices is None or ("mandatory" in notices) == (modifier == "GA"):
            yield modifier, fact


def _with(lines: Sequence[Line], modifier: str) -> tuple[Line, ...]:
    return tuple(line.carrying(added(line.modifiers, modifier)) for line in lines)
