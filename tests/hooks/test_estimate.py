"""The estimate beside a checked bill: on ``POST /check`` and ``/explain``, never on a card."""

import json
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.hooks import visits
from tests.hooks.service import cards, got, post
from tests.hooks.visits import Json, encounter, request

WORKED = ["97530 15min", "97110 30min", "97140 15min"]
DAY = "2024-03-11"
BILLS_AS = f"{visits.BASE}/StructureDefinition/type-of-bill"


def asked(chart: list[str], day: str = DAY, payer: str = "medicare_part_b", **more: Any) -> Json:
    """Return a call about a visit of a day."""
    call = request(chart, payer=payer, **more)
    found: Json = json.loads(json.dumps(call).replace(visits.DAY, day))
    return found


def checked(client: FlaskClient, call: Json) -> Any:
    """Return the answer of a check, its numbers as they are written."""
    answer = post(client, call, "/check")
    assert answer.status_code == 200, answer.text
    return json.loads(answer.data, parse_float=Decimal)


def test_the_worked_example_is_priced_line_by_line_to_the_cent(client: FlaskClient) -> None:
    found = checked(client, asked(WORKED))["estimate"]
    assert [(x["code"], x["units"], x["modifiers"], x["allowed"]) for x in found["lines"]] == [
        ("97530", 1, ["GP"], Decimal("36.62")),
        ("97110", 2, ["GP"], Decimal("44.60")),
        ("97140", 1, ["GP"], Decimal("20.80")),
    ]
    assert (found["currency"], found["total"]) == ("USD", Decimal("102.02"))
    # 29.30 + 35.68 + 16.64, less 0.59 + 0.71 + 0.33, and 20 % of each line
    assert found["medicarePays"] == Decimal("79.99")
    assert found["patientPays"] == Decimal("20.40")
    assert found["sequestration"] == Decimal("1.63")
    assert "notPriced" not in found


def test_numbers_are_written_with_their_cents(client: FlaskClient) -> None:
    assert b'"allowed":44.60' in post(client, asked(WORKED), "/check").data


def test_the_basis_names_edition_factor_place_reduction_and_purpose(client: FlaskClient) -> None:
    basis = checked(client, asked(WORKED))["estimate"]["basis"]
    for said in ("RVU24A to RVU24C", "33.2875", "National amounts", "lose half", "no code and no"):
        assert said in basis
    alone = checked(client, asked(["97110 15min"]))["estimate"]["basis"]
    assert "lose half" not in alone


def test_an_assistants_line_is_priced_as_such(client: FlaskClient) -> None:
    found = checked(client, asked(["97140 15min pta"]))["estimate"]
    assert found["lines"][0]["modifiers"] == ["GP", "CQ"]
    assert found["total"] == Decimal("23.72")
    assert "paid at 85 %" in found["basis"]


@pytest.mark.parametrize(
    ("day", "total"), [("2020-06-01", "31.40"), ("2021-06-01", "30.36"), ("2026-03-02", "29.06")]
)
def test_the_day_of_service_chooses_the_amount(client: FlaskClient, day: str, total: str) -> None:
    assert checked(client, asked(["97110 15min"], day))["estimate"]["total"] == Decimal(total)


@pytest.mark.parametrize("payer", ["commercial", "medicaid", "medicare_advantage", "nobody"])
def test_another_payers_estimate_is_medicares_and_says_so(client: FlaskClient, payer: str) -> None:
    found = checked(client, asked(["97110 15min"], payer=payer))["estimate"]
    assert found["basis"].startswith("Medicare's amounts, for comparison: what this payer allows")
    assert found["total"] == Decimal("29.29")
    assert not {"medicarePays", "patientPays", "sequestration"} & found.keys()


def test_a_critical_access_hospital_is_told_that_cost_decides(client: FlaskClient) -> None:
    said = [{"url": BILLS_AS, "valueString": "851"}]
    found = checked(client, asked(["97110 15min"], encounter=encounter(extension=said)))
    assert "reasonable cost" in found["estimate"]["basis"]
    assert "medicarePays" not in found["estimate"]


def test_what_cannot_be_priced_is_left_out_and_named(client: FlaskClient) -> None:
    found = checked(client, asked(["97110 15min", "97139 15min"]))["estimate"]
    without = [each["code"] for each in found["lines"] if "allowed" not in each]
    assert without == [each["code"] for each in found["notPriced"]] == ["97139"]
    assert found["total"] == Decimal("29.29")


def test_a_day_without_an_edition_has_no_total(client: FlaskClient) -> None:
    found = checked(client, asked(["97110 15min"], "2027-03-02"))["estimate"]
    assert "total" not in found
    assert "no edition that is loaded" in found["notPriced"][0]["why"]


def test_an_empty_bill_is_worth_nothing(client: FlaskClient) -> None:
    found = checked(client, asked([]))["estimate"]
    assert (found["lines"], found["total"]) == ([], 0)


def test_explain_shows_the_same_estimate_as_json_and_as_a_page(client: FlaskClient) -> None:
    answered = checked(client, asked([*WORKED, "97139 15min"]))
    address = f"/explain/{answered['trace']}"
    again = client.get(address).data
    assert json.loads(again, parse_float=Decimal)["estimate"] == answered["estimate"]
    page = client.get(address, headers={"Accept": "text/html"}).text
    for said in ("<h2>Estimate</h2>", "$44.60", "$102.02", "97139: each Medicare contractor"):
        assert said in page


def test_cards_speak_of_no_money(client: FlaskClient) -> None:
    found = cards(post(client, asked(WORKED)))
    assert "$" not in json.dumps(found)
    assert "estimate" not in got(client, f"/explain/{_trace(found)}")["cards"][0]


def _trace(found: list[Json]) -> str:
    trace: str = found[0]["extension"]["io.github.countersign-health"]["trace"]
    return trace
