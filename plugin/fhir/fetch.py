"""Fetching what a request did not bring, from the EHR's FHIR server.

Only from servers that the site has named, with the request's own token, within one time budget for
the whole request, in parallel.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any
from urllib.parse import quote, unquote, urljoin

from plugin.errors import RefusedError
from plugin.fhir.access import Access, under
from plugin.fhir.gather import BEYOND, Gathered, Raw, next_page
from plugin.fhir.lanes import Lane, lane_to
from plugin.fhir.times import day, moment
from plugin.fhir.wire import LARGEST, FetchError, LateError, NotOfferedError, body_of
from plugin.json import read as read_json
from plugin.tenants import Procedures
from plugin.turns import turns

ASIDE = BEYOND | {"conditions", "minutes"}
"""Keys that a visit can well do without: they are waited for last."""
PAGES = 10
TOKEN = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
BY_DAY = (
    "Procedure?patient={{context.patientId}}&date=ge{{encounter.first}}&date=le{{encounter.last}}"
)
"""For servers that know procedures by patient and date alone; the range has both its ends."""
NO_DAY = "the encounter tells no day to ask for"
ANOTHERS = "what the EHR's FHIR server gave is not what was asked for"
BUSY = "the EHR's FHIR server has been too slow, and was not asked"


def queries(templates: Mapping[str, str], procedures: Procedures) -> dict[str, str]:
    """Return how what is asked of a charted visit is fetched from a site's EHR.

    ``procedures`` says how that EHR knows procedures: only ``encounter`` by their encounter.
    Practitioners are fetched for those whom the procedures name, not for who signs.
    """
    asked = {key: query for key, query in templates.items() if key != "practitioners"}
    return asked if procedures == "encounter" else {**asked, "procedures": BY_DAY}


def fill(
    gathered: Gathered, templates: Mapping[str, str], tokens: Mapping[str, str], access: Access
) -> None:
    """Fetch every absent key that its template can be resolved for, and follow unfinished pages.

    Then those who furnished the services. What could not be had is left as an error under its key;
    what a visit can do without and the server does not offer is left absent: it is not known.
    """
    wanted = {key: query for key, query in templates.items() if gathered.absent(key)}
    lacking = [*wanted, *gathered.pages, *(["practitioners"] if furnishers(gathered) else [])]
    if not lacking:
        return
    lane = lane_to(access.server)
    if not lane.enter():
        gathered.errors |= {key: BUSY for key in lacking if key not in gathered.pages}
        return
    errand = _Errand(gathered, access, lane, f"Patient/{tokens.get('context.patientId', '')}")
    try:
        with turns.aside():
            errand.run(wanted, tokens)
    finally:
        lane.leave(answered=errand.answered or not errand.late)


@dataclass(slots=True)
class _Errand:
    """What is under way to one server for one request."""

    gathered: Gathered
    access: Access
    lane: Lane
    patient: str
    jobs: dict[str, list[Future[list[Raw]]]] = field(default_factory=dict)
    answered: bool = False
    late: bool = False

    def run(self, wanted: Mapping[str, str], tokens: Mapping[str, str]) -> None:
        """Ask for all that can be asked at once; by the encounter's day when that is known."""
        self.ask(self.gathered.pages)
        self.ask({k: [q] for k, query in wanted.items() if (q := resolved(query, tokens))})
        self.take("encounter")
        dated = {key: query for key, query in wanted.items() if "{{encounter." in query}
        days = {**tokens, **days_of(self.gathered, tokens.get("context.encounterId", ""))}
        self.ask({key: [q] for key, query in dated.items() if (q := resolved(query, days))})
        self.gathered.errors |= {key: NO_DAY for key in dated if key not in self.jobs}
        for key in [key for key in self.jobs if key not in ASIDE]:
            self.take(key)
        if "practitioners" not in self.gathered.errors:
            self.ask({"practitioners": furnishers(self.gathered)})
            self.take("practitioners")
            if self.gathered.under("practitioners"):
                self.gathered.errors.pop("practitioners", None)  # one of the two is enough
        for key in list(self.jobs):
            self.take(key)

    def ask(self, asked: Mapping[str, Sequence[str]]) -> None:
        """Set out for some searches under each key."""
        for key, each in asked.items():
            jobs = [self.lane.submit(search, query, self.access) for query in each]
            self.jobs.setdefault(key, []).extend(jobs)

    def take(self, key: str) -> None:
        """Put what was fetched under its key, or why it could not be had."""
        for job in self.jobs.pop(key, ()):
            try:
                self._put(key, job.result(timeout=max(0.0, self.access.left())))
            except NotOfferedError as error:
                self.answered = True
                if key not in ASIDE or not self.gathered.absent(key):
                    self._lack(key, str(error))
            except FetchError as error:
                self.late |= isinstance(error, LateError)
                self._lack(key, str(error))
            except (FutureTimeoutError, CancelledError):
                job.cancel()
                self.late = True
                self._lack(key, str(LateError()))
            except RefusedError:
                self._lack(key, "the answer is no FHIR")

    def _put(self, key: str, pages: Sequence[Raw]) -> None:
        self.answered = True
        before = len(self.gathered.left_out)
        for page in pages:
            self.gathered.put(key, page, key, self.patient)
        self.gathered.pages.pop(key, None)  # every page has been read
        if len(self.gathered.left_out) > before and not self.gathered.under(key):
            self._lack(key, ANOTHERS)

    def _lack(self, key: str, why: str) -> None:
        if key not in self.gathered.pages or not self.gathered.under(key):
            self.gathered.errors[key] = why


def resolved(template: str, tokens: Mapping[str, str]) -> str:
    """Return a template's query; empty when a token of it is not known."""
    if any(not tokens.get(name) for name in TOKEN.findall(template)):
        return ""
    return TOKEN.sub(lambda match: quote(tokens[match[1]], safe=""), template)


def days_of(gathered: Gathered, encounter: str) -> dict[str, str]:
    """Return the first and last day of an encounter as tokens; none when it tells no day.

    A day is meant both where the visit was and in universal time: servers go by either.
    """
    every = gathered.under("encounter")
    raw = next((one.raw for one in every if one.name == encounter), {})
    period = raw.get("period")
    start, end = (period.get("start"), period.get("end")) if isinstance(period, dict) else (0, 0)
    days = [each for text in (start, end) if isinstance(text, str) for each in _days(text)]
    if not days:
        return {}
    return {"encounter.first": min(days), "encounter.last": max(days)}


def _days(text: str) -> Iterable[str]:
    try:
        here, at = day(text), moment(text)
    except ValueError:
        return
    if here:
        yield here.isoformat()
    if at:
        yield at.astimezone(UTC).date().isoformat()


def furnishers(gathered: Gathered) -> list[str]:
    """Return how to ask for those who furnished the services and of whom nothing is known yet."""
    told = {name for found in gathered.under("practitioners") for name in _described(found.raw)}
    names = sorted(set(_actors(gathered)) - told)[:20]
    if "practitioners" in gathered.errors or not names:
        return []
    listed = ",".join(quote(name, safe="") for name in names)
    return [f"PractitionerRole?practitioner={listed}", f"Practitioner?_id={listed}"]


def search(query: str, access: Access) -> list[Raw]:
    """Return every page of a search, or the one resource of a read.

    Raises:
        FetchError: the server did not answer, in time or with success.

    """
    found: list[Raw] = []
    url, room = urljoin(access.server.rstrip("/") + "/", query), LARGEST
    for _ in range(PAGES):
        if not under(url, access.server):
            raise FetchError("a page is on another server")
        body = body_of(url, access, room)
        room -= len(body)
        page = _read(body, url)
        found.append(page)
        more = next_page(page)
        if not more:
            return found
        url = urljoin(url, more)
    raise FetchError(f"more than {PAGES} pages")


def _read(body: bytes, url: str) -> Raw:
    """Return the Bundle in an answer, or the very resource that was asked for by its id."""
    try:
        page = read_json(body)
    except RefusedError as error:
        raise FetchError("the answer is not well-formed JSON") from error
    kind, tail = page.get("resourceType"), unquote(url).rsplit("/", 2)[1:]
    if kind not in ("Bundle", "OperationOutcome") and [kind, page.get("id", tail[1])] != tail:
        raise FetchError(ANOTHERS)
    return page


def _described(raw: Raw) -> Iterable[str]:
    """Return the ids of those whom a Practitioner or PractitionerRole describes."""
    if isinstance(raw.get("id"), str):
        yield raw["id"]
    yield from _named(raw.get("practitioner"))


def _actors(gathered: Gathered) -> Iterable[str]:
    """Return the ids of practitioners whom the procedures name."""
    for found in gathered.under("procedures"):
        performers = found.raw.get("performer")
        for performer in performers if isinstance(performers, list) else ():
            actor = performer.get("actor") if isinstance(performer, dict) else None
            reference = actor.get("reference") if isinstance(actor, dict) else None
            if isinstance(reference, str) and "Practitioner/" in reference:
                yield from _named(actor)


def _named(pointer: Any) -> Iterable[str]:
    reference = pointer.get("reference") if isinstance(pointer, dict) else None
    if isinstance(reference, str):
        yield reference.split("/_history/")[0].rsplit("/", 1)[-1]
