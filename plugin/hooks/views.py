"""The CDS Hooks addresses: discovery, call and feedback, for each site."""

import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, current_app, request

from plugin.authority import OWN
from plugin.errors import Issue, RefusedError, place
from plugin.fhir.access import Access, allowed
from plugin.fhir.ahead import Call
from plugin.fhir.gather import KEYS, Gathered, prefetched
from plugin.hooks.browsers import shared
from plugin.hooks.configuration import USUAL, chosen
from plugin.hooks.contexts import Bringing, Context, context_by
from plugin.hooks.messages import Envelope, Feedback, Leave, envelope, load
from plugin.hooks.services import CdsService, Reader, offer
from plugin.json import read as read_json
from plugin.parts import Parts, answer, body_of, parts
from plugin.review import Asked, Review
from plugin.service import incoming, serving
from plugin.store.store import Event
from plugin.tenants import DEMO, Tenant
from plugin.turns import turns

log = logging.getLogger(__name__)
blueprint = Blueprint("hooks", __name__)
blueprint.after_app_request(shared)

FEEDBACK = Feedback()


@blueprint.get("/cds-services")
@blueprint.get("/t/<tenant>/cds-services")
def discover(tenant: str = DEMO) -> Response:
    """List the services that a site uses."""
    ours = parts(current_app)
    site = ours.tenant(tenant)
    if site.terms.discovery_token:
        ours.gate.admit(site, request.environ)
    return answer(offer(site).discovery)


@blueprint.post("/cds-services/<service>")
@blueprint.post("/t/<tenant>/cds-services/<service>")
def call(service: str, tenant: str = DEMO) -> Response:
    """Answer a call with cards."""
    ours = parts(serving())
    site = ours.tenant(tenant)
    asked = _service(service, site)
    environ = incoming().environ
    body = body_of(environ)
    with turns:
        ours.gate.admit(site, environ)
        message = envelope(read_json(body))
        return answer({"cards": cards_for(message, asked, site, ours)})


@blueprint.post("/cds-services/<service>/feedback")
@blueprint.post("/t/<tenant>/cds-services/<service>/feedback")
def feedback(service: str, tenant: str = DEMO) -> Response:
    """Keep what became of cards."""
    ours = parts(current_app)
    site = ours.tenant(tenant)
    asked = _service(service, site)
    ours.gate.admit(site, request.environ)
    message = load(FEEDBACK, read_json(body_of(request.environ)))
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
    context = context_by(service.context, message)
    switched = chosen(message.extension) if message.extension else USUAL
    if switched.most == 0 or ("encounter" in service.required and not context.encounterId):
        return []
    gathered = prefetched(message.prefetch, KEYS)
    if service.reader is None and isinstance(context, Bringing):
        gathered.favour(context.brought, context.encounterId)
    _complete(gathered, message, context, service, tenant)
    asked = Asked(
        tenant=tenant,
        service=service.id,
        patient=context.patientId,
        encounter=context.encounterId,
        occasion=message.hookInstance,
        off=service.off | switched.off,
        most=switched.most or 0,
        mild=service.mild,
    )
    return _answered(gathered, context, asked, service, ours)


def _answered(
    gathered: Gathered, context: Context, asked: Asked, service: CdsService, ours: Parts
) -> list[dict[str, Any]]:
    """Return the cards for what a call is about; one that owns up to a fault of ours."""
    try:
        if isinstance(context, Bringing) and service.reader:
            review = _ahead(service.reader, gathered, context, asked, ours)
        else:
            review = ours.reviewer.review(gathered, asked)
    except RefusedError:
        raise
    except Exception as error:
        # No traceback: its messages might repeat what they were given.
        log.error("review failed: %s at %s", type(error).__name__, place(error))  # noqa: TRY400
        return [UNCHECKED]
    if review is None:
        return []
    ours.store.record(review.decision)
    return review.cards


def _ahead(
    reader: Reader, gathered: Gathered, context: Bringing, asked: Asked, ours: Parts
) -> Review | None:
    """Review what is planned; None when none of it is for therapy."""
    call = Call(
        patient=context.patientId,
        encounter=context.encounterId,
        user="/".join(context.userId.split("/")[-2:]),
        today=datetime.now(UTC).date(),
        brought=context.brought,
    )
    reading = reader(gathered, call, asked.tenant, ours.reviewer.coder)
    return ours.reviewer.judge(reading, asked) if reading else None


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

        charted = "procedures" in service.required
        asked = queries(service.prefetch, tenant.procedures) if charted else service.prefetch
        fill(gathered, asked, _tokens(context), access)
    missing = [
        Issue(f"prefetch.{key}", gathered.errors.get(key, "not sent, and could not be fetched"))
        for key in service.required
        if (gathered.absent(key) or key in gathered.errors) and not gathered.under(key)
    ]
    if "encounter" in service.required and not (gathered.under("encounter") or missing):
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


def _tokens(context: Context) -> dict[str, str]:
    """Return what the tokens of prefetch templates stand for in a call."""
    *_, kind, user = ("", *context.userId.split("/"))
    return {
        "context.userId": user,
        "context.patientId": context.patientId.rsplit("/", 1)[-1],
        "context.encounterId": context.encounterId.rsplit("/", 1)[-1],
        f"user{kind}Id": user,
    }


def _service(name: str, tenant: Tenant) -> CdsService:
    found = offer(tenant).services.get(name)
    if found is None:
        raise RefusedError(404, Issue("", "there is no such CDS service", "not-found"))
    return found


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
