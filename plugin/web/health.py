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
    """Say whether the store answers and tables cover today; degraded is ready, with a remark."""
    ours, today = parts(current_app), datetime.now(UTC).date()
    stored = ours.store.ready()
    lacking = uncovered(tables(ours.book.now()), today)
    body = {
        "status": _status(ours, lacking) if stored else "unready",
        "rulebook": ours.book.fingerprint,
        "store": "answers" if stored else "does not answer",
        "decisionsNotKept": ours.store.given_up,
        "sites": _sites(ours),
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
        "sites": _sites(ours),
        "notCovered": lacking,
        "tables": [own.plain(today) for own in every],
    }


def _status(ours: Parts, lacking: list[str]) -> str:
    return "degraded" if lacking or _torn(ours) or ours.tenants.faults else "ready"


def _sites(ours: Parts) -> str:
    """Tell whether files of sites are refused; which and why is not for everybody."""
    refused = len(ours.tenants.faults)
    return f"{refused} refused; see the log, or countersign doctor" if refused else "read"


def _torn(ours: Parts) -> bool:
    """Tell whether newer editions are there than those that answer, and cannot be read."""
    return bool(ours.book.editions and ours.book.editions.problem)
