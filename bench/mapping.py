"""How often charted phrases are mapped rightly, and how long one takes.

The phrases are in tests/coding/phrases: those the lexicon was made with, and those kept out of its
making.
"""

import gc
import statistics
import time
from collections.abc import Sequence

from plugin import lexicon, rulebook, tables
from rules.coding.lexicon import Lexicon
from tests.coding.phrases import FOLDER, Labelled, labelled, verdicts

REPEATS = 20


def measure(known: Lexicon, phrases: Sequence[Labelled]) -> float:
    """Return the median time of a phrase, in microseconds, when each is met for the first time."""
    took = []
    for _ in range(REPEATS):
        for each in phrases:
            began = time.perf_counter_ns()
            known.mapped(each.text, each.discipline)
            took.append(time.perf_counter_ns() - began)
    return statistics.median(took) / 1e3


def main() -> None:
    known = lexicon.load(tables.load(rulebook.ROOT).codes)
    gc.collect()
    gc.freeze()
    for path in sorted(FOLDER.glob("*.yaml")):
        phrases = labelled(path.stem)
        found, many = verdicts(known, phrases), len(phrases)
        print(
            f"{path.stem:10} {many:4} phrases: {found['right'] / many:6.1%} right,"
            f" {found['wrong'] / many:5.1%} confidently wrong, {found['asked'] / many:5.1%} asked,"
            f" {found['in part'] / many:5.1%} in part; {measure(known, phrases):.0f} us a phrase"
        )


if __name__ == "__main__":
    main()
