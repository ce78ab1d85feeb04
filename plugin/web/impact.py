"""``GET /impact``: what changed between two editions, as a page or as JSON."""

from flask import Blueprint, Response, current_app, render_template

from plugin.errors import Issue, RefusedError
from plugin.imports.faults import StoreError
from plugin.parts import answer, parts
from plugin.web.asked import parameter
from plugin.web.reference import refused, shown, varied, wants_page

blueprint = Blueprint("impact", __name__)
blueprint.register_error_handler(RefusedError, refused)


@blueprint.get("/impact")
def impact() -> Response:
    """Say what changed, or which editions can be compared."""
    from plugin.impact import changes, report, sides  # noqa: PLC0415 - a visit needs none of it

    ours = parts(current_app)
    old, new = parameter("old"), parameter("new")
    choices = sides.choices(ours.settings.home)
    if not old and not new:
        if wants_page():
            return varied(Response(render_template("impact.html", choices=choices)))
        return varied(answer({"choices": choices}))
    try:
        found = sides.choose(old, new, ours.settings.home, ours.book.now().snapshot)
    except sides.SideError as error:
        raise RefusedError(400, Issue(error.side, error.why)) from None
    except StoreError:  # taken back this moment, or damaged, of which health tells
        why = "an edition of it cannot be read; ask again, or import it again"
        raise RefusedError(404, Issue("old, new", why, "not-found")) from None
    said = report.told(found, list(changes.compare(found, ours.book.shipped.tables)))
    return shown("impact.html", said, choices=choices)
