"""Key sets that clients publish: fetched from listed addresses alone, kept, and renewed.

An unknown kid has its set fetched again, but no more than once in ``RETRY`` seconds; a set that is
past ``FRESH`` is renewed behind the answer, and serves until ``STALE`` where that fails.
"""

import logging
import threading
import time
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

from plugin.errors import RefusedError
from plugin.json import read as read_json
from plugin.turns import turns

if TYPE_CHECKING:
    import requests

    from plugin.trust.keys import Key, Ring

log = logging.getLogger(__name__)

FRESH = 600.0
STALE = 3600.0
RETRY = 10.0
"""Seconds, all three."""
PATIENCE = 2.0
"""Seconds that fetching one set may take, drop by drop or at once."""
LARGEST = 64_000
MOST = 100
"""Keys in a set."""


class UnfetchedError(Exception):
    """A key set could not be had; the message says why, without its content."""


class KeySet:
    """The keys at one address, shared by all threads of a process."""

    def __init__(self, address: str, *, fresh: float = FRESH, retry: float = RETRY) -> None:
        """Begin with none; nothing is fetched yet."""
        self._address, self._fresh, self._retry = address, fresh, retry
        self._keys: Ring = {}
        self._fetched = self._tried = float("-inf")
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._done.set()

    def find(self, kid: str) -> "tuple[Key, ...]":
        """Return the keys of a kid; none when it is unknown or the set cannot be had."""
        found = self._usable(kid)
        if not found:
            with turns.aside():
                self._renewal().wait(PATIENCE)
            return self._usable(kid)
        if time.monotonic() - self._fetched >= self._fresh:
            self._renewal()
        return found

    def _usable(self, kid: str) -> "tuple[Key, ...]":
        return self._keys.get(kid, ()) if time.monotonic() - self._fetched < STALE else ()

    def _renewal(self) -> threading.Event:
        """Begin a fetch where one is due, and return what tells that none is under way."""
        with self._lock:
            if self._done.is_set() and time.monotonic() - self._tried >= self._retry:
                self._tried = time.monotonic()
                self._done.clear()
                threading.Thread(target=self._renew, name="key-set", daemon=True).start()
            return self._done

    def _renew(self) -> None:
        try:
            self._keys = _ring(_fetched(self._address))
            self._fetched = time.monotonic()
        except UnfetchedError as error:
            log.warning("key set %s: %s", self._address, error)
        finally:
            self._done.set()


def _ring(body: bytes) -> "Ring":
    from plugin.trust.keys import ring  # noqa: PLC0415 - only a site with clients needs it

    try:
        keys = read_json(body).get("keys")
    except RefusedError as error:
        raise UnfetchedError("is not well-formed JSON") from error
    if not isinstance(keys, list) or len(keys) > MOST:
        raise UnfetchedError(f"is not a JSON Web Key Set of at most {MOST} keys")
    return ring(keys)


def _fetched(address: str) -> bytes:
    """Fetch a key set: no redirects, no proxies, no cookies, within size and time."""
    import requests  # noqa: PLC0415 - only clients that publish their keys need it
    from urllib3.exceptions import HTTPError  # noqa: PLC0415

    deadline = time.monotonic() + PATIENCE
    try:
        with requests.Session() as session:
            session.trust_env = False
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
            with session.get(
                address, headers=headers, timeout=PATIENCE, allow_redirects=False, stream=True
            ) as answer:
                return _body(answer, deadline)
    except (requests.RequestException, HTTPError, OSError) as error:
        raise UnfetchedError("does not answer") from error


def _body(answer: "requests.Response", deadline: float) -> bytes:
    if answer.status_code != 200:  # noqa: PLR2004 - HTTP
        raise UnfetchedError(f"answered {answer.status_code}")
    body = bytearray()
    raw: Any = answer.raw
    while piece := raw.read1(16_384):
        body += piece
        if len(body) > LARGEST:
            raise UnfetchedError(f"is larger than {LARGEST} bytes")
        if time.monotonic() > deadline:
            raise UnfetchedError("took too long")
    return bytes(body)
