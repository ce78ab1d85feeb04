"""``/fhir``: what is served, and the definitions shared with EHRs."""

from copy import deepcopy
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from flask.testing import FlaskClient

from plugin import __version__
from tests.fhir.published import BASE, DEFINED, Json
from tests.hooks.service import PUBLIC

OURS = {name: one for name, one in DEFINED.items() if one["resourceType"] != "ConceptMap"}
KINDS = sorted({one["resourceType"] for one in DEFINED.values()})


def asked(client: FlaskClient, address: str, **headers: str) -> Any:
    answer: Any = client.get(address, headers=headers)
    if answer.status_code != 304:
        assert answer.mimetype == "application/fhir+json"
        get_fhir_model_class(answer.json["resourceType"]).model_validate(deepcopy(answer.json))
    return answer


def test_metadata_is_a_capability_statement_of_this_very_server(client: FlaskClient) -> None:
    said = asked(client, "/fhir/metadata").json
    assert (said["kind"], said["fhirVersion"]) == ("instance", "4.0.1")
    assert said["implementation"]["url"] == f"{PUBLIC}/fhir"
    assert said["software"]["version"] == __version__


def test_metadata_promises_what_is_kept(client: FlaskClient) -> None:
    (rest,) = asked(client, "/fhir/metadata").json["rest"]
    assert sorted(each["type"] for each in rest["resource"]) == KINDS
    for each in rest["resource"]:
        found = asked(client, f"/fhir/{each['type']}").json
        assert found["total"] == len(
            [d for d in DEFINED.values() if d["resourceType"] == each["type"]]
        )
        first = found["entry"][0]["resource"]
        assert asked(client, f"/fhir/{each['type']}/{first['id']}").json == first
        for parameter in each["searchParam"]:
            name = parameter["name"]
            value = {"_id": "id", "url": "url", "name": "name"}[name]
            value = first.get(value) or first["uniqueId"][0]["value"]
            narrow = asked(client, f"/fhir/{each['type']}?{name}={value}").json
            assert first in [entry["resource"] for entry in narrow["entry"]]
            none = asked(client, f"/fhir/{each['type']}?{name}=nowhere").json
            assert (none["total"], "entry" in none) == (0, False)
    for operation in rest["operation"]:
        definition = operation["definition"].removeprefix(BASE)
        assert asked(client, f"/fhir{definition}").json["code"] == operation["name"]


@pytest.mark.parametrize("name", OURS)
def test_every_definition_is_served_under_its_id_and_found_by_its_address(
    name: str, client: FlaskClient
) -> None:
    one: Json = OURS[name]
    kind, id_ = one["resourceType"], one["id"]
    assert asked(client, f"/fhir/{kind}/{id_}").json == one
    url = f"{BASE}/{kind}/{id_}"
    (entry,) = asked(client, f"/fhir/{kind}?url={url}").json["entry"]
    assert (entry["resource"], entry["fullUrl"]) == (one, f"{PUBLIC}/fhir/{kind}/{id_}")
    assert asked(client, f"/fhir/{kind}?url={url}|0.1.0").json["total"] == 1


def test_a_definition_that_did_not_change_is_not_sent_again(client: FlaskClient) -> None:
    first = asked(client, "/fhir/CodeSystem/rule")
    assert first.headers["Cache-Control"] == "public, max-age=3600"
    tag = first.headers["ETag"]
    again = asked(client, "/fhir/CodeSystem/rule", **{"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert asked(client, "/fhir/ValueSet/rule", **{"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/fhir/StructureDefinition/nothing",
        "/fhir/StructureDefinition/..%2Fmanifest",
        "/fhir/Patient/1",
        "/fhir/Patient",
        "/fhir/nothing",
        "/fhir/ConceptMap/nothing",
    ],
)
def test_what_is_not_there_is_said_in_fhir(address: str, client: FlaskClient) -> None:
    answer = asked(client, address)
    assert (answer.status_code, answer.json["resourceType"]) == (404, "OperationOutcome")


def test_a_search_that_is_too_long_is_refused(client: FlaskClient) -> None:
    assert asked(client, f"/fhir/ValueSet?name={'x' * 1001}").status_code == 400
