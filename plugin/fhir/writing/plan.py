"""What has to change before the EHR holds a bill, whatever form the EHR takes it in."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import msgspec

from plugin.fhir.naming import ordinals
from plugin.fhir.reader import Reading
from rules.model import Fix, Line

Action = dict[str, Any]
"""An action of a CDS Hooks suggestion."""


Kind = Literal["create", "update", "delete"]


class Step(msgspec.Struct, frozen=True):
    """One line that is created, changed or removed."""

    type: Kind
    line: Line
    says: str
    ordinal: int = 0
    """Its number among lines of the same code and discipline."""


class Plan(msgspec.Struct, frozen=True):
    """The steps to a bill, and the whole bill as it stands after them."""

    reading: Reading
    steps: tuple[Step, ...]
    lines: tuple[Line, ...]
    affirms: str = ""
    """What a person affirms by it, as part of a name; empty when nothing."""
    says: str = "Write the charges"


def correction(old: Sequence[Line], new: Sequence[Line], reading: Reading) -> Plan | None:
    """Return the steps from the EHR's charges to a bill.

    None when a charge would have to change that cannot, one that is billed already or that has no
    id to address it by; and when a new line may be there already, unread.
    """
    changes = _changes(old, new) if old else []
    if any(held(step.line, reading) for step in changes):
        return None
    if reading.unsure and not all(line.id for line in new):
        return None
    added = [
        Step("create", line, f"Add {told(line)}", n) for line, n in ordinals(new) if not line.id
    ]
    return Plan(reading, (*changes, *added), tuple(new))


def _changes(old: Sequence[Line], new: Sequence[Line]) -> list[Step]:
    """Return what becomes of the EHR's charges: those that go first, then those that change."""
    before = {line.id: line for line in old}
    after = {line.id: line for line in new if line.id}
    gone = [line for key, line in before.items() if key not in after]
    both = [(line, after[key]) for key, line in before.items() if key in after]
    return [Step("delete", line, f"Remove {told(line)}") for line in gone] + [
        Step("update", now, f"Change to {told(now)}")
        for was, now in both
        if now.charge != was.charge
    ]


def affirmation(fix: Fix, lines: Sequence[Line], reading: Reading) -> Plan:
    """Return the steps that write what a person affirms into a settled bill."""
    numbered = {(x.id, x.charge, x.discipline): (x, n) for x, n in ordinals(lines)}
    put: dict[Line, Line] = {}
    steps = []
    for old, new in zip(fix.old, fix.new, strict=True):
        line, ordinal = numbered[old.id, old.charge, old.discipline]
        put[line] = replace(new, services=line.services)
        kind: Kind = "update" if line.id else "create"
        steps.append(Step(kind, put[line], fix.attests, ordinal))
    affirms = "-".join(("", *(m for step in steps for m in step.line.modifiers)))
    after = tuple(put.get(line, line) for line in lines)
    return Plan(reading, tuple(steps), after, affirms, fix.attests)


def held(line: Line, reading: Reading) -> bool:
    """Tell whether a charge can no longer be changed: billed already, or without an address."""
    return line.id.startswith("#") or line.id in reading.locked


def differs(old: Sequence[Line], new: Sequence[Line]) -> bool:
    """Tell whether a bill is another than the EHR's charges."""
    return len(old) != len(new) or {x.id: x.charge for x in old} != {x.id: x.charge for x in new}


def told(line: Line) -> str:
    """Write a line as a person reads it.

    >>> told(Line(code="97110", units=2, modifiers=("GP", "CQ")))
    '97110 ×2 GP CQ'
    """
    return " ".join([f"{line.code} ×{line.units}", *line.modifiers])
