"""How the shipped lexicon answers whole collections of charted phrases."""

import pytest

from plugin import lexicon, rulebook, tables
from rules.coding.lexicon import Lexicon
from tests.coding.phrases import FOLDER, Labelled, labelled, verdicts


@pytest.fixture(scope="module")
def shipped() -> Lexicon:
    return lexicon.load(tables.load(rulebook.ROOT).codes)


@pytest.mark.parametrize(
    ("name", "right", "wrong"), [("own", 0.95, 0.01), ("kept_out", 0.92, 0.02)]
)
def test_phrases_are_answered_rightly_and_seldom_wrongly(
    shipped: Lexicon, name: str, right: float, wrong: float
) -> None:
    phrases = labelled(name)
    found = verdicts(shipped, phrases)
    answers = {each.id: shipped.mapped(each.text, each.discipline) for each in phrases}
    missed = [each.id for each in phrases if each.judge(answers[each.id]) == "wrong"]
    assert len(phrases) >= 200
    assert found["right"] >= right * len(phrases), found
    assert found["wrong"] <= wrong * len(phrases), missed


def every_phrase() -> list[Labelled]:
    return [each for path in sorted(FOLDER.glob("*.yaml")) for each in labelled(path.stem)]


def test_codes_answered_are_in_the_table_and_words_in_the_lexicon(shipped: Lexicon) -> None:
    codes = tables.load(rulebook.ROOT).codes
    for each in every_phrase():
        mapped = shipped.mapped(each.text, each.discipline)
        assert {*mapped.codes, *mapped.alternatives} <= codes.keys()
        assert mapped.why
        assert len(mapped.why) < 400
