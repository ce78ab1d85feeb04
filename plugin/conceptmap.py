"""What a concept map says, once it has been read (``plugin/fhir/concepts.py``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NONE = frozenset({"unmatched", "disjoint"})
"""Equivalences that name no translation."""
Concept = tuple[str, str]
"""A code in its system."""


@dataclass(frozen=True, slots=True)
class Match:
    """What one code stands for; ``code`` is empty when it stands for nothing."""

    equivalence: str
    code: str

    @property
    def real(self) -> bool:
        """Whether it is a translation at all."""
        return self.equivalence not in NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptMap:
    """One map, as it is used and as it was written."""

    id: str
    url: str
    title: str
    matches: Mapping[Concept, tuple[Match, ...]]
    raw: dict[str, Any]
