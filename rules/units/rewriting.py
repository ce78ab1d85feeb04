"""Units that follow from charted facts, compared with what is billed, for codes of one family.

A family is counted as a whole: what is charted under one of its codes may have to be billed under
another, or under two.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.chart import chart_of
from rules.model import Finding, Fix, Line, NotChecked, Service, Visit, new_finding, new_fix
from rules.modifiers.order import PLACES
from rules.policy import Policy
from rules.units.counting import shown
from rules.words import Discipline, Indicator

LEFT_BEHIND = frozenset({*PLACES[0], "CQ", "CO"})
"""Modifiers said of one code alone: a line under another code does not take them over."""

Found = Mapping[str, tuple[Service, ...]]
"""Charted services by code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """The units that are right for the codes of one family, and how they were counted."""

    rule: str
    cite: str
    """The name of the value that decides."""
    discipline: Discipline | None
    found: Found
    right: Mapping[str, int]
    says: str
    worked: tuple[str, ...] = ()
    indicator: Indicator = "warning"

    @property
    def nothing(self) -> bool:
        """Tell whether none of the family may be billed."""
        return not any(self.right.values())


def charted(
    visit: Visit, policy: Policy, rule: str, codes: frozenset[str]
) -> Mapping[Discipline | None, Found]:
    """Return the services that can become charges under certain codes, worked out once a visit."""
    known = visit.memo.get(rule)
    if known is None or known[0] is not policy:
        known = visit.memo[rule] = (policy, _charted(visit, policy, codes))
    found: Mapping[Discipline | None, Found] = known[1]
    return found


def _charted(
    visit: Visit, policy: Policy, codes: frozenset[str]
) -> Mapping[Discipline | None, Found]:
    found: dict[Discipline | None, dict[str, tuple[Service, ...]]] = {}
    by_code = chart_of(visit, policy).by_code
    if codes.isdisjoint([code for _, code in by_code]):
        return found
    for (discipline, code), services in by_code.items():
        if code in codes:
            found.setdefault(discipline, {})[code] = services
    return found


def compare(count: Count, visit: Visit, policy: Policy) -> Iterator[Finding | NotChecked]:
    """Compare billed units with the units that are right; say what a new bill leaves out."""
    lines = [x for x in visit.lines if x.code in count.right and x.discipline == count.discipline]
    billed = units_of(lines, count.right)
    if billed == count.right:
        if count.nothing and visit.drafted:
            yield _finding(count, billed, new_fix(f"Leave out {', '.join(count.found)}"), policy)
        return
    for code, units in count.right.items():
        if units and not _stands(code, count, visit, policy):
            why = f"{code} may not stand beside what else is charted; enter its units by hand"
            yield NotChecked(rule=count.rule, why=why)
            return
    fix = rewritten(
        lines, billed, count.right, lambda code, units: _line(code, units, lines, count)
    )
    yield _finding(count, billed, fix, policy)


def units_of(lines: Sequence[Line], codes: Mapping[str, int]) -> dict[str, int]:
    """Return the units billed of each code."""
    billed = dict.fromkeys(codes, 0)
    for line in lines:
        billed[line.code] += line.units
    return billed


def _stands(code: str, count: Count, visit: Visit, policy: Policy) -> bool:
    """Tell whether a code that is not charted itself meets no edit that bars it or its company."""
    by_code = chart_of(visit, policy).by_code
    if (count.discipline, code) in by_code:
        return True
    around = {x for discipline, x in by_code if discipline == count.discipline}
    around |= {line.code for line in visit.lines if line.discipline == count.discipline}
    edits = policy.edits_among(around | {code})
    return not any(edit.indicator == "0" and code in (one, two) for one, two, edit in edits)


def _finding(count: Count, billed: Mapping[str, int], fix: Fix | None, policy: Policy) -> Finding:
    told = any(billed.values()) and not count.nothing
    changed = tuple(code for code, units in count.right.items() if units != billed[code])
    return new_finding(
        rule=count.rule,
        says=f"{count.says}; billed: {shown(billed)}" if told else count.says,
        codes=changed or tuple(count.found),
        cite=policy.cite(count.cite),
        indicator=count.indicator,
        worked=count.worked,
        fixes=(fix,) if fix else (),
    )


def rewritten(
    lines: Sequence[Line],
    billed: Mapping[str, int],
    right: Mapping[str, int],
    write: Callable[[str, int], Line],
) -> Fix | None:
    """Return the fix that gives each code its units, or None when all have them.

    The first line of a code takes up the difference; ``write`` makes the line of a code that has
    none.
    """
    old: list[Line] = []
    new: list[Line] = []
    for code, units in right.items():
        short = units - billed[code]
        if not short:
            continue
        mine = [line for line in lines if line.code == code] if lines else ()
        if not mine:
            new.append(write(code, units))
        for line in mine:
            changed = line.counting(max(0, line.units + short))
            short -= changed.units - line.units
            old.append(line)
            new.extend([changed] if changed.units else [])
    return new_fix(label(billed, right), tuple(old), tuple(new)) if old or new else None


def _line(code: str, units: int, lines: Sequence[Line], count: Count) -> Line:
    """Return a new line; what the family's first line says of the whole, it says too."""
    own = count.found.get(code)
    services = own or tuple(s for found in count.found.values() for s in found)
    said = lines[0].modifiers if lines else ()
    return Line(
        code=code,
        units=units,
        modifiers=tuple(m for m in said if m not in LEFT_BEHIND),
        discipline=count.discipline,
        services=tuple(s.id for s in services),
    )


def label(billed: Mapping[str, int], right: Mapping[str, int]) -> str:
    """Say what to bill instead.

    >>> label({"97129": 3, "97130": 0}, {"97129": 1, "97130": 2})
    'Bill 97129 ×1, not ×3; 97130 ×2'
    >>> label({"98977": 1, "98985": 0}, {"98977": 0, "98985": 1})
    'Bill 98985 ×1; drop 98977'
    >>> label({"96125": 1}, {"96125": 0})
    'Drop 96125'
    >>> label({"97110": 3, "97140": 0}, {"97110": 2, "97140": 1})
    'Bill 97110 ×2, not ×3; 97140 ×1'
    """
    bill, drop = [], []
    for code, units in right.items():
        before = billed[code]
        if units and units != before:
            bill.append(f"{code} ×{units}, not ×{before}" if before else f"{code} ×{units}")
        elif units != before:
            drop.append(code)
    if not bill:
        return f"Drop {', '.join(drop)}"
    return f"Bill {'; '.join(bill)}; drop {', '.join(drop)}" if drop else f"Bill {'; '.join(bill)}"
