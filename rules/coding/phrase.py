"""The words of a charted phrase, written one way: abbreviations, plurals and slips made even."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from unicodedata import normalize

APART, BESIDE, TITLE, OR = ";", ",", ":", "/"
"""Marks in a phrase: another service follows; another clause; what a title stands over; what is
done as well, or instead."""
MARKS = frozenset({APART, BESIDE, TITLE, OR})
_APART = frozenset("\n+|•*→")
_BESIDE = frozenset("(),")
_QUOTES = "\u2018\u2019\u2032`"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
_EVEN = str.maketrans(dict.fromkeys(_QUOTES, "'") | dict.fromkeys(_DASHES, "-"))
# A sentence ends after a whole word, a number or a bracket; after less, the stop abbreviates.
# A stroke with space around it divides as well.
_END = re.compile(
    r"(?:(?<=[a-z]{5})|(?<=[0-9)])|(?<=min))\.(?=\s+[A-Z]|\s*$)|\.(?=\s+[A-Z]{2})|(?<=\s)/(?=\s)"
)
_POSSESSIVE = re.compile(r"(?<=[a-z])'(?:d\b|(?=s\b))")  # patient's, tx'd
_PIECE = (
    r"[a-z]\d{4}(?!\d)"  # a HCPCS code
    r"|x(?=\s?\d)"  # times
    r"|[a-z]\d{1,2}(?!\d)"  # a vertebra, a grade, a diagonal
    r"|[a-z]++(?:'t\b)?"
    r"|\x1f"
    r"|\d+(?:\.\d+)?"
    r"|(?<=\s)-+(?=\s)"
    r"|[;,|•*→\n()/&'%]|:(?!\d)|(?<!\d)\+|\+(?=[a-z])"  # but 3+ is a grade, and 1:1 a ratio
)
_NEXT = "\x1f"
"""Stands between texts that are read together."""
_VOWELS = frozenset("aeiouy")
_SHORT = 3
"""Letters; words no longer have no ending to take off."""
_LONG = 5
"""Letters; only longer words lose a last e, which tells short ones apart (plan, plane)."""


class Phrases:
    """Finds phrases in a row of words: the first from the left, and of those the longest."""

    def __init__(self, phrases: Sequence[Sequence[str]]) -> None:
        """Learn the phrases; each is known later by its place in the list."""
        # Imported late: half a megabyte for charts in words alone.
        from ahocorasick_rs import AhoCorasick, MatchKind  # noqa: PLC0415

        self._matcher = AhoCorasick(
            [_spelled_out(phrase) for phrase in phrases], matchkind=MatchKind.LeftmostLongest
        )

    def found(self, words: Sequence[str]) -> Iterator[tuple[int, int, int]]:
        """Yield which phrase stands where: its place in the list, first word, and word after."""
        starts, at = {}, 0
        for index, word in enumerate(words):
            starts[at] = index
            at += len(word) + 2
        starts[at] = len(words)
        for which, first, after in self._matcher.find_matches_as_indexes(_spelled_out(words)):
            yield which, starts[first], starts[after]


def _spelled_out(words: Iterable[str]) -> str:
    """Put a space on both sides of every word, so that only whole words match."""
    return "".join([f" {word} " for word in words])


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """Return a word without the ending of its plural, its tense or its doing.

    >>> " ".join(map(stem, "stretches stretching bridges bridging taped tapped bodies gas".split()))
    'stretch stretch bridg bridg tape tap body gas'
    """
    if len(word) <= _SHORT or not word.isalpha():
        return word
    return _without_tense(_without_plural(word))


def _without_plural(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2]
    return word[:-1] if word[-1] == "s" and word[-2] not in "sui" else word


def _without_tense(word: str) -> str:
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= _SHORT and not _VOWELS.isdisjoint(rest):
            word = _restored(rest)
            break
    return word[:-1] if word[-1] == "e" and len(word) > _LONG else word


def _restored(rest: str) -> str:
    """Put back what an ending changed: tapping is to tap, taping is to tape."""
    if rest[-1] == rest[-2] and rest[-1] not in "lsz":
        return rest[:-1]
    short = len(rest) < _LONG and rest[-1] not in _VOWELS | {"w", "x"}
    return f"{rest}e" if short and rest[-2] in _VOWELS and rest[-3] not in _VOWELS else rest


class Writing:
    """Turns text into words as the lexicon writes them."""

    def __init__(
        self,
        written: Mapping[str, Iterable[str]],
        dropped: Iterable[str] = (),
        whole: Iterable[str] = (),
    ) -> None:
        """Learn the ways of writing: each word, and what else stands for it.

        ``dropped`` words are left out; ``whole`` ones keep what only looks like an ending.
        """
        slashed = {f for own in written.values() for f in own if "/" in f and " " not in f}
        longest_first = sorted(slashed, key=lambda form: (-len(form), form))
        known = "|".join([_exactly(form) for form in longest_first])
        self._piece = re.compile(
            rf"(?<![a-z])(?=[a-z\d]+/)(?:{known})|{_PIECE}" if known else _PIECE
        )
        self._whole = frozenset(whole)
        self._dropped = frozenset(map(self._stem, dropped))
        pairs = [(form, word) for word, own in written.items() for form in own]
        self._rewritten = [list(map(self._stem, self.tokens(word))) for _, word in pairs]
        self._forms = Phrases([list(map(self._stem, self.tokens(form))) for form, _ in pairs])

    def tokens(self, text: str) -> list[str]:
        """Return the bare words, numbers and marks of a text."""
        even = _END.sub(APART, normalize("NFKC", text).translate(_EVEN))
        plain = _POSSESSIVE.sub("", even.lower())
        return [_mark(piece) for piece in self._piece.findall(plain)]

    def words(self, tokens: Iterable[str]) -> list[str]:
        """Return the words that the pieces of a text are, in the lexicon's writing."""
        stems = [self._stem(token) for token in tokens]
        made: list[str] = []
        at = 0
        for which, first, after in self._forms.found(stems):
            made += stems[at:first]
            made += self._rewritten[which]
            at = after
        made += stems[at:]
        return [word for word in made if word not in self._dropped]

    def tokens_of_all(self, texts: Iterable[str]) -> list[str]:
        """Return the pieces of many texts, read together in a fraction of the time."""
        return self.tokens(f" {_NEXT} ".join(texts))

    def words_of_each(self, tokens: Iterable[str]) -> Iterator[tuple[str, ...]]:
        """Yield the words of each of many texts, from the pieces of all."""
        row: list[str] = []
        for word in (*self.words(tokens), _NEXT):
            if word == _NEXT:
                yield tuple(row)
                row = []
            else:
                row.append(word)

    def _stem(self, word: str) -> str:
        return word if word in self._whole else stem(word)


def _exactly(form: str) -> str:
    """Return the pattern of a way of writing with a stroke; ``w/`` may stand before a word."""
    return rf"{re.escape(form)}{'' if form.endswith('/') else '(?![a-z])'}"


def _mark(piece: str) -> str:
    """Return the mark that a piece of text is, or the piece."""
    if piece in _BESIDE:
        return BESIDE
    if not piece.strip("-"):
        return TITLE
    if piece in _APART:
        return APART
    return "and" if piece == "&" else piece
