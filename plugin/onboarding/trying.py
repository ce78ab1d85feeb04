"""A site tried out: what its EHR's FHIR server gives, and whether this service answers for it.

Nothing of any patient is printed, and the token neither, nor kept.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec
import requests

from plugin.errors import RefusedError
from plugin.fhir.fetch import resolved
from plugin.hooks.services import VISIT_CHECK
from plugin.json import read as read_json
from plugin.report import Report
from plugin.tenants import Tenant
from plugin.web.visits import charges_of, request_for, visits

PATIENCE = 10.0
"""Seconds to wait for an answer; whoever tries may wait longer than a sign-off."""
LARGEST = 20_000_000
"""Bytes; the CapabilityStatement of a large EHR has several million."""
REMEDIES = {
    401: "is the token still good, and of this server?",
    403: "ask for the scope user/{kind}.rs, or add {kind} to lacks",
    404: "add {kind} to lacks, if it does not serve it",
    400: "it knows no such search; add {kind} to lacks, or see procedures",
}
BY_DAY = "Procedure?patient={{context.patientId}}&date=ge{{first}}&date=le{{last}}"
Raw = dict[str, Any]


class TrialError(Exception):
    """An answer that is of no use; the message says why, and holds no address or data."""

    def __init__(self, why: str, status: int = 0) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One trial of a site's EHR."""

    site: Tenant
    server: str
    token: str
    encounter: str
    """The visit to ask for; empty for any that the server gives."""

    def ask(self, query: str, token: str = "") -> Raw:
        """Return what the server answers.

        Raises:
            TrialError: it did not answer with a resource.

        """
        headers = {"Accept": "application/fhir+json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        status, body = called("GET", f"{self.server}/{query}", headers)
        found = _json(body)
        if status != requests.codes.ok:
            moved = ", a redirect, which is never followed" if status // 100 == 3 else ""  # noqa: PLR2004 - HTTP
            raise TrialError(f"answered {status}{moved}", status)
        if found.get("resourceType") in {None, "OperationOutcome"}:
            raise TrialError("answered without a resource", status)
        return found


def called(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
) -> tuple[int, bytes]:
    """Return the status and body of an answer; redirects are not followed.

    Raises:
        TrialError: there was none, in time.

    """
    with requests.Session() as session:
        session.trust_env = False
        try:
            with session.request(
                method, url, headers=headers, data=body, timeout=PATIENCE, stream=True,
                allow_redirects=False,
            ) as answer:  # fmt: skip
                return answer.status_code, b"".join(_bounded(answer))
        except (requests.RequestException, ValueError) as error:
            raise TrialError(f"cannot be reached ({type(error).__name__})") from None


def _bounded(answer: requests.Response) -> Iterator[bytes]:
    left, deadline = LARGEST, time.monotonic() + PATIENCE
    for piece in answer.iter_content(65536):
        left -= len(piece)
        if left < 0 or time.monotonic() > deadline:
            raise TrialError("its answer is too long, or takes too long")
        yield piece


def _json(body: bytes) -> Raw:
    try:
        return read_json(body)
    except RefusedError:
        return {}


def try_ehr(trial: Trial, report: Report) -> None:
    """Read the CapabilityStatement and, with a token, all that a visit is read from."""
    _capabilities(trial, report)
    if not trial.token:
        report.fault("reads and searches: not tried; give an access token (--token FILE, or -)")
        return
    try:
        encounter = _encounter(trial)
    except TrialError as error:
        report.fault(f"Encounter: {error}; {_remedy(error, 'Encounter')}")
        return
    report.fine("Encounter")
    tokens = _tokens(encounter)
    for key, query in queries(trial.site).items():
        if key != "encounter":
            _try(trial, report, key, resolved(query, tokens))


def queries(site: Tenant) -> dict[str, str]:
    """Return what is asked of a site's EHR, by prefetch key."""
    asked = dict(VISIT_CHECK.at(site.procedures, site.lacks).prefetch)
    if site.procedures != "encounter":
        asked["procedures"] = BY_DAY
    if "practitioners" in asked:
        asked["practitioners"] = asked["practitioners"].replace(
            "{{userPractitionerId}}", "{{practitioner}}"
        )
    return {key: query for key, query in asked.items() if _kind(query) not in site.lacks}


def _kind(query: str) -> str:
    return query.replace("/", "?").partition("?")[0]


def _try(trial: Trial, report: Report, key: str, query: str) -> None:
    """Ask one thing, and say how it went."""
    if not query:
        report.fine(f"{key}: not asked, as the visit names nobody to ask for")
        return
    kind, began = _kind(query), time.monotonic()
    try:
        found = trial.ask(query, trial.token)
    except TrialError as error:
        report.fault(f"{key} ({kind}): {error}; {_remedy(error, kind)}")
        return
    took, budget = time.monotonic() - began, trial.site.time_budget
    if took > budget:
        report.fault(f"{key} ({kind}): takes longer than {budget:g} s; raise time_budget_ms")
    elif found["resourceType"] not in {"Bundle", kind}:
        report.fault(f"{key} ({kind}): is neither that nor a Bundle; is the base address right?")
    else:
        empty = found["resourceType"] == "Bundle" and not found.get("entry")
        report.fine(f"{key} ({kind}){': the search works, and finds nothing' if empty else ''}")


def _remedy(error: TrialError, kind: str) -> str:
    plain = "see the log of that server" if error.status else "is its address right, and reachable?"
    return REMEDIES.get(error.status, plain).format(kind=kind)


def _encounter(trial: Trial) -> Raw:
    """Return the visit that was named, else any."""
    if trial.encounter:
        return trial.ask(f"Encounter/{quote(trial.encounter, safe='')}", trial.token)
    try:
        found = trial.ask("Encounter?_count=1", trial.token)
    except TrialError as error:
        why = f"{error} when asked for any visit; name one of a test patient with --encounter ID"
        raise TrialError(why, error.status) from None
    entries = found.get("entry")
    for entry in entries if isinstance(entries, list) else ():
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict) and resource.get("resourceType") == "Encounter":
            return resource
    raise TrialError("the server has none; name one of a test patient with --encounter ID")


def _tokens(encounter: Raw) -> dict[str, str]:
    """Return what the templates ask for, as the visit tells it."""
    period, people = encounter.get("period"), encounter.get("participant")
    days = [period.get(end) for end in ("start", "end")] if isinstance(period, dict) else []
    known = [day[:10] for day in days if isinstance(day, str)]
    every = people if isinstance(people, list) else ()
    named = [_id(each.get("individual")) for each in every if isinstance(each, dict)]
    found = {
        "context.encounterId": encounter.get("id"),
        "context.patientId": _id(encounter.get("subject")),
        "first": min(known, default=""),
        "last": max(known, default=""),
        "practitioner": next((name for name in named if name), ""),
    }
    return {name: value for name, value in found.items() if isinstance(value, str)}


def _id(pointer: Any) -> str:
    reference = pointer.get("reference") if isinstance(pointer, dict) else None
    return reference.rsplit("/", 1)[-1] if isinstance(reference, str) else ""


def _capabilities(trial: Trial, report: Report) -> None:
    try:
        found = trial.ask("metadata")
    except TrialError as error:
        report.fault(f"/metadata: {error}; is fhir_servers its base address?")
        return
    if not str(found.get("fhirVersion", "")).startswith("4."):
        report.fault("/metadata: is not FHIR R4; name the R4 server in fhir_servers")
        return
    report.fine("/metadata: FHIR R4")
    served = set(_served(found))
    asked = {_kind(query) for query in queries(trial.site).values()}
    for kind in sorted(asked - served) if served else ():
        report.fault(f"{kind}: its CapabilityStatement does not list it; add it to lacks")
    for kind in sorted(served & trial.site.lacks):
        report.fault(f"{kind}: is in lacks, but its CapabilityStatement lists it; take it out")


def _served(statement: Raw) -> Iterator[str]:
    """Return the resource types that a server lists."""
    rest = statement.get("rest")
    for each in rest if isinstance(rest, list) else ():
        resources = each.get("resource") if isinstance(each, dict) else None
        for one in resources if isinstance(resources, list) else ():
            if isinstance(one, dict) and isinstance(one.get("type"), str):
                yield one["type"]


def try_service(site: Tenant, base: str, report: Report) -> None:
    """Ask this service for its list, and call it about a simulated visit, as nobody."""
    address = f"{base}/t/{site.name}/cds-services"
    clean = next(iter(visits().values()))
    sent = msgspec.json.encode(request_for(clean, charges_of(clean)))
    asked = (("GET", address, None), ("POST", f"{address}/{VISIT_CHECK.id}", sent))
    for method, url, body in asked:
        what = "discovery" if body is None else "a simulated call"
        try:
            status, said = called(method, url, {"Content-Type": "application/json"}, body)
        except TrialError as error:
            report.fault(f"{what}: {url} {error}; is the service running there?")
            continue
        _judge(site, what, status, _json(said), report)


def _judge(site: Tenant, what: str, status: int, said: Raw, report: Report) -> None:
    good = status == requests.codes.ok and ("cards" in said or "services" in said)
    if status == requests.codes.unauthorized and not site.open:
        report.fine(f"{what}: refused without the EHR's token, as it should be")
    elif good and not site.open and "cards" in said:
        report.fault(f"{what}: answered a caller without a token; let nobody reach it")
    elif good:
        report.fine(f"{what}: answers")
    elif status == requests.codes.not_found:
        report.fault(
            f"{what}: 404; does that service read this site's file, and offer the service?"
        )
    else:
        report.fault(f"{what}: answered {status}; see the log of the service")
