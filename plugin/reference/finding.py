"""Finding a code: by its number, by our words for it, and by what a mapper made of the words."""

import re
from collections.abc import Sequence

from plugin.reference.library import Library
from plugin.reference.statements import Said, kept
from rules.policy import Code

WORD = re.compile(r"[0-9a-z]+")
NUMBER = re.compile(r"[0-9]{2,4}[0-9A-Z]?|[A-Z][0-9]{1,4}", re.ASCII)
"""A code, or the beginning of one."""
SHORTEST = 4
"""Letters from which a word stands for longer and shorter forms of itself."""
DISCIPLINES = ("PT", "OT", "SLP", "chiropractic")
GROUPS = {
    "evaluation": "Evaluations and formal tests",
    "timed": "One-on-one treatment in quarter hours",
    "constant": "Modalities that somebody stays with",
    "supervised": "Modalities that nobody has to stay with",
    "group": "Groups",
    "treatment": "Treatment counted otherwise",
    "wound": "Wounds",
    "caregiver": "Teaching caregivers",
    "remote": "From afar",
    "unlisted": "Not listed elsewhere",
    "old": "Ended codes",
}
CONTACT = {
    "evaluation": "evaluation",
    "constant_attendance": "constant",
    "supervised": "supervised",
    "group": "group",
    "caregiver_no_patient": "caregiver",
    "caregiver_group": "caregiver",
    "remote": "remote",
}
KINDS = {"area": "wound", "area_additional": "wound", "unlisted": "unlisted"}


def found(
    library: Library, text: str = "", discipline: str = "", mapped: Sequence[str] = ()
) -> list[Said]:
    """Return the codes that a search finds, best first; all of them, by group, without words.

    ``mapped`` are codes that a mapper read in the same words; they come first.
    """
    codes = [
        code
        for code in library.book.tables.codes.values()
        if not discipline or discipline in code.disciplines
    ]
    if not text.strip():
        order = [*GROUPS]
        return [_row(c) for c in sorted(codes, key=lambda c: (order.index(group(c)), c.code))]
    ranked = [(rank, code) for code in codes if (rank := _rank(code, library, text, mapped))]
    places = {code: place for place, code in enumerate(mapped)}
    ranked.sort(key=lambda x: (x[0], places.get(x[1].code, 0), bool(x[1].ending), x[1].code))
    return [_row(code) for _, code in ranked]


def group(code: Code) -> str:
    """Return the group that a code is listed under."""
    if code.ending:
        return "old"
    by_time = "timed" if code.kind == "timed" else "treatment"
    return KINDS.get(code.kind) or CONTACT.get(code.contact, by_time)


def _rank(code: Code, library: Library, text: str, mapped: Sequence[str]) -> int:
    """Return how well a code answers a search, 1 the best; 0 when it does not.

    A number is one of a code, and no word.
    """
    numbers = _numbers(text)
    if numbers:
        return int(code.code.startswith(numbers))
    if code.code in mapped:
        return 2
    meaning = library.meanings[code.code]
    asked, label = _words(text), _words(code.label)
    for rank, words in enumerate((label, label | _words(meaning.meaning)), 3):
        if asked and all(_among(word, words) for word in asked):
            return rank
    everything = label | _words(meaning.words)
    return 5 if asked and all(_among(word, everything) for word in asked) else 0


def _numbers(text: str) -> tuple[str, ...]:
    """Return the beginnings of codes that a search consists of; none where it has other words.

    >>> _numbers("971 10"), _numbers("97110 g02"), _numbers("97110 massage")
    (('97110',), ('97110', 'G02'), ())
    """
    each = tuple(text.upper().split())
    for numbers in (("".join(each),), each):
        if all(map(NUMBER.fullmatch, numbers)):
            return numbers
    return ()


def _words(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(text.lower()))


def _among(word: str, words: frozenset[str]) -> bool:
    """Tell whether a word, or a longer or shorter form of it, is among others.

    >>> _among("exercises", frozenset({"exercise"})), _among("walk", frozenset({"walking"}))
    (True, True)
    >>> _among("in", frozenset({"infrared"})), _among("arm", frozenset({"warm"}))
    (False, False)
    """
    if word in words:
        return True
    if len(word) < SHORTEST:
        return False
    return any(x.startswith(word) or (len(x) >= SHORTEST and word.startswith(x)) for x in words)


def _row(code: Code) -> Said:
    return kept(
        code=code.code,
        label=code.label,
        kind=code.kind,
        group=GROUPS[group(code)],
        disciplines=[d for d in DISCIPLINES if d in code.disciplines],
        effective=code.effective,
        ending=code.ending,
        link=f"/codes/{code.code}",
    )
