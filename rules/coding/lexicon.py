"""The lexicon: every way of saying a treatment, and the answer to what a charted phrase means."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from rules.coding.entries import Technique, Vocabulary
from rules.coding.mapping import Context, meaning_of
from rules.coding.phrase import MARKS, Phrases, Writing
from rules.coding.reading import HARMLESS, RefusalKind, Term, read
from rules.coding.spelling import Spelling
from rules.model import Mapped
from rules.words import Discipline

LONGEST = 1_000
"""Characters of a phrase that are read; a longer text is a note, not the name of a treatment."""
TOO_LONG = Mapped(
    action="ask", why=f"which treatment was it? the text is over {LONGEST} characters"
)
TOGETHER = 500
"""Phrases that are learned at once: fast, and little memory."""
REFUSALS: tuple[RefusalKind, ...] = ("before", "near", "yet", "unskilled", "reason")
_REFUSING = frozenset(f"refusals {kind}" for kind in REFUSALS)
NO_CODES: Mapping[str, str] = {}


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
        self._known: set[str] = set()
        """Everything that the lexicon is written with; words are mended to it."""
        self._writing = Writing(vocabulary.written, vocabulary.dropped, vocabulary.whole)
        self._units = {
            word: name
            for name, units in vocabulary.measures.items()
            for unit in units
            for word in self._writing.words(self._writing.tokens(unit))
        }
        terms = self._learned(list(_terms(techniques, vocabulary.refusals)))
        cues = self._signs({**vocabulary.cues, HARMLESS: vocabulary.refusals["none"]})
        self._terms, self._cues = tuple(terms.values()), tuple(cues.values())
        self._phrases, self._cue_phrases = Phrases(tuple(terms)), Phrases(tuple(cues))
        stems = {word for words in (*terms, *cues) for word in words} | set(self._units)
        ways = [f"{word} {' '.join(forms)}" for word, forms in vocabulary.written.items()]
        self._known.update(stems, self._writing.tokens_of_all(ways))
        self._spelling = Spelling(self._known, vocabulary.plain | vocabulary.dropped)

    def _rows(self, phrases: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Yield the words of each phrase; what they were written with is known from now on."""
        for start in range(0, len(phrases), TOGETHER):
            tokens = self._writing.tokens_of_all(phrases[start : start + TOGETHER])
            self._known.update(tokens)
            yield from self._writing.words_of_each(tokens)

    def _learned(self, named: Sequence[tuple[str, Term]]) -> dict[tuple[str, ...], Term]:
        """Return the terms by their words; each comes with the name of what it belongs to."""
        learned: dict[tuple[str, ...], tuple[str, Term]] = {}
        rows = self._rows([term.phrase for _, term in named])
        for (name, term), words in zip(named, rows, strict=True):
            _hold_phrase(name, term.phrase, words)
            owner, _ = learned.setdefault(words, (name, term))
            if owner != name:
                raise LexiconError(f"{name}: {term.phrase!r} also stands under {owner}")
        return {words: term for words, (_, term) in learned.items()}

    def _signs(self, cues: Mapping[str, Iterable[str]]) -> dict[tuple[str, ...], tuple[str, ...]]:
        """Return the cues that a phrase is a sign of, by its words."""
        signs: dict[tuple[str, ...], tuple[str, ...]] = {}
        named = [(cue, phrase) for cue, phrases in cues.items() for phrase in phrases]
        rows = self._rows([phrase for _, phrase in named])
        for (cue, phrase), words in zip(named, rows, strict=True):
            _hold_phrase(f"cue {cue}", phrase, words)
            known = signs.get(words, ())
            signs[words] = known if cue in known else (*known, cue)
        return signs

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
        tokens = self._writing.tokens(text)
        words = self._writing.words(map(self._spelling.mended, tokens))
        found = self._phrases.found(words)
        terms = ((self._terms[which], first, after) for which, first, after in found)
        signs = self._cue_phrases.found(words)
        cues = ((cue, first, after) for which, first, after in signs for cue in self._cues[which])
        reading = read(words, terms, cues, self._units)
        context = Context(discipline=discipline, billed_as=billed_as)
        return meaning_of(reading, self._vocabulary, context)


def _hold_phrase(name: str, phrase: str, words: Sequence[str]) -> None:
    """Refuse a phrase of which nothing is left to find, or too little to refuse by."""
    if name in _REFUSING and len(words) == 1 < len(phrase.split()):
        raise LexiconError(f"{name}: {phrase!r} comes to the one word {words[0]}")
    if not words or not MARKS.isdisjoint(words):
        raise LexiconError(f"{name}: {phrase!r} has no words, or a mark")


def _terms(
    techniques: Iterable[Technique], refusals: Mapping[str, Iterable[str]]
) -> Iterator[tuple[str, Term]]:
    for technique in techniques:
        for phrase in technique.says:
            yield technique.id, Term(phrase, technique=technique)
    for kind in REFUSALS:
        for phrase in refusals[kind]:
            yield f"refusals {kind}", Term(phrase, refusal=kind)
