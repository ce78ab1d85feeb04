"""What is known of each EHR's habits, with how surely it is known.

The abilities of Epic, Oracle Health, athenahealth and eClinicalWorks are those of their
CapabilityStatements of July and August 2026; hooks and tokens are as the notes say. Whoever sets a
site up checks what is marked ``check``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from plugin.tenants import Procedures, Write


@dataclass(frozen=True, slots=True, kw_only=True)
class Ehr:
    """One EHR's habits; ``notes`` say of a key why it is as it is, or what to check."""

    title: str
    cds_hooks: str
    """Version of the specification that it speaks."""
    hooks: tuple[str, ...] = ()
    """Hooks that it is known to call; none when that is not known."""
    services: tuple[str, ...] = ()
    """Ours that answer those hooks; none for all."""
    procedures: Procedures
    lacks: tuple[str, ...] = ()
    write: Write
    max_cards: int = 3
    fetched_from: bool = True
    """Whether it gives leave to fetch from its FHIR server."""
    issuer: str = ""
    """``iss`` of its tokens where that is the same everywhere; ``{fhir}`` is its FHIR server."""
    jku: str = ""
    """Where its keys are; ``{base}`` is its FHIR server up to /api/, ``{client}`` our id there."""
    algorithms: tuple[str, ...] = ("ES384", "RS384")
    aud: str = "the address called"
    """What it puts into ``aud``."""
    notes: Mapping[str, str] = field(default_factory=dict)


EPIC = Ehr(
    title="Epic",
    cds_hooks="2.0",
    hooks=(
        *("patient-view", "order-select", "order-sign", "appointment-book"),
        *("encounter-start", "encounter-discharge"),
    ),
    services=("visit-check", "visit-start", "patient-view", "order-check", "booking-check"),
    procedures="encounter",
    lacks=("ChargeItem",),
    write="text",
    issuer="{fhir}",
    jku="{base}/api/epic/2019/Security/Open/PublicKeys/{client}/{client}",
    algorithms=("RS384",),
    aud="what the site's staff type in by hand: the address of each service, as above",
    notes={
        "services": "Six hooks are documented, fewer in some releases; a site wires each to an "
        "advisory. check which",
        "lacks": "May 2026 CapabilityStatement; Claim gives ids only",
        "write": "no resource takes a charge: the card says in words what to enter",
        "max_cards": "check how many an advisory shows",
        "clients": "RS384; iss is the organisation's FHIR endpoint, so one client for each; sub is "
        "our client id there; exp 15 min after iat, nbf 5 min before (copies of Epic's tutorial: "
        "check)",
    },
)
ORACLE = Ehr(
    title="Oracle Health (Cerner)",
    cds_hooks="1.0",
    hooks=("patient-view",),
    services=("patient-view",),
    procedures="fetched",
    lacks=("PractitionerRole", "Claim", "ExplanationOfBenefit"),
    write="chargeitem-oracle",
    max_cards=1,
    issuer="https://cds-hooks.cerner.com",
    jku="https://authorization.cerner.com/jwk",
    notes={
        "services": "Patient-view alone was documented (2021 to 2024, beta). check, and add "
        "visit-check where encounter-discharge is called",
        "procedures": "no search by encounter; a range of dates needs both ends",
        "lacks": "CapabilityStatement of 2026; without PractitionerRole, roles come from "
        "qualifications or the roster",
        "write": "ChargeItem has modifier-code extensions. check: whether a card may write it is "
        "not documented, else text",
        "max_cards": "cards stand in a panel an eighth of the screen wide",
        "clients": "one issuer for all sites (their draft documentation of 2021: check); where "
        "its tokens carry a tenant claim, add tenant: here",
    },
)
ATHENA = Ehr(
    title="athenahealth",
    cds_hooks="1.0",
    hooks=("patient-view", "order-select", "order-sign", "appointment-book"),
    services=("patient-view", "order-check", "booking-check"),
    procedures="encounter",
    lacks=("ChargeItem", "PractitionerRole", "Claim", "ExplanationOfBenefit"),
    write="text",
    notes={
        "services": "CDS Hooks 1.0, no hook at sign-off (vendor's help pages, medium); 1.0 sends "
        "no feedback. In its silent tracking nobody sees the cards",
        "lacks": "CapabilityStatement of 2026",
        "write": "no resource takes a charge: the card says in words what to enter",
        "clients": "check: issuer, keys and algorithm are not public",
    },
)
ECW = Ehr(
    title="eClinicalWorks",
    cds_hooks="2.0",
    procedures="encounter",
    lacks=("ExplanationOfBenefit",),
    write="text",
    notes={
        "services": "Check which hooks are called: documented for provider apps only, so all are "
        "offered",
        "lacks": "CapabilityStatement of 2026 (Facade 1.6)",
        "write": "chargeitem once the practice has ChargeItem write-back switched on; its "
        "CapabilityStatement does not show it. check",
        "clients": "tokens are signed with a private key; issuer, keys and algorithm: check",
    },
)
MEDPLUM = Ehr(
    title="Medplum",
    cds_hooks="2.0",
    procedures="encounter",
    write="chargeitem-medplum",
    fetched_from=False,
    notes={
        "services": "An app calls whatever it likes, through @medplum/core",
        "fhir_servers": "None: @medplum/core sends neither fhirServer nor a token for it. All must "
        "come as prefetch, and one missing resource (404) ends its call",
        "write": "full FHIR write; modifiers stand in chargeitem-modifier extensions",
        "clients": "@medplum/core signs no token: the app must add one of its own, with a key "
        "set at jku or in jwks",
    },
)
OTHER = Ehr(
    title="another EHR",
    cds_hooks="2.0",
    procedures="fetched",
    write="text",
    notes={
        "services": "Check which hooks it calls; all are offered",
        "procedures": "patient and date are the one search that every server has; encounter where "
        "Procedure?encounter= works, so that it can be sent as prefetch",
        "lacks": "check its /metadata (countersign tenant test does)",
        "write": "the card says in words what to enter; chargeitem where it takes ChargeItems",
        "clients": "check",
    },
)
EHRS: Mapping[str, Ehr] = {
    "epic": EPIC,
    "oracle": ORACLE,
    "athena": ATHENA,
    "ecw": ECW,
    "medplum": MEDPLUM,
    "other": OTHER,
}
