"""What is written for a visit, each resource proved valid."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from fhir.resources.R4B.chargeitem import ChargeItem

from plugin.fhir import structure
from plugin.fhir.writer import actions
from rules.model import Line
from tests.fhir.building import (
    Raw,
    reading,
)


def written(new: Sequence[Line], *resources: Raw) -> list[dict[str, Any]]:
    """The actions that make a bill of a visit's charges, each resource proved valid."""
    found = reading(*resources)
    made = [*actions(found.visit.lines, new, found)]
    for action in made:
        if "resource" in action:
            ChargeItem.model_validate(deepcopy(action["resource"]))
    return made


def modifiers(resource: Raw) -> list[Raw]:
    """The codings of our own modifier extensions, in order."""
    url = structure("charge-modifier")
    every = [e for e in resource.get("extension", []) if e["url"] == url]
    return [e["valueCodeableConcept"]["coding"][0] for e in every]
