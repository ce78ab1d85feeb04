"""What every page shares: how values are written for people, and what a page may load."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from flask import Response, request

from plugin.datafile import reader
from plugin.parts import Answer
from plugin.rulebook import ROOT
from rules.people import AS_SAID

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


def guarded(response: Response) -> Response:
    """Let pages load nothing from elsewhere, and give no address away: a trace opens its visit."""
    if not isinstance(response, Answer) and response.mimetype == "text/html":
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def wants_page() -> bool:
    """Tell whether the caller would rather have HTML than JSON."""
    best = request.accept_mimetypes.best_match(["application/json", "text/html"])
    return best == "text/html"


def pretty(value: Mapping[str, Any]) -> str:
    """Write JSON for people to read."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def person(role: str) -> str:
    """Write out a role, such as ``physical therapist``."""
    return AS_SAID.get(role, role).partition(" ")[2] or role


def payer(name: str) -> str:
    """Write out a payer's name."""
    return payers().get(name, name)


@cache
def payers() -> Mapping[str, str]:
    """Return the title of every payer profile, Medicare first."""
    read = reader("payer", ROOT)
    paths = (ROOT / "profiles" / "payers").glob("*.yaml")
    found = {path.stem: str(read(path)["title"]) for path in paths}
    return dict(sorted(found.items(), key=lambda item: (item[0] != "medicare_part_b", item[1])))
