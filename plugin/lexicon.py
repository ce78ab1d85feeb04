"""Read the lexicon's files, refuse what is wrong, and build the lexicon from them."""

from collections.abc import Iterator, Mapping, Set
from itertools import chain
from pathlib import Path
from typing import Any

from plugin.datafile import reader
from plugin.rulebook import ROOT
from rules.coding.entries import Meaning, Mode, Technique, Vocabulary, When
from rules.coding.lexicon import Lexicon, LexiconError
from rules.coding.reading import AREA
from rules.policy import Code, RuleDataError

FOLDER = ("rules", "coding", "lexicon")
VOCABULARY = "vocabulary.yaml"
Raw = Mapping[str, Any]


def load(codes: Mapping[str, Code], root: Path = ROOT) -> Lexicon:
    """Read every file of the lexicon; ``codes`` is the table that its codes must stand in.

    A code's own number is a way of writing its service, too.

    Raises:
        RuleDataError: a file is missing or malformed, names what does not exist, or says twice
            what a phrase means; the message says which file, where and why.

    """
    folder, read = root.joinpath(*FOLDER), reader("lexicon", root)
    words = folder / VOCABULARY
    vocabulary = _vocabulary(words, reader("vocabulary", root)(words), codes)
    techniques = [_numbered(code) for code in codes.values()]
    for path in sorted(folder.glob("*.yaml")):
        if path.name != VOCABULARY:
            techniques += _techniques(path, read(path), codes)
    _hold_names(techniques, vocabulary)
    try:
        return Lexicon(vocabulary, techniques)
    except LexiconError as error:
        raise RuleDataError(f"{folder.name}: {error}") from error


def _numbered(code: Code) -> Technique:
    """Make a technique of a code's own number; one that has ended is asked about."""
    meaning = Meaning(codes=(code.code,))
    if code.ending:
        decides = f"{code.code} ended on {code.ending}: which code is meant now?"
        meaning = Meaning(candidates=code.successors, decides=decides)
    number = code.code.lower()
    return Technique(id=f"code {code.code}", says=(number,), meaning=meaning, strength="heading")


def _vocabulary(path: Path, data: Raw, codes: Mapping[str, Code]) -> Vocabulary:
    modes = []
    for i, mode in enumerate(data["modes"]):
        for code in (mode["code"], *mode["instead_of"]):
            _hold_code(path, f"modes[{i}]", code, codes)
        modes.append(
            Mode(cue=mode["with"], instead_of=frozenset(mode["instead_of"]), code=mode["code"])
        )
    for name in ("active", "includes"):
        for code in data[name]:
            _hold_code(path, name, code, codes)
    return Vocabulary(
        written={word: tuple(forms) for word, forms in data["written"].items()},
        dropped=frozenset(data["dropped"]),
        whole=frozenset(data["whole"]),
        plain=frozenset(data["plain"]),
        cues={name: tuple(phrases) for name, phrases in data["cues"].items()},
        counted={name: frozenset(cues) for name, cues in data["counted"].items()},
        measures={name: tuple(units) for name, units in data["measures"].items()},
        refusals={kind: tuple(phrases) for kind, phrases in data["refusals"].items()},
        modes=tuple(modes),
        includes={code: frozenset(parts) for code, parts in data["includes"].items()},
        timed=frozenset(code.code for code in codes.values() if code.kind == "timed"),
        active=frozenset(data["active"]),
    )


def _techniques(path: Path, data: Raw, codes: Mapping[str, Code]) -> Iterator[Technique]:
    if data["lexicon"] != path.stem:
        raise RuleDataError(f"{path.name}: lexicon: should be {path.stem}, as the file is named")
    listed = {cite["id"] for cite in data.get("cites", ())}
    for entry in data["techniques"]:
        place = f"techniques: {entry['id']}"
        for meant in (entry, *entry.get("when", ())):
            for code in _codes(meant):
                _hold_code(path, place, code, codes)
        if entry.get("cite", "") not in {"", *listed}:
            raise RuleDataError(f"{path.name}: {place}: cites what the file does not list")
        yield _technique(entry)


def _technique(entry: Raw) -> Technique:
    return Technique(
        id=entry["id"],
        says=tuple(entry["says"]),
        meaning=_meaning(entry),
        strength=entry.get("strength", "technique"),
        when=tuple(_when(each) for each in entry.get("when", ())),
    )


def _when(each: Raw) -> When:
    limits = {name: each[name] for name in ("at_least", "at_most") if name in each}
    return When(
        meaning=_meaning(each),
        cues=frozenset(each.get("with", ())),
        more_cues=frozenset(each.get("and_with", ())),
        without=frozenset(each.get("without", ())),
        disciplines=frozenset(each.get("disciplines", ())),
        measure=each.get("measure", ""),
        **limits,
    )


def _meaning(meant: Raw) -> Meaning:
    return Meaning(
        codes=tuple(meant.get("codes", ())),
        candidates=tuple(meant.get("ask", ())),
        decides=meant.get("decides", ""),
        unbilled=meant.get("unbilled", ""),
        also=tuple(meant.get("also", ())),
    )


def _codes(meant: Raw) -> Iterator[str]:
    for name in ("codes", "ask", "also"):
        yield from meant.get(name, ())


def _hold_code(path: Path, place: str, code: str, codes: Mapping[str, Code]) -> None:
    if code not in codes:
        raise RuleDataError(f"{path.name}: {place}: {code} is not in the table of therapy codes")


def _hold_names(techniques: list[Technique], vocabulary: Vocabulary) -> None:
    """Refuse a technique listed twice, and a condition on a cue that nothing sets."""
    known = set(vocabulary.cues)
    for technique in techniques:
        if technique.id in known:
            raise RuleDataError(f"lexicon: {technique.id} is listed twice, or a cue too")
        known.add(technique.id)
    counts = {AREA, *vocabulary.counted, *vocabulary.measures}
    for technique in techniques:
        for when in technique.when:
            _hold_when(technique.id, when, known, counts)
    named = [mode.cue for mode in vocabulary.modes]
    for name in chain(named, *vocabulary.counted.values()):
        if name not in known:
            raise RuleDataError(f"{VOCABULARY}: no cue is called {name}")


def _hold_when(name: str, when: When, cues: Set[str], measures: Set[str]) -> None:
    for cue in (when.cues | when.more_cues | when.without) - cues:
        raise RuleDataError(f"lexicon: {name}: no cue is called {cue}")
    if when.measure and when.measure not in measures:
        raise RuleDataError(f"lexicon: {name}: nothing counts {when.measure}")
