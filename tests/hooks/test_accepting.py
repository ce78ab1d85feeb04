"""What an EHR holds once a suggestion is taken is the bill that was promised, and is let be."""

from copy import deepcopy
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.hooks import regolden
from tests.hooks.invariants import hold
from tests.hooks.service import cards, post
from tests.hooks.visits import Json, bundle, request

SUGGESTED = [
    name
    for name in regolden.names()
    if any("suggestions" in card for card in regolden.expected(name)["cards"])
]
Charge = tuple[str, int, tuple[str, ...]]


def taken(asked: Json, suggestion: Json) -> Json:
    """Return the same call from an EHR that has taken a suggestion."""
    found = asked["prefetch"]["charges"].get("entry", [])
    held = {entry["resource"]["id"]: entry["resource"] for entry in found}
    for number, action in enumerate(suggestion["actions"]):
        if action["type"] == "delete":
            del held[action["resourceId"].removeprefix("ChargeItem/")]
        elif action["type"] == "update":
            held[action["resource"]["id"]] = action["resource"]
        else:
            held[f"new-{number}"] = {**action["resource"], "id": f"new-{number}"}
    later = deepcopy(asked)
    later["prefetch"]["charges"] = bundle(held.values())
    return later


def charges(asked: Json) -> list[Charge]:
    """Return what an EHR holds, as code, units and modifiers."""
    found = [entry["resource"] for entry in asked["prefetch"]["charges"].get("entry", [])]
    return sorted(
        (coded(item["code"]), item["quantity"]["value"], modifiers(item)) for item in found
    )


def modifiers(item: Json) -> tuple[str, ...]:
    """Return the modifiers of a charge, in order."""
    carried = [x for x in item.get("extension", []) if x["url"].endswith("/charge-modifier")]
    return tuple(coded(extension["valueCodeableConcept"]) for extension in carried)


def coded(concept: Json) -> str:
    """Return the code of a concept."""
    code: str = concept["coding"][0]["code"]
    return code


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
    name: str, client: FlaskClient
) -> None:
    asked = regolden.asked(name)

    for suggestion in recommended(cards(post(client, asked))):
        assert charges(taken(asked, suggestion)) == billed(post(client, asked, "/check"))


@pytest.mark.parametrize("name", SUGGESTED)
def test_a_visit_whose_correction_was_taken_is_not_corrected_again(
    name: str, client: FlaskClient
) -> None:
    asked = regolden.asked(name)
    for suggestion in recommended(cards(post(client, asked))):
        asked = taken(asked, suggestion)

    found = cards(post(client, asked))

    hold(found)
    assert recommended(found) == []


@pytest.mark.parametrize("name", SUGGESTED)
def test_a_choice_that_was_made_is_not_asked_again_and_stands(
    name: str, client: FlaskClient
) -> None:
    asked = regolden.asked(name)
    for suggestion in recommended(cards(post(client, asked))):
        asked = taken(asked, suggestion)
    while found := choices(cards(post(client, asked))):
        asked = taken(asked, found[0]["suggestions"][0])
        left = choices(cards(post(client, asked)))
        assert len(left) < len(found)
    assert recommended(cards(post(client, asked))) == []


@pytest.mark.parametrize("modifier", ["59", "XS", "XE"])
def test_every_lawful_choice_settles_its_pair(modifier: str, client: FlaskClient) -> None:
    asked = request(["97150 30min", "97110 30min"], ["97150-GP x1", "97110-GP x2"])
    (card,) = cards(post(client, asked))
    (choice,) = [s for s in card["suggestions"] if s["label"] == f"Add {modifier} to 97110"]

    later = taken(asked, choice)

    assert charges(later) == [("97110", 2, (modifier, "GP")), ("97150", 1, ("GP",))]
    assert cards(post(client, later)) == []


def test_modifiers_in_the_ways_of_other_ehrs_are_read_and_rewritten(client: FlaskClient) -> None:
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
