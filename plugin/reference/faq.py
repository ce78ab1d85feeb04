"""Questions that therapists ask again and again: read from faq.yaml, each with its answer."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal, get_args

import msgspec
import yaml

from plugin.datafile import Loader
from plugin.reference.statements import Said, cited, kept
from rules.model import Cite
from rules.policy import RuleDataError

FILE = Path(__file__).with_name("faq.yaml")
Verdict = Literal[
    "still right",
    "imprecise",
    "right then, not now",
    "wrong",
    "local rule only",
    "could not be reproduced",
]
VERDICTS: Sequence[Verdict] = get_args(Verdict)
ADDRESS = re.compile(
    r"/(?:codes|fees)/(?P<code>[0-9A-Z]{5})(?:\?[\w=&-]+)?"
    r"|/pairs/(?P<one>[0-9A-Z]{5})/(?P<two>[0-9A-Z]{5})(?:\?[\w=&-]+)?"
    r"|/code-text\?text=[\w+]+(?:&discipline=\w+)?",
    re.ASCII,
)
"""An address of this service that answers a question."""


class Link(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a question is answered, and what is to be seen there."""

    address: str
    shows: str


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question, what is often read about it, and what is right."""

    row: int
    """The number of the claim in the list that was checked."""
    id: str
    topic: str
    question: str
    claim: str
    verdict: Verdict
    """On the claim."""
    answer: str
    links: tuple[Link, ...]
    cites: tuple[str, ...]
    reason: str = ""
    """Why no address answers it; empty where one does."""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    cites: tuple[Cite, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Faq:
    """All questions, and the citations of their answers by id."""

    questions: Sequence[Question]
    cites: Mapping[str, Cite]

    def answer(self) -> Said:
        """Return the questions as plain JSON, those of a topic together."""
        return {
            "verdicts": list(VERDICTS),
            "topics": [
                {"topic": topic, "questions": [self._written(q) for q in own]}
                for topic, own in groupby(self.questions, key=lambda q: q.topic)
            ],
        }

    def _written(self, question: Question) -> Said:
        return kept(
            id=question.id,
            row=question.row,
            question=question.question,
            claim=question.claim,
            verdict=question.verdict,
            answer=question.answer,
            links=[{"address": x.address, "shows": x.shows} for x in question.links],
            reason=question.reason,
            cites=[cited(self.cites[name]) for name in question.cites],
        )


def load(codes: Collection[str], path: Path = FILE) -> Faq:
    """Read the questions; ``codes`` are those that an address may name.

    Raises:
        RuleDataError: the file is malformed, or a question stands twice, has no authority, or
            leads nowhere; the message says which.

    """
    try:
        data = msgspec.convert(Loader(path.read_bytes()).get_single_data(), _File)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise RuleDataError(f"{path.name}: {error}") from error
    cites = {cite.id: cite for cite in data.cites}
    for fault in _faults(data, cites, codes):
        raise RuleDataError(f"{path.name}: {fault}")
    return Faq(questions=data.questions, cites=cites)


def _faults(data: _File, cites: Collection[str], codes: Collection[str]) -> Iterator[str]:
    named = {name for question in data.questions for name in question.cites}
    if strange := sorted(named.symmetric_difference(cites)):
        yield f"cites: not listed, or never used: {', '.join(strange)}"
    for keys in ("id", "row", "question"):
        every = [getattr(question, keys) for question in data.questions]
        if len(set(every)) < len(every):
            yield f"questions: two have the same {keys}"
    topics = [topic for topic, _ in groupby(data.questions, key=lambda q: q.topic)]
    if len(set(topics)) < len(topics):
        yield "questions: those of a topic should stand together"
    for question in data.questions:
        for fault in _faults_of(question, codes):
            yield f"{question.id}: {fault}"


def _faults_of(question: Question, codes: Collection[str]) -> Iterator[str]:
    if not question.cites:
        yield "cites nothing"
    if bool(question.links) == bool(question.reason):
        yield "should have links, or the reason why it has none"
    for link in question.links:
        found = ADDRESS.fullmatch(link.address)
        if found is None:
            yield f"{link.address}: is no address that answers"
        elif strange := [c for c in found.groups() if c and c not in codes]:
            yield f"{link.address}: not in the table of codes: {', '.join(strange)}"
