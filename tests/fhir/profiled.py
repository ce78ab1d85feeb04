"""Whether a resource keeps to a profile of ours: cardinality, fixed values, targets, slices."""

from collections.abc import Iterator
from typing import Any

from tests.fhir.published import Json, elements

DISCRIMINATORS = {"extension": "url", "identifier": "system"}
"""What tells the slices of an element apart; ours are all told apart so."""


def faults(resource: Json, profile: str) -> list[str]:
    """Every element of a profile that a resource breaks, and by what."""
    return [fault for each in elements(profile)[1:] for fault in _faults(resource, each, profile)]


def _faults(resource: Json, element: Json, profile: str) -> Iterator[str]:
    *steps, last = element["id"].split(".")[1:]
    for parent in _at([resource], steps, profile):
        found = _values(parent, last, profile)
        if not element.get("min", 0) <= len(found) <= _most(element):
            yield f"{element['id']}: {len(found)}"
        for value in found:
            yield from _wrong(value, element)


def _most(element: Json) -> float:
    most = element.get("max", "*")
    return float("inf") if most == "*" else int(most)


def _wrong(value: Any, element: Json) -> Iterator[str]:
    for key, wanted in element.items():
        if key.startswith("fixed") and value != wanted:
            yield f"{element['id']}: {wanted}"
        if key.startswith("pattern") and not wanted.items() <= value.items():
            yield f"{element['id']}: {wanted}"
    targets = {
        target.rsplit("/", 1)[1]
        for t in element.get("type", [])
        for target in t.get("targetProfile", [])
    }
    kind = value.get("reference", "").split("/")[0] if isinstance(value, dict) else ""
    if targets and kind and kind not in targets:
        yield f"{element['id']}: {kind}"


def _at(nodes: list[Any], steps: list[str], profile: str) -> list[Any]:
    for step in steps:
        nodes = [value for node in nodes for value in _values(node, step, profile)]
    return nodes


def _values(node: Any, step: str, profile: str) -> list[Any]:
    """The values of one element, whatever the type of its choice; of a slice, its own."""
    name, _, slice_ = step.partition(":")
    stem = name.removesuffix("[x]")
    keys = [
        k
        for k in (node if isinstance(node, dict) else ())
        if k == name or (name != stem and k.startswith(stem) and k[len(stem)].isupper())
    ]
    found = [v for k in keys for v in (node[k] if isinstance(node[k], list) else [node[k]])]
    if not slice_:
        return found
    key = DISCRIMINATORS[name]
    return [value for value in found if value.get(key) == _mark(name, slice_, profile)]


def _mark(name: str, slice_: str, profile: str) -> str:
    """The value by which a slice is known: fixed in it, or the address of its definition."""
    every = {e["id"].split(".", 1)[-1]: e for e in elements(profile)}
    fixed = every.get(f"{name}:{slice_}.{DISCRIMINATORS[name]}")
    if fixed:
        return str(fixed["fixedUri"])
    return str(every[f"{name}:{slice_}"]["type"][0]["profile"][0])
