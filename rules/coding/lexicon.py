"""The lexicon: every way of saying a treatment, and the answer to what a charted phrase means."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeVar

from rules.coding.entries import Technique, Vocabulary
from rules.coding.mapping import Context, meaning_of
from rules.coding.phrase import MARKS, Phrases, Writing
from rules.coding.reading import RefusalKind, Term, read
from rules.coding.spelling import Spelling
from rules.model import Mapped
from rules.words import Discipline

LONGEST = 1_000
"""Characters of a phrase that are read; a longer text is a note, not the name of a treatment."""
TOO_LONG = Mapped(
    action="ask", why=f"which treatment was it? the text is over {LONGEST} characters"
)
REFUSALS: tuple[RefusalKind, ...] = ("before", "near", "yet", "unskilled", "none")
NO_CODES: Mapping[str, str] = {}
T = TypeVar("T")


class LexiconError(ValueError):
    """The lexicon contradicts itself; the message says which phrase, and where it stands twice."""


class Lexicon:
    """Maps the words of a chart to therapy codes, and says which words decided."""

    def __init__(self, vocabulary: Vocabulary, techniques: Collection[Technique]) -> None:
        """Learn all phrases.

        Raises:
            LexiconError: a phrase has two meanings, or has no word that is read.

        """
        self._vocabulary = vocabulary
        self._writing = Writing(vocabulary.written, vocabulary.dropped)
        self._units = {
            word: name
            for name, units in vocabulary.measures.items()
            for unit in units
            for word in self._writing.words(unit)
        }
        terms = self._learned(_terms(techniques, vocabulary.refusals))
        cues = self._learned(_cues(vocabulary.cues))
        self._terms, self._cues = tuple(terms.values()), tuple(cues.values())
        self._phrases, self._signs = Phrases(tuple(terms)), Phrases(tuple(cues))
        known = {word for words in (*terms, *cues) for word in words} | set(self._units)
        written = [f"{word} {' '.join(forms)}" for word, forms in vocabulary.written.items()]
        written += [phrase for phrases in vocabulary.cues.values() for phrase in phrases]
        written += [term.phrase for _, term in self._terms]
        known.update(word for text in written for word in self._writing.tokens(text))
        self._spelling = Spelling(known, vocabulary.plain | vocabulary.dropped)

    def _learned(self, named: Iterable[tuple[str, str, T]]) -> dict[tuple[str, ...], tuple[str, T]]:
        """Return what phrases mean, by their words; each comes with its owner's name."""
        learned: dict[tuple[str, ...], tuple[str, T]] = {}
        for name, phrase, meant in named:
            words = tuple(self._writing.words(phrase))
            if not words or not MARKS.isdisjoint(words):
                raise LexiconError(f"{name}: {phrase!r} has no words, or a mark")
            owner, _ = learned.setdefault(words, (name, meant))
            if owner != name:
                raise LexiconError(f"{name}: {phrase!r} also stands under {owner}")
        return learned

    def mapped(
        self,
        text: str,
        discipline: Discipline | None = None,
        billed_as: Mapping[str, str] = NO_CODES,
    ) -> Mapped:
        """Return what a charted phrase means.

        ``discipline`` is of those who treated, None when it is not known; ``billed_as`` gives the
        codes that the payer takes in place of others.
        """
        if len(text) > LONGEST:
            return TOO_LONG
        words = self._writing.words(text, self._spelling.mended)
        found = self._phrases.found(words)
        terms = ((self._terms[which][1], first, after) for which, first, after in found)
        cues = ((self._cues[which][1], first) for which, first, _ in self._signs.found(words))
        reading = read(words, terms, cues, self._units)
        context = Context(discipline=discipline, billed_as=billed_as)
        return meaning_of(reading, self._vocabulary, context)


def _terms(
    techniques: Iterable[Technique], refusals: Mapping[str, Iterable[str]]
) -> Iterator[tuple[str, str, Term]]:
    for technique in techniques:
        for phrase in technique.says:
            yield technique.id, phrase, Term(phrase, technique=technique)
    for kind in REFUSALS:
        for phrase in refusals[kind]:
            yield f"refusals {kind}", phrase, Term(phrase, refusal=kind)


def _cues(cues: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str, str]]:
    for cue, phrases in cues.items():
        for phrase in phrases:
            yield f"cue {cue}", phrase, cue
