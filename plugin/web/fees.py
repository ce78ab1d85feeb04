"""``GET /fees/{code}``: what Medicare's physician fee schedule allows, as a page or as JSON."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import cast, get_args

from flask import Blueprint, Flask, Response, current_app
from flask.blueprints import BlueprintSetupState

from plugin.errors import Issue, RefusedError
from plugin.imports.locality import Place
from plugin.parts import parts
from plugin.reference.fees import Fees, load
from plugin.reference.statements import Said
from plugin.web.asked import code_as_written, day_asked, parameter, setting_asked
from plugin.web.freshness import tables
from plugin.web.reference import refused, shown
from rules.policy import Code
from rules.words import Setting

blueprint = Blueprint("fees", __name__)
blueprint.register_error_handler(RefusedError, refused)
LOCALITY = re.compile(r"([0-9]{5})-?([0-9]{2})", re.ASCII)
ZIP = re.compile(r"[0-9]{5}", re.ASCII)
USED = ("rvu-standard", "rvu-apm")
PLACED = ("gpci", "zip")
"""Tables that an amount is read from, and those that a locality is."""
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
    place = _place()
    day = day_asked() or min(datetime.now(UTC).date(), held.last)
    found = held.answer(_code(code), day, setting_asked(SETTINGS), place)
    slots = (*USED, *PLACED) if place else USED
    body = {**found, "tables": _tables(held, day, slots)}
    return shown("fee.html", body, asked_locality=parameter("locality"))


def _tables(held: Fees, day: date, slots: Sequence[str]) -> list[Said]:
    """Return the editions that speak for a day of service, with their source and age."""
    every = [each for each in tables(held.book.now()) if each.slot in slots]
    today = datetime.now(UTC).date()
    return [each.plain(today) for each in every if each.covers(day.isoformat())]


def _code(text: str) -> Code:
    found = parts(current_app).book.tables.codes.get(code_as_written(text, "code"))
    if found is None:
        raise RefusedError(404, Issue("code", "is not in the table of therapy codes", "not-found"))
    return found


def _place() -> Place | None:
    """Return the place asked for, None when none was.

    Raises:
        RefusedError: 400, when what was asked for cannot be one.

    """
    text = parameter("locality")
    if not text:
        return None
    if ZIP.fullmatch(text):
        return Place(zip=text)
    found = LOCALITY.fullmatch(text)
    if found is None:
        why = "should be a contractor with its locality, such as 01112-05, or a ZIP code"
        raise RefusedError(400, Issue("locality", why))
    return Place(carrier=found[1], locality=found[2])
