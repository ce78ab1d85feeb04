"""What is written for a visit, each resource proved valid."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from fhir.resources.R4B.chargeitem import ChargeItem

from plugin.fhir import structure
from plugin.fhir.gather import KEYS, prefetched
from plugin.fhir.writer import actions
from plugin.review import Asked, Reviewer
from rules.model import Line
from tests.fhir.building import CODER, TENANT, Raw, prefetch_of, reading
from tests.rules.shorthand import BOOK

REVIEWER = Reviewer(BOOK, "https://countersign.invalid", CODER)


def written(new: Sequence[Line], *resources: Raw) -> list[dict[str, Any]]:
    """The actions that make a bill of a visit's charges, each resource proved valid."""
    found = reading(*resources)
    made = [*actions(found.visit.lines, new, found)]
    for action in made:
        if "resource" in action:
            ChargeItem.model_validate(deepcopy(action["resource"]))
    return made


def suggested(
    *resources: Raw, recommended: bool, prefetch: Mapping[str, Any] | None = None
) -> list[Any]:
    """The actions that a review of a visit recommends, or that it offers for a person to choose."""
    sent = prefetched({**prefetch_of(*resources), **(prefetch or {})}, KEYS)
    asked = Asked(tenant=TENANT, service="visit-check", patient="pat", encounter="enc")
    offered = [
        suggestion
        for card in REVIEWER.review(sent, asked).cards
        for suggestion in card.get("suggestions", [])
        if suggestion["isRecommended"] is recommended
    ]
    return [action for suggestion in offered for action in suggestion["actions"]]


def modifiers(resource: Raw) -> list[Raw]:
    """The codings of our own modifier extensions, in order."""
    url = structure("charge-modifier")
    every = [e for e in resource.get("extension", []) if e["url"] == url]
    return [e["valueCodeableConcept"]["coding"][0] for e in every]
