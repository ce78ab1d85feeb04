"""Names of what is written, so that writing it twice can be recognised; they tell of nobody."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any

from plugin.fhir import BASE
from rules.model import Line

LINE_SYSTEM = f"{BASE}/NamingSystem/charge-line"
Names = tuple[str, ...]
"""The name of a line; then, where a person affirmed its modifiers, the name of it with them."""


def names_of(resource: Mapping[str, Any]) -> Names:
    """Return the names of ours that a resource bears, in order.

    >>> names_of({"identifier": [{"system": LINE_SYSTEM, "value": "a"}, {"value": "b"}, None]})
    ('a',)
    """
    given = resource.get("identifier")
    every = [x for x in given if isinstance(x, dict)] if isinstance(given, list) else []
    return tuple(str(x.get("value")) for x in every if x.get("system") == LINE_SYSTEM)


def identifiers(names: Names) -> list[dict[str, str]]:
    """Write names as FHIR identifiers."""
    return [{"system": LINE_SYSTEM, "value": name} for name in names]


def name(*said: object) -> str:
    """Name what is written, by the visit, the day and what it is."""
    return blake2b(repr(said).encode(), digest_size=12).hexdigest()


def ordinals(lines: Iterable[Line]) -> Iterator[tuple[Line, int]]:
    """Return lines, numbered from 1 among those of the same code and discipline."""
    seen: dict[tuple[str, str | None], int] = {}
    for line in lines:
        key = (line.code, line.discipline)
        seen[key] = seen.get(key, 0) + 1
        yield line, seen[key]


def line_name(
    line: Line, ordinal: int, visit: tuple[str, str], charges: Collection[Mapping[str, Any]]
) -> str:
    """Return the first name for a line, from its ordinal on, that no charge of the EHR has."""
    used = {name for charge in charges for name in names_of(charge)} if charges else ()
    while (made := name(*visit, line.code, line.discipline, ordinal)) in used:
        ordinal += 1
    return made
