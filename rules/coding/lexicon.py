"""The lexicon: every way of saying a treatment, and the answer to what a charted phrase means."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import get_args

from rules.coding.entries import Technique, Vocabulary
from rules.coding.mapping import Context, meaning_of
from rules.coding.phrase import MARKS, Phrases, Writing
from rules.coding.reading import HARMLESS, RefusalKind, Sign, read
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
REFUSALS: tuple[RefusalKind, ...] = get_args(RefusalKind)
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
        named = self._learned([(x, phrase) for x in techniques for phrase in x.says])
        signs = self._signs(list(_signs(vocabulary)))
        self._techniques, self._said = tuple(named.values()), tuple(signs.values())
        self._phrases, self._sign_phrases = Phrases(tuple(named)), Phrases(tuple(signs))
        refusals = [(Sign(refusal=kind), p) for kind in REFUSALS for p in vocabulary.refusals[kind]]
        refusing = self._signs(refusals)
        self._kinds, self._refusing = tuple(refusing.values()), Phrases(tuple(refusing))
        stems = {word for words in (*named, *signs) for word in words} | set(self._units)
        ways = [f"{word} {' '.join(forms)}" for word, forms in vocabulary.written.items()]
        self._known.update(stems, self._writing.tokens_of_all(ways))
        self._spelling = Spelling(self._known, vocabulary.plain | vocabulary.dropped)

    def _rows(self, phrases: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Yield the words of each phrase; what they were written with is known from now on."""
        for start in range(0, len(phrases), TOGETHER):
            tokens = self._writing.tokens_of_all(phrases[start : start + TOGETHER])
            self._known.update(tokens)
            yield from self._writing.words_of_each(tokens)

    def _learned(
        self, named: Sequence[tuple[Technique, str]]
    ) -> dict[tuple[str, ...], tuple[Technique, str]]:
        """Return techniques, and how each is written, by the words of every way of writing."""
        learned: dict[tuple[str, ...], tuple[Technique, str]] = {}
        for each, words in zip(named, self._rows([p for _, p in named]), strict=True):
            technique, phrase = each
            _hold_phrase(technique.id, phrase, words)
            owner, _ = learned.setdefault(words, each)
            if owner.id != technique.id:
                raise LexiconError(f"{technique.id}: {phrase!r} also stands under {owner.id}")
        return learned

    def _signs(self, named: Sequence[tuple[Sign, str]]) -> dict[tuple[str, ...], tuple[Sign, ...]]:
        """Return what phrases are signs of, by their words."""
        signs: dict[tuple[str, ...], tuple[Sign, ...]] = {}
        for (sign, phrase), words in zip(named, self._rows([p for _, p in named]), strict=True):
            _hold_phrase(sign.cue or f"refusals {sign.refusal}", phrase, words)
            if sign.refusal and len(words) == 1 < len(phrase.split()):
                why = f"{phrase!r} comes to the one word {words[0]}"
                raise LexiconError(f"refusals {sign.refusal}: {why}")
            known = signs.get(words, ())
            signs[words] = known if sign in known else (*known, sign)
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
        techniques = ((self._techniques[which], first, after) for which, first, after in found)
        signs = [
            (sign, first, after)
            for phrases, said in ((self._sign_phrases, self._said), (self._refusing, self._kinds))
            for which, first, after in phrases.found(words)
            for sign in said[which]
        ]
        reading = read(words, techniques, signs, self._units)
        context = Context(discipline=discipline, billed_as=billed_as)
        return meaning_of(reading, self._vocabulary, context)


def _hold_phrase(name: str, phrase: str, words: Sequence[str]) -> None:
    """Refuse a phrase of which nothing is left to find."""
    if not words or not MARKS.isdisjoint(words):
        raise LexiconError(f"{name}: {phrase!r} has no words, or a mark")


def _signs(vocabulary: Vocabulary) -> Iterator[tuple[Sign, str]]:
    for cue, phrases in vocabulary.cues.items():
        for phrase in phrases:
            yield Sign(cue), phrase
    for phrase in vocabulary.refusals["none"]:
        yield Sign(HARMLESS), phrase
