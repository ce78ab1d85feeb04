"""Lines as ChargeItems, one for each, with their modifiers where an EHR looks for them.

FHIR R4 gives a ChargeItem no element for modifiers. Oracle Health's is in the ChargeItem examples
of github.com/cerner/fhir.cerner.com (its codes come from a code system of the site's own), and
Medplum's in the ChargeItem panel of github.com/medplum/medplum; both read on 2026-11-23.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import lru_cache
from typing import Any

import msgspec

from plugin.fhir import CPT, HCPCS, structure
from plugin.fhir.charges import CODE_SYSTEMS, is_modifier, modifier_in
from plugin.fhir.naming import begun, identifiers, line_name, names_in
from plugin.fhir.reader import Reading
from plugin.fhir.writing.plan import Action, Plan, Step
from rules.model import Line

Raw = dict[str, Any]
Encoding = Callable[[str, int], Raw]
"""Writes a modifier, and its place from 1, as an extension."""

OURS = structure("charge-modifier")
MEDPLUM = "http://hl7.org/fhir/StructureDefinition/chargeitem-modifier"
ORACLE = "https://fhir-ehr.cerner.com/r4/StructureDefinition/modifier-code"
PRIORITY = "https://fhir-ehr.cerner.com/r4/StructureDefinition/priority"
PLANNED = "planned"
NONE: frozenset[str] = frozenset()
KEPT = 1024
"""Codes and modifiers whose writing is kept; nobody may change what is shared."""


def ours(modifier: str, _: int) -> Raw:
    """Write a modifier as our own extension; the order of several is their order."""
    return {"url": OURS, "valueCodeableConcept": concept(modifier)}


def medplum(modifier: str, _: int) -> Raw:
    """Write a modifier as Medplum's extension; the order of several is their order."""
    return {"url": MEDPLUM, "valueCodeableConcept": concept(modifier)}


def oracle(modifier: str, place: int) -> Raw:
    """Write a modifier as Oracle Health's extension, which states its place."""
    return {
        "url": ORACLE,
        "extension": [
            {"url": "code", "valueCodeableConcept": concept(modifier)},
            {"url": PRIORITY, "valueUnsignedInt": place},
        ],
    }


@lru_cache(KEPT)
def concept(code: str) -> Raw:
    """Write a code or a modifier: those that begin with a letter are HCPCS."""
    return {"coding": [{"system": HCPCS if code[0].isalpha() else CPT, "code": code}]}


@lru_cache(KEPT)
def extensions(modifiers: tuple[str, ...], encode: Encoding) -> Sequence[Raw]:
    """Write modifiers as extensions, in their order."""
    return [encode(modifier, place) for place, modifier in enumerate(modifiers, 1)]


class Sheet(msgspec.Struct, frozen=True):
    """What the lines of one plan are written with."""

    plan: Plan
    encode: Encoding
    begun: str
    """How what their names are made of begins."""
    used: frozenset[str]
    """Names that charges of the EHR have."""
    blank: Raw
    """What new ChargeItems have in common; a line fills in what is None."""


def charge_items(plan: Plan, encode: Encoding) -> list[Action]:
    """Return an action for each line that changes."""
    reading = plan.reading
    used = names_in(reading.charges.values()) if reading.charges else NONE
    named = begun(reading.encounter, reading.occurrence[:10])
    sheet = Sheet(plan, encode, named, used, _blank(reading))
    return [_action(step, sheet) for step in plan.steps]


def _action(step: Step, sheet: Sheet) -> Action:
    said: Action = {"type": step.type, "description": step.says}
    if step.type == "delete":
        said["resourceId"] = f"ChargeItem/{step.line.id}"
    elif step.type == "update":
        received = sheet.plan.reading.charges[step.line.id]
        said["resource"] = _changed(received, step.line, sheet.encode)
    else:
        said["resource"] = _new(step, sheet)
    return said


def _blank(reading: Reading) -> Raw:
    """Return the new, planned ChargeItem of no line."""
    return {
        "resourceType": "ChargeItem",
        "identifier": None,
        "status": PLANNED,
        "code": None,
        "subject": {"reference": reading.patient},
        "context": {"reference": reading.encounter},
        "occurrenceDateTime": reading.occurrence,
        "quantity": None,
    }


def _new(step: Step, sheet: Sheet) -> Raw:
    """Return the new ChargeItem of a line."""
    line, affirms, item = step.line, sheet.plan.affirms, sheet.blank.copy()
    name = line_name(line, step.ordinal, sheet.begun, sheet.used)
    item["identifier"] = identifiers(name, affirms)
    item["code"] = concept(line.code)
    item["quantity"] = {"value": line.units}
    if line.modifiers:
        item["extension"] = extensions(line.modifiers, sheet.encode)
    if performers := performers_of(line, sheet.plan.reading):
        item["performer"] = [{"actor": {"reference": actor}} for actor in performers]
    if services := [{"reference": f"Procedure/{name}"} for name in line.services if name]:
        item["service"] = services
    return item


def performers_of(line: Line, reading: Reading) -> list[str]:
    """Return who furnished a line's services, each once, by reference alone."""
    found: dict[str, None] = {}
    for service in line.services:
        for actor in reading.performers.get(service, ()):
            found[actor] = None
    return list(found)


def _changed(received: Mapping[str, Any], line: Line, encode: Encoding) -> Raw:
    """Return the whole resource as received, with a line's units and modifiers in it."""
    resource = deepcopy(dict(received))
    resource["quantity"] = {**(resource.get("quantity") or {}), "value": line.units}
    _replace_modifiers(resource, line, encode)
    if _coded(resource) != line.code:
        resource["code"] = concept(line.code)  # words and local codes say the old one
    return resource


def _replace_modifiers(resource: Raw, line: Line, encode: Encoding) -> None:
    """Write modifiers in one way, and take away every other way they were written.

    What the EHR had said of a modifier in that very way stays with it.
    """
    every = resource.pop("extension", None) or []
    known = {(x.get("url"), modifier_in(x)): x for x in every}
    made = extensions(line.modifiers, encode)
    kept = [x for x in every if not is_modifier(str(x.get("url", "")))]
    kept += [_replaced(known.get((x["url"], modifier_in(x))), x) for x in made]
    if kept:
        resource["extension"] = kept
    for each in resource["code"].get("coding") or ():
        if each.get("system") in CODE_SYSTEMS and each.get("code"):
            each["code"] = each["code"].split(":")[0]


def _replaced(old: Raw | None, new: Raw) -> Raw:
    """Return a modifier as the EHR wrote it, in its new place; as we write it when it is new."""
    if old is None or "extension" not in new:
        return old or new
    others = [part for part in old.get("extension") or () if not _is_priority(part)]
    return {**old, "extension": [*others, new["extension"][-1]]}


def _is_priority(part: Raw) -> bool:
    return str(part.get("url")).endswith("priority")


def _coded(resource: Raw) -> str:
    """Return the code that a charge bears."""
    for each in resource["code"].get("coding") or ():
        if each.get("system") in CODE_SYSTEMS and each.get("code"):
            return str(each["code"]).strip().upper()
    return ""
