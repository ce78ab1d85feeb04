"""One GET from an EHR's FHIR server: pooled connections, no redirect, no proxy, bounded answers.

A name that stands for a private address is refused unless the site registered it as such: the
address that counts is the one connected to, looked at before anything is sent.
"""

import socket
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from ipaddress import IPv6Address, ip_address
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, ReadTimeoutError

from plugin.fhir.access import Access

LARGEST = 5_000_000
"""Bytes that one search may bring, all its pages together."""
THREADS = 16
"""How many GETs may be under way to one server."""
NOT_OFFERED = frozenset((400, 403, 404, 405, 501))
"""How servers answer that they do not have a type, a search or the leave for it."""
UNREACHABLE = "the EHR's FHIR server did not give it"


class FetchError(Exception):
    """Something could not be had; the message says why, without any address or data."""


class NotOfferedError(FetchError):
    """The server does not have such things, or gives no leave to see them."""


class LateError(FetchError):
    """The server did not answer in time."""

    def __init__(self) -> None:
        super().__init__("the time allowed ran out")


def body_of(url: str, access: Access, room: int = LARGEST) -> bytes:
    """Return what stands at an address of the server to which access was given.

    Raises:
        FetchError: the server did not answer, in time, with success and within ``room`` bytes.

    """
    left = access.left()
    if left <= 0:
        raise LateError
    headers = {"Authorization": f"Bearer {access.token}", "Accept": "application/fhir+json"}
    try:
        with session(inside=access.inside).get(
            url, headers=headers, timeout=left, allow_redirects=False, stream=True
        ) as answer:
            body = _read(answer, access, room)  # of a refusal too, so that the connection is kept
    except (requests.Timeout, ReadTimeoutError) as error:
        raise LateError from error
    except (requests.RequestException, HTTPError, ValueError) as error:
        raise FetchError(UNREACHABLE) from error
    if answer.status_code != requests.codes.ok:
        kind = NotOfferedError if answer.status_code in NOT_OFFERED else FetchError
        raise kind(f"the EHR's FHIR server answered {answer.status_code}")
    return body


def _read(answer: requests.Response, access: Access, room: int) -> bytes:
    """Read a piece at a time as it comes, so that a server that drips is left in time."""
    body = bytearray()
    while chunk := answer.raw.read1(65536, decode_content=True):
        body += chunk
        if len(body) > room:
            raise FetchError("the answer is too large")
        if access.left() <= 0:
            raise LateError
    return bytes(body)


@cache
def session(*, inside: bool) -> requests.Session:
    """Return the session of all threads: connections are kept; cookies and proxies are not.

    One is for servers that may be inside a private network, and never lends the other its
    connections.
    """
    made = requests.Session()
    made.trust_env = False
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        made.mount(scheme, (HTTPAdapter if inside else Outside)(64, THREADS))
    return made


def public(address: str) -> bool:
    """Tell whether an address is reached by way of the internet.

    >>> [public(x) for x in ("8.8.8.8", "10.1.2.3", "169.254.169.254", "::ffff:127.0.0.1")]
    [True, False, False, False]
    """
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found.sixtofour or found
    return found.is_global and not found.is_multicast


class _Looking:
    """A connection that looks whom it reached, before it says anything."""

    def _new_conn(self) -> socket.socket:
        made: socket.socket = super()._new_conn()  # type: ignore[misc]
        if public(made.getpeername()[0]):
            return made
        made.close()
        raise FetchError("the EHR's FHIR server is in a private network")


class _Plain(_Looking, HTTPConnection):
    pass


class _Secure(_Looking, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class Outside(HTTPAdapter):
    """Connects to public addresses only."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Have every connection look whom it reached."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
