"""EHRs as they carry out what cards propose: one takes every word, one looks at what it holds."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from plugin.errors import RefusedError
from plugin.web.charges import applied
from tests.hooks.visits import Json, bundle

Charge = tuple[str, int, tuple[str, ...]]
CODE_OF = {
    "charge-modifier": lambda x: x["valueCodeableConcept"],
    "chargeitem-modifier": lambda x: x["valueCodeableConcept"],
    "modifier-code": lambda x: x["extension"][0]["valueCodeableConcept"],
}
"""Where each encoding of a modifier has its code."""


def held(asked: Json) -> list[Json]:
    """Return what the EHR of a call holds."""
    return [entry["resource"] for entry in asked["prefetch"]["charges"].get("entry", [])]


def holding(asked: Json, charges: Iterable[Json]) -> Json:
    """Return the same call from an EHR that holds other charges."""
    later = deepcopy(asked)
    later["prefetch"]["charges"] = bundle(charges)
    return later


def taken(asked: Json, suggestion: Json) -> Json:
    """Return the same call from an EHR that takes every action at its word."""
    every = {each["id"]: each for each in held(asked)}
    for action in suggestion["actions"]:
        if action["type"] == "delete":
            every.pop(action["resourceId"].split("/")[1], None)
        elif action["type"] == "update":
            every[action["resource"]["id"]] = action["resource"]
        else:
            name = f"new-{len(every)}-{sum(map(len, every))}"
            every[name] = {**action["resource"], "id": name}
    return holding(asked, every.values())


def weighed(asked: Json, suggestion: Json) -> Json | None:
    """Return the same call from an EHR that looks at names and versions; None when it refuses."""
    try:
        return holding(asked, applied(deepcopy(suggestion["actions"]), held(asked)))
    except RefusedError as error:
        if error.status != 409:
            raise
        return None


def charges(asked: Json) -> list[Charge]:
    """Return what an EHR would bill, as code, units and modifiers: its claim, where it has one."""
    every = held(asked)
    claims = [each for each in every if each["resourceType"] == "Claim"]
    return sorted(line for each in claims or every for line in _lines(each))


def _lines(held_one: Json) -> list[Charge]:
    if held_one["resourceType"] == "Claim":
        return [
            (
                coded(item["productOrService"]),
                item["quantity"]["value"],
                tuple(coded(each) for each in item.get("modifier", [])),
            )
            for item in held_one.get("item", [])
        ]
    return [(coded(held_one["code"]), held_one["quantity"]["value"], modifiers(held_one))]


def modifiers(item: Json) -> tuple[str, ...]:
    """Return the modifiers of a charge, in order, whatever the encoding."""
    found = [(x["url"].rsplit("/", 1)[1], x) for x in item.get("extension", [])]
    return tuple(coded(CODE_OF[name](x)) for name, x in found if name in CODE_OF)


def coded(concept: Any) -> str:
    """Return the code of a concept."""
    code: str = concept["coding"][0]["code"]
    return code
