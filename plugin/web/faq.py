"""``GET /faq``: what therapists ask, what is right, and where this service says so."""

from typing import cast

from flask import Blueprint, Flask, Response, current_app
from flask.blueprints import BlueprintSetupState

from plugin.parts import parts
from plugin.reference.faq import Faq, load
from plugin.web.reference import shown

blueprint = Blueprint("faq", __name__)
HELD = "countersign.faq"


@blueprint.record_once
def _load(state: BlueprintSetupState) -> None:
    """Read the questions with the service, which does not start with faulty ones."""
    app = cast(Flask, state.app)
    app.extensions[HELD] = load(parts(app).book.tables.codes)


@blueprint.get("/faq")
def faq() -> Response:
    """List the questions with their answers."""
    return shown("faq.html", cast(Faq, current_app.extensions[HELD]).answer())
