"""Who points at whom."""

from collections.abc import Iterable

from plugin.fhir.elements import Reference
from plugin.fhir.gather import Found

NEW = "urn:"
"""How the fullUrl begins of what has no address yet."""


class Aliases:
    """Resolves references, whether relative, absolute, versioned or by a Bundle's fullUrl."""

    def __init__(self, groups: Iterable[Iterable[Found]]) -> None:
        """Take the resources that may be pointed at by their fullUrls."""
        self._groups = groups
        self._tails: dict[str, str] = {}
        self._new: dict[str, str] | None = None

    def target(self, reference: Reference | None) -> str:
        """Return what a reference points at, such as ``Patient/p1``; empty when it does not say.

        An address of another kind is returned as it is.
        """
        return self.tail(reference.reference) if reference else ""

    def tail(self, text: str) -> str:
        """Return the last ``Type/id`` of a reference."""
        known = self._tails.get(text)
        if known is None:
            known = self._named(text) if text.startswith(NEW) else ""
            known = self._tails[text] = known or _last(text)
        return known

    def _named(self, text: str) -> str:
        """Return the resource that has a fullUrl of its own; empty when there is none."""
        if self._new is None:  # learned when first asked for: few Bundles have any
            self._new = {
                f.alias: f"{f.raw.get('resourceType')}/{f.name}"
                for found in self._groups
                for f in found
                if f.alias.startswith(NEW)
            }
        return self._new.get(text, "")


def _last(text: str) -> str:
    if text.count("/") <= 1:
        return text
    return "/".join(text.split("/_history/", maxsplit=1)[0].split("/")[-2:])
