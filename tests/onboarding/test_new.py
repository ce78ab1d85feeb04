"""``countersign tenant new``: a file with an EHR's defaults, refused until it is filled in."""

import json
from typing import Any

import pytest
import yaml

from plugin.datafile import EMPTY
from plugin.hooks.services import SERVICES
from plugin.onboarding.ehrs import EHRS
from plugin.onboarding.parsers import EHRS as NAMED
from plugin.onboarding.writing import HOOKS
from plugin.rulebook import ROOT
from plugin.sites import load
from tests.onboarding.commands import Command

SERVER = "https://fhir.clinic.example/interconnect/api/FHIR/R4"
BASE = "https://fhir.clinic.example/interconnect"
GIVEN = ("--fhir-server", SERVER, "--client", "us-17")
SOMEBODY = ("--issuer", "https://iss.example", "--jku", "https://iss.example/keys")
DEFAULTS: dict[str, dict[str, Any]] = {
    "epic": {
        "services": ["visit-check", "visit-start", "patient-view", "order-check", "booking-check"],
        "procedures": "encounter",
        "lacks": ["ChargeItem"],
        "write": "text",
        "max_cards": 3,
        "clients": [
            {
                "iss": SERVER,
                "jku": [f"{BASE}/api/epic/2019/Security/Open/PublicKeys/us-17/us-17"],
                "algorithms": ["RS384"],
                "sub": "us-17",
            }
        ],
    },
    "oracle": {
        "services": ["patient-view"],
        "procedures": "fetched",
        "lacks": ["PractitionerRole", "Claim", "ExplanationOfBenefit"],
        "write": "chargeitem-oracle",
        "max_cards": 1,
        "clients": [
            {
                "iss": "https://cds-hooks.cerner.com",
                "jku": ["https://authorization.cerner.com/jwk"],
                "algorithms": ["ES384", "RS384"],
                "sub": "us-17",
            }
        ],
    },
    "athena": {
        "services": ["patient-view", "order-check", "booking-check"],
        "procedures": "encounter",
        "lacks": ["ChargeItem", "PractitionerRole", "Claim", "ExplanationOfBenefit"],
        "write": "text",
    },
    "ecw": {"procedures": "encounter", "lacks": ["ExplanationOfBenefit"], "write": "text"},
    "medplum": {"procedures": "encounter", "lacks": [], "write": "chargeitem-medplum"},
    "other": {"procedures": "fetched", "lacks": [], "write": "text"},
}


def written(command: Command) -> dict[str, Any]:
    """Return what the file of the clinic says."""
    made: dict[str, Any] = yaml.safe_load((command.folder / "clinic.yaml").read_text("utf-8"))
    return made


def new(command: Command, ehr: str, *options: str, **settings: str) -> Any:
    return command.run("tenant", "new", "clinic", "--ehr", ehr, *options, **settings)


@pytest.mark.parametrize("ehr", EHRS)
def test_a_file_with_all_that_only_the_site_knows_answers(ehr: str, command: Command) -> None:
    own = () if ehr in {"epic", "oracle"} else SOMEBODY
    done = new(command, ehr, *GIVEN, *own, "--payer", "Medicare=medicare_part_b")

    sites = load(command.folder)

    assert (done.status, done.err, sites.faults) == (0, "", ())
    assert "fill in" not in done.out
    assert sites["clinic"].payers == {"medicare": "medicare_part_b"}
    assert sites["clinic"].fhir_servers == (SERVER,)
    said = written(command)
    assert {key: said.get(key) for key in DEFAULTS[ehr]} == DEFAULTS[ehr]


@pytest.mark.parametrize("ehr", EHRS)
def test_a_file_with_something_to_fill_in_is_refused_by_the_key(ehr: str, command: Command) -> None:
    done = new(command, ehr)

    sites = load(command.folder)

    assert done.status == 0
    assert "clinic" not in sites
    (fault,) = sites.faults
    key = "clients[0].iss" if ehr == "medplum" else "fhir_servers"
    assert fault == f"{command.folder}/clinic.yaml: {key}: {EMPTY}"
    assert f"does not answer yet: clinic.yaml: {key}: {EMPTY}" in done.out


def test_each_empty_key_is_listed_with_its_line(command: Command) -> None:
    done = new(command, "epic")

    lines = (command.folder / "clinic.yaml").read_text("utf-8").splitlines()
    empty = [f"line {i}: " for i, line in enumerate(lines, 1) if "# fill in: " in line]
    assert len(empty) == 3
    assert all(line in done.out for line in empty)


def test_what_the_ehr_must_be_told_is_printed(command: Command) -> None:
    done = new(command, "epic", public_url="https://cs.example/")

    base = "https://cs.example/t/clinic/cds-services"
    assert f"discovery      {base}\n" in done.out
    assert f"hook encounter-discharge; aud of its tokens: {base}/visit-check\n" in done.out
    assert f"hook order-sign; aud of its tokens: {base}/order-check\n" in done.out
    assert "visit-sign" not in done.out
    assert "RS384" in done.out
    assert "user/Procedure.rs" in done.out
    assert "user/ChargeItem" not in done.out
    assert "is not https" not in done.out


def test_scopes_are_those_of_the_manifest(command: Command) -> None:
    scope = json.loads((ROOT / "manifest.json").read_text("utf-8"))["scope"]

    assert f"scopes         {scope}\n" in new(command, "other").out


def test_hooks_are_those_that_discovery_lists() -> None:
    assert {service.id: service.hook for service in SERVICES}.items() <= HOOKS.items()


def test_every_ehr_that_can_be_named_is_known() -> None:
    assert tuple(EHRS) == NAMED


def test_a_file_is_never_overwritten(command: Command) -> None:
    new(command, "epic")
    before = (command.folder / "clinic.yaml").read_bytes()

    done = new(command, "other", *GIVEN)

    assert done.status == 2
    assert "clinic.yaml: is there already, and is left as it is" in done.err
    assert (command.folder / "clinic.yaml").read_bytes() == before


def test_a_file_is_written_where_it_is_wanted(command: Command) -> None:
    folder = command.home / "elsewhere"

    done = new(command, "other", "--folder", str(folder))

    assert (folder / "clinic.yaml").is_file()
    assert f"COUNTERSIGN_TENANTS={folder}" in done.out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("Clinic", "--ehr", "epic"), "small letters"),
        (("../clinic", "--ehr", "epic"), "small letters"),
        (("clinic", "--ehr", "epic", "--fhir-server", "ehr"), "--fhir-server: should be an addr"),
        (("clinic", "--ehr", "epic", "--jku", 'https://x"y'), "--jku: should be an address"),
        (("clinic", "--ehr", "epic", "--payer", "x=acme"), "--payer x=acme: should be"),
        (("clinic", "--ehr", "paper"), "invalid choice"),
        (("clinic",), "--ehr"),
    ],
    ids=str,
)
def test_a_mistake_is_answered_and_nothing_is_written(
    arguments: tuple[str, ...], complaint: str, command: Command
) -> None:
    done = command.run("tenant", "new", *arguments)

    assert done.status == 2
    assert complaint in done.err
    assert not command.folder.exists()


def test_a_title_may_hold_any_sign(command: Command) -> None:
    new(command, "other", *GIVEN, *SOMEBODY, "--title", 'O\'Neill: "Rücken & Co" #1')

    assert load(command.folder)["clinic"].title == 'O\'Neill: "Rücken & Co" #1'


def test_sites_are_listed_with_what_is_wrong(command: Command) -> None:
    new(command, "other", *GIVEN, *SOMEBODY)
    done = command.run("tenant", "list")
    assert (done.status, done.err) == (0, "")
    assert [line.split("  ")[:2] for line in done.out.splitlines()] == [
        ["clinic", "Clinic"],
        ["demo", "Simulated clinic"],
    ]

    command.run("tenant", "new", "second", "--ehr", "other")
    done = command.run("tenant", "list")
    assert done.status == 2
    assert f"second.yaml: fhir_servers: {EMPTY}" in done.err
