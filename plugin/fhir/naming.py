"""Names of what is written, so that writing it twice can be recognised; they tell of nobody."""

from collections.abc import Iterable, Iterator, Mapping
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


def identifiers(name: str, affirms: str) -> list[dict[str, str]]:
    """Write a name as FHIR identifiers: it alone, and with what a person affirms, if anything."""
    made = [{"system": LINE_SYSTEM, "value": name}]
    if affirms:
        made.append({"system": LINE_SYSTEM, "value": name + affirms})
    return made


def name(*said: object) -> str:
    """Name what is written, by the visit, the day and what it is."""
    return _hash(repr(said))


def ordinals(lines: Iterable[Line]) -> Iterator[tuple[Line, int]]:
    """Return lines, numbered from 1 among those of the same code and discipline."""
    seen: dict[tuple[str, str | None], int] = {}
    for line in lines:
        key = (line.code, line.discipline)
        number = seen[key] = seen.get(key, 0) + 1
        yield line, number


def names_in(charges: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return all names of ours that charges bear."""
    return frozenset([name for charge in charges for name in names_of(charge)])


def line_name(line: Line, ordinal: int, begun: str, used: frozenset[str]) -> str:
    """Return the first name for a line, from its ordinal on, that is not used.

    It is the name by visit, day, code, discipline and number; ``begun`` is how that begins.
    """
    said = f"{begun}{line.code!r}, {line.discipline!r}, "
    while (made := _hash(f"{said}{ordinal})")) in used:
        ordinal += 1
    return made


def begun(encounter: str, day: str) -> str:
    """Return how what is said of a visit's lines begins, as ``repr`` would write it."""
    return f"({encounter!r}, {day!r}, "


def _hash(said: str) -> str:
    return blake2b(said.encode(), digest_size=12).hexdigest()
