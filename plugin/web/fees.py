"""``GET /fees/{code}``: what Medicare's physician fee schedule allows, as a page or as JSON."""

import re
from datetime import UTC, datetime
from typing import cast, get_args

from flask import Blueprint, Flask, Response, current_app
from flask.blueprints import BlueprintSetupState

from plugin.errors import Issue, RefusedError
from plugin.parts import parts
from plugin.reference.fees import Fees, load
from plugin.web.asked import code_as_written, day_asked, parameter, setting_asked
from plugin.web.reference import refused, shown
from rules.policy import Code
from rules.words import Setting

blueprint = Blueprint("fees", __name__)
blueprint.register_error_handler(RefusedError, refused)
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
    day = day_asked() or min(datetime.now(UTC).date(), held.last)
    found = held.answer(_code(code), day, setting_asked(SETTINGS))
    return shown("fee.html", found)


def _code(text: str) -> Code:
    found = parts(current_app).book.tables.codes.get(code_as_written(text, "code"))
    if found is None:
        raise RefusedError(404, Issue("code", "is not in the table of therapy codes", "not-found"))
    return found


def _locality() -> None:
    """Refuse what cannot be a locality; of those that can be, none has values here yet."""
    text = parameter("locality")
    if text and not LOCALITY.fullmatch(text):
        raise RefusedError(400, Issue("locality", "should be the number or name of a locality"))
