"""``POST /fhir/$check-charges``: the full check as a FHIR operation."""

from copy import deepcopy
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from flask.testing import FlaskClient

from plugin.fhir import BASE
from tests.hooks import regolden
from tests.hooks.holding import charges, holding
from tests.hooks.service import cards, got, post
from tests.hooks.test_accepting import billed
from tests.hooks.visits import MARK, Json, bundle, collection, encounter, procedure, request

ADDRESS = "/fhir/$check-charges"
NAMES = regolden.names()
SEVERITIES = {"critical": "error", "warning": "warning", "info": "information"}


def parameters(answer: Any) -> dict[str, Any]:
    """Return an answer's parameters by name, each resource proved valid."""
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/fhir+json"
    get_fhir_model_class("Parameters").model_validate(deepcopy(answer.json))
    every = answer.json["parameter"]
    return {each["name"]: each.get("resource", each.get("valueString")) for each in every}


def checkable(name: str) -> Json:
    """Return a golden visit without what the full models refuse."""
    sent = collection(regolden.asked(name))
    sent["entry"] = [each for each in sent["entry"] if valid(each["resource"])]
    return sent


def valid(resource: Json) -> bool:
    try:
        get_fhir_model_class(resource["resourceType"]).model_validate(deepcopy(resource))
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("name", NAMES)
def test_it_answers_the_bill_and_the_findings_of_a_plain_check(
    name: str, client: FlaskClient
) -> None:
    sent = checkable(name)
    plain = post(client, sent, "/check").json
    told = parameters(post(client, sent, ADDRESS))
    assert set(told) - {"notChecked"} == {"bill", "outcome", "trace"}
    assert charges(holding(request([]), [told["bill"]])) == billed(post(client, sent, "/check"))
    assert (told["bill"]["status"], told["bill"]["use"]) == ("draft", "claim")
    issues = told["outcome"]["issue"]
    if plain["findings"]:
        said = [(i["details"]["coding"][0]["code"], i["details"]["text"]) for i in issues]
        assert said == [(f["rule"], f["says"]) for f in plain["findings"]]
    else:
        assert [i["code"] for i in issues] == ["informational"]
    unsaid = told.get("notChecked", {"issue": []})["issue"]
    assert len(unsaid) >= len(plain["notChecked"])


@pytest.mark.parametrize("name", NAMES)
def test_a_severity_is_that_of_the_card(name: str, client: FlaskClient) -> None:
    sent = checkable(name)
    issues = parameters(post(client, sent, ADDRESS))["outcome"]["issue"]
    assert {issue["severity"] for issue in issues} <= set(SEVERITIES.values())
    for card in cards(post(client, regolden.asked(name))):
        for issue in issues:
            if card["summary"] == issue.get("details", {}).get("text"):
                assert SEVERITIES[card["indicator"]] == issue["severity"]


def test_a_bundle_a_bundle_in_parameters_and_single_resources_are_one(client: FlaskClient) -> None:
    sent = collection(request(["97110 33min", "97140 7min"]))
    single = [{"name": "visit", "resource": each["resource"]} for each in sent["entry"]]
    forms: list[Json] = [
        sent,
        {"resourceType": "Parameters", "parameter": [{"name": "visit", "resource": sent}]},
        {"resourceType": "Parameters", "parameter": single},
    ]
    first, *others = (parameters(post(client, form, ADDRESS)) for form in forms)
    for each in others:
        assert each["bill"] == first["bill"]


def test_an_issue_names_its_rule_its_authority_and_where_its_services_stand(
    client: FlaskClient,
) -> None:
    sent = collection(request(["97110 33min", "97140 7min"]))
    places = [
        f"Bundle.entry[{i}].resource"
        for i, each in enumerate(sent["entry"])
        if each["resource"]["resourceType"] == "Procedure"
    ]
    counted, *_ = parameters(post(client, sent, ADDRESS))["outcome"]["issue"]
    system = f"{BASE}/CodeSystem/rule"
    assert counted["details"]["coding"] == [{"system": system, "code": "timed_units"}]
    assert counted["expression"] == places
    assert counted["diagnostics"].endswith(".pdf")


def test_the_trace_leads_to_the_derivation(client: FlaskClient) -> None:
    trace = parameters(post(client, collection(request(["97110 33min"])), ADDRESS))["trace"]
    assert got(client, f"/explain/{trace}")["bill"][0]["code"] == "97110"


VISIT = collection(request(["97110 33min"]))
WHERE = next(
    i for i, e in enumerate(VISIT["entry"]) if e["resource"]["resourceType"] == "Procedure"
)


def spoiled(**change: Any) -> Json:
    sent = deepcopy(VISIT)
    sent["entry"][WHERE]["resource"].update(change)
    return sent


def wrapped(inner: Any) -> Json:
    return {"resourceType": "Parameters", "parameter": [{"name": "visit", "resource": inner}]}


HERE = f"Bundle.entry[{WHERE}].resource"


@pytest.mark.parametrize(
    ("sent", "status", "where"),
    [
        (spoiled(unheard=MARK), 400, f"{HERE}.unheard"),
        (spoiled(performedDateTime=MARK), 400, f"{HERE}.performedDateTime"),
        (spoiled(resourceType=MARK), 400, f"{HERE}.resourceType"),
        (spoiled(subject={"reference": f"Patient/{MARK}-other"}), 400, f"{HERE}.subject"),
        (wrapped(spoiled(unheard=MARK)), 400, f"Parameters.parameter[0].resource.entry[{WHERE}]"),
        (wrapped({"resourceType": "Bundle"}), 400, "Parameters.parameter[0].resource.type"),
        (wrapped(MARK), 400, "Parameters.parameter[0].resource"),
        (wrapped(procedure("97110 33min")), 412, "Parameters"),
        ({"resourceType": "Parameters"}, 412, "Parameters"),
        ({"resourceType": "Parameters", "parameter": MARK}, 400, "Parameters.parameter"),
        ({"resourceType": "Parameters", "parameter": [MARK]}, 400, "Parameters.parameter[0]"),
        ({"resourceType": "Bundle"}, 400, "Bundle.type"),
        (bundle([encounter()], "collection", unheard=MARK), 400, "Bundle.unheard"),
        ({"resourceType": "Bundle", "entry": {}}, 400, "Bundle.entry"),
        (bundle([], "collection"), 412, "Bundle"),
        ({"resourceType": "Patient", "id": MARK}, 400, "resourceType"),
        ({"resourceType": [MARK]}, 400, "resourceType"),
        ({"hook": "encounter-discharge"}, 400, "resourceType"),
        (b"[]", 400, "body"),
        (b"{", 400, "body"),
    ],
)
def test_what_is_wrong_is_named_by_its_path_and_nothing_is_repeated(
    sent: Any, status: int, where: str, client: FlaskClient
) -> None:
    answer = post(client, sent, ADDRESS)
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/fhir+json"
    get_fhir_model_class("OperationOutcome").model_validate(deepcopy(answer.json))
    assert any(i["expression"][0].startswith(where) for i in answer.json["issue"]), answer.text
    assert MARK not in answer.text


@pytest.mark.parametrize(
    ("accept", "query", "kind"),
    [
        ("application/fhir+json", "", "application/fhir+json"),
        ("application/json", "", "application/json"),
        ("application/fhir+json, */*; q=0.1", "", "application/fhir+json"),
        ("*/*", "", "application/fhir+json"),
        ("text/html, application/json;q=0.5", "", "application/json"),
        ("application/fhir+xml", "?_format=json", "application/fhir+json"),
        ("application/fhir+xml", "", None),
        ("application/json", "?_format=xml", None),
    ],
)
def test_the_caller_chooses_the_media_type(
    accept: str, query: str, kind: str | None, client: FlaskClient
) -> None:
    answer = client.post(f"{ADDRESS}{query}", json=VISIT, headers={"Accept": accept})
    assert answer.status_code == (200 if kind else 406)
    assert answer.mimetype == (kind or "application/fhir+json")


def test_a_draft_that_was_sent_comes_back_with_the_bill_in_it(client: FlaskClient) -> None:
    sent = collection(request(["97110 33min"], ["97110 x3"]))
    first = parameters(post(client, sent, ADDRESS))["bill"]
    kept = {**first, "id": "k1", "note": None}
    kept.pop("note")
    again = bundle(
        [
            *(
                e["resource"]
                for e in sent["entry"]
                if e["resource"]["resourceType"] != "ChargeItem"
            ),
            kept,
        ],
        "collection",
    )
    assert parameters(post(client, again, ADDRESS))["bill"] == kept
