"""Flask without what none of our views needs: sessions, coroutines, signals, set-up and hosts."""

from collections.abc import Callable
from typing import Any, cast

from flask import Flask, Request, Response, current_app, request
from flask.ctx import RequestContext
from flask.sessions import NullSession, SessionInterface, SessionMixin
from flask.typing import ResponseReturnValue
from werkzeug.routing import Map, MapAdapter, Rule

NOBODY = NullSession()
KEPT_ADDRESSES = 256


class NoSessions(SessionInterface):
    """Nobody is remembered between requests: no cookie is read or written."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin:  # noqa: ARG002 - Flask's
        """Return the one empty session."""
        return NOBODY

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write nothing."""


class Address(MapAdapter):
    """An address that is asked for, matched by its path alone: the host never tells sites apart."""

    def __init__(self, asked: Request, url_map: Map) -> None:
        """Take the request and what answers at addresses."""
        self._asked = asked
        super().__init__(
            map=url_map,
            server_name="",
            script_name=asked.root_path,
            subdomain="",
            url_scheme=asked.scheme,
            path_info=asked.path,
            default_method=asked.method,
            query_args=asked.environ.get("QUERY_STRING"),
        )

    def get_host(self, domain_part: str | None) -> str:  # noqa: ARG002 - Werkzeug's
        """Return the host that was asked; it is looked for only where a redirect names it."""
        return self._asked.host


class Asking(RequestContext):
    """A request under way. What answers a POST is looked for once for each address.

    Other addresses are not kept: some name a visit, which a POST has in its body.
    """

    def match_request(self) -> None:
        """Find what answers."""
        asked, kept = self.request, cast(Service, self.app).kept
        known = kept.get(asked.path) if asked.method == "POST" else None
        if known:
            asked.url_rule, asked.view_args = known
            return
        super().match_request()
        if asked.method == "POST" and asked.url_rule:
            if len(kept) >= KEPT_ADDRESSES:
                kept.clear()
            kept[asked.path] = (asked.url_rule, asked.view_args or {})


class Service(Flask):
    """The application. Of all hooks it knows ``after_app_request``; a test holds it to that."""

    session_interface = NoSessions()

    def __init__(self, *args: Any, **settings: Any) -> None:
        """Take what Flask takes."""
        self.kept: dict[str, tuple[Rule, dict[str, Any]]] = {}
        super().__init__(*args, **settings)

    def request_context(self, environ: dict[str, Any]) -> RequestContext:
        """Return a request, about to be answered."""
        return Asking(self, environ)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a view as it is; none is a coroutine."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return the address that a request is for; outside of requests there is none."""
        return None if request is None else Address(request, self.url_map)

    def full_dispatch_request(self) -> Response:
        """Answer a request by its view, or by the handler of what it raised."""
        try:
            given = self.dispatch_request()
        except Exception as error:
            given = self.handle_user_exception(error)
        response = given if isinstance(given, Response) else self.make_response(given)
        for change in self.after_request_funcs.get(None, ()):
            response = self.ensure_sync(change)(response)
        return response

    def dispatch_request(self) -> ResponseReturnValue:
        """Answer a request by its view, where there is one and it asks for more than what it may.

        Flask does the rest.
        """
        given = incoming()
        if given.url_rule is None or given.method == "OPTIONS":
            return super().dispatch_request()
        view: Callable[..., Any] = self.view_functions[given.url_rule.endpoint]
        return view(**(given.view_args or {}))  # type: ignore[no-any-return]

    def do_teardown_request(self, exc: BaseException | None = None) -> None:
        """Leave a request; nothing was set up for it."""

    def do_teardown_appcontext(self, exc: BaseException | None = None) -> None:
        """Leave the application; nothing was set up for it."""


def incoming() -> Request:
    """Return the request that is answered, without Flask's stand-in: each look through it costs."""
    own: Request = request._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001
    return own


def serving() -> Flask:
    """Return the application that answers, as ``incoming`` does the request."""
    own: Flask = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001
    return own
