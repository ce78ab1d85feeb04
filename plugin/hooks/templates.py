"""What services ask an EHR for: prefetch templates, as far as the EHR can answer them.

Reads and plain searches, with tokens of the context's first level and of the user alone: what every
client resolves. ``today()`` is newer, and asked only of those whose site says that they know it.
"""

from collections.abc import Mapping

from plugin.tenants import Procedures, Write

Templates = Mapping[str, tuple[str, ...]]
"""Queries by prefetch key; of several the first is asked whose type the EHR serves."""

PATIENT: Templates = {
    "patient": ("Patient/{{context.patientId}}",),
    "coverage": ("Coverage?patient={{context.patientId}}",),
}
ENCOUNTER: Templates = {"encounter": ("Encounter/{{context.encounterId}}",)}
PEOPLE: Templates = {
    "practitioners": (
        "PractitionerRole?practitioner={{userPractitionerId}}",
        "Practitioner/{{userPractitionerId}}",
    )
}
CARE: Templates = {
    "orders": ("ServiceRequest?patient={{context.patientId}}&status=active",),
    "plans": ("CarePlan?patient={{context.patientId}}&status=active,completed",),
    "eligibility": ("CoverageEligibilityResponse?patient={{context.patientId}}&status=active",),
}
REPORTS: Templates = {
    "documents": ("DocumentReference?patient={{context.patientId}}&type=http://loinc.org|11506-3",)
}
CLAIMS: Templates = {
    "claims": (
        "ExplanationOfBenefit?patient={{context.patientId}}",
        "Claim?patient={{context.patientId}}",
    )
}
PROCEDURES: Mapping[Procedures, tuple[str, ...]] = {
    "encounter": ("Procedure?encounter={{context.encounterId}}",),
    "date": ("Procedure?patient={{context.patientId}}&date=ge{{today()}}",),
    "fetched": (),
}
"""How a visit's procedures are asked for, by what an EHR is able to; the last are not asked for,
but fetched."""
DRAFTS = ("Claim?encounter={{context.encounterId}}&status=draft",)
"""Charges so far, where they are the items of a draft Claim."""
VISIT: Templates = {
    "patient": PATIENT["patient"],
    **ENCOUNTER,
    "procedures": PROCEDURES["encounter"],
    "coverage": PATIENT["coverage"],
    "charges": ("ChargeItem?context={{context.encounterId}}",),
    **PEOPLE,
    "minutes": ("Observation?encounter={{context.encounterId}}",),
    "conditions": ("Condition?patient={{context.patientId}}",),
    **CARE,
    "consents": ("Consent?patient={{context.patientId}}&status=active",),
    **REPORTS,
    **CLAIMS,
}
START: Templates = {**PATIENT, **ENCOUNTER, **PEOPLE, **CARE, **REPORTS, **CLAIMS}
BOOKING: Templates = {**PATIENT, **PEOPLE, **CARE, **CLAIMS}


def served(
    templates: Templates, procedures: Procedures, write: Write, lacks: frozenset[str]
) -> dict[str, str]:
    """Return the query under each key for an EHR that lacks some resource types.

    ``procedures`` is how it can be asked for a visit's procedures, and ``write`` the form in which
    it takes charges.
    """
    asked = {**templates}
    if "procedures" in asked:
        asked["procedures"] = PROCEDURES[procedures]
    if "charges" in asked and write == "claim":
        asked["charges"] = DRAFTS
    found = {
        key: next((query for query in queries if type_of(query) not in lacks), "")
        for key, queries in asked.items()
    }
    return {key: query for key, query in found.items() if query}


def type_of(query: str) -> str:
    """Return the resource type that a query is for.

    >>> type_of("Patient/{{context.patientId}}"), type_of("Coverage?patient={{context.patientId}}")
    ('Patient', 'Coverage')
    """
    return query.partition("?")[0].partition("/")[0]
