"""Da Vinci CRD's configuration: what a caller may switch for itself, and what it has switched.

Unknown switches and values that make no sense are passed over, as CRD asks: a call is never refused
for its configuration.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from plugin.moment import NONE
from rules import RULES

OPTIONS = "davinci-crd.configuration-options"
CHOSEN = "davinci-crd.configuration"
VERSION = "davinci-crd.version"
FOLLOWED = ["2.2"]
MOST = "max-cards"
FAMILIES: Mapping[str, frozenset[str]] = {
    family: frozenset(rule.ID for rule in RULES if rule.__name__.split(".")[1] == family)
    for family in ("coding", "units", "modifiers", "eligibility", "bundling")
}
WORDS = {
    "coding": ("Codes", "Services without a code, codes not in force, codes of the payer's own."),
    "units": ("Units", "Units against minutes: timed and untimed codes, groups, time limits."),
    "modifiers": ("Modifiers", "Modifiers that a line needs, may not have, or has in vain."),
    "eligibility": ("Eligibility", "Plan of care, progress report, authorization, coverage."),
    "bundling": ("Bundled codes", "NCCI edits, units a day, add-on codes, evaluation levels."),
}


class Chosen(msgspec.Struct, frozen=True):
    """What a call has switched."""

    off: frozenset[str] = NONE
    """Rules that it does not want to hear."""
    most: int | None = None
    """How many cards it wants at most; None when it does not say."""


USUAL = Chosen()


def offered(speaking: frozenset[str], most: int) -> dict[str, Any]:
    """Return discovery's extension for a service where these rules speak."""
    switches = [
        _option(family, "boolean", *WORDS[family], default=True)
        for family, rules in FAMILIES.items()
        if rules & speaking
    ]
    number = _option(MOST, "integer", "Most cards", "How many cards to show at most.", default=most)
    return {OPTIONS: [*switches, number], VERSION: FOLLOWED}


def chosen(extension: Mapping[str, Any]) -> Chosen:
    """Return what a request's extension has switched."""
    said = extension.get(CHOSEN)
    if not isinstance(said, dict):
        return USUAL
    off = [rules for family, rules in FAMILIES.items() if said.get(family) is False]
    most = said.get(MOST)
    number = isinstance(most, int) and not isinstance(most, bool) and most >= 0
    return Chosen(NONE.union(*off), most if number else None)


def _option(code: str, kind: str, name: str, says: str, *, default: bool | int) -> dict[str, Any]:
    return {"code": code, "type": kind, "name": name, "description": says, "default": default}
