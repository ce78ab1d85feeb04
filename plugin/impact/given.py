"""A file of visits, one a line: given whole, or stored ones by their traces."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from plugin.errors import Issue, RefusedError
from plugin.fhir.coding import Coder
from plugin.fhir.reader import read
from plugin.hooks.taken import taken
from plugin.json import read as read_json
from plugin.parts import LARGEST_BODY
from plugin.recorded import kept
from plugin.store.store import Store
from plugin.tenants import Tenant
from rules.model import Visit

TRACE = re.compile(r"[0-9a-f]{32}")
ENDING = 2
"""The most bytes that end a line."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file."""

    number: int
    content: bytes
    size: int
    """Bytes that were read for it."""
    whole: bool
    """False: it is longer than a request may be, and was passed over."""


def lines(file: BinaryIO, longest: int = LARGEST_BODY) -> Iterator[Line]:
    """Yield the lines that are not blank, never holding more of one than it may have."""
    number = 0
    while content := file.readline(longest + ENDING):
        number += 1
        size, text = len(content), content.strip()
        rest = content
        while not rest.endswith(b"\n") and (rest := file.readline(longest)):
            size += len(rest)
        whole = size <= longest + ENDING and len(text) <= longest
        if text:
            yield Line(number, text if whole else b"", size, whole)


@dataclass(frozen=True, slots=True)
class Opener:
    """Reads the visit of a line."""

    tenant: Tenant
    coder: Coder
    store: Callable[[], Store]
    """Opens the store; asked only when a line names a stored visit."""

    def visit(self, line: Line) -> Visit:
        """Return the visit that a line holds, as ``POST /check`` would read it, or names.

        A line may be a CDS Hooks request or a Bundle. A stored visit is opened by its trace alone,
        so it is named by an object that has one: ``{"trace": "..."}``, or what ``POST /check``
        answered.

        Raises:
            RefusedError: it cannot be read; the message holds nothing of it.
            StoreError: the store cannot be read.

        """
        if not line.whole:
            why = f"is longer than {LARGEST_BODY:,} bytes"
            raise RefusedError(413, Issue("line", why, "too-long"))
        data = read_json(line.content)
        if "trace" in data and "resourceType" not in data and "hook" not in data:
            return self._stored(data["trace"])
        gathered, asked = taken(data, self.tenant)
        return read(gathered, asked.patient, asked.encounter, asked.tenant, self.coder).visit

    def _stored(self, trace: object) -> Visit:
        known = isinstance(trace, str) and TRACE.fullmatch(trace)
        decision = self.store().decision(str(trace)) if known else None
        if decision is None:
            raise RefusedError(404, Issue("trace", "no decision is known under it", "not-found"))
        return kept(decision)[1].visit
