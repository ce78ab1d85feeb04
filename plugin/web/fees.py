"""``GET /fees/{code}``: what Medicare's physician fee schedule allows, as a page or as JSON."""

import re
from datetime import UTC, date, datetime
from typing import cast, get_args

from flask import Blueprint, Flask, Response, current_app, request
from flask.blueprints import BlueprintSetupState

from plugin.errors import Issue, RefusedError
from plugin.parts import parts
from plugin.reference.fees import Fees, load
from plugin.values import CODE
from plugin.web.reference import refused, shown
from rules.policy import Code
from rules.words import Setting

blueprint = Blueprint("fees", __name__)
blueprint.register_error_handler(RefusedError, refused)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
LOCALITY = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z -]{0,38}[0-9A-Za-z])?")
"""A contractor's number with its locality, or a name; neither is known here yet."""
SETTINGS: tuple[Setting, ...] = get_args(Setting)
HELD = "countersign.fees"


@blueprint.record_once
def _load(state: BlueprintSetupState) -> None:
    """Read the schedule's sentences with the service, which does not start with faulty ones."""
    state.app.extensions[HELD] = load(parts(cast(Flask, state.app)).book)


@blueprint.get("/fees/<code>")
def fees(code: str) -> Response:
    """Answer what one unit of a code is allowed on a day, and through the years."""
    held = cast(Fees, current_app.extensions[HELD])
    _locality()
    found = held.answer(_code(code), _day(held.last), _setting())
    return shown("fee.html", found)


def _asked(name: str) -> str:
    """Return a parameter that was given once; empty is as if it was not."""
    given = request.args.getlist(name)
    if len(given) > 1:
        raise RefusedError(400, Issue(name, "stands twice"))
    return given[0] if given else ""


def _code(text: str) -> Code:
    name = text.upper()
    if not (text.isascii() and CODE.fullmatch(name)):
        raise RefusedError(400, Issue("code", "should be a CPT or HCPCS code of five characters"))
    found = parts(current_app).book.tables.codes.get(name)
    if found is None:
        raise RefusedError(404, Issue("code", "is not in the table of therapy codes", "not-found"))
    return found


def _day(last: date) -> date:
    """Return the day asked for; else today, or the last day known where that is before it."""
    text = _asked("date")
    if not text:
        return min(datetime.now(UTC).date(), last)
    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise RefusedError(400, Issue("date", "should be a day of the calendar, as YYYY-MM-DD"))


def _setting() -> Setting:
    text = _asked("setting") or SETTINGS[0]
    for setting in SETTINGS:
        if text == setting:
            return setting
    raise RefusedError(400, Issue("setting", f"should be one of {', '.join(SETTINGS)}"))


def _locality() -> None:
    """Refuse what cannot be a locality; of those that can be, none has values here yet."""
    text = _asked("locality")
    if text and not LOCALITY.fullmatch(text):
        raise RefusedError(400, Issue("locality", "should be the number or name of a locality"))
