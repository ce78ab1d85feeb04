"""The CDS Hooks addresses: discovery, call and feedback, for each site."""

import logging
import time
from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Blueprint, Response, current_app, request

from plugin.cards import OWN
from plugin.errors import Issue, RefusedError, place
from plugin.fhir.access import Access, allowed
from plugin.fhir.gather import KEYS, Gathered, prefetched
from plugin.hooks.browsers import shared
from plugin.hooks.messages import Context, Envelope, Feedback, Leave, context_of, envelope, load
from plugin.hooks.services import SERVICES, CdsService, discovery
from plugin.json import read as read_json
from plugin.parts import Parts, answer, body_of, parts
from plugin.review import Asked
from plugin.store.store import Event
from plugin.tenants import DEMO, Tenant

log = logging.getLogger(__name__)
blueprint = Blueprint("hooks", __name__)
blueprint.after_app_request(shared)

FEEDBACK = Feedback()
OBTAINED = ("encounter", "procedures")
"""Without these a visit cannot be known at all."""


@blueprint.get("/cds-services")
@blueprint.get("/t/<tenant>/cds-services")
def discover(tenant: str = DEMO) -> Response:
    """List the services."""
    ours = parts(current_app)
    site = ours.tenant(tenant)
    if site.terms.discovery_token:
        ours.gate.admit(site, request.environ)
    return answer(discovery())


@blueprint.post("/cds-services/<service>")
@blueprint.post("/t/<tenant>/cds-services/<service>")
def call(service: str, tenant: str = DEMO) -> Response:
    """Answer a call with cards."""
    ours = parts(current_app)
    site, asked = ours.tenant(tenant), _service(service)
    ours.gate.admit(site, request.environ)
    message = envelope(read_json(body_of(request)))
    return answer({"cards": cards_for(message, asked, site, ours)})


@blueprint.post("/cds-services/<service>/feedback")
@blueprint.post("/t/<tenant>/cds-services/<service>/feedback")
def feedback(service: str, tenant: str = DEMO) -> Response:
    """Keep what became of cards."""
    ours = parts(current_app)
    site, asked = ours.tenant(tenant), _service(service)
    ours.gate.admit(site, request.environ)
    message = load(FEEDBACK, read_json(body_of(request)))
    ours.store.add_feedback([event_of(entry, asked, site) for entry in message["feedback"]])
    return Response(status=200, headers={"Cache-Control": "no-store"})


def cards_for(
    message: Envelope, service: CdsService, tenant: Tenant, ours: Parts
) -> list[dict[str, Any]]:
    """Return the cards for a call whose envelope has been read.

    Raises:
        RefusedError: the context is not the hook's, or the visit cannot be read.

    """
    if message.hook != service.hook:
        raise RefusedError(400, Issue("hook", f"{service.id} answers {service.hook}"))
    context = context_of(message)
    gathered = prefetched(message.prefetch, KEYS)
    _complete(gathered, message, context, service, tenant)
    asked = Asked(
        tenant=tenant,
        service=service.id,
        patient=context.patientId,
        encounter=context.encounterId,
        occasion=message.hookInstance,
    )
    try:
        review = ours.reviewer.review(gathered, asked)
    except RefusedError:
        raise
    except Exception as error:
        # No traceback: its messages might repeat what they were given.
        log.error("review failed: %s at %s", type(error).__name__, place(error))  # noqa: TRY400
        return [UNCHECKED]
    ours.store.record(review.decision)
    return review.cards


UNCHECKED = {
    "uuid": "0b6f1c0e-5a52-8d5e-a3f1-6f2c1d9f4a10",
    "summary": "This visit could not be checked: a fault of the checker, not of the chart",
    "detail": "The fault has been logged. Charges are as they were.",
    "indicator": "info",
    "source": OWN,
}


def _complete(
    gathered: Gathered,
    message: Envelope,
    context: Context,
    service: CdsService,
    tenant: Tenant,
) -> None:
    """Fetch what is absent where that is possible, and refuse a visit that cannot be known."""
    access = _access(message, tenant)
    if access:
        # Imported late: most calls bring all that is asked for, and need no HTTP client.
        from plugin.fhir.fetch import fill, queries  # noqa: PLC0415

        said = msgspec.structs.asdict(context)
        tokens = {f"context.{k}": v.rsplit("/", 1)[-1] for k, v in said.items()}
        fill(gathered, queries(service.prefetch, tenant.procedures), tokens, access)
    missing = [
        Issue(f"prefetch.{key}", gathered.errors.get(key, "not sent, and could not be fetched"))
        for key in OBTAINED
        if gathered.absent(key) or key in gathered.errors
    ]
    if not gathered.under("encounter") and not missing:
        missing = [Issue("prefetch.encounter", "the EHR has no such encounter")]
    if missing:
        raise RefusedError(412, *missing)


def _access(message: Envelope, tenant: Tenant) -> Access | None:
    """Return leave to read from the EHR's server, when it was given and the site knows it."""
    server, leave = message.fhirServer, message.fhirAuthorization
    if not isinstance(server, str) or not isinstance(leave, Leave) or not leave.access_token:
        return None
    if not allowed(server, tenant.fhir_servers):
        return None
    deadline = time.monotonic() + tenant.time_budget
    return Access(
        server=server,
        token=leave.access_token,
        deadline=deadline,
        private=tenant.private_network,
    )


def _service(name: str) -> CdsService:
    if name not in SERVICES:
        raise RefusedError(404, Issue("", "there is no such CDS service", "not-found"))
    return SERVICES[name]


def event_of(entry: Mapping[str, Any], service: CdsService, tenant: Tenant) -> Event:
    """Return feedback as it is kept; the words of a comment are not."""
    override = entry.get("overrideReason") or {}
    reason = override.get("reason") or {}
    return Event(
        tenant=tenant.name,
        service=service.id,
        card=entry["card"],
        outcome=entry["outcome"],
        outcome_at=entry["outcomeTimestamp"].isoformat(),
        suggestions=" ".join(s["id"] for s in entry.get("acceptedSuggestions") or ()),
        reason_system=reason.get("system", ""),
        reason_code=reason.get("code", ""),
        commented=int(bool(override.get("userComment"))),
    )
