"""A site: what its EHR can do, who its payers are, and who its people are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from plugin.rulebook import ROOT, read_valid, schema
from rules.policy import RuleDataError
from rules.words import Role, Setting

DEMO = "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """One site's settings, as its file in profiles/tenants/ gives them."""

    name: str
    title: str
    open: bool = False
    """Answers callers that show no token; simulated data only."""
    setting: Setting = "practitioner"
    fhir_servers: tuple[str, ...] = ()
    private_network: bool = False
    """Whether the names of its FHIR servers may stand for addresses of a private network."""
    procedures: Literal["encounter", "date", "fetched"] = "encounter"
    """How its EHR can be asked for a visit's procedures."""
    max_cards: int = 3
    time_budget: float = 1.5
    """Seconds that fetching may take in one request."""
    payers: Mapping[str, str] = field(default_factory=dict)
    """What a coverage says of its payer, in lower case, and the payer profile it means."""
    roster: Mapping[str, Role] = field(default_factory=dict)
    mac: str = ""
    """The Medicare contractor whose local coverage applies; empty for none."""
    visit_length_tolerance: int = 8
    """Minutes by which charted time may differ from the visit's length without a word."""
    supervision: Literal["direct", "general"] | None = None
    """How assistants are supervised where the chart does not say."""
    concept_maps: tuple[str, ...] = ()
    """Its own maps of local codes, by id (profiles/fhir/ConceptMap-*.json)."""


def load(root: Path = ROOT) -> dict[str, Tenant]:
    """Read every tenant file.

    Raises:
        RuleDataError: a file cannot be read or breaks the schema; names file, place and reason.

    """
    validator = schema(root)
    known = {path.stem for path in (root / "profiles" / "payers").glob("*.yaml")}
    tenants = {}
    for path in sorted((root / "profiles" / "tenants").glob("*.yaml")):
        data = read_valid(path, validator)
        if data.get("tenant") != path.stem:
            raise RuleDataError(f"{path.name}: tenant: should be {path.stem}, as the file is named")
        for i, entry in enumerate(data["payers"]):
            if entry["payer"] not in known:
                place = f"{path.name}: payers[{i}].payer"
                raise RuleDataError(f"{place}: {entry['payer']} has no file in profiles/payers")
        tenants[path.stem] = _tenant(data)
    return tenants


def _tenant(data: Mapping[str, Any]) -> Tenant:
    return Tenant(
        name=data["tenant"],
        title=data["title"],
        open=data.get("open", False),
        setting=data["setting"],
        fhir_servers=tuple(data.get("fhir_servers", ())),
        private_network=data.get("private_network", False),
        procedures=data.get("procedures", "encounter"),
        max_cards=data.get("max_cards", 3),
        time_budget=data.get("time_budget_ms", 1500) / 1000,
        # The first match wins, so it is written last.
        payers={entry["is"].lower(): entry["payer"] for entry in reversed(data["payers"])},
        roster=data.get("roster", {}),
        mac=data.get("mac", ""),
        visit_length_tolerance=data.get("visit_length_tolerance", 8),
        supervision=data.get("supervision"),
        concept_maps=tuple(data.get("concept_maps", ())),
    )
