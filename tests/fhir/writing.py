"""What is written for a visit, each resource proved valid."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from fhir.resources.R4B import get_fhir_model_class

from plugin.fhir import structure
from plugin.fhir.gather import KEYS, prefetched
from plugin.fhir.reader import Reading
from plugin.fhir.writer import write
from plugin.fhir.writing.plan import correction
from plugin.review import Asked, Reviewer
from plugin.tenants import Write
from rules.model import Line
from tests.fhir.building import CODER, TENANT, Raw, prefetch_of, reading
from tests.rules.shorthand import BOOK

REVIEWER = Reviewer(BOOK, "https://countersign.invalid", CODER)


def actions(
    old: Sequence[Line], new: Sequence[Line], found: Reading, form: Write = "chargeitem"
) -> list[dict[str, Any]]:
    """The actions from one bill to another, each resource proved valid."""
    plan = correction(old, new, found)
    made = write(plan, form) if plan else []
    for action in made:
        if "resource" in action:
            prove(action["resource"])
    return made


def prove(resource: Raw) -> None:
    """Hold a resource to the full FHIR models."""
    get_fhir_model_class(resource["resourceType"]).model_validate(deepcopy(resource))


def written(new: Sequence[Line], *resources: Raw) -> list[dict[str, Any]]:
    """The actions that make a bill of a visit's charges."""
    found = reading(*resources)
    return actions(found.visit.lines, new, found)


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
