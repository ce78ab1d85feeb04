"""How many units minutes earn, as a table: quarter hours, hours, first and further periods."""

from collections.abc import Iterator

from plugin.reference.statements import Said, kept, said
from rules.policy import Code, Policy
from rules.units.counting import MIDPOINT, UNIT, plural, units_for
from rules.units.periods import counted, needed

ROWS = 8
PARTING = (8, 20)
"""Minutes of each of two codes for which the two ways of counting differ."""
KINDS = {
    "timed": "is counted in quarter hours of one-on-one minutes",
    "first": "is counted by its first period",
    "additional": "counts further periods, after its first code",
    "untimed": "is not counted by minutes: once a session, however long it takes",
    "supervised": "is not counted by minutes: nobody has to stay with the patient",
    "unlisted": "has no time of its own: the claim describes what was done",
    "area": "is counted by the area treated, not by minutes",
    "area_additional": "counts further area, beside its first code",
    "monthly": "is counted by the month, or by 30 days, not by the visit",
    "weekly": "is counted by the minutes of seven days",
}
METHODS = {
    "pooled": "CMS: the minutes of all quarter-hour codes of a discipline's day are added, and "
    "the sum earns the units",
    "per_code": "CPT midpoint: the minutes of each code earn its own units",
}


def timing(code: Code, policy: Policy) -> Said:
    """Say how a code is counted, with the first and last minute of each number of units."""
    rule = _rule(code)
    rows = [*_rows(code, policy)]
    cite = policy.cite(f"{rule}.applies") if policy.applies(rule) else None
    fields = {"kind": code.kind, "timed": code.kind in {"timed", "first", "additional"}}
    if cite is None:
        return kept(says=f"{code.code} {KINDS[code.kind]}", **fields)
    more = _example(code.code) if code.kind == "timed" else {}
    return said(
        _says(code, policy), cite, **fields, minutes=code.minutes, **kept(table=rows), **more
    )


def _rule(code: Code) -> str:
    """Name the rule that counts a code's units."""
    if code.kind == "timed":
        return "timed_units"
    if code.kind in {"first", "additional"}:
        return "time_limits"
    return "remote_monitoring" if code.kind == "monthly" else "untimed_units"


def _says(code: Code, policy: Policy) -> str:
    how = f"{code.code} {KINDS[code.kind]}"
    if code.kind == "timed":
        return f"{how}: {MIDPOINT} earn the first unit"
    if code.kind == "first" and code.minutes:
        return f"{how} of {code.minutes} minutes: {needed(code.minutes)} of them earn it"
    if code.kind == "additional" and code.minutes:
        each = f"periods of {code.minutes} minutes, after {code.add_on_to}"
        return f"{code.code} counts further {each}: {needed(code.minutes)} of them earn each"
    if code.code in policy.get("untimed_units.each_service", list):
        return f"{code.code} is not counted by minutes: once for each limb or part measured"
    return how


def _rows(code: Code, policy: Policy) -> Iterator[Said]:
    """Return the first and last minute that earn each number of units."""
    if code.kind == "timed":
        for units in range(1, ROWS + 1):
            first = next(m for m in range(units * UNIT) if units_for(m) == units)
            yield {"units": units, "first": first, "last": first + UNIT - 1}
    elif code.kind in {"first", "additional"}:
        yield from _periods(code, policy)


def _periods(code: Code, policy: Policy) -> Iterator[Said]:
    """Return which minutes earn a first period and how many further ones, for the whole family."""
    if policy.find("time_limits.by_hand") and code.code in policy.get("time_limits.by_hand", list):
        return
    first = policy.code(code.add_on_to) if code.add_on_to else code
    if first is None or not first.minutes:
        return
    more = next((c for c in policy.codes.values() if c.add_on_to == first.code), first)
    further = more.minutes or first.minutes
    start = needed(first.minutes)
    for number in range(ROWS):
        last = first.minutes + number * further + needed(further) - 1
        got = counted(start, first.minutes, further)
        units = {first.code: got[0]} | {more.code: got[1] + got[0] * (more is first)}
        yield {
            "first": start,
            "last": last,
            "codes": [{"code": c, "units": n} for c, n in units.items() if n],
        }
        start = last + 1


def _example(code: str) -> Said:
    """Show where the two ways of counting part, in either direction."""
    other = "97112" if code != "97112" else "97110"
    return {"methods": METHODS, "examples": [_parting(code, other, m) for m in PARTING]}


def _parting(code: str, other: str, minutes: int) -> str:
    """Count the same minutes of two codes both ways.

    >>> _parting("97110", "97112", 8)
    '8 minutes of 97110 and 8 of 97112: CMS adds them to 16, 1 unit; each alone, 2 units'
    """
    together, alone = units_for(2 * minutes), 2 * units_for(minutes)
    return (
        f"{minutes} minutes of {code} and {minutes} of {other}: CMS adds them to {2 * minutes}, "
        f"{plural(together)}; each alone, {plural(alone)}"
    )
