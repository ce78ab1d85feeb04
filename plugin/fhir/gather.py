"""Which resources a request brought, under which key, and from where.

A prefetch key has four states: data, nothing (null or an empty Bundle), an error (OperationOutcome)
or absent. Absent keys may be fetched; errors are not tried again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec.structs import replace

from plugin.errors import Issue, RefusedError
from plugin.fhir.strangers import NOT_THEIRS, refused, whose

Raw = dict[str, Any]

KEY_OF_TYPE = {
    "Patient": "patient",
    "Encounter": "encounter",
    "Procedure": "procedures",
    "Coverage": "coverage",
    "ChargeItem": "charges",
    "Practitioner": "practitioners",
    "PractitionerRole": "practitioners",
    "Observation": "minutes",
    "Condition": "conditions",
    "ServiceRequest": "orders",
    "CarePlan": "plans",
    "CoverageEligibilityResponse": "eligibility",
    "Consent": "consents",
    "DocumentReference": "documents",
    "Claim": "claims",
    "ExplanationOfBenefit": "claims",
}
KEYS = tuple(dict.fromkeys(KEY_OF_TYPE.values()))
BEYOND = frozenset(("orders", "plans", "eligibility", "consents", "documents", "claims"))
"""What tells of the patient beyond the visit: without word of it, it is not known."""
DRAFTS = frozenset(
    (
        *("Encounter", "Procedure", "ChargeItem", "Observation", "Condition"),
        *("Practitioner", "PractitionerRole"),
    )
)
"""What a visit is drafted with; other types that a draft brings are passed over."""
WITHIN = tuple(key for key in KEYS if key not in BEYOND)
ENTRIES = 2000
"""The most resources that one request may bring; a year of daily visits is a few hundred."""


class Found(msgspec.Struct, frozen=True, gc=False):
    """One resource as received, and its place in the request."""

    at: str
    """Its own place, or that of the entries it stands among."""
    raw: Raw
    entry: Raw | None = None
    """The entry of a Bundle that holds it; None for one that stands alone."""
    number: int = 0
    """Which of the entries it is, counted from 0."""
    included: bool = False
    """Whether a search set brought it beside what was searched for."""

    @property
    def where(self) -> str:
        """Its place in the request."""
        return self.at if self.entry is None else f"{self.at}[{self.number}].resource"

    @property
    def alias(self) -> str:
        """The fullUrl by which others in the same Bundle may point at it; may be empty."""
        given = self.entry.get("fullUrl") if self.entry else None
        return given if isinstance(given, str) else ""

    @property
    def kind(self) -> str:
        """Its resource type; empty when it names none."""
        kind = self.raw.get("resourceType")
        return kind if isinstance(kind, str) else ""

    @property
    def name(self) -> str:
        """Its id, or in a Bundle of new resources the last part of its fullUrl; may be empty."""
        given = self.raw.get("id")
        return given if isinstance(given, str) else self.alias.replace(":", "/").split("/")[-1]

    @property
    def identity(self) -> tuple[str, str]:
        """Its type and name, by which it is known again."""
        return self.kind, self.name


@dataclass(slots=True)
class Gathered:
    """Everything at hand, by prefetch key."""

    found: dict[str, list[Found]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    """Keys that the EHR answered with an OperationOutcome, and what that means."""
    pages: dict[str, list[str]] = field(default_factory=dict)
    """Keys whose Bundles go on elsewhere, and where."""
    left_out: list[Issue] = field(default_factory=list)
    """What the EHR's server gave that is of another patient."""
    drafted: frozenset[str] = frozenset()
    """Keys under which stand drafts of the context alone: the EHR may hold more."""

    def under(self, key: str) -> list[Found]:
        """Return the resources under a key; none when it is empty or absent."""
        return self.found.get(key, [])

    def absent(self, key: str) -> bool:
        """Tell whether nobody said anything about a key yet."""
        return key not in self.errors and (key not in self.found or key in self.drafted)

    def favour(self, drafts: Iterable[Found], encounter: str) -> None:
        """Put drafts before what else is at hand; the same resource given again gives way.

        A drafted Encounter without an id is the call's own.
        """
        brought: dict[str, list[Found]] = {}
        for draft in drafts:
            if draft.kind in DRAFTS:
                own = draft.kind == "Encounter" and "id" not in draft.raw
                known = replace(draft, raw={**draft.raw, "id": encounter}) if own else draft
                brought.setdefault(KEY_OF_TYPE[draft.kind], []).append(known)
        self.drafted = frozenset(brought.keys() - self.found.keys())
        for key, mine in brought.items():
            same = {(draft.kind, draft.name) for draft in mine if draft.name}
            self.found[key] = mine + [x for x in self.under(key) if (x.kind, x.name) not in same]

    def put(self, key: str, value: Any, where: str, patient: str = "") -> None:
        """Take what stands under a key: a resource, a Bundle, a list, null or an OperationOutcome.

        What came first stands: a resource that is there already is not taken again.
        With a patient (``Patient/<id>``) it was fetched: what names another one is left out, and
        what is of another type goes where it belongs.

        Raises:
            RefusedError: 400, when it is none of these.

        """
        if self._failed(key, value):
            return
        found = resources(value, where)
        own = self.under(key)
        if len(found) + len(own) > ENTRIES:
            raise RefusedError(413, too_many(where))
        self.found[key] = own
        before = {one.identity for one in own if one.name} if own else ()
        for one in found:
            if (before and one.identity in before) or (patient and not self._theirs(one, patient)):
                continue
            if not one.included and not patient:
                own.append(one)
            elif fits := KEY_OF_TYPE.get(one.kind):
                self.found.setdefault(fits, []).append(one)

    def _failed(self, key: str, value: Any) -> bool:
        """Tell whether the EHR answered with an error; remember where Bundles go on."""
        for part in value if isinstance(value, list) else (value,):
            kind = part.get("resourceType") if isinstance(part, dict) else None
            if kind == "OperationOutcome":
                self.errors[key] = "the EHR answered with an error"
                return True
            if kind == "Bundle" and "link" in part and (more := next_page(part)):
                self.pages.setdefault(key, []).append(more)
        return False

    def _theirs(self, one: Found, patient: str) -> bool:
        """Tell whether a resource may be used; one that names another patient is left out."""
        if whose(one.raw) in ("", patient):
            return True
        refused.add()
        self.left_out.append(Issue(one.where, NOT_THEIRS))
        return False


def prefetched(prefetch: Mapping[str, Any], keys: tuple[str, ...]) -> Gathered:
    """Take the prefetch of a request; keys that nobody asked for are passed over."""
    gathered = Gathered()
    for key in keys:
        if key in prefetch:
            gathered.put(key, prefetch[key], f"prefetch.{key}")
    return gathered


def bundled(bundle: Raw) -> Gathered:
    """Sort a Bundle's resources by what they are; types that are not read are passed over."""
    return gathered_from(resources(bundle, ""))


def gathered_from(every: Iterable[Found]) -> Gathered:
    """Sort resources by what they are; nothing more can be asked for within the visit."""
    gathered = Gathered(found={key: [] for key in WITHIN})
    for found in every:
        key = KEY_OF_TYPE.get(found.kind)
        if key:
            gathered.found.setdefault(key, []).append(found)
    if sum(len(found) for found in gathered.found.values()) > ENTRIES:
        raise RefusedError(413, too_many("entry"))
    return gathered


def bounded(value: Any, where: str) -> list[Found]:
    """Return the resources in a value, each with its place.

    Raises:
        RefusedError: 400, when it is no resource, Bundle, list of these or null; 413, when there
            are too many.

    """
    found = resources(value, where)
    if len(found) > ENTRIES:
        raise RefusedError(413, too_many(where))
    return found


def too_many(where: str) -> Issue:
    """Say that there are more resources than one request may bring."""
    return Issue(where, f"more than {ENTRIES} resources", "too-long")


def resources(value: Any, where: str) -> list[Found]:
    """Return the resources in a prefetch value, each with its place.

    Raises:
        RefusedError: 400, when it is no resource, Bundle, list of these or null.

    """
    if value is None:
        return []
    if isinstance(value, list):
        return [x for i, item in enumerate(value) for x in resources(item, f"{where}[{i}]")]
    if not isinstance(value, dict):
        raise RefusedError(400, Issue(where, "should be a FHIR resource or null", "structure"))
    return (
        _entries(value, where) if value.get("resourceType") == "Bundle" else [Found(where, value)]
    )


def _entries(bundle: Raw, where: str) -> list[Found]:
    place = f"{where}.entry" if where else "entry"
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        raise RefusedError(400, Issue(place, "should be a list", "structure"))
    found = []
    for i, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise RefusedError(400, Issue(f"{place}[{i}]", "should be an object", "structure"))
        resource = entry.get("resource")
        if resource is None:
            continue
        if not isinstance(resource, dict):
            at = f"{place}[{i}].resource"
            raise RefusedError(400, Issue(at, "should be an object", "structure"))
        if resource.get("resourceType") != "OperationOutcome":  # a warning added to the results
            search = entry.get("search")
            included = isinstance(search, dict) and search.get("mode") == "include"
            found.append(Found(place, resource, entry, i, included))
    return found


def next_page(bundle: Raw) -> str:
    """Return where a Bundle goes on, or an empty string."""
    links = bundle.get("link")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("relation") == "next":
            url = link.get("url")
            return url if isinstance(url, str) else ""
    return ""
