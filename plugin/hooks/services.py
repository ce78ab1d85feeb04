"""The CDS services offered: when each is called, what it asks for, and which rules speak."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from marshmallow import Schema

from plugin.fhir.ahead import Call, read_start
from plugin.fhir.booked import read_booked
from plugin.fhir.coding import Coder
from plugin.fhir.gather import Gathered
from plugin.fhir.ordered import read_ordered
from plugin.fhir.reader import Reading
from plugin.hooks import configuration, templates
from plugin.hooks.contexts import (
    CONTEXT,
    BookContext,
    OrderContext,
    SignContext,
    StartContext,
    ViewContext,
)
from plugin.hooks.templates import Templates
from plugin.moment import NONE
from plugin.tenants import Tenant
from rules import RULES

SPECIFICATION = "2.0.1"
OWN_HOOK = "io.github.countersign-health.encounter-sign"
Reader = Callable[[Gathered, Call, Tenant, Coder], Reading | None]

EVERY = frozenset(rule.ID for rule in RULES)
ELIGIBILITY = frozenset(
    ("plan_of_care", "progress_report", "kx_threshold", "authorization", "other_coverage")
)
SPEAKING: Mapping[str, frozenset[str]] = {
    "visit-check": EVERY,
    "visit-sign": EVERY,
    "visit-start": ELIGIBILITY,
    "patient-view": ELIGIBILITY,
    "order-check": frozenset(
        (
            *("code_in_force", "payer_code", "covered_code", "performer"),
            *("ptp_edit", "add_on_code", "evaluation_level"),
        )
    ),
    "booking-check": frozenset(("authorization", "plan_of_care", "kx_threshold")),
}
"""The rules that speak, by service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CdsService:
    """One service: when it is called and what it asks for."""

    id: str
    hook: str
    title: str
    description: str
    requirements: str
    templates: Templates
    context: Schema = CONTEXT
    required: tuple[str, ...] = ()
    """Prefetch keys without which the visit cannot be known at all."""
    reader: Reader | None = None
    """How a visit is read that is looked at before treatment; None for one that is charted."""
    mild: bool = False
    """Whether all that it says is for information only."""
    hook_version: str = "1.0"
    prefetch: Mapping[str, str] = field(default_factory=dict)
    """The query under each key, as a site's EHR can answer it."""
    off: frozenset[str] = NONE
    """Rules that say nothing here."""

    def listed(self, most: int) -> dict[str, Any]:
        """Return the service as discovery shows it to a site that shows so many cards."""
        return {
            "id": self.id,
            "hook": self.hook,
            "title": self.title,
            "description": self.description,
            "usageRequirements": self.requirements,
            "prefetch": dict(self.prefetch),
            "version": SPECIFICATION,
            "hookVersion": self.hook_version,
            "extension": configuration.offered(SPEAKING[self.id], most),
        }

    def at(self, site: Tenant) -> "CdsService":
        """Return the service as it is offered to a site, by what its EHR is able to."""
        prefetch = templates.served(self.templates, site.procedures, site.write, site.lacks)
        return replace(self, prefetch=prefetch, off=EVERY - SPEAKING[self.id])


@dataclass(frozen=True, slots=True)
class Offer:
    """What one site is offered: its services, and how discovery lists them."""

    services: Mapping[str, CdsService]
    discovery: Mapping[str, Any]


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
    templates=templates.VISIT,
    required=("encounter", "procedures"),
)
VISIT_SIGN = replace(
    VISIT_CHECK,
    id="visit-sign",
    hook=OWN_HOOK,
    title="Therapy charges at signing",
    description=(
        "The same check while the visit is still a draft: what the FHIR server does not hold yet "
        "comes in the context."
    ),
    requirements=(
        "As visit-check. context.draftVisit may hold the visit's Encounter, Procedures, "
        "ChargeItems, Observations and Practitioners as a collection Bundle; they win over "
        "prefetch and FHIR server."
    ),
    context=SignContext(),
)
VISIT_START = CdsService(
    id="visit-start",
    hook="encounter-start",
    title="Therapy eligibility as a visit begins",
    description=(
        "Tells before treatment whether the plan of care is certified for the day, whether a "
        "progress report is due, where the year's threshold stands and whether visits are "
        "authorized."
    ),
    requirements=(
        "A therapist at the encounter, or a plan of care or an order that names the discipline; "
        "other visits are passed over in silence."
    ),
    templates=templates.START,
    context=StartContext(),
    required=("encounter",),
    reader=read_start,
)
PATIENT_VIEW = replace(
    VISIT_START,
    id="patient-view",
    hook="patient-view",
    title="Therapy eligibility of an open visit",
    description="What visit-start says of the visit that is open, for information only.",
    requirements="context.encounterId; without it nothing is said.",
    context=ViewContext(),
    mild=True,
)
ORDER_CHECK = CdsService(
    id="order-check",
    hook="order-sign",
    title="Therapy orders before they are signed",
    description=(
        "Looks at orders that ask for therapy: whether each code is valid on the day and covered, "
        "whether the discipline may furnish it, and which codes are bundled with one another."
    ),
    requirements=(
        "ServiceRequests in context.draftOrders, by code or in words; other orders are passed over."
    ),
    templates=templates.PATIENT,
    context=OrderContext(),
    reader=read_ordered,
)
BOOKING_CHECK = CdsService(
    id="booking-check",
    hook="appointment-book",
    title="Therapy eligibility on the booked day",
    description=(
        "Tells for each day that is booked whether visits are authorized, the plan of care is "
        "certified and the year's threshold is passed."
    ),
    requirements=(
        "Appointments with a start that name the discipline or the therapist, or a plan of care "
        "or an order that does."
    ),
    templates=templates.BOOKING,
    context=BookContext(),
    reader=read_booked,
)
OFFERS: dict[str, tuple[Tenant, Offer]] = {}
"""By site, with the tenant that it was made for."""
SERVICES = (VISIT_CHECK, VISIT_SIGN, VISIT_START, PATIENT_VIEW, ORDER_CHECK, BOOKING_CHECK)


def offer(tenant: Tenant) -> Offer:
    """Return what a site is offered; worked out once for as long as its file stays."""
    kept = OFFERS.get(tenant.name)
    if kept is None or kept[0] is not tenant:
        kept = OFFERS[tenant.name] = (tenant, _offered(tenant))
    return kept[1]


def _offered(site: Tenant) -> Offer:
    services = [x.at(site) for x in SERVICES if site.services is None or x.id in site.services]
    listed = {"services": [service.listed(site.max_cards) for service in services]}
    return Offer({service.id: service for service in services}, listed)
