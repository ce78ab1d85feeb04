"""Discovery for each site: the services that it uses, asking for what its EHR can send."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from plugin.hooks.answers import Discovery
from plugin.hooks.services import SERVICES
from plugin.parts import parts
from plugin.tenants import DEMO
from tests.hooks import regolden
from tests.hooks.planned import HOOKS
from tests.hooks.service import cards, equip, got, post, start
from tests.hooks.visits import Json

OFFERED = {"visit-check": "encounter-discharge", **HOOKS}
TOKENS = {name: {"context.userId", "context.patientId", "context.encounterId"} for name in OFFERED}
USERS = {
    *("userPractitionerId", "userPractitionerRoleId", "userPatientId"),
    "userRelatedPersonId",
}
TOKEN = re.compile(r"\{\{\s*([^}]*?)\s*\}\}")
FAMILIES = ["coding", "units", "modifiers", "eligibility", "bundling"]


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """A service of its own, whose site can be changed."""
    app = start(tmp_path)
    yield app
    parts(app).store.close()


def site(app: Flask, **changes: Any) -> None:
    """Give the service a site besides the demo."""
    demo = parts(app).tenants[DEMO]
    equip(app, tenants={DEMO: demo, "clinic": replace(demo, name="clinic", **changes)})


def listed(app: Flask, **changes: Any) -> dict[str, Json]:
    """Return what a site is offered, by id."""
    site(app, **changes)
    told = got(app.test_client(), "/t/clinic/cds-services")
    Discovery().load(told)
    return {service["id"]: service for service in told["services"]}


def prefetch(app: Flask, **changes: Any) -> dict[str, str]:
    """Return what the check of a visit asks a site for."""
    asked: dict[str, str] = listed(app, **changes)["visit-check"]["prefetch"]
    return asked


def test_all_six_services_are_offered_to_a_site_that_names_none(app: Flask) -> None:
    assert {name: x["hook"] for name, x in listed(app).items()} == OFFERED


def test_a_site_is_offered_the_services_that_it_uses_alone(app: Flask) -> None:
    used = frozenset({"visit-start", "order-check"})

    assert listed(app, services=used).keys() == used


def test_a_service_that_a_site_does_not_use_is_not_there(app: Flask) -> None:
    site(app, services=frozenset({"visit-start"}))
    client, sent = app.test_client(), regolden.asked("clean")

    for address in ("/t/clinic/cds-services/visit-check", "/t/clinic/cds-services/unheard-of"):
        assert post(client, sent, address).status_code == 404
        assert post(client, {"feedback": []}, f"{address}/feedback").status_code == 404
    assert post(client, sent).status_code == 200


@pytest.mark.parametrize(
    ("way", "query"),
    [
        ("encounter", "Procedure?encounter={{context.encounterId}}"),
        ("date", "Procedure?patient={{context.patientId}}&date=ge{{today()}}"),
        ("fetched", None),
    ],
)
def test_procedures_are_asked_for_as_the_ehr_knows_them(
    way: str, query: str | None, app: Flask
) -> None:
    assert prefetch(app, procedures=way).get("procedures") == query


@pytest.mark.parametrize(
    ("lacks", "key", "query"),
    [
        ("ChargeItem", "charges", None),
        ("CarePlan", "plans", None),
        ("PractitionerRole", "practitioners", "Practitioner/{{userPractitionerId}}"),
        (
            "Practitioner",
            "practitioners",
            "PractitionerRole?practitioner={{userPractitionerId}}",
        ),
        ("Practitioner PractitionerRole", "practitioners", None),
        ("ExplanationOfBenefit", "claims", "Claim?patient={{context.patientId}}"),
        ("ExplanationOfBenefit Claim", "claims", None),
    ],
)
def test_what_an_ehr_lacks_is_not_asked_for(
    lacks: str, key: str, query: str | None, app: Flask
) -> None:
    usual = prefetch(app)

    asked = prefetch(app, lacks=frozenset(lacks.split()))

    assert asked.get(key) == query
    assert asked.keys() | {key} == usual.keys()


def test_only_tokens_that_every_client_resolves_are_used(app: Flask) -> None:
    for name, service in listed(app).items():
        for query in service["prefetch"].values():
            assert set(TOKEN.findall(query)) <= TOKENS[name] | USERS


def test_services_before_treatment_ask_for_little(app: Flask) -> None:
    found = listed(app)

    assert found["order-check"]["prefetch"].keys() == {"patient", "coverage"}
    for name in ("visit-start", "patient-view", "booking-check"):
        assert not {"procedures", "charges", "minutes"} & found[name]["prefetch"].keys()
    assert found["visit-sign"]["prefetch"] == found["visit-check"]["prefetch"]


def test_every_service_says_what_can_be_switched(app: Flask) -> None:
    families = {
        "visit-check": FAMILIES,
        "visit-sign": FAMILIES,
        "visit-start": ["modifiers", "eligibility"],
        "patient-view": ["modifiers", "eligibility"],
        "order-check": ["coding", "eligibility", "bundling"],
        "booking-check": ["modifiers", "eligibility"],
    }
    for name, service in listed(app, max_cards=2).items():
        extension = service["extension"]
        *switches, number = extension["davinci-crd.configuration-options"]
        assert [x["code"] for x in switches] == families[name]
        assert {(x["type"], x["default"]) for x in switches} == {("boolean", True)}
        assert (number["code"], number["type"], number["default"]) == ("max-cards", "integer", 2)
        assert all(x["name"] and x["description"] for x in (*switches, number))
        assert extension["davinci-crd.version"] == ["2.2"]


def test_ids_hooks_and_versions_are_those_of_the_specification(app: Flask) -> None:
    found = listed(app).values()

    assert {service["version"] for service in found} == {"2.0.1"}
    assert {service["hookVersion"] for service in found} == {"1.0"}
    assert len({service.hook for service in SERVICES}) == len(SERVICES)


def test_a_site_is_answered_under_its_own_address(app: Flask) -> None:
    site(app)
    for name in regolden.names(regolden.OTHERS):
        sent = regolden.asked(name, regolden.OTHERS)
        address = regolden.address(sent)
        here = cards(post(app.test_client(), sent, f"/t/clinic{address}"))
        there = cards(post(app.test_client(), sent, address))
        assert [card["summary"] for card in here] == [card["summary"] for card in there]
