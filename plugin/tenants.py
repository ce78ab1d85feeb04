"""A site: what its EHR can do, who its payers are, and who its people are."""

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from plugin import datafile
from plugin.conceptmap import ConceptMap
from plugin.imports.locality import Place
from plugin.rulebook import ROOT
from plugin.trust import terms
from plugin.trust.terms import Terms
from rules import RULES
from rules.policy import RuleDataError
from rules.words import Role, Setting

DEMO = "demo"
FOLDER = ("profiles", "tenants")
DEFAULT_WRITE: Final = "chargeitem"
Switch = Literal["live", "shadow", "off"]
Procedures = Literal["encounter", "date", "fetched"]
Write = Literal["chargeitem", "chargeitem-oracle", "chargeitem-medplum", "claim", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """One site's settings, as its file in profiles/tenants/ gives them."""

    name: str
    title: str
    open: bool = False
    """Answers callers that show no token; simulated data only."""
    setting: Setting = "practitioner"
    fhir_servers: tuple[str, ...] = ()
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
    """Its own maps of local codes, by id (ConceptMap-*.json beside its file, or shipped)."""
    maps: Mapping[str, ConceptMap] = field(default_factory=dict)
    """Those of its own maps that stand beside its file, by id."""
    services: frozenset[str] | None = None
    """CDS services that it uses; None for all."""
    procedures: Procedures = "encounter"
    """How its EHR can be asked for a visit's procedures: by encounter, by patient and date, or only
    by us, with a closed range of dates."""
    lacks: frozenset[str] = frozenset()
    """FHIR resource types that its EHR does not serve; they are never asked for."""
    private_network: bool = False
    """Whether names of its FHIR servers may lead to addresses of a private network."""
    write: Write = DEFAULT_WRITE
    """The form in which its EHR takes charges."""
    off: frozenset[str] = frozenset()
    """Rules that say nothing here."""
    shadow: frozenset[str] = frozenset()
    """Rules that speak to the record alone."""
    locality: Place | None = None
    """Where estimates are priced; None for the nation."""
    apm: bool = False
    """Whether its clinicians qualify in an advanced payment model, which has its own factor."""
    strict: bool = False
    """Whether every resource is held to the FHIR models before it is read."""
    terms: Terms = field(default_factory=Terms)
    """Who may call, and how often."""


def load(root: Path = ROOT) -> dict[str, Tenant]:
    """Read every tenant file that is shipped.

    Raises:
        RuleDataError: a file cannot be read or breaks the schema; names file, place and reason.

    """
    read = reader(root)
    return {path.stem: read(path) for path in sorted(root.joinpath(*FOLDER).glob("*.yaml"))}


def reader(root: Path = ROOT) -> Callable[[Path], Tenant]:
    """Return what reads a tenant file, and raises RuleDataError as ``load`` does."""
    read_valid = datafile.reader("tenant", root)
    payers, macs = (
        {path.stem for path in root.joinpath("profiles", kind).glob("*.yaml")}
        for kind in ("payers", "macs")
    )

    def read(path: Path) -> Tenant:
        data = read_valid(path)
        for where, why in _faults(data, path.stem, payers, macs):
            raise RuleDataError(f"{path.name}: {where}: {why}")
        return _tenant(data, path.name)

    return read


def _faults(
    data: Mapping[str, Any], stem: str, payers: Set[str], macs: Set[str]
) -> Iterator[tuple[str, str]]:
    """Find what the schema cannot know: places in a file, and what is wrong there."""
    if data["tenant"] != stem:
        yield "tenant", f"should be {stem}, as the file is named"
    for i, entry in enumerate(data["payers"]):
        if entry["payer"] not in payers:
            yield f"payers[{i}].payer", f"{entry['payer']} has no file in profiles/payers"
    if data.get("mac", "") not in macs | {""}:
        yield "mac", f"{data['mac']} has no file in profiles/macs"
    for strange in sorted(data.get("rules", {}).keys() - {rule.ID for rule in RULES}):
        yield f"rules.{strange}", "there is no such rule"


def _tenant(data: Mapping[str, Any], file: str) -> Tenant:
    switches: Mapping[str, Switch] = data.get("rules", {})
    return Tenant(
        name=data["tenant"],
        title=data["title"],
        open=data.get("open", False),
        setting=data["setting"],
        fhir_servers=tuple(data.get("fhir_servers", ())),
        max_cards=data.get("max_cards", 3),
        time_budget=data.get("time_budget_ms", 1500) / 1000,
        # The first match wins, so it is written last.
        payers={entry["is"].lower(): entry["payer"] for entry in reversed(data["payers"])},
        roster=data.get("roster", {}),
        mac=data.get("mac", ""),
        visit_length_tolerance=data.get("visit_length_tolerance", 8),
        supervision=data.get("supervision"),
        concept_maps=tuple(data.get("concept_maps", ())),
        services=frozenset(data["services"]) if "services" in data else None,
        procedures=data.get("procedures", "encounter"),
        lacks=frozenset(data.get("lacks", ())),
        private_network=data.get("private_network", False),
        write=data.get("write", DEFAULT_WRITE),
        off=frozenset(rule for rule, switch in switches.items() if switch == "off"),
        shadow=frozenset(rule for rule, switch in switches.items() if switch == "shadow"),
        locality=Place(**data["locality"]) if "locality" in data else None,
        apm=data.get("apm", False),
        strict=data.get("validation") == "full",
        terms=terms.read(data, file),
    )
