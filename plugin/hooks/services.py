"""The CDS services offered, as discovery lists them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SPECIFICATION = "2.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CdsService:
    """One service: when it is called and what it asks for."""

    id: str
    hook: str
    title: str
    description: str
    requirements: str
    prefetch: Mapping[str, str]
    hook_version: str = "1.0"

    def listed(self) -> dict[str, Any]:
        """Return the service as discovery shows it."""
        return {
            "id": self.id,
            "hook": self.hook,
            "title": self.title,
            "description": self.description,
            "usageRequirements": self.requirements,
            "prefetch": dict(self.prefetch),
            "version": SPECIFICATION,
            "hookVersion": self.hook_version,
        }


VISIT_CHECK = CdsService(
    id="visit-check",
    hook="encounter-discharge",
    title="Therapy charges at sign-off",
    description=(
        "Works out the charges of an outpatient therapy visit from what was charted: codes, units, "
        "modifiers and bundled pairs, each with its arithmetic and its authority."
    ),
    requirements=(
        "Procedures with minutes (extension service-minutes, or start and end) and performers. "
        "Charges are proposed as planned ChargeItems."
    ),
    prefetch={
        "patient": "Patient/{{context.patientId}}",
        "encounter": "Encounter/{{context.encounterId}}",
        "procedures": "Procedure?encounter={{context.encounterId}}",
        "coverage": "Coverage?patient={{context.patientId}}",
        "charges": "ChargeItem?context={{context.encounterId}}",
        "practitioners": "PractitionerRole?practitioner={{userPractitionerId}}",
        "minutes": "Observation?encounter={{context.encounterId}}",
        "conditions": "Condition?patient={{context.patientId}}",
        "orders": "ServiceRequest?patient={{context.patientId}}&status=active",
        "plans": "CarePlan?patient={{context.patientId}}&status=active,completed",
        "eligibility": "CoverageEligibilityResponse?patient={{context.patientId}}&status=active",
        "consents": "Consent?patient={{context.patientId}}&status=active",
        "documents": (
            "DocumentReference?patient={{context.patientId}}&type=http://loinc.org|11506-3"
        ),
        "claims": "ExplanationOfBenefit?patient={{context.patientId}}",
    },
)

SERVICES: Mapping[str, CdsService] = {VISIT_CHECK.id: VISIT_CHECK}


def discovery() -> dict[str, Any]:
    """Return the discovery document."""
    return {"services": [service.listed() for service in SERVICES.values()]}
