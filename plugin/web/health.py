"""Whether the service lives, whether it is ready to answer, and how fresh its tables are."""

from datetime import UTC, date, datetime

from flask import Blueprint, Response, current_app

from plugin import __version__
from plugin.parts import Parts, answer, parts
from plugin.web.freshness import tables, uncovered

blueprint = Blueprint("health", __name__)


@blueprint.get("/health/live")
def live() -> Response:
    """Say that the process answers."""
    return answer({"status": "live", "version": __version__})


@blueprint.get("/health/ready")
def ready() -> Response:
    """Say whether the store answers and tables cover today; degraded is ready, but for a table."""
    ours, today = parts(current_app), datetime.now(UTC).date()
    stored = ours.store.ready()
    lacking = uncovered(tables(ours.book.now()), today)
    body = {
        "status": _status(ours, lacking) if stored else "unready",
        "rulebook": ours.book.fingerprint,
        "store": "answers" if stored else "does not answer",
        "decisionsNotKept": ours.store.given_up,
        "notCovered": lacking,
    }
    return answer(body, 200 if stored else 503)


@blueprint.get("/health/rules")
def rules() -> Response:
    """Say of every table which edition answers, where it is from, how old, for which days."""
    return answer(told(parts(current_app), datetime.now(UTC).date()))


def told(ours: Parts, today: date) -> dict[str, object]:
    """Return the tables as they are on a day."""
    moment = ours.book.now()
    every = tables(moment)
    lacking = uncovered(every, today)
    return {
        "status": _status(ours, lacking),
        "rulebook": moment.fingerprint,
        "serial": moment.snapshot.serial,
        "editions": "cannot be read; see the log" if _torn(ours) else "read",
        "notCovered": lacking,
        "tables": [own.plain(today) for own in every],
    }


def _status(ours: Parts, lacking: list[str]) -> str:
    return "degraded" if lacking or _torn(ours) else "ready"


def _torn(ours: Parts) -> bool:
    """Tell whether newer editions are there than those that answer, and cannot be read."""
    return bool(ours.book.editions and ours.book.editions.problem)
