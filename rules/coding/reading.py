"""Which techniques stand in a phrase, in which clause, beside what."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from rules.coding.entries import Meaning, Technique
from rules.coding.phrase import APART, MARKS, OR, TITLE

RefusalKind = Literal["before", "near", "yet", "unskilled", "reason"]
"""Not done: what follows within reach; what stands near. Not done yet. Done by nobody who bills.
Named as the reason of something else."""
AREA = "area"
"""The product of two numbers, in the square of whatever unit they have."""
MINUTES = "minutes"
FEWEST = 5
"""Minutes; a smaller bare number counts something else."""
LINKS = frozenset({"and", "with"})
HARMLESS = "harmless"
"""The cue of what reads like a refusal and is none, such as no pain."""


@dataclass(frozen=True, slots=True)
class Sign:
    """What a phrase beside a technique says: a cue, or a way of refusing."""

    cue: str = ""
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
    titled: bool = False
    """It stands before a colon, as the title of what follows."""
    dosed: bool = False
    """Its clause says how many minutes, or sets of how many."""
    numbered: bool = False
    """A number of minutes follows it at once."""
    linked: bool = False
    """An "and" or "with" joins it to what stands before."""
    undivided: bool = False
    """Another service follows after a stroke, with no number between them."""
    meaning: Meaning = field(default_factory=Meaning)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Words that say that something was not done."""

    kind: RefusalKind
    first: int
    after: int
    clause: int
    segment: int


@dataclass(frozen=True, slots=True)
class Measure:
    """How much of what was measured, and where it is said."""

    name: str
    amount: float
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
    measures: list[Measure] = field(default_factory=list)
    title: frozenset[str] = frozenset()
    """The cues of a first clause that is a title, such as the place of treatment."""

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

    @property
    def said(self) -> frozenset[str]:
        """All cues of the phrase."""
        return frozenset().union(*self.cues.values())

    def counted(self, found: Found, countable: Mapping[str, frozenset[str]]) -> dict[str, float]:
        """Return what was measured, and what was named in this clause and those without another.

        ``countable`` tells the cues that are counted, by what they count.
        """
        taken = {other.clause for other in self.techniques} - {found.clause}
        free = [self.cues[clause] for clause in self.cues.keys() - taken]
        named = frozenset().union(*free)
        counts = {name: float(len(cues & named)) for name, cues in countable.items()}
        amounts = {name: count for name, count in counts.items() if count}
        for measure in sorted(self.measures, key=lambda each: _distance(each, found)):
            amounts[measure.name] = measure.amount
        return amounts

    def _cues(self, clauses: Iterable[int]) -> frozenset[str]:
        own = [self.cues[clause] for clause in clauses if clause in self.cues]
        return frozenset().union(*own)


def _distance(measure: Measure, found: Found) -> tuple[bool, bool, int]:
    """Rank a measure by where it stands, what is nearest to a technique last."""
    return measure.clause == found.clause, measure.segment == found.segment, -measure.clause


def read(
    words: Sequence[str],
    techniques: Iterable[tuple[tuple[Technique, str], int, int]],
    signs: Iterable[tuple[Sign, int, int]],
    units: Mapping[str, str],
) -> Reading:
    """Lay out what stands in a phrase by clause and segment, with what was counted.

    A technique comes with the phrase it is written with, its first word and the word after, and
    so do cues and refusals; ``units`` says what a unit measures.
    """
    clauses, reading = _clauses(words), Reading()
    reading.segments = list(_segments(words))
    for name, amount, place in _measures(words, units):
        clause = clauses[place]
        reading.measures.append(Measure(name, amount, clause, reading.segments[clause]))
    dosed = {each.clause for each in reading.measures if each.name in {MINUTES, AREA}}
    for (technique, phrase), first, after in techniques:
        clause = clauses[first]
        found = Found(technique, phrase, first, after, clause, reading.segments[clause])
        _observe(found, words)
        found.dosed = found.numbered or clause in dosed
        reading.techniques.append(found)
        reading.cues.setdefault(clause, set()).add(technique.id)
    harmless: dict[int, int] = {}
    for sign, first, after in signs:
        clause = clauses[first]
        if sign.refusal:
            refusal = Refusal(sign.refusal, first, after, clause, reading.segments[clause])
            reading.refusals.append(refusal)
            continue
        if sign.cue == HARMLESS:
            harmless[first] = after
        reading.cues.setdefault(clause, set()).add(sign.cue)
    reading.refusals = [
        refusal
        for refusal in reading.refusals
        if not _is_harmless(refusal, harmless.get(refusal.first, 0), reading.techniques)
    ]
    if _close(words, 0)[0] == TITLE:
        reading.title = frozenset(reading.cues.get(0, ()))
    return reading


def _observe(found: Found, words: Sequence[str]) -> None:
    """Note what stands right before a technique, and after it in its clause."""
    closing, counted = _close(words, found.after)
    found.titled = closing == TITLE
    found.undivided = closing == OR and not counted
    found.numbered = _numbered(words, found.after)
    found.linked = found.first > 0 and words[found.first - 1] in LINKS


def _is_harmless(refusal: Refusal, after: int, techniques: Iterable[Found]) -> bool:
    """Tell whether a refusal is about something else, which ends before the word ``after``."""
    inside = any(refusal.first < found.first < after for found in techniques)
    return after > refusal.first and not inside


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


def _close(words: Sequence[str], start: int) -> tuple[str, bool]:
    """Return the mark that closes the clause of a place, and whether a number stands before it."""
    counted = False
    for word in words[start:]:
        if word in MARKS:
            return word, counted
        counted = counted or word[0].isdigit()
    return "", counted


def _numbered(words: Sequence[str], after: int) -> bool:
    """Tell whether a bare number of minutes follows, as in TE 15."""
    return len(words) > after and words[after].isdigit() and int(words[after]) >= FEWEST


def _measures(words: Sequence[str], units: Mapping[str, str]) -> Iterator[tuple[str, float, int]]:
    """Yield what is measured, how much of it, and at which word; 3 x 4 is an area of 12."""
    for place, (number, unit) in enumerate(pairwise(words)):
        if number[0].isdigit() and unit in units:
            yield units[unit], float(number), place
    for place, (first, by, second) in enumerate(zip(words, words[1:], words[2:], strict=False)):
        if by == "x" and first[0].isdigit() and second[0].isdigit():
            yield AREA, float(first) * float(second), place
