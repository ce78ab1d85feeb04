"""Each therapy line names the plan of care it was furnished under: GP, GO or GN."""

from collections.abc import Iterable

from rules.chart import furnished
from rules.model import Finding, Line, NotChecked, Said, Visit, new_finding, new_fix
from rules.modifiers.order import added
from rules.people import OF_ROLE
from rules.policy import Policy
from rules.words import Indicator

ID = "discipline_modifier"


def check(visit: Visit, policy: Policy) -> Said:
    """Find therapy lines without the modifier of their discipline, or with another's.

    A physician may furnish therapy under any of the plans; which one is then not known.
    """
    by_discipline = policy.get("discipline_modifier.by_discipline", dict)
    every = frozenset(by_discipline.values())
    wrong: dict[str, list[Line]] = {}
    unsaid: dict[str, None] = {}
    for line in visit.lines:
        modifier, own = by_discipline.get(line.discipline), line.modifiers
        if modifier:
            right = modifier in own and [m for m in own if m in every] == [modifier]
            if not right and _therapy(visit, line, policy):
                wrong.setdefault(modifier, []).append(line)
        elif (
            line.discipline is None
            and every.isdisjoint(own)
            and (_by_physician(visit, line) and _therapy(visit, line, policy))
        ):
            unsaid[line.code] = None
    for modifier, lines in wrong.items():
        yield _finding(lines, modifier, every, policy)
    if unsaid:
        codes = ", ".join(unsaid)
        why = f"a physician furnished {codes}: under which plan of care (GP, GO or GN) is not known"
        yield NotChecked(rule=ID, why=why)


def _by_physician(visit: Visit, line: Line) -> bool:
    return any({"md", "npp"}.intersection(s.roles) for s in furnished(visit, line))


def _therapy(visit: Visit, line: Line, policy: Policy) -> bool:
    """Tell whether a line is therapy: an always code, or a sometimes code by a therapist."""
    code = policy.codes.get(line.code)
    therapy = "none" if code is None else code.therapy
    if therapy != "sometimes":
        return therapy == "always"
    people = {role for service in furnished(visit, line) for role in service.roles}
    return not people or any(role in OF_ROLE for role in people)


def _finding(lines: list[Line], modifier: str, every: frozenset[str], policy: Policy) -> Finding:
    fixed: list[Line] = []
    named: dict[str, None] = {}
    for line in lines:
        named[line.code] = None
        kept = line.modifiers and tuple([m for m in line.modifiers if m not in every])
        fixed.append(line.carrying(added(kept, modifier)))
    codes = tuple(named)
    listed = ", ".join(codes)
    verb = "needs" if len(codes) == 1 else "need"
    return new_finding(
        rule=ID,
        says=f"{listed} {verb} {modifier}, the modifier of the {lines[0].discipline} plan of care",
        codes=codes,
        cite=policy.cite("discipline_modifier.by_discipline"),
        indicator=_indicator(codes, policy),
        fixes=(new_fix(f"Add {modifier} to {listed}", tuple(lines), tuple(fixed)),),
    )


def _indicator(codes: Iterable[str], policy: Policy) -> Indicator:
    """Speak softly where a code's place on the therapy list was remembered, not read."""
    for code in codes:
        if policy.codes[code].confidence != "low":
            return "warning"
    return "info"
