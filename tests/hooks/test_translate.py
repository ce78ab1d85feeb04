"""``/fhir/ConceptMap``: the maps of a site, and what a code is translated to (FHIR R4)."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.operationoutcome import OperationOutcome
from fhir.resources.R4B.parameters import Parameters
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.parts import parts
from tests.hooks.service import equip, got, post, start
from tests.hooks.visits import BASE, CPT, HCPCS, Json
from tests.rules.shorthand import BOOK

MAPS = "/fhir/ConceptMap"
TRANSLATE = f"{MAPS}/$translate"
SNOMED = "http://snomed.info/sct"
CLINIC = "https://demo-clinic.example/charge-codes"
OURS, CLINICS = f"{MAPS}/snomed-to-therapy", f"{MAPS}/demo-clinic"
MARK = "Qwxzy"
SEARCHED = settings(deadline=None, derandomize=True, max_examples=150)
VALUES = {"url": "valueUri", "system": "valueUri", "code": "valueCode", "coding": "valueCoding"}
KINDS = {"codeableConcept": "valueCodeableConcept", "reverse": "valueBoolean", **VALUES}


def asking(**asked: Any) -> Json:
    """Return a question as FHIR puts it."""
    given = [
        {"name": name, KINDS.get(name, "valueUri"): value}
        for name, value in asked.items()
        if value is not None
    ]
    return {"resourceType": "Parameters", **({"parameter": given} if given else {})}


def asked(client: FlaskClient, address: str = TRANSLATE, **what: Any) -> Json:
    """Return the answer to a question, held to FHIR."""
    answer = post(client, asking(**what), address)
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/fhir+json"
    told: Json = answer.json
    Parameters.model_validate(json.loads(answer.text))
    return told


def result(told: Json) -> bool:
    first = told["parameter"][0]
    assert first["name"] == "result"
    value: bool = first["valueBoolean"]
    return value


def message(told: Json) -> str:
    return "".join(p["valueString"] for p in told["parameter"] if p["name"] == "message")


def matches(told: Json) -> list[tuple[str, str, str]]:
    """Return equivalence, code and map of each match."""
    found = []
    for parameter in told["parameter"]:
        if parameter["name"] == "match":
            part = {p["name"]: p for p in parameter["part"]}
            coding = part.get("concept", {}).get("valueCoding", {})
            assert coding.get("system", CPT) == (HCPCS if coding.get("code", "9") > "A" else CPT)
            source = part["source"]["valueUri"].removeprefix(f"{BASE}/ConceptMap/")
            found.append((part["equivalence"]["valueCode"], coding.get("code", ""), source))
    return found


def refused(answer: Any, status: int, place: str) -> Json:
    """Hold a refusal to FHIR, to its place, and to silence about what was sent."""
    assert answer.status_code == status, answer.text
    told: Json = answer.json
    OperationOutcome.model_validate(json.loads(answer.text))
    assert MARK not in answer.text
    assert told["issue"][0]["diagnostics"].startswith(place), answer.text
    return told


def test_the_maps_of_a_site_are_listed_as_a_search_set(client: FlaskClient) -> None:
    answer = client.get(MAPS)

    assert answer.mimetype == "application/fhir+json"
    told = answer.json
    assert told is not None
    Bundle.model_validate(json.loads(answer.text))
    assert told["total"] == 2
    assert [e["resource"]["id"] for e in told["entry"]] == ["demo-clinic", "snomed-to-therapy"]
    assert told["entry"][0]["fullUrl"] == "https://countersign.example/fhir/ConceptMap/demo-clinic"
    assert told["link"] == [{"relation": "self", "url": f"https://countersign.example{MAPS}"}]


def test_a_map_is_found_by_its_address(client: FlaskClient) -> None:
    told = got(client, f"{MAPS}?url={BASE}/ConceptMap/demo-clinic&_count=5")
    nothing = got(client, f"{MAPS}?url=https://nowhere.example")

    assert [e["resource"]["id"] for e in told["entry"]] == ["demo-clinic"]
    assert (nothing["total"], "entry" in nothing) == (0, False)


def test_a_map_is_shown_as_it_is_published(client: FlaskClient) -> None:
    folder = Path(__file__).parents[2] / "profiles" / "fhir"
    for name in ("demo-clinic", "snomed-to-therapy"):
        published = json.loads((folder / f"ConceptMap-{name}.json").read_text(encoding="utf-8"))
        assert got(client, f"{MAPS}/{name}") == published


@pytest.mark.parametrize("name", ["nobody", "..%2f..%2fetc", "%00", "a" * 5000])
def test_a_map_that_nobody_has_is_not_found(name: str, client: FlaskClient) -> None:
    refused(client.get(f"{MAPS}/{name}"), 404, "")


def test_one_match_is_told_with_its_equivalence_and_map(client: FlaskClient) -> None:
    told = asked(client, code="229070002", system=SNOMED)

    assert result(told)
    assert matches(told) == [("wider", "97110", "snomed-to-therapy")]
    assert message(told) == ""


def test_an_ambiguous_code_is_told_with_all_its_matches(client: FlaskClient) -> None:
    told = asked(client, coding={"system": CLINIC, "code": "PT-EVAL", "display": MARK})

    assert result(told)
    assert matches(told) == [("narrower", f"9716{n}", "demo-clinic") for n in (1, 2, 3)]
    assert message(told).startswith("3 matches")
    assert MARK not in json.dumps(told)


def test_a_code_that_means_no_service_is_told_to_match_nothing(client: FlaskClient) -> None:
    told = asked(client, code="NOSHOW", system=CLINIC)

    assert not result(told)
    assert matches(told) == [("unmatched", "", "demo-clinic")]
    assert message(told) == "mapped to no therapy code"


@pytest.mark.parametrize(("code", "system"), [(MARK, CLINIC), ("PT-TE", MARK), ("PT-TE ", CLINIC)])
def test_a_code_that_no_map_names_is_no_fault(code: str, system: str, client: FlaskClient) -> None:
    answer = client.get(TRANSLATE, query_string={"code": code, "system": system})

    assert answer.json == {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "result", "valueBoolean": False},
            {"name": "message", "valueString": "no map here names this code"},
        ],
    }


def test_all_codes_of_a_concept_are_translated_map_by_map(client: FlaskClient) -> None:
    codings = [
        {"system": SNOMED, "code": "229070002"},
        {"system": CLINIC, "code": "PT-MT"},
        {"system": SNOMED, "code": "229070002"},
    ]
    told = asked(client, codeableConcept={"coding": codings, "text": MARK})

    assert matches(told) == [
        ("equivalent", "97140", "demo-clinic"),
        ("wider", "97110", "snomed-to-therapy"),
    ]


def test_a_question_may_name_the_map_and_what_it_is_from_and_to(client: FlaskClient) -> None:
    what = {"code": "229070002", "system": SNOMED}
    for more, expected in (
        ({"url": f"{BASE}/ConceptMap/snomed-to-therapy"}, True),
        ({"url": f"{BASE}/ConceptMap/demo-clinic"}, False),
        ({"source": f"{SNOMED}?fhir_vs"}, True),
        ({"source": "http://hl7.org/fhir/ValueSet/body-site"}, False),
        ({"targetsystem": CPT}, True),
        ({"target": f"{HCPCS}?fhir_vs"}, True),
        ({"targetsystem": "http://hl7.org/fhir/sid/icd-10-cm"}, False),
        ({"reverse": False}, True),
    ):
        assert result(asked(client, **what, **more)) is expected, more


def test_a_question_may_stand_in_an_address(client: FlaskClient) -> None:
    told = got(client, f"{TRANSLATE}?code=PT-GT&system={CLINIC}")

    assert matches(told) == [("equivalent", "97116", "demo-clinic")]


FAULTS: dict[str, tuple[Any, int, str]] = {
    "nothing": (asking(), 400, "code: give exactly one"),
    "a code without a system": (asking(code=MARK), 400, "system: required"),
    "a coding without a system": (asking(coding={"code": MARK}), 400, "coding.system: required"),
    "a coding without a code": (asking(coding={"system": SNOMED}), 400, "coding.code: required"),
    "words alone": (asking(codeableConcept={"text": MARK}), 400, "codeableConcept.system: req"),
    "two ways at once": (
        asking(code=MARK, system=SNOMED, coding={"system": SNOMED, "code": "1"}),
        400,
        "coding: give exactly one",
    ),
    "the other way round": (
        asking(code=MARK, system=SNOMED, reverse=True),
        400,
        "reverse: not supported",
    ),
    "a map that nobody has": (asking(url=MARK, code="1", system=SNOMED), 404, "url: there is no"),
    "too many codes": (
        asking(codeableConcept={"coding": [{"system": SNOMED, "code": MARK}] * 51}),
        400,
        "codeableConcept.coding: over 50 codes",
    ),
    "a long code": (asking(code="9" * 1001, system=SNOMED), 400, "code: over 1000 characters"),
    "a parameter twice": (
        {"resourceType": "Parameters", "parameter": [{"name": "code", "valueCode": "1"}] * 2},
        400,
        "parameter[1].name: stands twice",
    ),
    "a code of another type": (
        {
            "resourceType": "Parameters",
            "parameter": [{"name": "coding", "valueString": MARK}],
        },
        400,
        "coding: is of another type",
    ),
    "a map of its own": (
        {
            "resourceType": "Parameters",
            "parameter": [{"name": "conceptMap", "resource": {"resourceType": "Patient"}}],
        },
        400,
        "conceptMap: not supported",
    ),
    "another resource": ({"resourceType": "Patient", "id": MARK}, 400, "resourceType: should be"),
    "what FHIR does not know": ({"resourceType": "Parameters", MARK[:0] + "x": 1}, 400, "x: "),
    "a list": (b"[]", 400, "body: should be a JSON object"),
    "no JSON": (b"{", 400, "body, line 1"),
    "nothing at all": (b"", 400, "body"),
    "more than a question": (b"{" + b" " * 64_000 + b"}", 413, "over 64000 bytes"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_question_is_refused_by_the_name_of_its_place(
    name: str, client: FlaskClient
) -> None:
    body, status, place = FAULTS[name]

    refused(post(client, body, TRANSLATE), status, place)


def test_an_address_that_is_too_long_is_refused(client: FlaskClient) -> None:
    refused(client.get(f"{MAPS}?url={'a' * 1001}"), 400, "url: over 1000 characters")


@pytest.fixture
def two_sites(tmp_path: Path) -> Iterator[FlaskClient]:
    """A service for the demo site and another that has no map of its own."""
    app = start(tmp_path)
    sites = parts(app).tenants
    other = replace(sites["demo"], name="other", concept_maps=())
    equip(app, tenants={**sites, "other": other})
    yield app.test_client()
    parts(app).store.close()


def test_a_site_sees_its_own_maps_and_those_of_every_site(two_sites: FlaskClient) -> None:
    theirs = got(two_sites, f"/t/other{MAPS}")

    assert [e["resource"]["id"] for e in theirs["entry"]] == ["snomed-to-therapy"]
    assert theirs["entry"][0]["fullUrl"].endswith("/t/other/fhir/ConceptMap/snomed-to-therapy")
    refused(two_sites.get(f"/t/other{CLINICS}"), 404, "")
    assert got(two_sites, f"/t/other{OURS}")["id"] == "snomed-to-therapy"
    assert not result(asked(two_sites, f"/t/other{TRANSLATE}", code="PT-GT", system=CLINIC))
    assert result(asked(two_sites, f"/t/demo{TRANSLATE}", code="PT-GT", system=CLINIC))
    refused(two_sites.get(f"/t/nobody{MAPS}"), 404, "there is no such site")


CONCEPTS = st.fixed_dictionaries(
    {
        "system": st.sampled_from([SNOMED, CLINIC, CPT, ""]) | st.text(max_size=20),
        "code": st.sampled_from(["229065009", "PT-EVAL", "NOSHOW", "97110"]) | st.text(max_size=20),
    }
)


@given(asked_for=CONCEPTS)
@SEARCHED
def test_whatever_is_asked_every_match_is_a_therapy_code_or_none(
    asked_for: dict[str, str], app: Flask
) -> None:
    answer = app.test_client().get(TRANSLATE, query_string=asked_for)

    assert answer.status_code in {200, 400}, answer.text
    if answer.status_code == 200 and answer.json:
        found = matches(answer.json)
        assert all(code in BOOK.tables.codes or not code for _, code, _ in found)
        assert result(answer.json) == any(code for _, code, _ in found)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
NAMES = st.sampled_from([*KINDS, "conceptMap", "dependency", "target", "name"]) | st.text(
    max_size=5
)
KEYS = st.sampled_from([*KINDS.values(), "valueString", "part", "resource", "x"])


@given(parameters=st.lists(st.builds(lambda n, k, v: {"name": n, k: v}, NAMES, KEYS, JSON)) | JSON)
@SEARCHED
def test_whatever_is_sent_is_answered_or_refused_and_never_a_fault_of_ours(
    parameters: Any, app: Flask
) -> None:
    body = {"resourceType": "Parameters", "parameter": parameters}

    answer = post(app.test_client(), body, TRANSLATE)

    assert answer.status_code in {200, 400, 404}, answer.text
    assert answer.json
