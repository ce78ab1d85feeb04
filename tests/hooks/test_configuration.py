"""What a call may switch for itself: families of rules, and how many cards it wants."""

from collections.abc import Iterable
from typing import Any

import pytest
from flask.testing import FlaskClient

from rules import RULES
from tests.hooks import regolden
from tests.hooks.invariants import KEY, hold
from tests.hooks.service import cards, got, post
from tests.hooks.visits import MARK, Json, encounter, request

EXTENSION = "davinci-crd.configuration"
VISIT = "more_problems_than_cards"
FAMILIES = ("coding", "units", "modifiers", "eligibility", "bundling")
OF_RULE = {rule.ID: rule.__name__.split(".")[1] for rule in RULES}


def answered(client: FlaskClient, sent: Json, configuration: Any) -> list[Json]:
    """Return the cards of a call that switches something."""
    asked = {**sent, "extension": {EXTENSION: configuration, "com.example.other": MARK}}
    found = cards(post(client, asked, regolden.address(sent)))
    hold(found)
    return found


def families(found: list[Json]) -> set[str]:
    """Return the families of the rules that spoke, or could not look."""
    if not found:
        return set()
    account = found[0]["extension"][KEY]
    said: Iterable[Json] = (*account.get("findings", ()), *account.get("notChecked", ()))
    return {OF_RULE[each["rule"]] for each in said}


def everything() -> Json:
    """Return a visit about which every family has something to say."""
    sent = request(
        ["97110 53min", "97530 23min", "97150 20min", "97014", "97001"],
        payer="unknown",
        encounter=encounter(),
        eligibility=None,
    )
    sent["prefetch"]["plans"] = None
    return sent


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_that_is_switched_off_says_nothing(family: str, client: FlaskClient) -> None:
    found = answered(client, everything(), {family: False})

    assert family not in families(found)


def test_every_family_speaks_where_none_is_switched_off(client: FlaskClient) -> None:
    assert families(answered(client, everything(), {})) == set(FAMILIES)


def test_what_is_switched_off_is_not_called_unchecked(client: FlaskClient) -> None:
    found = answered(client, everything(), dict.fromkeys(FAMILIES, False))

    assert found == []


@pytest.mark.parametrize(("most", "shown"), [(1, 1), (2, 2), (3, 3), (50, 3), (10**30, 3)])
def test_as_many_cards_are_shown_as_a_call_and_its_site_allow(
    most: int, shown: int, client: FlaskClient
) -> None:
    found = answered(client, regolden.asked(VISIT), {"max-cards": most})

    assert len(found) == shown


def test_no_cards_are_shown_to_who_wants_none(client: FlaskClient) -> None:
    for folder in (regolden.FOLDER, regolden.OTHERS):
        for name in regolden.names(folder):
            assert answered(client, regolden.asked(name, folder), {"max-cards": 0}) == []


NONSENSE: tuple[Any, ...] = (
    *(7, MARK, [MARK], None, {}, {MARK: False}, {"coding": MARK, "units": 0, "bundling": None}),
    *({"max-cards": -1}, {"max-cards": 1.5}, {"max-cards": True}, {"max-cards": "1"}),
    *({"max-cards": [1]}, {"coding": True, "units": True}, {"timed_units": False}),
)


@pytest.mark.parametrize("configuration", NONSENSE, ids=str)
@pytest.mark.parametrize("folder", [regolden.FOLDER, regolden.OTHERS], ids=["check", "others"])
def test_what_makes_no_sense_changes_nothing(
    folder: Any, configuration: Any, client: FlaskClient
) -> None:
    name = VISIT if folder is regolden.FOLDER else "start_certification_lapsed"
    sent = regolden.asked(name, folder)

    assert answered(client, sent, configuration) == cards(
        post(client, sent, regolden.address(sent))
    )


def test_a_trace_redraws_what_a_call_switched(client: FlaskClient) -> None:
    found = answered(client, everything(), {"units": False, "max-cards": 1})

    trace = found[0]["extension"][KEY]["trace"]

    assert got(client, f"/explain/{trace}")["cards"] == found


def test_services_before_treatment_are_switched_alike(client: FlaskClient) -> None:
    sent = regolden.asked("start_certification_lapsed", regolden.OTHERS)

    assert families(answered(client, sent, {"modifiers": False})) == {"eligibility"}
    assert families(answered(client, sent, {"eligibility": False})) == {"modifiers"}
