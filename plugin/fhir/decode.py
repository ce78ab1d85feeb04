"""From raw resources to typed ones, the fast way first."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, NoReturn, TypeVar

import msgspec

from plugin.errors import Issue, RefusedError
from plugin.fhir.elements import Resource
from plugin.fhir.gather import Found
from plugin.fhir.models import judge
from plugin.fhir.strangers import NOT_THEIRS, refused

DATES = frozenset(
    (
        *("performedDateTime", "occurrenceDateTime", "effectiveDateTime", "servicedDate"),
        *("authoredOn", "created", "date", "dateTime", "valueDate"),
    )
)
PERIODS = frozenset(
    (
        *("period", "performedPeriod", "occurrencePeriod", "servicedPeriod"),
        *("benefitPeriod", "billablePeriod"),
    )
)
ENDS = ("start", "end")
R = TypeVar("R", bound=Resource)


class Read(msgspec.Struct, Generic[R], frozen=True, gc=False):
    """A resource, typed and as received."""

    found: Found
    it: R

    @property
    def raw(self) -> dict[str, Any]:
        """The resource as received."""
        return self.found.raw

    @property
    def where(self) -> str:
        """Its place in the request."""
        return self.found.where

    @property
    def reference(self) -> str:
        """How others point at it, such as ``Procedure/p1``; empty when it has no name."""
        name = self.found.name
        return f"{type(self.it).__name__}/{name}" if name else ""


@dataclass(slots=True)
class Decoder:
    """Decodes resources one by one, and keeps account of what was left out.

    A fault in what the visit cannot do without refuses the request; any other bad resource is left
    out and named, and never sinks the visit.
    """

    left_out: list[Issue] = field(default_factory=list)

    def needed(self, found: Found, kind: type[R]) -> Read[R]:
        """Return a typed resource that the visit rests on.

        Raises:
            RefusedError: 400, when the full FHIR models refuse it too.

        """
        raw = found.raw
        if raw.get("resourceType") == kind.__name__ and kind.known.issuperset(raw):
            try:
                return Read(found, msgspec.convert(raw, kind))
            except msgspec.ValidationError:
                pass  # the full models say whether it is wrong, and where
        return _judged(found, kind)

    def optional(self, found: Found, kind: type[R]) -> Read[R] | None:
        """Return a typed resource, or None when it is left out."""
        try:
            return self.needed(found, kind)
        except RefusedError as error:
            self.left_out.append(error.issues[0])
            return None

    def refuse(self, read: Read[Any]) -> NoReturn:
        """Refuse a resource whose values turned out unreadable, by the word of the full models.

        Raises:
            RefusedError: always; 400, with the places that the models name, or the resource's own.

        """
        _, issues = judge(read.raw, read.where)
        raise RefusedError(400, *(issues or (Issue(read.where, "has a value that is no date"),)))

    def omit(self, where: str, why: str) -> None:
        """Leave something out, and say so."""
        self.left_out.append(Issue(where, why))

    def stranger(self, where: str) -> None:
        """Leave out what is of another patient, say so, and count it."""
        refused.add()
        self.omit(where, NOT_THEIRS)


class Strict(Decoder):
    """Holds every resource to the full FHIR models, the elements that are not read included."""

    __slots__ = ()

    def needed(self, found: Found, kind: type[R]) -> Read[R]:
        """Return what the full models make of a resource; RefusedError, 400, as above."""
        return _judged(found, kind)


def _judged(found: Found, kind: type[R]) -> Read[R]:
    """Return a resource as the full models read it.

    Raises:
        RefusedError: 400, with what is wrong with it.

    """
    if found.raw.get("resourceType") != kind.__name__:
        raise RefusedError(400, Issue(f"{found.where}.resourceType", f"should be {kind.__name__}"))
    for place in _no_dates(found.raw):
        raise RefusedError(400, Issue(f"{found.where}{place}", "should be a string"))
    canonical, issues = judge(found.raw, found.where)
    if canonical is None:
        raise RefusedError(400, *issues)
    try:
        return Read(found, msgspec.convert(canonical, kind, strict=False))
    except msgspec.ValidationError:  # a null, or only an extension, where a value is needed
        needed = [f.encode_name for f in msgspec.structs.fields(kind) if f.required]
        lacks = [name for name in needed if not canonical.get(name)]
        missing = [Issue(f"{found.where}.{name}", "required, but missing") for name in lacks]
        raise RefusedError(
            400, *(missing or (Issue(found.where, "lacks a value that is needed"),))
        ) from None


def _no_dates(raw: Any, way: str = "") -> Iterator[str]:
    """Return the places of dates that are numbers; the full models would take them for epochs."""
    if isinstance(raw, list):
        for i, part in enumerate(raw):
            yield from _no_dates(part, f"{way}[{i}]")
    for key, part in raw.items() if isinstance(raw, dict) else ():
        here = f"{way}.{key}"
        if key in DATES and not isinstance(part, str):
            yield here
        elif isinstance(part, dict) and key in PERIODS:
            yield from (f"{here}.{end}" for end in ENDS if not isinstance(part.get(end, ""), str))
        else:
            yield from _no_dates(part, here)
