"""The charges of the simulated EHR: taken from the page, shown, and changed as cards propose."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import count
from typing import Any

import msgspec

from plugin.errors import Issue, RefusedError
from plugin.fhir.charges import coded, modifiers_of
from plugin.fhir.elements import ChargeItem
from plugin.json import read as read_json
from rules.policy import Code

Raw = dict[str, Any]
MOST = 40
"""Charges that one visit may hold."""
LONGEST = 100_000
"""Characters that they may take."""
NAME = re.compile(r"[A-Za-z0-9.-]{1,64}")
MOST_UNITS = 999


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One charge as the page shows it."""

    code: str
    label: str
    units: int
    modifiers: str
    written: str
    """What has just become of it: ``new``, ``changed``, or nothing."""


def taken(text: str) -> list[Raw]:
    """Return the charges that a page sent back.

    Raises:
        RefusedError: 400, when they are not charges that this EHR could hold.

    """
    if len(text) > LONGEST:
        raise RefusedError(400, Issue("charges", "too long", "too-long"))
    charges = read_json(text.encode()).get("charges")
    if not isinstance(charges, list) or len(charges) > MOST:
        raise RefusedError(400, Issue("charges", f"should be a list of at most {MOST}"))
    for charge in charges:
        _read(charge)
    if len({charge.get("id") for charge in charges}) < len(charges):
        raise RefusedError(400, Issue("charges", "two have the same id"))
    return charges


def sent(charges: Sequence[Raw]) -> str:
    """Write charges for the page to keep."""
    return json.dumps({"charges": charges}, separators=(",", ":"))


def applied(actions: Iterable[Mapping[str, Any]], charges: Sequence[Raw]) -> list[Raw]:
    """Return the charges after a suggestion's actions, as an EHR carries them out.

    A creation whose identifier is there already replaces that charge, so that the same suggestion
    accepted twice writes once; deleting what is gone already is no fault.

    Raises:
        RefusedError: 400, when an action is not about a charge of this visit.

    """
    held = {str(charge["id"]): charge for charge in charges}
    names = tuple(held)
    for action in actions:
        if action["type"] == "delete":
            held.pop(action["resourceId"].removeprefix("ChargeItem/"), None)
            continue
        resource = {**action["resource"]}
        if action["type"] == "create":
            resource["id"] = _same(resource, held) or _free({*held, *names})
        name = _read(resource).id
        if action["type"] == "update" and name not in held:
            raise RefusedError(400, Issue("accept", "changes a charge that is not there"))
        held[name] = resource
    if len(held) > MOST:
        raise RefusedError(400, Issue("accept", f"more than {MOST} charges"))
    return list(held.values())


def rows(
    charges: Sequence[Raw], codes: Mapping[str, Code], before: Sequence[Raw] | None = None
) -> list[Row]:
    """Return charges for people to read; ``before`` is what they were a moment ago."""
    old = {charge["id"]: charge for charge in (charges if before is None else before)}
    return [_row(charge, codes, old) for charge in charges]


def _row(charge: Raw, codes: Mapping[str, Code], old: Mapping[str, Raw]) -> Row:
    item = _read(charge)
    code = coded(item.code).code
    written = "changed" if charge["id"] in old else "new"
    return Row(
        code=code,
        label=codes[code].label if code in codes else "",
        units=int(item.quantity.value) if item.quantity and item.quantity.value else 1,
        modifiers=" ".join(modifiers_of(item)),
        written="" if old.get(charge["id"]) == charge else written,
    )


def _read(charge: Any) -> ChargeItem:
    """Return a charge with its parts typed.

    Raises:
        RefusedError: 400, when it is not one.

    """
    try:
        item = msgspec.convert(charge, ChargeItem)
    except msgspec.ValidationError:
        raise RefusedError(400, Issue("charges", "should be ChargeItems", "structure")) from None
    units = item.quantity.value if item.quantity else 1
    if charge.get("resourceType") != "ChargeItem" or not NAME.fullmatch(item.id):
        raise RefusedError(400, Issue("charges", "should be ChargeItems, each with an id"))
    if units is None or not 1 <= units <= MOST_UNITS:
        raise RefusedError(400, Issue("charges", f"units should be from 1 to {MOST_UNITS}"))
    return item


def _same(resource: Raw, held: Mapping[str, Raw]) -> str:
    """Return the id of the charge that carries one of a new one's identifiers, or nothing."""
    mine = _identifiers(resource)
    return next((name for name, charge in held.items() if mine & _identifiers(charge)), "")


def _identifiers(charge: Raw) -> set[tuple[str, str]]:
    every = charge.get("identifier")
    return {
        (str(one.get("system")), str(one.get("value")))
        for one in (every if isinstance(every, list) else ())
        if isinstance(one, dict)
    }


def _free(names: Set[str]) -> str:
    return next(name for n in count(1) if (name := f"charge-{n}") not in names)
