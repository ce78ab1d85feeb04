"""``GET /codes``, ``/codes/{code}`` and ``/pairs/{one}/{two}``, as a page or as JSON."""

from collections.abc import Collection
from datetime import UTC, date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, cast, get_args

from flask import (
    Blueprint,
    Response,
    current_app,
    redirect,
    render_template,
    url_for,
)
from flask.typing import ResponseReturnValue

from plugin import meanings
from plugin.errors import Issue, RefusedError, problem
from plugin.parts import answer, parts
from plugin.reference import codes, finding, pairs
from plugin.reference import library as libraries
from plugin.reference.library import SETTINGS, Library, day_for
from plugin.reference.statements import Said, kept
from plugin.web import pages
from plugin.web.asked import code_as_written, day_asked, parameter, setting_asked
from plugin.web.freshness import answering
from rules.words import Discipline

blueprint = Blueprint("reference", __name__)
LONGEST = 200
"""Characters of a search."""
TITLES = {400: "Bad request", 404: "Not found"}
HELD = "countersign.library"
BY_CODE = ("codes", *(f"{table}-{own}" for table in ("ptp", "mue") for own in SETTINGS), "add-on")
"""Tables that a code's page is written from, but for its fees."""


def _library() -> Library:
    """Return what pages are written from; read when one is first asked for: no bill needs it."""
    held = current_app.extensions
    if HELD not in held:
        book = parts(current_app).book
        held[HELD] = libraries.load(book, meanings.load(book), pages.payers())
    return cast(Library, held[HELD])


@blueprint.errorhandler(RefusedError)
def refused(error: RefusedError) -> ResponseReturnValue:
    """Answer a question that cannot be answered, as a page where one was asked for."""
    if not pages.wants_page():
        body = problem(error.status, TITLES.get(error.status, "Refused"), error.issues)
        return varied(answer(body, error.status, "application/problem+json"))
    page = render_template("reference_problem.html", issues=error.issues, status=error.status)
    return varied(Response(page, status=error.status))


@blueprint.get("/codes")
def search() -> ResponseReturnValue:
    """Find codes by number or words, or list them all."""
    text, discipline = parameter("q"), parameter("discipline")
    if len(text) > LONGEST:
        raise RefusedError(400, Issue("q", f"should be at most {LONGEST} characters"))
    if discipline and discipline not in get_args(Discipline):
        named = ", ".join(get_args(Discipline))
        raise RefusedError(400, Issue("discipline", f"should be one of {named}"))
    found = finding.found(_library(), text, discipline, _read(text))
    body = {"count": len(found), "codes": found, **_editions(_today(), ["codes"])}
    grouped = [(name, [*rows]) for name, rows in groupby(found, key=itemgetter("group"))]
    return shown("codes.html", body, q=text, discipline=discipline, grouped=grouped)


@blueprint.get("/codes/<code>")
def code(code: str) -> ResponseReturnValue:
    """Answer what a code is on a day."""
    library = _library()
    known = library.book.tables.codes.get(code_as_written(code, "code"))
    if known is None:
        why = "is none of the therapy codes that are known here"
        raise RefusedError(404, Issue("code", why, "not-found"))
    day, asked = _day(library)
    told = codes.answer(known, library, day)
    body = {**told, "dateAsked": asked, **_editions(day, BY_CODE)}
    return shown("code.html", body)


@blueprint.get("/pairs")
def pair_form() -> ResponseReturnValue:
    """Lead from a form's fields to the address of a pair."""
    given = {name: parameter(name).strip() for name in ("one", "two")}
    if not all(given.values()):
        if pages.wants_page() and not any(given.values()):
            return varied(Response(render_template("pairs.html", settings=SETTINGS)))
        raise RefusedError(400, Issue("one, two", "should both be codes"))
    address: dict[str, Any] = {name: code_as_written(text, name) for name, text in given.items()}
    address |= {name: text for name in ("date", "setting") if (text := parameter(name))}
    return redirect(url_for("reference.pair", **address), 303)


@blueprint.get("/pairs/<one>/<two>")
def pair(one: str, two: str) -> ResponseReturnValue:
    """Answer whether two codes may be billed together on a day, in one setting."""
    library = _library()
    both = code_as_written(one, "one"), code_as_written(two, "two")
    for name, each in zip(("one", "two"), both, strict=True):
        if not pairs.known(library, each):
            why = "is none of the codes that are known here"
            raise RefusedError(404, Issue(name, why, "not-found"))
    if both[0] == both[1]:
        why = "is the first code again, and a pair is of two; its units a day stand at /codes"
        raise RefusedError(400, Issue("two", why))
    day, asked = _day(library)
    setting = setting_asked(SETTINGS)
    told = pairs.pair(library, both, day, setting)
    body = {**told, "dateAsked": asked, **_editions(day, ["codes", f"ptp-{setting}"])}
    return shown("pair.html", body)


def _read(text: str) -> tuple[str, ...]:
    """Return the codes that the lexicon reads in words; what it asks about counts as well."""
    mapped = parts(current_app).reviewer.coder.lexicon.mapped(text) if text.strip() else None
    return (*mapped.codes, *mapped.alternatives) if mapped else ()


def shown(template: str, body: Said, **more: Any) -> Response:
    """Write an answer as a page or as JSON, whichever the caller prefers."""
    if pages.wants_page():
        return varied(Response(render_template(template, said=body, settings=SETTINGS, **more)))
    return varied(answer(body))


def varied(response: Response) -> Response:
    """Tell caches that one address has two forms."""
    response.vary.add("Accept")
    return response


def _day(library: Library) -> tuple[date, bool]:
    """Return the day asked for, or the one to answer for, and whether it was asked for."""
    asked = day_asked()
    return (asked, True) if asked else (day_for(library, _today()), False)


def _today() -> date:
    return datetime.now(UTC).date()


def _editions(day: date, slots: Collection[str]) -> Said:
    """Say which editions of some tables answer for a day; nothing where none does."""
    rows = answering(parts(current_app).book.now(), slots, day, _today())
    return kept(editions=[kept(**row) for row in rows])
