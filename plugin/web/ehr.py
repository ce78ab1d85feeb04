"""The simulated EHR at ``/``: a chart to sign, and the cards that the real service answers.

The chart and its charges live in the page and come back with every form; nothing is kept here but
the decisions and the feedback, which are as real as those of any other EHR.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import msgspec
from flask import Blueprint, Response, current_app, make_response, render_template, request
from marshmallow import fields
from werkzeug.exceptions import HTTPException

from plugin.cards import Card
from plugin.errors import Issue, RefusedError
from plugin.estimate import Estimate, estimated
from plugin.hooks.answers import Suggestion
from plugin.hooks.messages import ID, Feedback, Open, envelope, load
from plugin.hooks.services import VISIT_CHECK
from plugin.hooks.views import cards_for
from plugin.json import read as read_json
from plugin.parts import Parts, encode, parts
from plugin.review import override_reasons
from plugin.store.faults import StoreError
from plugin.store.store import Event
from plugin.tenants import DEMO
from plugin.web import charges, pages
from plugin.web.form import Held, read, taken
from plugin.web.panel import panel
from plugin.web.visits import charges_of, request_for, visits
from rules.model import Line, Visit

Raw = dict[str, Any]
blueprint = Blueprint("ehr", __name__)
blueprint.after_app_request(pages.guarded)
for write in (pages.pretty, pages.person, pages.payer):
    blueprint.add_app_template_filter(write)

FEEDBACK = Feedback()


class Accepted(Open):
    """What an Accept button sends: the card, and the suggestion as the card offered it."""

    card = fields.String(required=True, validate=ID)
    suggestion = fields.Nested(Suggestion, required=True)


class Overridden(Open):
    """What an Override button sends."""

    card = fields.String(required=True, validate=ID)
    summary = fields.String(required=True, validate=ID)
    reason = fields.String(required=True, validate=ID)


ACCEPTED, OVERRIDDEN = Accepted(), Overridden()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One call of the service: what was sent, and the cards that came back."""

    request: Raw
    cards: list[Card]


@blueprint.get("/")
def page() -> str:
    """Show the list of visits, and the chart of one."""
    ours = _parts()
    every = visits()
    chosen = every.get(request.args.get("visit") or next(iter(every)))
    if chosen is None:
        raise RefusedError(404, Issue("visit", "there is no such visit", "not-found"))
    return _whole(Held(visit=chosen, charges=charges_of(chosen)), ours)


@blueprint.post("/ehr/sign")
def sign() -> str:
    """Sign the visit: call the service as an EHR does, and show its cards."""
    ours = _parts()
    held = taken(request.form, ours.book)
    exchange = call(held, ours)
    if _by_script():
        return _shown("ehr_signed.html", held, ours, exchange=exchange)
    return _whole(held, ours, exchange)


@blueprint.post("/ehr/accept")
def accept() -> str:
    """Carry out a suggestion, tell the service, and have the visit checked again."""
    ours = _parts()
    held = taken(request.form, ours.book)
    chosen = load(ACCEPTED, read(request.form, "accept"), "accept")
    suggestion = chosen["suggestion"]
    after = replace(held, charges=charges.applied(suggestion["actions"], held.charges))
    told = _tell(
        ours,
        {
            "card": chosen["card"],
            "outcome": "accepted",
            "acceptedSuggestions": [{"id": str(suggestion["uuid"])}],
        },
    )
    return _shown(
        "ehr_accepted.html",
        after,
        ours,
        exchange=call(after, ours),
        before=held.charges,
        accepted=suggestion["label"],
        feedback=told,
    )


@blueprint.post("/ehr/override")
def override() -> str:
    """Set a card aside, and tell the service why."""
    ours = _parts()
    chosen = load(OVERRIDDEN, read(request.form, "override"), "override")
    offered = {reason["code"]: reason for reason in override_reasons()}
    reason = offered.get(chosen["reason"])
    if reason is None:
        raise RefusedError(400, Issue("override.reason", "should be one of the reasons offered"))
    told = _tell(
        ours,
        {"card": chosen["card"], "outcome": "overridden", "overrideReason": {"reason": reason}},
    )
    return render_template(
        "ehr_overridden.html", summary=chosen["summary"], why=reason["display"], feedback=told
    )


@blueprint.get("/ehr/changed")
def changed() -> str:
    """Say that cards about an earlier chart are gone."""
    _parts()
    return render_template("ehr_changed.html")


def call(held: Held, ours: Parts) -> Exchange:
    """Call the service with the bytes that an EHR would send, and read those that it would get.

    Raises:
        RefusedError: the service refuses the request.

    """
    sent = request_for(held.visit, held.charges)
    message = envelope(read_json(msgspec.json.encode(sent)))
    shown = encode(cards_for(message, VISIT_CHECK, ours.tenant(DEMO), ours))
    return Exchange(request=sent, cards=msgspec.json.decode(shown))


def _tell(ours: Parts, entry: Raw) -> Raw:
    """Send feedback about one card, and return it as sent."""
    sent = {"feedback": [{**entry, "outcomeTimestamp": datetime.now(UTC).isoformat()}]}
    (kept,) = load(FEEDBACK, read_json(msgspec.json.encode(sent)))["feedback"]
    reason = kept.get("overrideReason", {}).get("reason", {})
    event = Event(
        tenant=DEMO,
        service=VISIT_CHECK.id,
        card=kept["card"],
        outcome=kept["outcome"],
        outcome_at=kept["outcomeTimestamp"].isoformat(),
        suggestions=" ".join(s["id"] for s in kept.get("acceptedSuggestions", ())),
        reason_system=reason.get("system", ""),
        reason_code=reason.get("code", ""),
        commented=0,
    )
    ours.store.add_feedback([event])
    return sent


def _parts() -> Parts:
    """Return the service's parts.

    Raises:
        RefusedError: 404, when the demo is switched off.

    """
    ours = parts(current_app)
    ours.tenant(DEMO)
    return ours


def _by_script() -> bool:
    """Tell whether the page's script asks; a form sent before it runs is owed a whole page."""
    return "HX-Request" in request.headers


def _whole(held: Held, ours: Parts, exchange: Exchange | None = None) -> str:
    """Show the list of visits, and the chart of one with what the service said of it."""
    return _shown(
        "ehr.html",
        held,
        ours,
        exchange=exchange,
        visits=visits().values(),
        payers=pages.payers(),
    )


def _shown(
    template: str,
    held: Held,
    ours: Parts,
    *,
    exchange: Exchange | None = None,
    before: Sequence[Raw] | None = None,
    **more: Any,
) -> str:
    """Fill a template with what the page holds and what the service said."""
    cards = exchange.cards if exchange else ()
    rows = charges.rows(held.charges, ours.book.tables.codes, before)
    return render_template(
        template,
        visit=held.visit,
        codes=ours.book.tables.codes,
        rows=rows,
        estimate=_worth(held, rows, ours),
        state=charges.sent(held.charges),
        panels=[panel(card) for card in cards if card["summary"] not in held.aside],
        aside=[card["summary"] for card in cards if card["summary"] in held.aside],
        exchange=exchange,
        **more,
    )


def _worth(held: Held, rows: Sequence[charges.Row], ours: Parts) -> Estimate:
    """Return what the charges are worth, for small print beside them."""
    visit = Visit(date_of_service=held.visit.on, payer=held.visit.payer)
    lines = [
        Line(code=row.code, units=row.units, modifiers=tuple(row.modifiers.split())) for row in rows
    ]
    return estimated(visit, lines, ours.tenant(DEMO), ours.book.now())


@blueprint.errorhandler(RefusedError)
def _refused(error: RefusedError) -> Response:
    return _problem(error.status, [f"{i.where}: {i.why}".lstrip(": ") for i in error.issues])


@blueprint.errorhandler(HTTPException)
def _http(error: HTTPException) -> Response:
    return _problem(error.code or 500, [error.name])


@blueprint.errorhandler(StoreError)
def _unstored(_: StoreError) -> Response:
    return _problem(503, ["the store does not answer; nothing was written, try again"])


def _problem(status: int, reasons: Sequence[str]) -> Response:
    """Answer with a fragment that takes the place of the cards, or with a page."""
    name = "ehr_problem.html" if _by_script() else "ehr_problem_page.html"
    response = make_response(render_template(name, reasons=reasons), status)
    response.headers["HX-Retarget"] = "#cards"
    response.headers["HX-Reswap"] = "innerHTML"
    return response
