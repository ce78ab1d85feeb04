"""Slips of the pen: a word that nobody uses, one or two letters from one that the lexicon does."""

from collections import defaultdict
from collections.abc import Iterable

from rules.coding.phrase import stem

SHORTEST = 5
"""Letters; in shorter words a slip makes another word too easily."""
LONG = 9
"""Letters from which two slips are forgiven, if the word begins rightly."""
BEGINNING = 3
"""Letters; ambulation and amputation begin alike with fewer."""


class Spelling:
    """Puts right words that are nearly, and only nearly, one known word."""

    def __init__(self, words: Iterable[str], plain: Iterable[str]) -> None:
        """Learn the words to mend to, and the ordinary ones that are nobody's misspelling."""
        known = {word for word in words if word.isalpha()}
        self._stems = {stem(word) for word in known.union(plain)}
        self._near: dict[str, list[str]] = defaultdict(list)
        for word in sorted(known):
            if len(word) >= SHORTEST:
                self._near[word[0]].append(word)

    def mended(self, word: str) -> str:
        """Return the one known word that this is a slip of; else the word as it stands."""
        if len(word) < SHORTEST or stem(word) in self._stems:
            return word
        # Imported late: six megabytes that a site whose charts are coded never needs.
        from rapidfuzz import process  # noqa: PLC0415
        from rapidfuzz.distance import OSA  # noqa: PLC0415

        slips = 2 if len(word) >= LONG else 1
        found = process.extract(
            word,
            self._near.get(word[0], ()),
            scorer=OSA.distance,
            score_cutoff=slips,
            limit=2,
        )
        if not found or (len(found) > 1 and _rivals(found[0], found[1])):
            return word
        best, missed, _ = found[0]
        begins = best[:BEGINNING] == word[:BEGINNING]
        return str(best) if missed <= 1 or begins else word


def _rivals(best: tuple[str, float, int], second: tuple[str, float, int]) -> bool:
    """Tell whether two words are equally near and truly different."""
    return best[1] == second[1] and stem(best[0]) != stem(second[0])
