"""What an EHR holds once a suggestion is taken is the bill that was promised, and is let be."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugin.parts import parts
from plugin.tenants import DEMO, Write
from tests.hooks import regolden
from tests.hooks.holding import Charge, charges, taken, weighed
from tests.hooks.invariants import hold
from tests.hooks.service import cards, equip, post
from tests.hooks.visits import Json, request

SUGGESTED = [
    name
    for name in regolden.names()
    if any("suggestions" in card for card in regolden.expected(name)["cards"])
]
FORMS: list[Write] = ["chargeitem", "chargeitem-oracle", "chargeitem-medplum", "claim"]


@pytest.fixture(scope="module", params=FORMS)
def writing(request: pytest.FixtureRequest, app: Flask) -> FlaskClient:
    """Return a service whose demo site takes charges in one of the forms."""
    return written_as(app, request.param)


def written_as(app: Flask, form: Write) -> FlaskClient:
    demo = replace(parts(app).tenants[DEMO], write=form)
    equip(app, tenants={DEMO: demo})
    return app.test_client()


def billed(answer: Any) -> list[Charge]:
    """Return the bill of a plain check."""
    lines = answer.json["bill"]
    return sorted((line["code"], line["units"], tuple(line["modifiers"])) for line in lines)


def recommended(found: list[Json]) -> list[Json]:
    """Return the one-click correction of an answer, when it has one."""
    every = [suggestion for card in found for suggestion in card.get("suggestions", [])]
    return [suggestion for suggestion in every if suggestion["isRecommended"]]


def choices(found: list[Json]) -> list[Json]:
    """Return the cards that ask a person to affirm a fact."""
    return [
        card
        for card in found
        if any(not suggestion["isRecommended"] for suggestion in card.get("suggestions", []))
    ]


@pytest.mark.parametrize("name", SUGGESTED)
def test_taking_the_correction_leaves_the_bill_of_a_plain_check(
    name: str, writing: FlaskClient
) -> None:
    asked = regolden.asked(name)

    for suggestion in recommended(cards(post(writing, asked))):
        assert charges(taken(asked, suggestion)) == billed(post(writing, asked, "/check"))


@pytest.mark.parametrize("name", SUGGESTED)
def test_a_visit_whose_correction_was_taken_is_not_corrected_again(
    name: str, writing: FlaskClient
) -> None:
    asked = regolden.asked(name)
    for suggestion in recommended(cards(post(writing, asked))):
        asked = taken(asked, suggestion)

    found = cards(post(writing, asked))

    hold(found)
    assert recommended(found) == []


@pytest.mark.parametrize("name", SUGGESTED)
def test_a_choice_that_was_made_is_not_asked_again_and_stands(
    name: str, writing: FlaskClient
) -> None:
    asked = regolden.asked(name)
    for suggestion in recommended(cards(post(writing, asked))):
        asked = taken(asked, suggestion)
    while found := choices(cards(post(writing, asked))):
        asked = taken(asked, found[0]["suggestions"][0])
        left = choices(cards(post(writing, asked)))
        assert len(left) < len(found)
    assert recommended(cards(post(writing, asked))) == []


def settled(asked: Json, client: FlaskClient) -> Json:
    """Return the call once all that is recommended is taken, in as few steps as it takes."""
    for _ in range(3):
        every = recommended(cards(post(client, asked)))
        if not every:
            return asked
        asked = taken(asked, every[0])
    raise AssertionError("it never comes to rest")


def offered(found: list[Json]) -> list[Json]:
    """Return the first suggestion of each card."""
    return [card["suggestions"][0] for card in found if "suggestions" in card]


def affirmed(suggestion: Json) -> set[str]:
    """Return the modifiers that a choice adds, by the words of its button."""
    label = suggestion["label"]
    return set() if suggestion["isRecommended"] else set(label.removeprefix("Add ").split()[:1])


def orders(suggestions: list[Json]) -> Iterator[tuple[Json, ...]]:
    """Return suggestions in every order, each also taken twice."""
    for order in permutations(suggestions):
        yield order
        yield order + order


def standing(asked: Json) -> list[str]:
    return [modifier for _, _, every in charges(asked) for modifier in every]


@pytest.mark.parametrize("name", SUGGESTED)
def test_no_card_takes_back_what_another_had_a_person_affirm(
    name: str, writing: FlaskClient
) -> None:
    asked = regolden.asked(name)
    for order in orders(offered(cards(post(writing, asked)))[:4]):
        now, stands = asked, set[str]()
        for suggestion in order:
            later = weighed(now, suggestion)
            if later is not None:
                now, stands = later, stands | affirmed(suggestion)
            assert stands <= set(standing(now))


@pytest.mark.parametrize("name", SUGGESTED)
@pytest.mark.parametrize("carry_out", [weighed, taken])
def test_in_any_order_and_taken_twice_the_next_check_leaves_one_right_bill(
    name: str, carry_out: Callable[[Json, Json], Json | None], writing: FlaskClient
) -> None:
    asked = regolden.asked(name)
    right = counted(billed(post(writing, asked, "/check")))
    for order in orders(offered(cards(post(writing, asked)))[:3]):
        now = asked
        for suggestion in order:
            now = carry_out(now, suggestion) or now
        now = settled(now, writing)
        assert counted(charges(now)) == right
        assert cards(post(writing, now)) == [] or not recommended(cards(post(writing, now)))


def counted(lines: Iterable[Charge]) -> list[tuple[str, int]]:
    return sorted((code, units) for code, units, _ in lines)


def test_what_is_taken_twice_is_written_once(writing: FlaskClient) -> None:
    asked = request(["97110 30min", "97140 15min"])
    (suggestion,) = recommended(cards(post(writing, asked)))
    once = weighed(asked, suggestion)
    assert once
    assert weighed(once, suggestion) == once
    assert charges(once) == [("97110", 2, ("GP",)), ("97140", 1, ("GP",))]


def test_what_an_ehr_wrote_twice_is_removed(writing: FlaskClient) -> None:
    asked = request(["97110 30min", "97140 15min"])
    (suggestion,) = recommended(cards(post(writing, asked)))
    twice = taken(taken(asked, suggestion), suggestion)
    assert len(charges(twice)) == 4
    (removal,) = recommended(cards(post(writing, twice)))
    assert {action["type"] for action in removal["actions"]} == {"delete"}
    assert charges(taken(twice, removal)) == charges(taken(asked, suggestion))


def test_a_site_that_takes_words_gets_no_actions_and_is_told_what_to_enter(app: Flask) -> None:
    client = written_as(app, "text")
    charge, *choices_ = cards(post(client, request(["97150 30min", "97110 30min"], ["97110 x3"])))
    assert not any("suggestions" in card for card in (charge, *choices_))
    entered = charge["detail"].split("**To enter**")[1].split("\n\n")[0]
    assert entered.split("\n")[1:] == ["- Change to 97110 ×2 GP", "- Add 97150 ×1 GP"]
    assert "**Add 59 to 97110**, if" in choices_[0]["detail"]


def test_a_site_that_takes_words_is_told_of_what_was_written_twice(app: Flask) -> None:
    asked = request(["97110 30min"])
    (suggestion,) = recommended(cards(post(written_as(app, "chargeitem"), asked)))
    twice = taken(taken(asked, suggestion), suggestion)
    (card,) = cards(post(written_as(app, "text"), twice))
    assert card["detail"].endswith("**To enter**\n- Remove a charge that was written twice")


@pytest.mark.parametrize("modifier", ["59", "XS", "XE"])
def test_every_lawful_choice_settles_its_pair(modifier: str, writing: FlaskClient) -> None:
    asked = request(["97150 30min", "97110 30min"], ["97150-GP x1", "97110-GP x2"])
    (card,) = cards(post(writing, asked))
    (choice,) = [s for s in card["suggestions"] if s["label"] == f"Add {modifier} to 97110"]

    later = taken(asked, choice)

    assert charges(later) == [("97110", 2, (modifier, "GP")), ("97150", 1, ("GP",))]
    assert cards(post(writing, later)) == []


def test_modifiers_in_the_ways_of_other_ehrs_are_read_and_rewritten(app: Flask) -> None:
    client = written_as(app, "chargeitem")
    asked = request(["97110 12min pt", "97110 14min pta"], ["97110 x2"])
    item = asked["prefetch"]["charges"]["entry"][0]["resource"]
    item["code"]["coding"][0]["code"] = "97110:GP"
    item["extension"] = [
        {"url": "https://ehr.example.org/StructureDefinition/batch", "valueString": "7"},
        {
            "url": "https://ehr.example.org/StructureDefinition/modifier-code",
            "extension": [
                {"url": "code", "valueCodeableConcept": {"coding": [{"code": "KX"}]}},
                {"url": "priority", "valuePositiveInt": 2},
            ],
        },
    ]

    (card,) = cards(post(client, asked))
    later = taken(asked, card["suggestions"][0])

    assert charges(later) == [("97110", 1, ("GP", "CQ", "KX")), ("97110", 1, ("GP", "KX"))]
    kept = later["prefetch"]["charges"]["entry"][0]["resource"]["extension"]
    assert kept[0]["valueString"] == "7"
    assert cards(post(client, later)) == []
