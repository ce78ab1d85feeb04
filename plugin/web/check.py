"""``POST /check`` and ``GET /explain/{trace}``: the same review without CDS Hooks around it."""

import re
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from plugin.account import findings, not_checked, worked
from plugin.errors import Issue, RefusedError
from plugin.estimate import Estimate, estimated
from plugin.fhir.coding import told
from plugin.hooks.taken import taken
from plugin.json import read as read_json
from plugin.parts import answer, body_of, parts
from plugin.review import Review
from plugin.rulebook import Rulebook
from plugin.tenants import DEMO, Tenant
from plugin.web import pages
from rules.model import Line

blueprint = Blueprint("check", __name__)
TRACE = re.compile(r"[0-9a-f]{32}")


@blueprint.post("/check")
def check() -> Response:
    """Review a visit given as a CDS Hooks request or as a FHIR Bundle."""
    ours = parts(current_app)
    site = ours.tenant(DEMO)
    ours.gate.admit(site, request.environ)
    gathered, asked = taken(read_json(body_of(request.environ)), site)
    review = ours.reviewer.review(gathered, asked)
    ours.store.record(review.decision)
    return answer(reviewed(review, worth(review, asked.tenant, ours.book)))


@blueprint.get("/explain/<trace>")
def explain(trace: str) -> ResponseReturnValue:
    """Show how a recorded answer was reached, as a page or as JSON."""
    ours = parts(current_app)
    decision = ours.store.decision(trace) if TRACE.fullmatch(trace) else None
    if decision is None:
        raise RefusedError(404, Issue("trace", "no decision is known under it", "not-found"))
    review = ours.reviewer.again(decision)
    same = decision.rulebook == ours.book.fingerprint
    site = ours.tenants.get(decision.tenant) or Tenant(name=decision.tenant, title="")
    estimate = worth(review, site, ours.book)
    if pages.wants_page():
        return render_template(
            "explain.html",
            review=review,
            same=same,
            about=ours.book.about,
            worked=worked,
            told=told,
            estimate=estimate,
        )
    derivation = {"derivation": list(worked(review.bill.findings)), "sameRules": same}
    return answer({**reviewed(review, estimate), **derivation, "cards": review.cards})


def worth(review: Review, site: Tenant, book: Rulebook) -> Estimate:
    """Return what a settled bill is worth, for whoever reads it; no decision waits for it."""
    return estimated(review.reading.visit, review.bill.lines, site, book.now())


def reviewed(review: Review, estimate: Estimate) -> dict[str, Any]:
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
        "estimate": estimate.plain(),
        "trace": review.trace,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "code": line.code,
        "units": line.units,
        "modifiers": list(line.modifiers),
        "services": [f"Procedure/{name}" for name in line.services if name],
    }
