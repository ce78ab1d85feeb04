"""ConceptMaps (FHIR R4): which therapy code a local or a SNOMED CT code stands for.

Read at start, validated as FHIR and by what is asked of a map here: every target is a therapy code
that the table of codes has, so that no map can name a code that nobody knows.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from plugin.conceptmap import NONE, Concept, ConceptMap, Match
from plugin.errors import RefusedError
from plugin.fhir import CPT, HCPCS
from plugin.fhir.plainmap import valid
from plugin.json import read as read_json
from plugin.rulebook import ROOT
from plugin.tenants import Tenant
from rules.policy import Code, RuleDataError

SHARED = ("snomed-to-therapy",)
"""Maps that every site has, besides those that it names."""
SYSTEMS = frozenset({CPT, HCPCS})
EQUIVALENCES = NONE | {
    *("relatedto", "equivalent", "equal", "wider", "subsumes"),
    *("narrower", "specializes", "inexact"),
}
COMMENTED = frozenset({"narrower", "inexact"})
"""Equivalences that need a comment (FHIR R4 invariant cmd-1)."""
FOLDER = ("profiles", "fhir")
PLAIN = re.compile(r"[\w (),.&/+'-]{1,80}")
"""A title that can stand in a card."""
Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Maps:
    """All maps, by id."""

    known: Mapping[str, ConceptMap]

    def of(self, tenant: Tenant) -> tuple[ConceptMap, ...]:
        """Return the maps of a site, its own first."""
        named = dict.fromkeys((*tenant.concept_maps, *SHARED))
        return tuple(tenant.maps.get(name) or self.known[name] for name in named)


def load(codes: Mapping[str, Code], tenants: Mapping[str, Tenant], root: Path = ROOT) -> Maps:
    """Read every map; ``codes`` is the table that their targets must stand in.

    Raises:
        RuleDataError: a map is missing, is not valid FHIR, or maps to what is no therapy code; the
            message says which file, which element and why.

    """
    known: dict[str, ConceptMap] = {}
    urls: dict[str, str] = {}
    for path in sorted(root.joinpath(*FOLDER).glob("ConceptMap-*.json")):
        found = read(path, codes)
        if urls.setdefault(found.url, path.name) != path.name:
            raise RuleDataError(f"{path.name}: url: is the address of {urls[found.url]} too")
        known[found.id] = found
    for name in SHARED:
        if name not in known:
            raise RuleDataError(f"ConceptMap-{name}.json: is missing")
    maps = Maps(known)
    for tenant in tenants.values():
        fitted(tenant, {}, maps)
    return maps


def fitted(tenant: Tenant, own: Mapping[str, ConceptMap], shipped: Maps) -> Tenant:
    """Return a site with the maps that it names; those in ``own`` stand beside its file.

    Raises:
        RuleDataError: there is no such map, or two have one address.

    """
    place = f"{tenant.name}.yaml: concept_maps"
    for i, name in enumerate(tenant.concept_maps):
        if name not in own and name not in shipped.known:
            raise RuleDataError(f"{place}[{i}]: {name} has no file beside it or in profiles/fhir")
    site = replace(tenant, maps={name: own[name] for name in tenant.concept_maps if name in own})
    seen: dict[str, str] = {}
    for one in shipped.of(site):
        if seen.setdefault(one.url, one.id) != one.id:
            raise RuleDataError(f"{place}: {one.id} has the address (url) of {seen[one.url]}")
    return site


def read(path: Path, codes: Mapping[str, Code]) -> ConceptMap:
    """Read one map.

    Raises:
        RuleDataError: it cannot be read or is not in order; names file, place and reason.

    """
    try:
        raw = read_json(path.read_bytes())
    except OSError as error:
        raise RuleDataError(f"{path.name}: cannot be read: {error.strerror}") from error
    except RefusedError as error:
        raise RuleDataError(f"{path.name}: {error}") from error
    if raw.get("resourceType") != "ConceptMap":
        raise RuleDataError(f"{path.name}: resourceType: should be ConceptMap")
    for where, why in _unread(raw):
        raise RuleDataError(f"{path.name}: {where}: {why}")
    canonical, fault = valid(raw)
    if fault:
        raise RuleDataError(f"{path.name}: {fault}")
    for where, why in _faults(canonical, path.stem, codes):
        raise RuleDataError(f"{path.name}: {where}: {why}")
    return ConceptMap(
        id=canonical["id"],
        url=canonical["url"],
        title=canonical["title"],
        matches=_matches(canonical),
        raw=canonical,
    )


def _matches(raw: Raw) -> dict[Concept, tuple[Match, ...]]:
    """Return what each code stands for; groups of the same system add up."""
    found: dict[Concept, tuple[Match, ...]] = {}
    for group in raw["group"]:
        for element in group["element"]:
            key = (group["source"], element["code"])
            new = [Match(t["equivalence"], t.get("code", "")) for t in element.get("target", ())]
            found[key] = tuple(dict.fromkeys((*found.get(key, ()), *new)))
    return found


Faults = Iterator[tuple[str, str]]
"""Places in a map, and what is wrong there."""


def _unread(node: Any, place: str = "") -> Faults:
    """Find what would change the meaning of a map, and is not followed here."""
    if isinstance(node, list):
        for i, part in enumerate(node):
            yield from _unread(part, f"{place}[{i}]")
    for key, part in node.items() if isinstance(node, dict) else ():
        here = f"{place}.{key}" if place else key
        if key in {"modifierExtension", "dependsOn", "product", "unmapped"}:
            yield here, "is not followed here; a code that no element names is asked for"
        yield from _unread(part, here)


def _faults(raw: Raw, stem: str, codes: Mapping[str, Code]) -> Faults:
    if raw.get("id") is None or stem != f"ConceptMap-{raw['id']}":
        yield "id", f"should be {stem.removeprefix('ConceptMap-')}, as the file is named"
    if not raw.get("url"):
        yield "url", "required, but missing"
    if not PLAIN.fullmatch(raw.get("title", "")):
        yield "title", "should be 1 to 80 letters, digits and plain marks"
    if raw.get("status") != "active":
        yield "status", "should be active"
    if not raw.get("group"):
        yield "group", "required, but missing"
    for i, group in enumerate(raw.get("group", ())):
        yield from _in_group(group, f"group[{i}]", codes)


def _in_group(group: Raw, place: str, codes: Mapping[str, Code]) -> Faults:
    if not group.get("source"):
        yield f"{place}.source", "required, but missing"
    if group.get("target") not in SYSTEMS:
        yield f"{place}.target", f"should be {CPT} or {HCPCS}"
    seen: dict[str, str] = {}
    for i, element in enumerate(group.get("element", ())):
        here = f"{place}.element[{i}]"
        code = element.get("code", "")
        if not code:
            yield f"{here}.code", "required, but missing"
        elif seen.setdefault(code, here) != here:
            yield f"{here}.code", f"{code} is {seen[code]} already"
        yield from _in_element(element, here, codes)


def _in_element(element: Raw, place: str, codes: Mapping[str, Code]) -> Faults:
    seen: set[str] = set()
    for i, target in enumerate(element.get("target", ())):
        here = f"{place}.target[{i}]"
        code = target.get("code", "")
        if code in seen:
            yield f"{here}.code", f"{code or 'no code'} stands twice"
        seen.add(code)
        yield from _in_target(target, here, codes)
    if "" in seen and len(seen) > 1:
        yield f"{place}.target", "is unmatched, and has a code too"


def _in_target(target: Raw, place: str, codes: Mapping[str, Code]) -> Faults:
    code, equivalence = target.get("code", ""), target.get("equivalence")
    if equivalence not in EQUIVALENCES:
        yield f"{place}.equivalence", f"should be one of {', '.join(sorted(EQUIVALENCES))}"
    if code and code not in codes:
        yield f"{place}.code", f"{code} is not in the table of therapy codes"
    if not code and equivalence not in NONE:
        yield f"{place}.code", "required, but missing"
    if equivalence in COMMENTED and not target.get("comment"):
        yield f"{place}.comment", f"required where the equivalence is {equivalence}"


def translated(
    maps: Sequence[ConceptMap], concepts: Sequence[Concept]
) -> Iterator[tuple[ConceptMap, Match]]:
    """Return every match of codes in maps, map by map."""
    for one in maps:
        for concept in dict.fromkeys(concepts):
            for match in one.matches.get(concept, ()):
                yield one, match
