"""The charges of the simulated EHR: taken from the page, shown, and changed as cards propose."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import count
from typing import Any

import msgspec

from plugin.errors import Issue, RefusedError
from plugin.fhir import drafts
from plugin.fhir.charges import coded, modifiers_of
from plugin.fhir.drafts import Claim, DraftItem
from plugin.fhir.elements import ChargeItem
from plugin.fhir.naming import names_of
from plugin.json import read as read_json
from rules.policy import Code

Raw = dict[str, Any]
MOST = 40
"""Charges that one visit may hold."""
LONGEST = 100_000
"""Characters that they may take."""
NAME = re.compile(r"[A-Za-z0-9.-]{1,64}")
MOST_UNITS = 999
MOST_DIGITS = 6
"""Of the number of a version."""
KINDS: Mapping[str, type[ChargeItem] | type[Claim]] = {"ChargeItem": ChargeItem, "Claim": Claim}
NO_CHARGES = Issue("charges", "should be ChargeItems or draft Claims", "structure")


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

    What bears all the names of something new is that already, and stays; what bears some of them
    makes way for it. So the same suggestion accepted twice writes once, and none takes back what
    another had a person affirm. Deleting what is gone already is no fault.

    Raises:
        RefusedError: 400, when an action is not about a charge of this visit; 409, when it rests on
            a charge as it no longer is.

    """
    held = {str(charge["id"]): charge for charge in charges}
    taken_ids = tuple(held)
    for action in actions:
        if action["type"] == "delete":
            held.pop(action["resourceId"].partition("/")[2], None)
        elif action["type"] == "update":
            _update(action["resource"], held)
        elif not any(_is(charge, action["resource"]) for charge in held.values()):
            resource = {**action["resource"]}
            resource["id"] = _same(resource, held) or _free({*held, *taken_ids})
            _read(resource)
            held[resource["id"]] = resource
    if len(held) > MOST:
        raise RefusedError(400, Issue("accept", f"more than {MOST} charges"))
    return list(held.values())


def rows(
    charges: Sequence[Raw], codes: Mapping[str, Code], before: Sequence[Raw] | None = None
) -> list[Row]:
    """Return charges for people to read; ``before`` is what they were a moment ago."""
    old = {charge["id"]: charge for charge in (charges if before is None else before)}
    return [row for charge in charges for row in _rows(charge, codes, old)]


def _rows(charge: Raw, codes: Mapping[str, Code], old: Mapping[str, Raw]) -> Iterator[Row]:
    held, before = _read(charge), old.get(charge["id"])
    written = "" if before == charge else "changed" if before else "new"
    every = held.item if isinstance(held, Claim) else (held,)
    for item in every:
        code = coded(item.product_or_service if isinstance(item, DraftItem) else item.code).code
        yield Row(
            code=code,
            label=codes[code].label if code in codes else "",
            units=int(item.quantity.value) if item.quantity and item.quantity.value else 1,
            modifiers=" ".join(_modifiers(item)),
            written=written,
        )


def _modifiers(item: ChargeItem | DraftItem) -> tuple[str, ...]:
    return drafts.modifiers_of(item) if isinstance(item, DraftItem) else modifiers_of(item)


def _read(charge: Any) -> ChargeItem | Claim:
    """Return a charge, or a draft claim of several, with its parts typed.

    Raises:
        RefusedError: 400, when it is neither.

    """
    kind = KINDS.get(str(charge.get("resourceType"))) if isinstance(charge, dict) else None
    if kind is None:
        raise RefusedError(400, NO_CHARGES)
    try:
        held = msgspec.convert(charge, kind)
    except msgspec.ValidationError:
        raise RefusedError(400, NO_CHARGES) from None
    if not NAME.fullmatch(held.id):
        raise RefusedError(400, Issue("charges", "should each have an id"))
    for item in held.item if isinstance(held, Claim) else (held,):
        units = item.quantity.value if item.quantity else 1
        if units is None or not 1 <= units <= MOST_UNITS:
            raise RefusedError(400, Issue("charges", f"units should be from 1 to {MOST_UNITS}"))
    return held


def _update(resource: Raw, held: dict[str, Raw]) -> None:
    """Put a changed charge in the place of the one it rests on, as its next version."""
    name = _read(resource).id
    now = held.get(name)
    if now is None:
        raise RefusedError(400, Issue("accept", "changes a charge that is not there"))
    if _bare(now) == _bare(resource):
        return
    if _version(now) != _version(resource):
        why = "rests on a charge that has changed since; sign the visit again"
        raise RefusedError(409, Issue("accept", why, "conflict"))
    meta = resource.get("meta")
    version = str(int(_version(now) or 0) + 1)
    next_ = {**(meta if isinstance(meta, dict) else {}), "versionId": version}
    held[name] = {**resource, "meta": next_}


def _bare(charge: Raw) -> Raw:
    return {key: value for key, value in charge.items() if key != "meta"}


def _version(charge: Raw) -> str:
    meta = charge.get("meta")
    text = str(meta.get("versionId", "")) if isinstance(meta, dict) else ""
    return text if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else ""


def _is(charge: Raw, new: Raw) -> bool:
    """Tell whether a charge is what would be created, or more."""
    return bool(names_of(new)) and set(names_of(new)) <= set(names_of(charge))


def _same(resource: Raw, held: Mapping[str, Raw]) -> str:
    """Return the id of the charge that makes way for a new one of its name, or nothing."""
    mine = set(names_of(resource))
    return next((key for key, charge in held.items() if mine & set(names_of(charge))), "")


def _free(names: Set[str]) -> str:
    return next(name for n in count(1) if (name := f"charge-{n}") not in names)
