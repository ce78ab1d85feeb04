"""What the lexicon holds: techniques, in the words that charts use, and what each means."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Literal

from rules.words import Discipline

Strength = Literal["heading", "technique", "activity", "general"]
"""How much a technique says of the service.

heading: the service's own name (therapeutic exercise), which covers what is listed under it;
technique: a treatment with a name (joint mobilization); activity: what was done within a service
(squats), which yields to a service's name beside it; general: too little to stand beside anything.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a technique comes to: codes, or a question, or nothing that is billed."""

    codes: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    """Codes among which the answer to the question decides."""
    decides: str = ""
    """The one fact that would decide, as a question; empty when nothing is asked."""
    unbilled: str = ""
    """Why it is not billed on its own; empty when it is."""
    also: tuple[str, ...] = ()
    """Codes that could be defended beside the one answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Another meaning, for as long as all that is said here holds."""

    meaning: Meaning
    cues: frozenset[str] = frozenset()
    """At least one stands beside the technique; empty asks for none."""
    more_cues: frozenset[str] = frozenset()
    """And at least one of these."""
    without: frozenset[str] = frozenset()
    """None stands beside it."""
    disciplines: frozenset[Discipline] = frozenset()
    measure: str = ""
    """What was counted, such as ``minutes`` or ``muscles``; empty when no count is asked for."""
    at_least: float = -inf
    at_most: float = inf

    def holds(
        self, cues: frozenset[str], discipline: Discipline | None, measures: Mapping[str, float]
    ) -> bool:
        """Tell whether this meaning is the one, given what stands beside the technique."""
        return (
            (not self.cues or not self.cues.isdisjoint(cues))
            and (not self.more_cues or not self.more_cues.isdisjoint(cues))
            and self.without.isdisjoint(cues)
            and (not self.disciplines or discipline in self.disciplines)
            and (not self.measure or self._counted(measures.get(self.measure)))
        )

    def _counted(self, value: float | None) -> bool:
        return value is not None and self.at_least <= value <= self.at_most


@dataclass(frozen=True, slots=True, kw_only=True)
class Technique:
    """One technique: every way of saying it, and what it means."""

    id: str
    says: tuple[str, ...]
    meaning: Meaning
    strength: Strength = "technique"
    when: tuple[When, ...] = ()
    """Other meanings; the first that holds is taken."""

    def means(
        self, cues: frozenset[str], discipline: Discipline | None, measures: Mapping[str, float]
    ) -> Meaning:
        """Return the meaning among what stands beside it."""
        for other in self.when:
            if other.holds(cues, discipline, measures):
                return other.meaning
        return self.meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """A way of treating with a code of its own, whatever is done in it: in water, in a group."""

    cue: str
    instead_of: frozenset[str]
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """How charts write: abbreviations, cues, counts, refusals."""

    written: Mapping[str, tuple[str, ...]]
    """A word, and the other ways of writing it; a mark (``;`` or ``,``) for what divides."""
    dropped: frozenset[str]
    """Little words that change no meaning."""
    whole: frozenset[str]
    """Words that keep what only looks like an ending: cupping is no cup."""
    plain: frozenset[str]
    """Ordinary words of charts, which are nobody's misspelling."""
    cues: Mapping[str, tuple[str, ...]]
    """What decides between meanings, by name: the phrases that say it."""
    counted: Mapping[str, frozenset[str]]
    """Cues that are counted where they are named, by what they count: regions of the spine."""
    measures: Mapping[str, tuple[str, ...]]
    """What is measured, and the units it is written with."""
    refusals: Mapping[str, tuple[str, ...]]
    """Ways of saying that something was not done: ``before`` it, or ``near`` it on either side;
    not ``yet``; or by somebody ``unskilled``. After a ``reason`` stands none that was done, and
    ``none`` only reads like a refusal (no pain).
    """
    modes: tuple[Mode, ...]
    """The first that holds is taken."""
    includes: Mapping[str, frozenset[str]]
    """A code, and those of services that are part of it."""
    timed: frozenset[str]
    """Codes of quarter hours: two of them cannot share one number of minutes."""
    active: frozenset[str]
    """Codes of one-on-one and group treatment whose name covers the activities listed with it."""
