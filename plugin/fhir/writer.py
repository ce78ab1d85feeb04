"""Lines out as FHIR: the ``chargeitem`` adapter, which writes one ChargeItem for each line."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from hashlib import blake2b
from itertools import count
from typing import Any

from plugin.fhir import BASE, CPT, HCPCS, structure
from plugin.fhir.charges import CODE_SYSTEMS, is_modifier
from plugin.fhir.reader import Reading
from rules.model import Line

Raw = dict[str, Any]
MODIFIER = structure("charge-modifier")
LINE_SYSTEM = f"{BASE}/NamingSystem/charge-line"


def actions(
    old: Sequence[Line], new: Sequence[Line], reading: Reading
) -> tuple[dict[str, Any], ...]:
    """Return the CDS Hooks actions that turn the EHR's charges into a bill.

    Empty when the bill is right already, or when a charge would have to change that cannot: one
    that is billed already, or that has no id to address it by.
    """
    before = {line.id: line for line in old}
    after = {line.id: line for line in new if line.id}
    touched = [key for key in before if key not in after or after[key].charge != before[key].charge]
    if any(held(before[key], reading) for key in touched):
        return ()
    if reading.unsure and any(not line.id for line in new):
        return ()
    made = [_delete(before[key]) for key in touched if key not in after]
    made += [_update(after[key], reading) for key in touched if key in after]
    made += [_create(line, reading, n) for line, n in ordinals(new) if not line.id]
    return tuple(made)


def held(line: Line, reading: Reading) -> bool:
    """Tell whether a charge can no longer be changed: billed already, or without an address."""
    return line.id.startswith("#") or line.id in reading.locked


def differs(old: Sequence[Line], new: Sequence[Line]) -> bool:
    """Tell whether a bill is another than the EHR's charges."""
    return {x.id: x.charge for x in old} != {x.id: x.charge for x in new} or len(old) != len(new)


def save(line: Line, reading: Reading, ordinal: int) -> dict[str, Any]:
    """Return the action that writes one settled line, whether the EHR holds it yet or not."""
    return _update(line, reading) if line.id in reading.charges else _create(line, reading, ordinal)


def told(line: Line) -> str:
    """Write a line as a person reads it.

    >>> told(Line(code="97110", units=2, modifiers=("GP", "CQ")))
    '97110 ×2 GP CQ'
    """
    return " ".join((line.code, f"×{line.units}", *line.modifiers))


def ordinals(lines: Sequence[Line]) -> Iterator[tuple[Line, int]]:
    """Return lines, numbered from 1 among those of the same code and discipline."""
    seen: dict[tuple[str, str | None], int] = {}
    for line in lines:
        key = (line.code, line.discipline)
        seen[key] = seen.get(key, 0) + 1
        yield line, seen[key]


def charge_item(line: Line, reading: Reading, ordinal: int) -> Raw:
    """Return a new, planned ChargeItem for a line."""
    item: Raw = {
        "resourceType": "ChargeItem",
        "identifier": [{"system": LINE_SYSTEM, "value": _free_name(line, reading, ordinal)}],
        "status": "planned",
        "code": {"coding": [_coding(line.code)]},
        "subject": {"reference": reading.patient},
        "context": {"reference": reading.encounter},
        "occurrenceDateTime": reading.occurrence,
        "quantity": {"value": line.units},
    }
    if line.modifiers:
        item["extension"] = [_extension(modifier) for modifier in line.modifiers]
    performers = _performers(line, reading)
    if performers:
        item["performer"] = performers
    services = [{"reference": f"Procedure/{name}"} for name in line.services if name]
    if services:
        item["service"] = services
    return item


def _create(line: Line, reading: Reading, ordinal: int) -> dict[str, Any]:
    return {
        "type": "create",
        "description": f"Add {told(line)}",
        "resource": charge_item(line, reading, ordinal),
    }


def _update(line: Line, reading: Reading) -> dict[str, Any]:
    """Return the whole resource as received, with a line's units and modifiers in it."""
    resource = deepcopy(dict(reading.charges[line.id]))
    resource["quantity"] = {**(resource.get("quantity") or {}), "value": line.units}
    _replace_modifiers(resource, line)
    if _coded(resource) != line.code:
        resource["code"] = {"coding": [_coding(line.code)]}  # words and local codes say the old one
    return {"type": "update", "description": f"Change to {told(line)}", "resource": resource}


def _delete(line: Line) -> dict[str, Any]:
    return {
        "type": "delete",
        "description": f"Remove {told(line)}",
        "resourceId": f"ChargeItem/{line.id}",
    }


def _replace_modifiers(resource: Raw, line: Line) -> None:
    """Write modifiers as our extension, and take away every other way they were written."""
    kept = [x for x in resource.get("extension") or [] if not is_modifier(str(x.get("url", "")))]
    extensions = [*kept, *(_extension(modifier) for modifier in line.modifiers)]
    resource.pop("extension", None)
    if extensions:
        resource["extension"] = extensions
    for coding in resource["code"].get("coding") or ():
        if coding.get("system") in CODE_SYSTEMS and coding.get("code"):
            coding["code"] = coding["code"].split(":")[0]


def _coded(resource: Raw) -> str:
    """Return the code that a charge bears."""
    for coding in resource["code"].get("coding") or ():
        if coding.get("system") in CODE_SYSTEMS and coding.get("code"):
            return str(coding["code"]).strip().upper()
    return ""


def _extension(modifier: str) -> Raw:
    return {"url": MODIFIER, "valueCodeableConcept": {"coding": [_coding(modifier)]}}


def _coding(code: str) -> Raw:
    return {"system": HCPCS if code[0].isalpha() else CPT, "code": code}


def _performers(line: Line, reading: Reading) -> list[Raw]:
    """Return who furnished a line's services, each once, by reference alone."""
    found: dict[str, None] = {}
    for name in line.services:
        for actor in reading.performers.get(name, ()):
            found[actor] = None
    return [{"actor": {"reference": actor}} for actor in found]


def _free_name(line: Line, reading: Reading, ordinal: int) -> str:
    """Return the first name for a line, from its ordinal on, that no charge of the EHR has."""
    if not reading.charges:
        return _name(line, reading, ordinal)
    used = {
        identifier.get("value")
        for charge in reading.charges.values()
        for identifier in charge.get("identifier") or ()
    }
    return next(name for n in count(ordinal) if (name := _name(line, reading, n)) not in used)


def _name(line: Line, reading: Reading, ordinal: int) -> str:
    """Name a line so that writing it twice can be recognised; tells nothing of the patient."""
    said = (reading.encounter, reading.occurrence[:10], line.code, line.discipline, ordinal)
    return blake2b(repr(said).encode(), digest_size=12).hexdigest()
