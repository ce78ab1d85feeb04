"""``GET /impact``: what changed between two editions, as a page or as JSON."""

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, render_template

from plugin.errors import Issue, RefusedError
from plugin.imports.faults import StoreError
from plugin.parts import answer, parts
from plugin.web.asked import parameter
from plugin.web.pages import wants_page
from plugin.web.reference import refused, shown, varied

blueprint = Blueprint("impact", __name__)
KEPT: dict[tuple[Path, int, str, str], dict[str, Any]] = {}
"""Answers by home, serial of its editions, and sides: one of whole tables costs seconds to make."""
MOST = 16
blueprint.register_error_handler(RefusedError, refused)


@blueprint.get("/impact")
def impact() -> Response:
    """Say what changed, or which editions can be compared."""
    from plugin.impact import changes, report, sides  # noqa: PLC0415 - a visit needs none of it

    ours = parts(current_app)
    now = ours.book.now().snapshot
    old, new = parameter("old"), parameter("new")
    choices = sides.choices(ours.settings.home)
    if not old and not new:
        if wants_page():
            return varied(Response(render_template("impact.html", choices=choices)))
        return varied(answer({"choices": choices}))
    try:
        found = sides.choose(old, new, ours.settings.home, now)
    except sides.SideError as error:
        raise RefusedError(400, Issue(error.side, error.why)) from None
    except StoreError:  # taken back this moment, or damaged, of which health tells
        why = "an edition of it cannot be read; ask again, or import it again"
        raise RefusedError(404, Issue("old, new", why, "not-found")) from None
    key = (ours.settings.home, now.serial, found.old.name, found.new.name)
    said = KEPT.get(key)
    if said is None:
        said = report.told(found, list(changes.compare(found, ours.book.shipped.tables)))
        if len(KEPT) >= MOST:
            KEPT.clear()
        KEPT[key] = said
    return shown("impact.html", said, choices=choices)
