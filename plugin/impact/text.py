"""An impact for a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

Plain = Mapping[str, Any]
SHOWN = 40
"""Changes of one sort and table that are printed; JSON and the page have them all."""
MARKS = {"added": "+", "ended": "-", "changed": "~"}
SORTS = {
    "new": "with new findings",
    "gone": "with findings gone",
    "changed": "with other findings",
    "unchecked": "no longer checked",
    "checked": "now checked",
}


def report(said: Plain) -> Iterator[str]:
    """Yield the lines of a report."""
    yield f"From {said['old']['name']} to {said['new']['name']}"
    for table in said["tables"]:
        yield ""
        yield from _table(table)
    if not said["tables"]:
        yield from ("", "No table is loaded that could differ.")
    if "visits" in said:
        yield ""
        yield from _visits(said)


def _table(table: Plain) -> Iterator[str]:
    setting = f", {table['setting']}" if "setting" in table else ""
    yield f"{table['title']}{setting}: {table['old']} to {table['new']}, on {table['day']}"
    yield f"  {_counts(table['counts'])}"
    yield from _listed(table, table)
    if others := table.get("others"):
        yield f"  other codes: {_counts(others['counts'])}"
        if "added" in others:
            yield from _listed(others, table)
    elif why := table.get("othersNotCompared"):
        yield f"  other codes are not compared: {why}"


def _counts(counts: Plain) -> str:
    return ", ".join(f"{count:,} {sort}" for sort, count in counts.items())


def _listed(lists: Plain, table: Plain) -> Iterator[str]:
    for sort, mark in MARKS.items():
        changes = lists[sort]
        for change in changes[:SHOWN]:
            of = " ".join(change[key] for key in table["columns"]["keys"])
            yield f"  {mark} {of}{_values(change)}"
        if more := len(changes[SHOWN:]):
            yield f"    ... and {more:,} more {sort} (--json and --html list them all)"


def _values(change: Plain) -> str:
    """Return what was and what is, of the values that differ where there are both."""
    was, now = change.get("was", {}), change.get("now", {})
    moved = change.get("difference", {})
    if not (was and now):
        own = ", ".join(f"{name} {value}" for name, value in (was or now).items() if value)
        return f": {own}" if own else ""
    each = [
        f"{name} {was[name] or 'none'} -> {now[name] or 'none'}"
        + (f" ({moved[name]})" if name in moved else "")
        for name in was
        if was[name] != now[name]
    ]
    return f": {', '.join(each)}"


def _visits(said: Plain) -> Iterator[str]:
    visits = said["visits"]
    when = f", all as though furnished on {said['asOf']}" if "asOf" in said else ""
    yield f"Visits: {visits['read']:,} read{when}"
    judged = visits["judged"]
    yield f"  {visits['otherwise']:,} of {judged:,} judged otherwise"
    if neither := visits["coveredByNeither"]:
        yield f"  {neither:,} of these are of days for which neither side has every table"
    yield from _rules(visits)
    one_sided = visits["coveredByOneSide"]
    if one_sided["judged"]:
        yield f"  apart from these, {one_sided['judged']:,} are of days that only one side covers"
        yield f"  {one_sided['otherwise']:,} of them judged otherwise"
        yield from _rules(one_sided)
        if "asOf" not in said:
            yield "  add --as-of to judge every visit as though furnished on one day"
    if unread := visits["unread"]["lines"]:
        yield f"  {unread:,} lines could not be read"
        for fault in visits["unread"]["first"]:
            yield f"    line {fault['line']}: {fault['why']}"


def _rules(group: Plain) -> Iterator[str]:
    if group["billsChanged"]:
        yield f"    other charges: {group['billsChanged']:,}"
    for own in group["rules"]:
        sorts = ", ".join(f"{own[sort]:,} {words}" for sort, words in SORTS.items() if sort in own)
        lines = ", ".join(map(str, own["lines"]))
        more = ", ..." if own["visits"] > len(own["lines"]) else ""
        yield f"    {own['rule']}: {own['visits']:,} ({sorts}), lines {lines}{more}"
