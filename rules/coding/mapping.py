"""What the techniques of a charted phrase come to: codes, a question, or nothing that is billed.

A wrong code is worse than a question: where the words do not decide, the one fact that would is
asked for.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from rules.coding.entries import Meaning, Mode, Strength, Vocabulary
from rules.coding.reading import Found, Reading, RefusalKind, undone
from rules.model import Mapped
from rules.words import Discipline

NOTHING_KNOWN = Mapped(
    action="ask", why="which treatment was it? the words name none that is known"
)
WHY_NOT: Mapping[RefusalKind, str] = {
    "before": "charted as not done",
    "near": "charted as not done",
    "yet": "charted as planned, not done",
    "unskilled": "charted as not furnished by a therapist or assistant",
}
RANK: Mapping[Strength, int] = {"general": 0, "activity": 1, "technique": 2, "heading": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Who treated, and which codes a payer takes in place of others."""

    discipline: Discipline | None = None
    billed_as: Mapping[str, str]


def meaning_of(reading: Reading, vocabulary: Vocabulary, context: Context) -> Mapped:
    """Return what a phrase means."""
    if not reading.techniques:
        return NOTHING_KNOWN
    against = undone(reading)
    found = [each for each in reading.techniques if each.first not in against]
    if not found:
        phrases = _once(each.phrase for each in reading.techniques)
        why = f"{WHY_NOT[next(iter(against.values()))]}: {', '.join(phrases)}"
        return Mapped(action="nonbillable", why=why, words=phrases)
    for each in found:
        each.meaning = _meaning(each, reading, vocabulary, context)
    return _answer(list(_standing(found, vocabulary.active)))


def _meaning(found: Found, reading: Reading, vocabulary: Vocabulary, context: Context) -> Meaning:
    """Return a technique's meaning by what stands beside it; if that asks, by all around it."""
    discipline, measures = context.discipline, reading.counted(vocabulary.regions)
    cues = reading.beside(found)
    meaning = found.technique.means(cues, discipline, measures)
    if meaning.decides:
        cues = reading.around(found)
        meaning = found.technique.means(cues, discipline, measures)
    codes = [context.billed_as.get(c, c) for c in _in_mode(meaning.codes, cues, vocabulary.modes)]
    return replace(meaning, codes=_once(codes)) if meaning.codes else meaning


def _in_mode(codes: Iterable[str], cues: frozenset[str], modes: Sequence[Mode]) -> Iterator[str]:
    for code in codes:
        mode = next((m for m in modes if m.cue in cues and code in m.instead_of), None)
        yield mode.code if mode else code


def _standing(found: Sequence[Found], active: frozenset[str]) -> Iterator[Found]:
    """Yield what is left once details yield to the service that they are part of."""
    rank = max(RANK[each.technique.strength] for each in found)
    told = [each for each in found if RANK[each.technique.strength] or not rank]
    billed = [each for each in told if not each.meaning.unbilled] or told
    for _, group in groupby(billed, key=lambda each: each.segment):
        segment = list(group)
        for each in segment:
            others = [other for other in segment if other is not each]
            if not any(_covers(other, each, active) for other in others):
                yield each


def _covers(other: Found, each: Found, active: frozenset[str]) -> bool:
    """Tell whether one technique is only a detail of another in the same segment."""
    codes = other.meaning.codes
    if not codes or not active.issuperset(codes + each.meaning.codes):
        return False
    if each.meaning.decides:
        return not set(codes).isdisjoint(each.meaning.candidates)
    above, below = RANK[other.technique.strength], RANK[each.technique.strength]
    if other.titled and other.clause < each.clause and above >= RANK["technique"]:
        return True
    return below <= RANK["activity"] < above


def _answer(standing: Sequence[Found]) -> Mapped:
    """Put the meanings of what stands into one answer."""
    meanings = [each.meaning for each in standing]
    codes = _once(code for meaning in meanings for code in meaning.codes)
    words = _once(each.phrase for each in standing)
    if any(meaning.decides for meaning in meanings):
        return Mapped(
            action="ask",
            codes=codes,
            alternatives=_once(code for meaning in meanings for code in meaning.candidates),
            why="; ".join(_once(m.decides for m in meanings if m.decides)),
            words=words,
        )
    if not codes:
        why = "; ".join(_once(meaning.unbilled for meaning in meanings))
        return Mapped(action="nonbillable", why=why, words=words)
    also = _once(code for meaning in meanings for code in meaning.also if code not in codes)
    named = (f"“{each.phrase}” is {' and '.join(each.meaning.codes)}" for each in standing)
    return Mapped(
        action="map", codes=codes, alternatives=also, why="; ".join(_once(named)), words=words
    )


def _once(values: Iterable[str]) -> tuple[str, ...]:
    """Return each value once, in the order of its first place."""
    return tuple(dict.fromkeys(values))
