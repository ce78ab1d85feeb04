"""The Flask application: wires the parts together, holds no logic."""

import gc
import logging
import sys
from multiprocessing.util import Finalize

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from plugin import rulebook, settings
from plugin.errors import Issue, RefusedError, outcome, place, problem
from plugin.fhir import coding
from plugin.heap import few_arenas
from plugin.hooks import views as hooks
from plugin.imports.faults import StoreError as EditionsError
from plugin.imports.follow import Editions
from plugin.parts import FHIR_JSON, JSON, LARGEST_BODY, Parts, answer, parts
from plugin.review import Reviewer
from plugin.service import Service
from plugin.settings import SettingsError
from plugin.sites import Sites
from plugin.store.faults import StoreError
from plugin.store.store import PAUSE, Store
from plugin.trust.gate import Gate
from plugin.web import (
    check,
    code_text,
    concepts,
    conformance,
    ehr,
    faq,
    fees,
    health,
    impact,
    operation,
    reference,
    wellknown,
)
from rules.policy import RuleDataError

log = logging.getLogger(__name__)
VIEWS = (
    *(hooks, check, health, ehr, concepts, code_text, reference),
    *(conformance, operation, wellknown, fees, faq, impact),
)
"""What answers at addresses, in the order of registration."""


def create_app(given: settings.Settings | None = None) -> Flask:
    """Build the service.

    Raises:
        RuleDataError, SettingsError, StoreError, EditionsError: it must not start; the message
            says what to mend.

    """
    chosen = given or settings.load()
    book = rulebook.load(editions=Editions(chosen.home))
    coder = coding.load(book.tables.codes, {})
    sites = Sites(coder, chosen.tenants)
    # Another worker must find a decision as soon as its card is shown.
    store = Store(chosen.database_url, pause=PAUSE if chosen.workers == 1 else 0.0)
    app = Service(__name__, template_folder="web/templates", static_folder="web/static")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.extensions["countersign"] = Parts(
        settings=chosen,
        book=book,
        tenants=sites,
        store=store,
        reviewer=Reviewer(book, chosen.public_url, coder),
        gate=Gate(chosen.public_url, store.spent.spend),
    )
    for views in VIEWS:
        app.register_blueprint(views.blueprint)
    app.register_error_handler(RefusedError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StoreError, _unstored)
    app.register_error_handler(Exception, _fallen)
    sites.follow()
    return app


def serve() -> Flask:
    """Build the service for a server.

    What was loaded is left out of garbage collection, and a collection waits for more than one
    visit's worth of objects; nearly all of them go when their request ends.
    """
    few_arenas()
    try:
        app = create_app()
    except (RuleDataError, SettingsError, StoreError, EditionsError) as error:
        sys.stderr.write(f"countersign: {error}\n")
        raise SystemExit(2) from None
    # Workers end without running what interpreters run at exit.
    Finalize(None, parts(app).store.close, exitpriority=100)
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 20)
    return app


def _refused(error: RefusedError) -> Response:
    response = _fault(error.status, error.issues)
    response.headers.update(error.headers)
    return response


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    code = "too-long" if status == 413 else "not-found" if status == 404 else "processing"  # noqa: PLR2004 - HTTP
    response = _fault(status, (Issue("", error.name, code),))
    for key, value in error.get_headers():
        if key.lower() in {"allow", "location"}:
            response.headers[key] = value
    return response


def _unstored(error: StoreError) -> Response:
    log.error("store failed", extra={"why": str(error)})
    return _fault(503, (Issue("", "the store does not answer; send it again later", "transient"),))


def _fallen(error: Exception) -> Response:
    """Answer a fault of ours; only its place is logged, as its message might hold anything."""
    log.error("%s at %s", type(error).__name__, place(error))
    return _fault(500, (Issue("", "a fault of the service; it has been logged", "exception"),))


def _fault(status: int, issues: tuple[Issue, ...]) -> Response:
    """Answer a fault in the form its address speaks."""
    if request.path.startswith(("/cds-services", "/fhir", "/t/")):
        fhir = request.path.startswith("/fhir") or "/fhir/" in request.path
        return answer(outcome(issues), status, FHIR_JSON if fhir else JSON)
    title = {400: "Bad request", 404: "Not found", 412: "Not enough data"}.get(status, "Refused")
    return answer(problem(status, title, issues), status, "application/problem+json")
