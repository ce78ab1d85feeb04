"""What the techniques of a charted phrase come to: codes, a question, or nothing that is billed.

A wrong code is worse than a question: where the words do not decide, the one fact that would is
asked for.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from rules.coding.entries import Meaning, Mode, Strength, Vocabulary
from rules.coding.reading import Found, Reading, RefusalKind
from rules.coding.refusing import undone
from rules.model import Mapped
from rules.words import Discipline

OTHERWISE = "the service's name and what was done say different codes: which was it?"
UNDIVIDED = "one of these, or each with minutes of its own?"
INTENDED = "intended"
"""The cue of a title over what is meant to be done: a plan, a goal."""
TOTAL = "total"
"""The cue of minutes that are those of several services together."""
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
    if INTENDED in reading.title:
        against = {each.first: "yet" for each in reading.techniques}
    found = [each for each in reading.techniques if each.first not in against]
    if not found and set(against.values()) == {"reason"}:
        return NOTHING_KNOWN
    if not found:
        phrases = _once(each.phrase for each in reading.techniques)
        kind = next(kind for kind in against.values() if kind != "reason")
        why = f"{WHY_NOT[kind]}: {', '.join(phrases)}"
        return Mapped(action="nonbillable", why=why, words=phrases)
    for each in found:
        each.meaning = _meaning(each, reading, vocabulary, context)
    standing = list(_standing(found, vocabulary))
    _divide(standing, vocabulary.timed, totalled=TOTAL in reading.said)
    return _answer(standing, vocabulary.includes)


def _meaning(found: Found, reading: Reading, vocabulary: Vocabulary, context: Context) -> Meaning:
    """Return a technique's meaning by what stands beside it; if that asks, by all around it."""
    discipline, measures = context.discipline, reading.counted(found, vocabulary.counted)
    cues = reading.beside(found)
    meaning = found.technique.means(cues, discipline, measures)
    if meaning.decides:
        cues = reading.around(found)
        meaning = found.technique.means(cues, discipline, measures)
    modes = [mode for mode in vocabulary.modes if mode.cue in cues or mode.cue in reading.title]
    codes = [context.billed_as.get(code, code) for code in _in_mode(meaning.codes, modes)]
    return replace(meaning, codes=_once(codes)) if meaning.codes else meaning


def _in_mode(codes: Iterable[str], modes: Sequence[Mode]) -> Iterator[str]:
    for code in codes:
        mode = next((mode for mode in modes if code in mode.instead_of), None)
        yield mode.code if mode else code


def _standing(found: Sequence[Found], vocabulary: Vocabulary) -> Iterator[Found]:
    """Yield what is left once details yield to the service that they are part of."""
    strong = [each for each in found if RANK[each.technique.strength] or each.numbered]
    general = [each for each in found if each.meaning.codes]
    told = [each for each in strong if not each.meaning.unbilled] or general or strong or found
    for _, group in groupby(told, key=lambda each: each.segment):
        segment = list(group)
        under = {id(each): title for each, title in _titled(segment, vocabulary.timed)}
        for each in segment:
            others = [other for other in segment if other is not each]
            if id(each) in under or any(_covers(o, each, vocabulary.active) for o in others):
                continue
            details = [other for other in segment if under.get(id(other)) is each]
            if each.technique.strength == "heading":
                _hold_title(each, details)
            yield each


def _titled(segment: Sequence[Found], timed: frozenset[str]) -> Iterator[tuple[Found, Found]]:
    """Yield what stands under a title, with the last title before it."""
    title = None
    for each in segment:
        named = RANK[each.technique.strength] >= RANK["technique"] and each.meaning.codes
        own = each.technique.strength == "heading" and (each.titled or each.dosed)
        if title and not own and timed.issuperset(title.meaning.codes + each.meaning.codes):
            if not each.meaning.decides and each.clause > title.clause:
                yield each, title
        elif each.titled and named:
            title = each


def _covers(other: Found, each: Found, active: frozenset[str]) -> bool:
    """Tell whether one technique is only a detail of another in the same segment.

    A detail stands in the same clause, or follows without a dose of its own. What is no
    exercise has only such details as nothing joins to it: a joint is mobilized in a lunge. A
    question that the other's code answers is a detail, too.
    """
    codes = other.meaning.codes
    together = each.clause == other.clause
    alike = active.issuperset(codes + each.meaning.codes)
    if not codes or not (together or alike):
        return False
    if each.meaning.decides:
        return not set(codes).isdisjoint(each.meaning.candidates)
    if not together and (each.dosed or each.clause < other.clause):
        return False
    above, below = RANK[other.technique.strength], RANK[each.technique.strength]
    plain = alike or (each.first > other.first and not each.linked)
    return plain and below <= RANK["activity"] < above


def _hold_title(title: Found, details: Sequence[Found]) -> None:
    """Ask, where all that stands under a service's name has other codes than the name."""
    own = title.meaning.codes + title.meaning.also
    done = [each.meaning.codes for each in details]
    if done and all(set(own).isdisjoint(codes) for codes in done):
        candidates = _once(code for codes in (title.meaning.codes, *done) for code in codes)
        title.meaning = Meaning(candidates=candidates, decides=OTHERWISE)


def _divide(standing: Sequence[Found], timed: frozenset[str], *, totalled: bool) -> None:
    """Ask about timed services that share one number of minutes, or that a stroke joins."""
    for first, second in pairwise(standing):
        both = first.meaning.codes or first.meaning.candidates, second.meaning.codes
        joined = totalled or (first.undivided and second.clause == first.clause + 1)
        if joined and both[1] and both[0] != both[1] and timed.issuperset(both[0] + both[1]):
            candidates = _once(both[0] + both[1])
            first.meaning = second.meaning = Meaning(candidates=candidates, decides=UNDIVIDED)


def _answer(standing: Sequence[Found], includes: Mapping[str, frozenset[str]]) -> Mapped:
    """Put the meanings of what stands into one answer."""
    meanings = [each.meaning for each in standing]
    named = _once(code for meaning in meanings for code in meaning.codes)
    parts = frozenset().union(*(includes.get(code, ()) for code in named))
    codes = tuple(code for code in named if code not in parts)
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
    named_by = _once(f"“{each.phrase}” is {' and '.join(each.meaning.codes)}" for each in standing)
    return Mapped(
        action="map", codes=codes, alternatives=also, why="; ".join(named_by), words=words
    )


def _once(values: Iterable[str]) -> tuple[str, ...]:
    """Return each value once, in the order of its first place."""
    return tuple(dict.fromkeys(values))
