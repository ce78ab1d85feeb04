"""Flask without what none of our views needs: sessions, coroutines, signals, set-up and hosts."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import NullSession, SessionInterface, SessionMixin
from werkzeug.routing import MapAdapter

NOBODY = NullSession()
RUNNING = 8
"""Requests that run at a time; more would only take turns at one interpreter, and all be late."""
WAITING = 16
"""Requests that may wait for another server meanwhile, each on a thread of its own."""


class Turns:
    """Lets a number of threads run at a time, in the order in which they came."""

    def __init__(self, places: int) -> None:
        """Begin with every place free."""
        self._free = places
        self._lock = Lock()
        self.queue: deque[Lock] = deque()

    def enter(self) -> None:
        """Take a place, when one is free and nobody came before."""
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return
            turn = Lock()
            turn.acquire()
            self.queue.append(turn)
        turn.acquire()

    def leave(self) -> None:
        """Hand the place to whoever waits longest."""
        with self._lock:
            if self.queue:
                self.queue.popleft().release()
            else:
                self._free += 1

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Give up the place for as long as something else is waited for."""
        self.leave()
        try:
            yield
        finally:
            self.enter()


turns = Turns(RUNNING)


class NoSessions(SessionInterface):
    """Nobody is remembered between requests: no cookie is read or written."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin:  # noqa: ARG002 - Flask's
        """Return the one empty session."""
        return NOBODY

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write nothing."""


class Service(Flask):
    """The application. Of all hooks it knows ``after_app_request``; a test holds it to that."""

    session_interface = NoSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a view as it is; none is a coroutine."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Match by the path alone: sites are told by it, never by the host."""
        if request is None:
            return None
        return MapAdapter(
            map=self.url_map,
            server_name=request.host,
            script_name=request.root_path,
            subdomain="",
            url_scheme=request.scheme,
            path_info=request.path,
            default_method=request.method,
            query_args=request.environ.get("QUERY_STRING"),
        )

    def wsgi_app(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """Answer a request when it is its turn."""
        turns.enter()
        try:
            return super().wsgi_app(environ, start_response)
        finally:
            turns.leave()

    def full_dispatch_request(self) -> Response:
        """Answer a request by its view, or by the handler of what it raised."""
        try:
            given = self.dispatch_request()
        except Exception as error:
            given = self.handle_user_exception(error)
        response = self.make_response(given)
        for change in self.after_request_funcs.get(None, ()):
            response = self.ensure_sync(change)(response)
        return response

    def do_teardown_request(self, exc: BaseException | None = None) -> None:
        """Leave a request; nothing was set up for it."""

    def do_teardown_appcontext(self, exc: BaseException | None = None) -> None:
        """Leave the application; nothing was set up for it."""
