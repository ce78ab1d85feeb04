"""Cards say only what Markdown shows everywhere, and nothing that a chart could put into it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugin.fhir.elements import Wording
from plugin.fhir.facts import region_of
from tests.hooks import regolden
from tests.hooks.invariants import hold, told
from tests.hooks.planned import LAPSED, appointment, booking, order, ordering, plan, start
from tests.hooks.service import cards, post
from tests.hooks.visits import Json, bundle, charge, encounter, minutes, procedure, request

LINK = re.compile(r"(?<!!)\[[^\[\]\n]+\]\(https?://[^\s()<>]+\)")
STRONG = re.compile(r"\*\*[^*\n]+\*\*")
MARKED = re.compile(r"[*`~\\|<>]|!\[|\]\(|^\s*(#{1,6}\s|>|={2,}|-{2,}|\d+[.)]\s)", re.MULTILINE)
LIVE = re.compile(r"https?://|www\.|mailto:|\w@\w", re.IGNORECASE)
EVIL = (
    "](http://evil.example)",
    "[knee](http://evil.example)",
    "![x](http://evil.example/x.png)",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "| a | b |",
    "knee\n| - | - |",
    "\n# Knee",
    "~~knee~~ `knee` **knee** __knee__",
    "http://evil.example www.evil.example me@evil.example",
    "\\[knee\\]",
    "&lt;b&gt; \u202eeenk",
)


def plain(text: str) -> str:
    """Return what is left of Markdown without the marks that cards may use."""
    return LINK.sub("", STRONG.sub("", text))


def shows_everywhere(found: list[Json]) -> None:
    """Hold cards to bullets, bold and links of their own."""
    for card in found:
        for text in (card["summary"], card["detail"]):
            left = plain(text)
            assert not MARKED.search(left), left
            assert not LIVE.search(left), left
        for text in told(card):
            assert "evil.example" not in text.replace(" ", "")
            assert "\u202e" not in text


def golden() -> Iterator[Any]:
    """Return every golden answer."""
    for folder in (regolden.FOLDER, regolden.OTHERS):
        for name in regolden.names(folder):
            yield pytest.param(regolden.expected(name, folder)["cards"], id=name)


@pytest.mark.parametrize("found", [*golden()])
def test_golden_cards_show_everywhere(found: list[Json]) -> None:
    shows_everywhere(found)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**Charges**\n- 97110 ×2", True),
        ("See [the manual](https://cms.example/a), §20.2", True),
        ("see https://evil.example", False),
        ("a\n# b", False),
        ("a <b>c</b>", False),
        ("![a](https://evil.example)", False),
        ("| a |", False),
    ],
)
def test_the_test_itself_can_tell(text: str, shown: bool) -> None:  # noqa: FBT001 - a column
    left = plain(text)

    marked = MARKED.search(left) or LIVE.search(left)
    assert (marked is None) == shown


def visits(text: str) -> Iterator[Json]:
    """Return calls whose charts say a text wherever a chart has words."""
    site = [{"text": text, "coding": [{"code": "x", "system": text, "display": text}]}]
    pair = [
        procedure("97530 15min", bodySite=site, note=[{"text": text}]),
        procedure("97150 15min", 1, bodySite=site),
        procedure("-", 2, code={"text": text}),
    ]
    yield request([], procedures=bundle(pair), encounter=encounter(reasonCode=[{"text": text}]))
    bad = [{"resourceType": "Observation", text: text}, {"resourceType": text}]
    wrong = {**charge("97110 x1"), text: text}
    yield request(["97110 33min"], minutes=bundle(bad), charges=bundle([wrong]))
    yield request(["97110 33min", "97110 33min"], coverage=None, consents={"resourceType": text})
    named = plan(text, **LAPSED)
    yield start(plans=[named, {**named, text: text}], encounter=encounter(serviceType=site[0]))
    yield booking(appointment(description=text, serviceType=site), plans=plan(text, **LAPSED))
    words = [
        order("97150", bodySite=site),
        order("97530", bodySite=site, number=1),
        order("", text),
    ]
    yield ordering(*words)


@pytest.mark.parametrize("text", EVIL)
def test_words_of_a_chart_cannot_mark_a_card_up(text: str, client: FlaskClient) -> None:
    for sent in visits(text):
        found = cards(post(client, sent, regolden.address(sent)))
        hold(found)
        shows_everywhere(found)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text("[]()!<>|*_~`#\\:/.@wh \nab-=&", max_size=40).map(lambda x: f"knee{x}"))
def test_no_words_of_a_chart_can_mark_a_card_up(client: FlaskClient, text: str) -> None:
    for sent in visits(text):
        answer = post(client, sent, regolden.address(sent))
        if answer.status_code == 200:
            shows_everywhere(answer.json["cards"])


@given(st.text(max_size=60))
def test_a_part_of_the_body_holds_no_markup(text: str) -> None:
    left = region_of((Wording(text=text),))

    assert not re.search(r"[\[\]<>|*_~`#\\:@.!]", left)


def test_parts_of_the_body_read_as_they_are_written() -> None:
    written = ("Left knee", "L4-L5 & S1", "neck (cervical)", "Schädel / Nacken", "patient's hip")

    assert [region_of((Wording(text=part),)) for part in written] == [
        part.lower() for part in written
    ]


def test_minutes_say_nothing_of_where_they_come_from(client: FlaskClient) -> None:
    stated = minutes(33)
    stated["valueQuantity"]["unit"] = stated["valueQuantity"]["code"] = EVIL[0]
    sent = request([], procedures=bundle([procedure("97110", extension=[stated])]))

    shows_everywhere(cards(post(client, sent)))
