"""The hello card: what a CDS service answers that does nothing but look into the prefetch."""

from typing import Any


def hello(message: dict[str, Any]) -> dict[str, Any]:
    """Return one card that offers to charge the first procedure of the visit."""
    prefetch = message["prefetch"]
    patient, encounter = prefetch["patient"], prefetch["encounter"]
    procedures = [entry["resource"] for entry in prefetch["procedures"]["entry"]]
    coding = procedures[0]["code"]["coding"][0]
    charge = {
        "resourceType": "ChargeItem",
        "status": "planned",
        "code": {"coding": [coding]},
        "subject": {"reference": f"Patient/{patient['id']}"},
        "context": {"reference": f"Encounter/{encounter['id']}"},
        "quantity": {"value": 1},
    }
    action = {"type": "create", "description": f"Charge {coding['code']}", "resource": charge}
    suggestion = {
        "label": f"Charge {coding['code']} x1",
        "uuid": "5d3e1f60-2b7a-4c58-8f19-7a0c4e6b9d21",
        "isRecommended": True,
        "actions": [action],
    }
    card = {
        "uuid": "c8a4b2d6-91e3-4f70-a5b8-0d6f3e7c1a94",
        "summary": f"{len(procedures)} services charted, none charged",
        "detail": "\n".join(f"- {procedure['code']['text']}" for procedure in procedures),
        "indicator": "info",
        "source": {"label": "Hello"},
        "selectionBehavior": "any",
        "suggestions": [suggestion],
    }
    return {"cards": [card]}
