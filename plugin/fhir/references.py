"""Who points at whom."""

from collections.abc import Iterable

from plugin.fhir.elements import Reference
from plugin.fhir.gather import Found


class Aliases:
    """Resolves references, whether relative, absolute, versioned or by a Bundle's fullUrl."""

    def __init__(self, groups: Iterable[Iterable[Found]]) -> None:
        """Learn the fullUrls that are no ordinary addresses."""
        self._names = {
            f.alias: f"{f.raw.get('resourceType')}/{f.name}"
            for found in groups
            for f in found
            if f.alias.startswith("urn:")
        }

    def target(self, reference: Reference | None) -> str:
        """Return what a reference points at, such as ``Patient/p1``; empty when it does not say.

        An address of another kind is returned as it is.
        """
        return self.tail(reference.reference) if reference else ""

    def tail(self, text: str) -> str:
        """Return the last ``Type/id`` of a reference."""
        known = self._names.get(text)
        if known is None:
            parts = text.split("/_history/", maxsplit=1)[0].split("/")
            known = self._names[text] = "/".join(parts[-2:])
        return known
