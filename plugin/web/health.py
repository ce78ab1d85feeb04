"""Whether the service lives, and whether it is ready to answer."""

from flask import Blueprint, Response, current_app

from plugin import __version__
from plugin.parts import answer, parts

blueprint = Blueprint("health", __name__)


@blueprint.get("/health/live")
def live() -> Response:
    """Say that the process answers."""
    return answer({"status": "live", "version": __version__})


@blueprint.get("/health/ready")
def ready() -> Response:
    """Say whether rules are loaded and the store answers."""
    ours = parts(current_app)
    stored = ours.store.ready()
    body = {
        "status": "ready" if stored else "unready",
        "rulebook": ours.book.fingerprint,
        "store": "answers" if stored else "does not answer",
        "decisionsNotKept": ours.store.given_up,
    }
    return answer(body, 200 if stored else 503)
