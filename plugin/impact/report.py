"""An impact as plain JSON: what is printed, shown and written is drawn from it."""

from collections.abc import Sequence
from typing import Any

from plugin.impact.changes import SORTS, Change, TableChanges
from plugin.impact.contents import COLUMNS, difference
from plugin.impact.sides import Side, Sides
from plugin.impact.visits import Group, Tally

Plain = dict[str, Any]
NUMBERS = ("units", "office", "facility", "work", "pe", "malpractice")
"""Values that are numbers, so that it can be said by how much they changed."""


def told(
    sides: Sides,
    tables: Sequence[TableChanges],
    tally: Tally | None = None,
    as_of: str = "",
) -> Plain:
    """Return the whole of an impact; ``visits`` only where some were given."""
    said: Plain = {
        "old": _side(sides.old),
        "new": _side(sides.new),
        "tables": [_table(own) for own in tables],
    }
    if as_of:
        said["asOf"] = as_of
    if tally is not None:
        said["visits"] = _visits(tally)
    return said


def _side(side: Side) -> Plain:
    said: Plain = {"name": side.name}
    if side.edition:
        said["effective"] = side.edition.effective
        said["ending"] = side.edition.ending or None
        said["files"] = [{"file": file.file, "sha256": file.sha256} for file in side.edition.files]
    return said


def _table(own: TableChanges) -> Plain:
    columns = COLUMNS[own.kind]
    said: Plain = {
        "table": own.kind,
        **({"setting": own.setting} if own.setting else {}),
        "title": columns.title,
        "day": own.day,
        "old": own.old,
        "new": own.new,
        "columns": {"keys": list(columns.keys), "values": list(columns.values)},
        "counts": {sort: sum(c.sort == sort for c in own.therapy) for sort in SORTS},
        **_listed(own.therapy, own.kind),
    }
    if own.others is not None and columns.codes and own.kind != "therapy-list":
        said["others"] = {"counts": {sort: own.others[sort] for sort in SORTS}}
        if own.listed:
            said["others"] |= _listed(own.listed, own.kind)
    elif own.others is None and columns.codes:
        said["othersNotCompared"] = "one side holds therapy codes only"
    return said


def _listed(changes: Sequence[Change], kind: str) -> Plain:
    return {sort: [_change(c, kind) for c in changes if c.sort == sort] for sort in SORTS}


def _change(change: Change, kind: str) -> Plain:
    columns = COLUMNS[kind]
    said: Plain = dict(zip(columns.keys, change.key, strict=True))
    for name, values in (("was", change.was), ("now", change.now)):
        if values:
            said[name] = dict(zip(columns.values, values, strict=True))
    if change.was and change.now:
        moved = {
            name: difference(was, now)
            for name, was, now in zip(columns.values, change.was, change.now, strict=True)
            if name in NUMBERS and was != now
        }
        if moved := {name: by for name, by in moved.items() if by}:
            said["difference"] = moved
    return said


def _visits(tally: Tally) -> Plain:
    both = tally.judged, tally.one_sided
    return {
        "read": sum(group.visits for group in both),
        **_group(tally.judged),
        "coveredByNeither": tally.neither,
        "coveredByOneSide": _group(tally.one_sided),
        "unread": {
            "lines": tally.unread,
            "first": [{"line": line, "why": why} for line, why in tally.faults],
        },
    }


def _group(group: Group) -> Plain:
    ranked = sorted(group.rules.items(), key=lambda item: (-item[1].visits, item[0]))
    return {
        "judged": group.visits,
        "otherwise": group.otherwise,
        "billsChanged": group.bills,
        "rules": [
            {
                "rule": rule,
                "visits": own.visits,
                **dict(sorted(own.sorts.items())),
                "lines": own.lines,
            }
            for rule, own in ranked
        ],
    }
