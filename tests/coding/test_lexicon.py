"""The shipped lexicon, entry by entry; and the faults for which a lexicon is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from plugin import lexicon, rulebook, tables
from rules.coding.lexicon import Lexicon
from rules.policy import RuleDataError

CODES = tables.load(rulebook.ROOT).codes
FOLDER = rulebook.ROOT.joinpath(*lexicon.FOLDER)


@pytest.fixture(scope="module")
def shipped() -> Lexicon:
    return lexicon.load(CODES)


def entries() -> Iterator[tuple[str, dict[str, object], str]]:
    for path in sorted(FOLDER.glob("*.yaml")):
        if path.name != lexicon.VOCABULARY:
            data = yaml.safe_load(path.read_text("utf-8"))
            for entry in data["techniques"]:
                for phrase in entry["says"]:
                    yield path.stem, entry, phrase


def test_the_lexicon_knows_thousands_of_ways_of_writing() -> None:
    assert len(list(entries())) > 3000


def test_every_phrase_is_found_and_decides(shipped: Lexicon) -> None:
    for family, entry, phrase in entries():
        found = shipped.mapped(phrase)
        plain = "when" not in entry
        if plain and "codes" in entry:
            assert (found.action, list(found.codes)) == ("map", entry["codes"]), (family, phrase)
        elif plain and "unbilled" in entry:
            assert found.action == "nonbillable", (family, phrase)
        elif plain:
            assert found.action == "ask", (family, phrase)


@pytest.mark.parametrize("refused", ["declined {}", "{} declined", "no {} today", "{} - held"])
def test_no_phrase_is_mapped_when_it_was_not_done(shipped: Lexicon, refused: str) -> None:
    mapped = [
        phrase
        for _, _, phrase in entries()
        if shipped.mapped(refused.format(phrase)).action == "map"
    ]
    assert mapped == []


@pytest.mark.parametrize(
    ("name", "was", "now", "complaint"),
    [
        (
            "vocabulary.yaml",
            "vocabulary: charts",
            "vocabulary: carts",
            r"vocabulary\.yaml: vocabulary: ",
        ),
        (
            "vocabulary.yaml",
            "with: group",
            "with: crowd",
            r"vocabulary\.yaml: no cue is called cro",
        ),
        (
            "vocabulary.yaml",
            'code: "97113"',
            'code: "97999"',
            r"vocabulary\.yaml: modes\[\d\]: 97999 is not in the table of therapy codes",
        ),
        ("speech.yaml", "lexicon: speech", "lexicon: talk", r"speech\.yaml: lexicon: should be sp"),
        ("speech.yaml", "cite: asha-codes", "cite: nobody", r"speech\.yaml: .*does not list"),
        (
            "speech.yaml",
            'ask: ["92507", "92526"]',
            'ask: ["92507", "99999"]',
            r"speech\.yaml: techniques: \w+: 99999 is not in the table",
        ),
        ("speech.yaml", "id: sgd_training", "id: aac", r"aac is listed twice"),
        ("speech.yaml", "with: [low_tech]", "with: [no_tech]", r"aac.*: no cue is called no_tech"),
        (
            "monitoring.yaml",
            "measure: minutes",
            "measure: yards",
            r"remote_monitoring: nothing counts yards",
        ),
        ("speech.yaml", '"easy onset"', '"word finding"', r"'word finding' also stands under"),
        ("speech.yaml", '"easy onset"', '"; onset"', r"'; onset' has no words, or a mark"),
    ],
)
def test_a_fault_in_the_lexicon_is_refused_with_its_place(
    copy: Path, name: str, was: str, now: str, complaint: str
) -> None:
    path = copy.joinpath(*lexicon.FOLDER, name)
    text = path.read_text("utf-8")
    assert was in text
    path.write_text(text.replace(was, now, 1), "utf-8")
    with pytest.raises(RuleDataError, match=complaint):
        lexicon.load(CODES, copy)
