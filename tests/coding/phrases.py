"""Charted phrases with the answers a careful coder would accept, and how an answer is judged."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
import yaml

from rules.coding.lexicon import Lexicon
from rules.model import Mapped
from rules.words import Discipline

FOLDER = Path(__file__).parent / "phrases"
Verdict = Literal["right", "in part", "asked", "wrong"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A phrase as somebody would chart it, and what may be answered."""

    id: str
    text: str
    action: Literal["map", "ask", "nonbillable"]
    accept: frozenset[str] = frozenset()
    """Codes that a careful coder would accept."""
    all_of: frozenset[str] = frozenset()
    """Codes that must all be answered, when the phrase names several services."""
    or_else: frozenset[str] = frozenset()
    """Other actions that are right as well."""
    discipline: Discipline | None = None
    why: str = ""

    def judge(self, mapped: Mapped) -> Verdict:
        """Tell how good an answer is; ``wrong`` is a confident wrong one."""
        if mapped.action != "map":
            right = mapped.action == self.action or mapped.action in self.or_else
            return "right" if right else "asked" if mapped.action == "ask" else "wrong"
        codes = set(mapped.codes)
        if self.action != "map" or not codes <= self.accept:
            return "wrong"
        return "right" if self.all_of <= codes else "in part"


def labelled(name: str) -> list[Labelled]:
    """Read one file of labelled phrases."""
    rows = yaml.load((FOLDER / f"{name}.yaml").read_bytes(), yaml.CSafeLoader)
    return [msgspec.convert(row, Labelled) for row in rows]


def verdicts(lexicon: Lexicon, phrases: Iterable[Labelled]) -> Counter[Verdict]:
    """Count the verdicts on the lexicon's answers."""
    return Counter(each.judge(lexicon.mapped(each.text, each.discipline)) for each in phrases)
