"""How phrases are decided, seen on a lexicon small enough to know by heart."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.coding.lexicon import LONGEST, Lexicon, LexiconError
from rules.words import Discipline
from tests.coding.small import ALL, EXERCISE, VOCABULARY, small, technique

LEXICON = small()
OTHERWISE = "the service's name and what was done say different codes: which was it?"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        # The service's own name, however it is written.
        ("TE x 15", "97110"),
        ("Ther-Ex 3x10, 15'", "97110"),
        ("theraputic excercise", "97110"),
        ("THERAPEUTIC EXERCISES.", "97110"),
        # Several services, divided or side by side.
        ("TE + jt mob", "97110 97140"),
        ("TE 15 then jt mobs 8 min", "97110 97140"),
        ("jt mobs, TE", "97140 97110"),
        ("TE 15/jt mobs 8", "97110 97140"),
        ("TE 15 min / jt mobs", "97110 97140"),
        ("TE / jt mobs", "97110 97140"),
        ("IFC/TE", "97014 97110"),
        ("TE/squats", "97110"),
        ("jt mobs; jt mobs again", "97140"),
        ("Gait training.  Joint mobs grade 3.", "97116 97140"),
        ("massage; cupping", "97140"),
        ("massage", "97124"),
        # What was done within a service yields to the service's name; what stands apart does not.
        ("TE: squats, bike", "97110"),
        ("gait training, squats", "97116"),
        ("tandem stance w/ squats", "97112"),
        ("jt mobs, squats", "97140 97110"),
        ("jt mobs and squats", "97140 97110"),
        ("jt mobs in a squat", "97140"),
        ("squats w/ jt mobs", "97110 97140"),
        ("tandem stance; squats", "97112 97110"),
        ("TE: squats, tandem stance", "97110"),
        ("tandem stance: squats", "97112"),
        ("gait training, tandem stance", "97116 97112"),
        ("gait training 10 min, squats 5 min", "97116 97110"),
        ("TE - tandem stance, jt mobs, squats", "97110"),
        ("TE: squats, gait training 5 min", "97110 97116"),
        ("TE: squats, gait training", "97110"),
        ("Pool: gait training + TE", "97113"),
        ("squats, gait training", "97110 97116"),
        ("gait training, squats 3 x 10", "97116 97110"),
        ("97032 estim", "97032"),
        ("education, TE", "97110"),
        ("TE 15, documentation", "97110"),
        # Cues decide: of the clause, of clauses beside it that name nothing, of the title.
        ("treadmill for endurance", "97110"),
        ("treadmill 10 min, endurance", "97110"),
        ("attended estim", "97032"),
        ("estim, pt attended throughout", "97032"),
        ("estim to stalled ulcer", "G0281"),
        ("jt mobs ulcer stalled, estim", "97140 G0281"),
        ("gait training, treadmill", "97116"),
        ("Pool: TE; gait training", "97113"),
        ("pool, jt mobs", "97140"),
        # Counts decide.
        ("dry needling 2 muscles", "20560"),
        ("dry needling, 4 muscles", "20561"),
        ("adjust cervical", "98940"),
        ("adjusted cervical, thoracic and lumbar", "98941"),
        # Harmless words that look like refusals.
        ("no pain, TE", "97110"),
        ("TE without the least sort or kind of gait training", "97110 97116"),
        # The reason of something is not what was done.
        ("TE due to gait training", "97110"),
        ("TE before gait training", "97110"),
        # Refused, but not all of it.
        ("declined gait training, TE 15", "97110"),
        ("declined jt mobs but did TE", "97110"),
        ("no jt mobs or gait training; TE", "97110"),
        ("TE, jt mobs held", "97110"),
        ("TE; gait training next visit", "97110"),
    ],
)
def test_a_phrase_is_the_codes_that_it_names(text: str, codes: str) -> None:
    mapped = LEXICON.mapped(text)
    assert (mapped.action, " ".join(mapped.codes)) == ("map", codes)
    assert mapped.words
    assert all(code in mapped.why for code in mapped.codes)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("estim 15 min", "was it attended?"),
        ("estim attended, left alone after", "was it attended?"),
        ("estim to ulcer", "was it attended?"),
        ("dry needling", "how many muscles?"),
        ("adjusted", "which regions?"),
        ("treadmill", "for stamina, or for gait?"),
        ("education", "about what?"),
        ("jt mobs + estim", "was it attended?"),
        ("TE/jt mobs 20 min", "one of these, or each with minutes of its own?"),
        ("TE and jt mobs 25 min total", "one of these, or each with minutes of its own?"),
        ("gait training/TE/jt mobs", "one of these, or each with minutes of its own?"),
        ("gait training: tandem stance", OTHERWISE),
        ("TE - jt mobs", OTHERWISE),
        ("gait training - squats 3x10", OTHERWISE),
        ("due to gait training", "which treatment was it? the words name none that is known"),
        ("something else", "which treatment was it? the words name none that is known"),
        ("red cup to the patient", "which treatment was it? the words name none that is known"),
        ("", "which treatment was it? the words name none that is known"),
        ("лечебная физкультура", "which treatment was it? the words name none that is known"),
        ("\x00\x07", "which treatment was it? the words name none that is known"),
    ],
)
def test_a_phrase_that_does_not_decide_is_asked_about(text: str, why: str) -> None:
    mapped = LEXICON.mapped(text)
    assert (mapped.action, mapped.why) == ("ask", why)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("documentation 10 min", "writing is not billed"),
        ("declined gait training", "charted as not done: gait training"),
        ("gait training declined", "charted as not done: gait training"),
        ("gait training, pt declined", "charted as not done: gait training"),
        ("no jt mobs or gait training", "charted as not done: joint mobilization, gait training"),
        ("no TE", "charted as not done: therapeutic exercise"),
        (
            "Plan: TE, then gait training",
            "charted as planned, not done: therapeutic exercise, gait training",
        ),
        ("TE next visit", "charted as planned, not done: therapeutic exercise"),
        ("squats, by aide", "charted as not furnished by a therapist or assistant: squat"),
    ],
)
def test_what_is_not_billed_says_why(text: str, why: str) -> None:
    mapped = LEXICON.mapped(text)
    assert (mapped.action, mapped.codes, mapped.why) == ("nonbillable", (), why)


@pytest.mark.parametrize(("discipline", "codes"), [(None, ()), ("PT", ()), ("SLP", ("92526",))])
def test_the_discipline_can_decide(discipline: Discipline | None, codes: tuple[str, ...]) -> None:
    assert LEXICON.mapped("estim", discipline).codes == codes


def test_a_payer_takes_one_code_in_place_of_another() -> None:
    assert LEXICON.mapped("IFC").codes == ("97014",)
    assert LEXICON.mapped("IFC", billed_as={"97014": "G0283"}).codes == ("G0283",)


def test_a_question_beside_a_code_keeps_the_code_and_lists_candidates() -> None:
    mapped = LEXICON.mapped("jt mobs + estim")
    assert mapped.codes == ("97140",)
    assert mapped.alternatives == ("97032", "G0283")


def test_codes_that_could_be_defended_stand_beside_the_answer() -> None:
    assert LEXICON.mapped("treadmill for endurance").alternatives == ("97116",)


def test_words_are_the_lexicons_not_the_charts() -> None:
    assert LEXICON.mapped("Jane Doe joint mobilizatoin 555-0100").words == ("joint mobilization",)


def test_text_longer_than_a_phrase_is_not_read() -> None:
    mapped = LEXICON.mapped("TE " * LONGEST)
    assert mapped.action == "ask"
    assert str(LONGEST) in mapped.why


@pytest.mark.parametrize("word", ["unstable", "wright"])
def test_ordinary_words_are_not_mended(word: str) -> None:
    lexicon = Lexicon(VOCABULARY, (*ALL, technique("other", "97124", "unstab", "bright")))
    assert lexicon.mapped(word).action == "ask"


def test_a_slip_between_two_words_is_left_alone() -> None:
    lexicon = Lexicon(VOCABULARY, (*ALL, technique("a", "97124", "brushed", "brushes")))
    assert lexicon.mapped("brushex").action == "map"
    torn = Lexicon(
        VOCABULARY, (*ALL, technique("a", "97124", "brushed"), technique("b", "97140", "crushed"))
    )
    assert torn.mapped("trushed").action == "ask"
    near = Lexicon(
        VOCABULARY, (*ALL, technique("a", "97124", "tapper"), technique("b", "97140", "topper"))
    )
    assert near.mapped("tupper").action == "ask"


@pytest.mark.parametrize(
    ("phrases", "why"),
    [
        (("te",), "second: 'te' also stands under exercise"),
        (("of the",), "second: 'of the' has no words, or a mark"),
        (("TE; gait",), "second: 'TE; gait' has no words, or a mark"),
    ],
)
def test_a_lexicon_that_contradicts_itself_is_refused(phrases: tuple[str, ...], why: str) -> None:
    with pytest.raises(LexiconError) as refused:
        Lexicon(VOCABULARY, (EXERCISE, technique("second", "97116", *phrases)))
    assert str(refused.value) == why


def test_a_refusal_that_shrinks_to_one_ordinary_word_is_refused() -> None:
    refusals = {**VOCABULARY.refusals, "yet": ("of the plan",)}
    with pytest.raises(LexiconError, match="comes to the one word plan"):
        Lexicon(replace(VOCABULARY, refusals=refusals), ALL)


def test_a_refusal_covers_only_what_is_near_it() -> None:
    vocabulary = replace(VOCABULARY, plain=frozenset({"any", "sort", "kind"}))
    lexicon = Lexicon(vocabulary, ALL)
    assert lexicon.mapped("no sort any kind gait training").action == "map"
    assert lexicon.mapped("no sort any gait training").action == "nonbillable"


@given(st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    mapped = LEXICON.mapped(text)
    assert mapped.why
    assert (mapped.action == "map") <= bool(mapped.codes)
    assert mapped == LEXICON.mapped(text)


@given(st.lists(st.sampled_from([phrase for each in ALL for phrase in each.says]), min_size=1))
def test_case_and_spaces_change_nothing(phrases: list[str]) -> None:
    text = " + ".join(phrases)
    assert LEXICON.mapped(text) == LEXICON.mapped(f"  {text.upper()} ".replace(" ", "  "))
