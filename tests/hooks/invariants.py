"""What holds of every answer with cards, whatever the visit."""

import re
from collections.abc import Iterator
from typing import Any

from fhir.resources.R4B import get_fhir_model_class

from plugin.hooks.answers import Response
from tests.hooks.visits import BASE, MARK, Json

KEY = "io.github.countersign-health"
MOST = 3
HTML = re.compile(r"<\s*/?\s*[a-zA-Z!]")
TABLE = re.compile(r"^\s*\|", re.MULTILINE)
TRACE = re.compile(r"[0-9a-f]{32}")
INDICATORS = {"info", "warning", "critical"}
TOPICS = {"claim", "limits", "guideline"}


def hold(cards: list[Json]) -> None:
    """Hold an answer to all of them."""
    Response().load({"cards": cards})
    assert len(cards) <= MOST
    for path, value in walk(cards):
        assert value not in (None, "", [], {}), f"nothing stands at {path}"
    names = [c["uuid"] for c in cards]
    names += [s["uuid"] for c in cards for s in c.get("suggestions", [])]
    assert len(set(names)) == len(names)
    assert [("extension" in card) for card in cards] == [i == 0 for i in range(len(cards))]
    for card in cards:
        _card(card)
    if cards:
        _account(cards[0])


def walk(value: Any, path: str = "cards") -> Iterator[tuple[str, Any]]:
    """Return every value inside another, with the way to it."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in inside:
        yield f"{path}.{key}", inner
        if isinstance(inner, dict | list):
            yield from walk(inner, f"{path}.{key}")


def told(card: Json) -> Iterator[str]:
    """Return every string of a card but those of the resources it carries."""
    shown = {key: value for key, value in card.items() if key != "suggestions"}
    for suggestion in card.get("suggestions", []):
        yield suggestion["label"]
        yield from (action["description"] for action in suggestion["actions"])
    yield from (value for _, value in walk(shown) if isinstance(value, str))


def _card(card: Json) -> None:
    assert len(card["summary"]) < 140
    assert "\n" not in card["summary"]
    for text in told(card):
        assert MARK not in text, f"tells of the patient: {text}"
    assert not HTML.search(card["detail"])
    assert not TABLE.search(card["detail"])
    assert "~~" not in card["detail"]
    assert card["indicator"] in INDICATORS
    assert card["source"]["topic"]["code"] in TOPICS
    assert ("selectionBehavior" in card) == ("suggestions" in card)
    _reasons(card)
    # What makes a person affirm a fact is never recommended; the settled charges always are.
    charges = card["detail"].startswith("**Charges**")
    for suggestion in card.get("suggestions", []):
        assert suggestion["isRecommended"] is charges
        for action in suggestion["actions"]:
            _action(action)
    if charges:
        assert len(card.get("suggestions", [])) <= 1


def _reasons(card: Json) -> None:
    reasons = card["overrideReasons"]
    assert 1 <= len(reasons) <= 6
    assert {reason["system"] for reason in reasons} == {f"{BASE}/CodeSystem/override-reason"}
    assert all(reason["display"] for reason in reasons)


def _action(action: Json) -> None:
    if action["type"] == "delete":
        assert re.fullmatch(r"(ChargeItem|Claim)/[A-Za-z0-9.-]{1,64}", action["resourceId"])
        return
    resource = action["resource"]
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    assert ("id" in resource) == (action["type"] == "update")
    if resource["resourceType"] == "Claim":
        assert (resource["status"], resource["use"]) == ("draft", "claim")
    else:
        assert resource["status"] == "planned"
    for line in resource["item"] if resource["resourceType"] == "Claim" else [resource]:
        assert line["quantity"]["value"] >= 1


def _account(first: Json) -> None:
    """The first card carries the machine's account; its link leads to the derivation."""
    assert set(first["extension"]) == {KEY}
    account = first["extension"][KEY]
    assert TRACE.fullmatch(account["trace"])
    assert {link["type"] for link in first["links"]} == {"absolute"}
    assert first["links"][0]["url"].endswith(f"/explain/{account['trace']}")
    for finding in account.get("findings", []):
        assert finding["cite"]["url"].startswith("https://")
        assert isinstance(finding["fixed"], bool)
