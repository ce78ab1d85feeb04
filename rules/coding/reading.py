"""Which techniques stand in a phrase, in which clause, beside what; and which were not done."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from rules.coding.entries import Meaning, Technique
from rules.coding.phrase import APART, MARKS, TITLE

REACH = 3
"""Words after a plain ``no`` within which a treatment must begin to be the one not done."""
RefusalKind = Literal["before", "near", "yet", "unskilled", "none"]
"""Not done: what follows within reach; what stands near. Not done yet. Done by nobody who bills.
No refusal at all, though it reads like one (no pain)."""


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase of the lexicon, and what it is: a technique or a refusal."""

    phrase: str
    technique: Technique | None = None
    refusal: RefusalKind | None = None


@dataclass(slots=True)
class Found:
    """A technique where it stands in a phrase."""

    technique: Technique
    phrase: str
    """The lexicon's way of writing what was found."""
    first: int
    after: int
    clause: int
    segment: int
    titled: bool
    """It stands before a colon, as the title of what follows."""
    meaning: Meaning = field(default_factory=Meaning)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Words that say that something was not done."""

    kind: RefusalKind
    first: int
    after: int
    clause: int
    segment: int


@dataclass(slots=True)
class Reading:
    """What was found in a phrase, clause by clause."""

    techniques: list[Found] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    segments: list[int] = field(default_factory=list)
    """Of each clause."""
    cues: dict[int, set[str]] = field(default_factory=dict)
    """By clause."""
    measures: dict[str, float] = field(default_factory=dict)
    title: bool = False
    """The first clause is a title that names no technique, such as the place of treatment."""

    def beside(self, found: Found) -> frozenset[str]:
        """Return the cues of a technique's own clause, and of clauses that name no technique."""
        taken = {other.clause for other in self.techniques}
        return self._cues(
            clause
            for clause, segment in enumerate(self.segments)
            if clause == found.clause or (segment == found.segment and clause not in taken)
        )

    def around(self, found: Found) -> frozenset[str]:
        """Return the cues of the whole segment."""
        return self._cues(c for c, segment in enumerate(self.segments) if segment == found.segment)

    def counted(self, regions: frozenset[str]) -> Mapping[str, float]:
        """Return what was counted, and how many of these regions were named."""
        named = len(regions & frozenset().union(*self.cues.values()))
        return {**self.measures, "spinal_regions": named} if named else self.measures

    def _cues(self, clauses: Iterable[int]) -> frozenset[str]:
        own = [self.cues[clause] for clause in clauses if clause in self.cues]
        if self.title and 0 in self.cues:
            own.append(self.cues[0])
        return frozenset().union(*own)


def read(
    words: Sequence[str],
    terms: Iterable[tuple[Term, int, int]],
    cues: Iterable[tuple[str, int]],
    units: Mapping[str, str],
) -> Reading:
    """Lay out the terms and cues of a phrase by clause and segment, with what was counted.

    A term comes with its first word and the word after it, a cue with its first word; ``units``
    says what a unit measures.
    """
    clauses, reading = _clauses(words), Reading()
    reading.segments = list(_segments(words))
    reading.measures = dict(_measures(words, units))
    for cue, first in cues:
        reading.cues.setdefault(clauses[first], set()).add(cue)
    for term, first, after in terms:
        clause = clauses[first]
        segment = reading.segments[clause]
        if term.technique:
            reading.cues.setdefault(clause, set()).add(term.technique.id)
            titled = _titled(words, after)
            reading.techniques.append(
                Found(term.technique, term.phrase, first, after, clause, segment, titled)
            )
        elif term.refusal and term.refusal != "none":
            reading.refusals.append(Refusal(term.refusal, first, after, clause, segment))
    named = any(found.clause == 0 for found in reading.techniques)
    reading.title = not named and _titled(words, 0)
    return reading


def _clauses(words: Sequence[str]) -> list[int]:
    """Return the number of the clause that each word stands in."""
    clause, numbered = 0, []
    for word in words:
        clause += word in MARKS
        numbered.append(clause)
    return numbered


def _segments(words: Sequence[str]) -> Iterator[int]:
    """Yield the segment of each clause."""
    segment = 0
    yield segment
    for word in words:
        if word in MARKS:
            segment += word == APART
            yield segment


def _titled(words: Sequence[str], start: int) -> bool:
    """Tell whether the clause of a place is closed by a colon."""
    for word in words[start:]:
        if word in MARKS:
            return word == TITLE
    return False


def _measures(words: Sequence[str], units: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    for number, unit in pairwise(words):
        if unit in units and number[0].isdigit():
            yield units[unit], float(number)


def undone(reading: Reading) -> dict[int, RefusalKind]:
    """Return the techniques that something speaks against, by their place, and how."""
    return {
        found.first: refusal.kind
        for refusal in reversed(reading.refusals)
        for found in _refused(refusal, reading)
    }


def _refused(refusal: Refusal, reading: Reading) -> Sequence[Found]:
    """Return what a refusal is about: what follows it, else what stands before it."""
    same = [found for found in reading.techniques if found.clause == refusal.clause]
    later = [found for found in same if found.first >= refusal.after]
    if refusal.kind == "before":
        return _within_reach(refusal.after, later)
    if refusal.kind in {"yet", "unskilled"}:
        return same or _clause_before(refusal, reading)
    return later or same or _clause_before(refusal, reading)


def _clause_before(refusal: Refusal, reading: Reading) -> Sequence[Found]:
    before = [
        found
        for found in reading.techniques
        if found.segment == refusal.segment and found.clause < refusal.clause
    ]
    return [found for found in before if found.clause == before[-1].clause]


def _within_reach(start: int, later: Sequence[Found]) -> Sequence[Found]:
    """Return the techniques that a plain ``no`` covers: one near it, and those near that one."""
    covered = []
    for found in later:
        if found.first - start >= REACH:
            break
        covered.append(found)
        start = found.after
    return covered
