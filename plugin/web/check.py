"""``POST /check`` and ``GET /explain/{trace}``: the same review without CDS Hooks around it."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from plugin.cards import findings, not_checked, worked
from plugin.errors import Issue, RefusedError
from plugin.fhir.coding import told
from plugin.fhir.gather import KEYS, Gathered, bundled, prefetched
from plugin.hooks.contexts import context_of
from plugin.hooks.messages import envelope
from plugin.json import read as read_json
from plugin.parts import answer, body_of, parts
from plugin.review import Asked, Review
from plugin.tenants import DEMO, Tenant
from rules.model import Line

blueprint = Blueprint("check", __name__)
TRACE = re.compile(r"[0-9a-f]{32}")


@blueprint.post("/check")
def check() -> Response:
    """Review a visit given as a CDS Hooks request or as a FHIR Bundle."""
    ours = parts(current_app)
    data = read_json(body_of(request))
    gathered, asked = taken(data, ours.tenant(DEMO))
    review = ours.reviewer.review(gathered, asked)
    ours.store.record(review.decision)
    return answer(reviewed(review))


@blueprint.get("/explain/<trace>")
def explain(trace: str) -> ResponseReturnValue:
    """Show how a recorded answer was reached, as a page or as JSON."""
    ours = parts(current_app)
    decision = ours.store.decision(trace) if TRACE.fullmatch(trace) else None
    if decision is None:
        raise RefusedError(404, Issue("trace", "no decision is known under it", "not-found"))
    try:
        review = ours.reviewer.again(decision)
    except msgspec.MsgspecError:
        why = "was recorded by a version that kept other facts"
        raise RefusedError(410, Issue("trace", why, "not-supported")) from None
    same = decision.rulebook == ours.book.fingerprint
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
        return render_template(
            "explain.html",
            review=review,
            same=same,
            about=ours.book.about,
            worked=worked,
            told=told,
        )
    derivation = {"derivation": list(worked(review.bill)), "sameRules": same}
    return answer({**reviewed(review), **derivation, "cards": review.cards})


def taken(data: Mapping[str, Any], tenant: Tenant) -> tuple[Gathered, Asked]:
    """Return the resources of a request or Bundle, and who asks.

    Raises:
        RefusedError: 400, when it is neither; 412, when it holds no visit.

    """
    if data.get("resourceType") == "Bundle":
        gathered = bundled(dict(data))
        if not gathered.under("encounter"):
            raise RefusedError(412, Issue("entry", "holds no Encounter"))
        return gathered, Asked(tenant=tenant, service="check")
    if "hook" not in data:
        why = "should be a CDS Hooks request or a FHIR Bundle"
        raise RefusedError(400, Issue("body", why, "structure"))
    message = envelope(data)
    context = context_of(message)
    gathered = prefetched(message.prefetch, KEYS)
    for key in ("encounter", "procedures"):
        if gathered.absent(key) or key in gathered.errors:
            raise RefusedError(412, Issue(f"prefetch.{key}", "not sent"))
    asked = Asked(
        tenant=tenant,
        service="check",
        patient=context.patientId,
        encounter=context.encounterId,
    )
    return gathered, asked


def reviewed(review: Review) -> dict[str, Any]:
    """Return a review as plain JSON."""
    return {
        "bill": [_line(line) for line in review.bill.lines],
        "attestations": [
            {
                "code": old.code,
                "add": [m for m in new.modifiers if m not in old.modifiers],
                "attests": fix.attests,
            }
            for finding in review.bill.open
            for fix in finding.fixes
            for old, new in zip(fix.old, fix.new, strict=True)
        ],
        "findings": findings(review.bill),
        "notChecked": not_checked(review.bill),
        "leftOut": [{"where": i.where, "why": i.why} for i in review.reading.left_out],
        "trace": review.trace,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "code": line.code,
        "units": line.units,
        "modifiers": list(line.modifiers),
        "services": [f"Procedure/{name}" for name in line.services if name],
    }
