"""Draft claims as short as a test needs them."""

from typing import Any

from tests.fhir.building import DAY, Raw, concept, made, ref


def item(code: str, units: float = 1, /, *modifiers: str, **more: Any) -> Raw:
    """One line of a draft claim."""
    return made(
        more,
        sequence=1,
        productOrService=concept(code),
        modifier=[concept(modifier) for modifier in modifiers] or None,
        quantity={"value": units},
    )


def draft(*items: Raw, **more: Any) -> Raw:
    """A draft claim of the usual patient on the usual day."""
    return made(
        more,
        resourceType="Claim",
        id="k1",
        status="draft",
        type=concept("professional", "http://terminology.hl7.org/CodeSystem/claim-type"),
        use="claim",
        patient=ref("Patient/pat"),
        billablePeriod={"start": DAY, "end": DAY},
        created=DAY,
        provider=ref("Organization/clinic"),
        priority=concept("normal", "http://terminology.hl7.org/CodeSystem/processpriority"),
        insurance=[{"sequence": 1, "focal": True, "coverage": ref("Coverage/cov")}],
        item=list(items) or None,
    )
