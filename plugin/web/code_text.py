"""``GET /code-text``: what a charted phrase means, as JSON or as a page with a form."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import get_args

from flask import Blueprint, Response, current_app, make_response, render_template, request

from plugin.errors import Issue, RefusedError
from plugin.parts import Parts, answer, parts
from plugin.reference.statements import listed
from plugin.web import pages
from rules.coding.lexicon import LONGEST, NO_CODES
from rules.model import Mapped
from rules.recoding import instead
from rules.words import Discipline

blueprint = Blueprint("code_text", __name__)
DISCIPLINES: Mapping[str, Discipline] = {name.lower(): name for name in get_args(Discipline)}


@blueprint.get("/code-text")
def code_text() -> Response:
    """Map a phrase; ``discipline`` and ``payer`` are the context in which it is read."""
    ours = parts(current_app)
    if pages.wants_page():
        return _page(ours)
    return answer(asdict(meaning(request.args, ours)))


def meaning(asked: Mapping[str, str], ours: Parts) -> Mapped:
    """Return what a phrase means.

    Raises:
        RefusedError: 400, when there is no text or too much, or the context is not known.

    """
    text = asked.get("text", "")
    if not text.strip():
        raise RefusedError(400, Issue("text", "required, but missing or empty", "required"))
    if len(text) > LONGEST:
        raise RefusedError(400, Issue("text", f"over {LONGEST} characters", "too-long"))
    discipline, payer = asked.get("discipline", ""), asked.get("payer", "")
    if discipline and discipline.lower() not in DISCIPLINES:
        named = listed(DISCIPLINES.values(), "or")
        raise RefusedError(400, Issue("discipline", f"should be {named}"))
    if payer and payer not in ours.book.payers:
        raise RefusedError(400, Issue("payer", f"should be {listed(ours.book.payers, 'or')}"))
    lexicon = ours.reviewer.coder.lexicon
    billed_as = _billed_as(payer, ours) if payer else NO_CODES
    return lexicon.mapped(text, DISCIPLINES.get(discipline.lower()), billed_as)


def _billed_as(payer: str, ours: Parts) -> Mapping[str, str]:
    """Return the codes that a payer takes today in place of others."""
    return instead("payer_code", ours.book.policy(payer, datetime.now(UTC).date()))


def _page(ours: Parts) -> Response:
    """Show the form, with the answer or what is wrong with the question."""
    found: Mapped | None = None
    problem = ""
    try:
        found = meaning(request.args, ours) if "text" in request.args else None
    except RefusedError as error:
        problem = str(error)
    page = render_template(
        "code_text.html",
        found=found,
        problem=problem,
        asked=request.args,
        longest=LONGEST,
        disciplines=DISCIPLINES.values(),
        payers=pages.payers(),
        codes=ours.book.tables.codes,
    )
    return make_response(page, 400 if problem else 200)
