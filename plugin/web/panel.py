"""Cards as the simulated EHR shows them beside the chart."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from plugin.web.markdown import rendered

WORDS = {"info": "Information", "warning": "Warning", "critical": "Critical"}
AFFIRMED = re.compile(r"^- \*\*(?P<label>.+?)\*\*, if (?P<fact>.+)$", re.MULTILINE)
"""How the detail of an attestation card states what each choice affirms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One suggestion, as a button."""

    label: str
    recommended: bool
    affirms: str
    """The fact that a person affirms by accepting; empty for what is arithmetic."""
    does: tuple[str, ...]
    """What accepting it changes, in words."""
    value: str
    """What the button sends back: the card's name, and the suggestion itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason for not following a card, as a button."""

    display: str
    value: str
    """What the button sends back: the card's name and summary, and the reason's code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One card, ready for the page."""

    uuid: str
    indicator: str
    word: str
    summary: str
    detail: Markup
    source: Mapping[str, Any]
    links: Sequence[Mapping[str, str]]
    choices: tuple[Choice, ...]
    reasons: tuple[Reason, ...]

    @property
    def recommended(self) -> tuple[Choice, ...]:
        """Suggestions to take with one click."""
        return tuple(choice for choice in self.choices if choice.recommended)

    @property
    def others(self) -> tuple[Choice, ...]:
        """Suggestions that need thought."""
        return tuple(choice for choice in self.choices if not choice.recommended)


def panel(card: Mapping[str, Any]) -> Panel:
    """Return a card as it is shown: what each choice affirms stands beside its button."""
    detail = card.get("detail", "")
    labels = {suggestion["label"] for suggestion in card.get("suggestions", ())}
    facts = {
        found["label"]: found["fact"]
        for found in AFFIRMED.finditer(detail)
        if found["label"] in labels
    }
    rest = AFFIRMED.sub(lambda found: "" if found["label"] in facts else found[0], detail)
    return Panel(
        uuid=card["uuid"],
        indicator=card["indicator"],
        word=WORDS[card["indicator"]],
        summary=card["summary"],
        detail=rendered(rest),
        source=card["source"],
        links=card.get("links", ()),
        choices=tuple(_choices(card, facts)),
        reasons=tuple(_reasons(card)),
    )


def _reasons(card: Mapping[str, Any]) -> Iterator[Reason]:
    named = {"card": card["uuid"], "summary": card["summary"]}
    for reason in card.get("overrideReasons", ()):
        value = json.dumps({**named, "reason": reason["code"]})
        yield Reason(display=reason["display"], value=value)


def _choices(card: Mapping[str, Any], facts: Mapping[str, str]) -> Iterator[Choice]:
    for suggestion in card.get("suggestions", ()):
        yield Choice(
            label=suggestion["label"],
            recommended=suggestion["isRecommended"],
            affirms=facts.get(suggestion["label"], ""),
            does=tuple(action["description"] for action in suggestion["actions"]),
            value=json.dumps({"card": card["uuid"], "suggestion": suggestion}),
        )
