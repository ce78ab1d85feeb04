"""From raw resources to typed ones, the fast way first."""

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec

from plugin.errors import Issue, RefusedError
from plugin.fhir.elements import Resource
from plugin.fhir.gather import Found
from plugin.fhir.models import judge

R = TypeVar("R", bound=Resource)


@dataclass(frozen=True, slots=True)
class Read(Generic[R]):
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
        """How others point at it, such as ``Procedure/p1``; empty when it has no id."""
        return f"{type(self.it).__name__}/{self.it.id}" if self.it.id else ""


@dataclass(slots=True)
class Decoder:
    """Decodes resources one by one, and keeps account of what was left out.

    A fault in what the visit cannot do without refuses the request; any other bad resource is left
    out and named, and never sinks the visit.
    """

    left_out: list[Issue] = field(default_factory=list)

    def one(self, found: Found, kind: type[R], *, required: bool) -> Read[R] | None:
        """Return a typed resource, or None when it is left out.

        Raises:
            RefusedError: 400, when it is required and the full FHIR models refuse it too.

        """
        named = found.raw.get("resourceType")
        if named != kind.__name__:
            issues: tuple[Issue, ...] = (
                Issue(f"{found.where}.resourceType", f"should be {kind.__name__}"),
            )
            self._without(issues, required=required)
            return None
        if kind.known.issuperset(found.raw):
            try:
                return Read(found, msgspec.convert(found.raw, kind))
            except msgspec.ValidationError:
                pass  # the full models say whether it is wrong, and where
        canonical, issues = judge(found.raw, found.where)
        if canonical is not None:
            return Read(found, msgspec.convert(canonical, kind, strict=False))
        self._without(issues, required=required)
        return None

    def refuse(self, read: Read[Any]) -> None:
        """Refuse a resource whose values turned out unreadable, by the word of the full models.

        Raises:
            RefusedError: always; 400, with the places that the models name, or the resource's own.

        """
        _, issues = judge(read.raw, read.where)
        raise RefusedError(400, *(issues or (Issue(read.where, "has a value that is no date"),)))

    def omit(self, where: str, why: str) -> None:
        """Leave something out, and say so."""
        self.left_out.append(Issue(where, why))

    def _without(self, issues: tuple[Issue, ...], *, required: bool) -> None:
        if required:
            raise RefusedError(400, *issues)
        self.left_out.append(issues[0])
