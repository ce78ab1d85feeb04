"""Fetching what a request did not bring, from the EHR's FHIR server.

Only from servers that the site has named, with the request's own token, within one time budget for
the whole request, in parallel; never a redirect, never more than ``LARGEST`` bytes an answer.
"""

import logging
import re
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import quote, urljoin

import requests
from urllib3.exceptions import HTTPError

from plugin.errors import RefusedError
from plugin.fhir.access import Access, under
from plugin.fhir.gather import BEYOND, Gathered, Raw, next_page
from plugin.json import read as read_json

log = logging.getLogger(__name__)

ASIDE = BEYOND | {"conditions", "minutes"}
"""Keys that a visit can well do without: they are waited for last."""
NOT_OFFERED = frozenset((400, 403, 404, 405, 501))
"""How servers answer that they do not have a type, a search or the leave for it."""
LARGEST = 5_000_000
PAGES = 10
TOKEN = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
UNREACHABLE = "the EHR's FHIR server did not give it"

_local = threading.local()
_pool = ThreadPoolExecutor(max_workers=32, thread_name_prefix="fetch")


class FetchError(Exception):
    """Something could not be had; the message says why, without any address or data."""


class NotOfferedError(FetchError):
    """The server does not have such things, or gives no leave to see them."""


def fill(
    gathered: Gathered, templates: Mapping[str, str], tokens: Mapping[str, str], access: Access
) -> None:
    """Fetch every absent key that its template can be resolved for, and follow unfinished pages.

    Then those who furnished the services. What could not be had is left as an error under its key;
    what a visit can do without and the server does not offer is left absent: it is not known.
    """
    wanted = {
        key: query
        for key, template in templates.items()
        if gathered.absent(key) and (query := resolved(template, tokens))
    }
    jobs = {key: _pool.submit(search, query, access) for key, query in wanted.items()}
    jobs |= {key: _pool.submit(search, url, access) for key, url in gathered.pages.items()}
    late = {key: jobs.pop(key) for key in list(jobs) if key in ASIDE}
    for key, job in jobs.items():
        _take(gathered, key, job, access)
    furnishers(gathered, access)
    for key, job in late.items():
        _take(gathered, key, job, access)


def furnishers(gathered: Gathered, access: Access) -> None:
    """Fetch those who furnished the services and of whom the request says nothing."""
    told = {name for found in gathered.under("practitioners") for name in _described(found.raw)}
    names = sorted(set(_actors(gathered)) - told)[:20]
    if "practitioners" in gathered.errors or not names:
        return
    listed = ",".join(quote(name, safe="") for name in names)
    queries = (f"PractitionerRole?practitioner={listed}", f"Practitioner?_id={listed}")
    for job in [_pool.submit(search, query, access) for query in queries]:
        _take(gathered, "practitioners", job, access)
    if gathered.under("practitioners"):
        gathered.errors.pop("practitioners", None)  # one of the two is enough


def resolved(template: str, tokens: Mapping[str, str]) -> str:
    """Return a template's query; empty when a token of it is not known."""
    if any(not tokens.get(name) for name in TOKEN.findall(template)):
        return ""
    return TOKEN.sub(lambda match: quote(tokens[match[1]], safe=""), template)


def search(query: str, access: Access) -> list[dict[str, Any]]:
    """Return every page of a search, or the one resource of a read.

    Raises:
        FetchError: the server did not answer, in time or with success.

    """
    found, url = [], urljoin(access.server.rstrip("/") + "/", query)
    for _ in range(PAGES):
        if not under(url, access.server):
            raise FetchError("a page is on another server")
        page = _get(url, access)
        found.append(page)
        more = next_page(page)
        if not more:
            return found
        url = urljoin(url, more)
    raise FetchError(f"more than {PAGES} pages")


def _get(url: str, access: Access) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {access.token}", "Accept": "application/fhir+json"}
    left = access.left()
    if left <= 0:
        raise FetchError("the time allowed ran out")
    try:
        with _session().get(
            url, headers=headers, timeout=left, allow_redirects=False, stream=True
        ) as answer:
            return _body(answer, access)
    except (requests.RequestException, HTTPError, ValueError) as error:
        raise FetchError(UNREACHABLE) from error


def _session() -> requests.Session:
    """Return this thread's session: its connections are kept, cookies and proxies are not."""
    session: requests.Session | None = getattr(_local, "session", None)
    if session is None:
        session = _local.session = requests.Session()
        session.trust_env = False
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session


def _body(answer: requests.Response, access: Access) -> dict[str, Any]:
    status = answer.status_code
    if status != requests.codes.ok:
        kind = NotOfferedError if status in NOT_OFFERED else FetchError
        raise kind(f"the EHR's FHIR server answered {status}")
    body = bytearray()
    # A piece at a time as it comes, so that a server that drips is left when the time is over.
    while chunk := answer.raw.read1(65536, decode_content=True):
        body += chunk
        if len(body) > LARGEST:
            raise FetchError("the answer is too large")
        if access.left() <= 0:
            raise FetchError("the time allowed ran out")
    try:
        return read_json(bytes(body))
    except RefusedError as error:
        raise FetchError("the answer is not well-formed JSON") from error


def _take(gathered: Gathered, key: str, job: Future[list[dict[str, Any]]], access: Access) -> None:
    """Put what a job fetched under its key, or why it could not."""
    try:
        for page in job.result(timeout=max(0.0, access.left())):
            gathered.put(key, page, key)
    except NotOfferedError as error:
        if key in ASIDE and gathered.absent(key):
            return
        why = str(error)
    except (FetchError, RefusedError) as error:
        why = str(error) if isinstance(error, FetchError) else "the answer is no FHIR"
    except FutureTimeoutError:
        job.cancel()
        why = "the time allowed ran out"
    else:
        gathered.pages.pop(key, None)  # every page has been read
        return
    if not gathered.under(key):
        gathered.errors[key] = why


def _described(raw: Raw) -> Iterable[str]:
    """Return the ids of those whom a Practitioner or PractitionerRole describes."""
    if isinstance(raw.get("id"), str):
        yield raw["id"]
    practitioner = raw.get("practitioner")
    reference = practitioner.get("reference") if isinstance(practitioner, dict) else None
    if isinstance(reference, str):
        yield reference.split("/_history/")[0].rsplit("/", 1)[-1]


def _actors(gathered: Gathered) -> Iterable[str]:
    """Return the ids of practitioners whom the procedures name."""
    for found in gathered.under("procedures"):
        performers = found.raw.get("performer")
        for performer in performers if isinstance(performers, list) else ():
            actor = performer.get("actor") if isinstance(performer, dict) else None
            reference = actor.get("reference") if isinstance(actor, dict) else None
            if isinstance(reference, str) and "Practitioner/" in reference:
                yield reference.split("/_history/")[0].rsplit("/", 1)[-1]
