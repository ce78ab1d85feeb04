"""Calls from web pages: which origins a site lets read its answers (CORS, Fetch §3.2).

Flask answers the preflight, without a token; here it is told who may ask. Nobody may with cookies.
"""

from flask import Response, current_app, request

from plugin.parts import parts
from plugin.service import incoming
from plugin.tenants import DEMO

PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Max-Age": "600",
}


def shared(response: Response) -> Response:
    """Let pages of the origins that a site has listed read discovery, cards and refusals."""
    environ = incoming().environ
    if "HTTP_ORIGIN" not in environ and environ["REQUEST_METHOD"] != "GET":
        return response
    if request.blueprint != "hooks":
        return response
    site = parts(current_app).tenants.get((request.view_args or {}).get("tenant", DEMO))
    if site is None or not site.terms.origins:
        return response
    response.vary.add("Origin")
    origin = environ.get("HTTP_ORIGIN")
    if origin and not site.terms.origins.isdisjoint((origin, "*")):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        if request.method == "OPTIONS":
            response.headers.update(PREFLIGHT)
    return response
