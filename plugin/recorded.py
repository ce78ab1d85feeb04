"""What is recorded of a visit, so that whoever holds its trace sees the same answer drawn again.

Services are written as rows: the names of their fields, at each of them, would be most of it. What
fields there are, and in which order, is recorded once.
"""

from dataclasses import fields
from hashlib import blake2b
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from plugin.errors import Issue, RefusedError
from plugin.fhir.reader import Reading
from plugin.store.store import Decision
from plugin.tenants import DEFAULT_WRITE, Write
from rules.frozen import listing
from rules.model import Service

Row = tuple[Any, ...]
COLUMNS = tuple(field.name for field in fields(Service))
SHAPE = blake2b(" ".join(COLUMNS).encode(), digest_size=4).hexdigest()
"""The fields and their order, in short: a record of another shape is another version's."""
as_row = listing(Service)


class Manner(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an answer is given; it is recorded with the facts, so that a trace redraws the same."""

    service: str
    most: int
    """How many cards at most."""
    off: tuple[str, ...] = ()
    """Rules that say nothing."""
    shadow: tuple[str, ...] = ()
    """Rules that speak to the record alone: nobody sees them, and they change no bill."""
    write: Write = DEFAULT_WRITE
    """The form in which charges are written."""
    mild: bool = False
    """Whether all that is said is said for information only."""


RECORD = tuple[Literal[SHAPE], Manner, list[Row], Reading]  # type: ignore[valid-type]


def facts_of(manner: Manner, reading: Reading) -> bytes:
    """Return what is recorded of a visit: how it is answered, and what was read."""
    rows = [as_row(service) for service in reading.visit.services]
    rest = replace(reading, visit=reading.visit.recharted(()))
    return msgspec.msgpack.encode((SHAPE, manner, rows, rest))


def kept(decision: Decision) -> tuple[Manner, Reading]:
    """Return what was recorded of a visit: how it was answered, and what was read.

    Raises:
        RefusedError: 410, when another version recorded it.

    """
    try:
        _, manner, rows, rest = msgspec.msgpack.decode(decision.facts, type=RECORD)
        named = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
        services = msgspec.convert(named, tuple[Service, ...])
    except (msgspec.MsgspecError, ValueError):
        why = "was recorded by a version that kept other facts"
        raise RefusedError(410, Issue("trace", why, "not-supported")) from None
    return manner, replace(rest, visit=rest.visit.recharted(services))
