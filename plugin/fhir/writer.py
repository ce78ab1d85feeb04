"""Bills out as FHIR: the forms in which EHRs take charges, by name, and the actions that write."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from plugin.fhir.naming import LINE_SYSTEM
from plugin.fhir.writing.chargeitem import charge_items, medplum, oracle, ours
from plugin.fhir.writing.claim import draft_claim
from plugin.fhir.writing.plan import Action, Plan
from plugin.tenants import Write

WORDS: Final = "text"
"""The form that writes nothing: the card says what to enter."""
ADAPTERS: Mapping[Write, Callable[[Plan], list[Action]]] = {
    "chargeitem": partial(charge_items, encode=ours),
    "chargeitem-oracle": partial(charge_items, encode=oracle),
    "chargeitem-medplum": partial(charge_items, encode=medplum),
    "claim": draft_claim,
    WORDS: lambda _: [],
}


def write(plan: Plan, form: Write) -> list[Action]:
    """Return the actions of a plan in one of the forms; none where it cannot be written so.

    Charges that are held in a draft Claim are changed there, whatever the form.
    """
    chosen: Write = "claim" if plan.reading.draft is not None and form != WORDS else form
    actions = ADAPTERS[chosen](plan)
    if chosen == WORDS:
        return actions
    gone = () if plan.affirms else plan.reading.again
    steps = [_removal(reference) for reference in gone] + actions
    for action in steps:
        if action["type"] == "create":
            action["extension"] = {"davinci-crd.if-none-exist": _unless(action)}
    return steps


def _removal(reference: str) -> Action:
    return {
        "type": "delete",
        "description": "Remove what was written twice",
        "resourceId": reference,
    }


def _unless(action: Action) -> str:
    """Return the search that finds what would be created, once it is (Da Vinci CRD 2.2.1)."""
    name = action["resource"]["identifier"][-1]["value"]
    return f"identifier={LINE_SYSTEM}|{name}"
