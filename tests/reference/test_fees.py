"""``GET /fees/{code}``: every amount to the cent, every statement with its authority, no guess."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from plugin.reference import sheet
from plugin.reference.fees import load
from plugin.reference.question import signed
from plugin.reference.schedule import windows
from plugin.rulebook import ROOT
from rules.payment.fee import shares
from rules.payment.schedule import Amount, Fee
from rules.policy import RuleDataError
from rules.words import Setting
from tests.conftest import refuse
from tests.hooks.service import got
from tests.rules.shorthand import BOOK

Json = dict[str, Any]
FEES = load(BOOK)
TABLES = BOOK.tables
DAYS = {
    "2020": "2020-06-01",
    "2021": "2021-06-01",
    "2022": "2022-06-01",
    "2023": "2023-06-01",
    "2024": "2024-06-01",
    "2026": "2026-06-01",
}
PUBLISHED = {
    "97110": ["31.40", "30.36", "30.11", "29.82", "29.29", "29.06"],
    "97112": ["36.09", "35.24", "34.95", "34.23", "33.62", "32.73"],
    "97116": ["31.04", "30.36", "30.11", "29.82", "29.29", "29.06"],
    "97140": ["28.87", "27.91", "27.68", "27.45", "26.96", "27.72"],
    "97530": ["40.42", "39.43", "38.07", "37.61", "36.62", "35.07"],
    "97161": ["87.70", "101.89", "102.43", "101.66", "100.20", "97.86"],
    "97535": ["35.01", "33.85", "33.57", "33.21", "32.62"],
    "92507": ["81.20", "78.16", "78.21", "77.26", "76.23"],
}
"""CMS's national amounts, an office, one unit; a day of each year."""


def asked(client: FlaskClient, code: str, day: str, **more: str) -> Json:
    """Return the answer about a code."""
    query = "&".join(f"{k}={v}" for k, v in {"date": day, **more}.items())
    found: Json = got(client, f"/fees/{code}?{query}")
    return found


def says(found: Json) -> str:
    """Return all that is said."""
    return " ".join(each["says"] for each in found["statements"])


def payments() -> Iterator[dict[str, str]]:
    """Return payments that were worked out apart from this project."""
    with Path(__file__).with_name("payments.csv").open(encoding="utf-8", newline="") as file:
        file.readline()
        yield from csv.DictReader(file)


def cents(units: Decimal, factor: Decimal) -> Decimal:
    """Multiply as CMS does, to the cent."""
    return (units * factor).quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.mark.parametrize("code", PUBLISHED)
def test_published_amounts_are_answered_year_by_year(client: FlaskClient, code: str) -> None:
    for day, amount in zip(DAYS.values(), PUBLISHED[code], strict=False):
        assert asked(client, code, day)["amount"] == amount


def test_every_payment_worked_out_elsewhere_is_ours() -> None:
    count = 0
    for row in payments():
        code = TABLES.codes[row["code"]]
        [window] = [w for w in windows(code, TABLES) if w.effective == row["effective"]]
        assert [*map(str, window.full)] == [row["office"], row["facility"]], row
        assert str(window.beside[0] or "") == row["further"], row
        count += 1
    assert count > 100


def test_every_row_multiplies_out_and_its_factor_is_that_of_its_days() -> None:
    for code, rows in TABLES.fees.items():
        found = {w.effective: w for w in windows(TABLES.codes[code], TABLES)}
        for row in rows:
            window = found[row.effective]
            if not window.paid:
                assert row.status in "BINCR"
                continue
            for expense, full, less in zip(
                (row.office, row.facility), window.full, window.beside, strict=True
            ):
                assert full == cents(row.work + expense + row.malpractice, row.factor)
                half = cents(row.work + expense / 2 + row.malpractice, row.factor)
                assert less == (half if row.reduced else None)


def test_every_published_amount_is_a_whole_number_of_hundredths_of_a_unit() -> None:
    for code, rows in TABLES.amounts.items():
        for row in rows:
            [factor] = [f.factor for f in TABLES.factors if f.in_force(row.effective)]
            hundredths = (row.office / factor * 100).quantize(Decimal(1))
            assert cents(hundredths / 100, factor) == row.office, (code, row.effective)


def test_windows_of_a_code_leave_no_day_out_and_hold_none_twice() -> None:
    for code in TABLES.codes.values():
        rows = windows(code, TABLES)
        for before, after in pairwise(rows):
            assert before.ending < after.effective
        for factor in TABLES.factors:
            for day in (factor.effective, factor.ending):
                assert sum(w.in_force(day) for w in rows) == code.in_force(day), (code.code, day)


def test_days_of_a_year_before_the_first_row_are_a_window_of_their_own() -> None:
    row = Amount("2020-04-01", "2020-09-30", Decimal("26.71"), None)
    tables = replace(TABLES, fees={}, amounts={"97110": [row]})
    rows = [(w.effective, w.ending, w.paid) for w in windows(TABLES.codes["97110"], tables)]
    assert rows[3:6] == [
        ("2020-01-01", "2020-03-31", False),
        ("2020-04-01", "2020-09-30", True),
        ("2020-10-01", "2020-12-31", False),
    ]


@pytest.mark.parametrize("setting", ["practitioner", "hospital", "critical_access"])
def test_every_code_has_an_answer_on_any_day(setting: Setting) -> None:
    days = ["0001-01-01", "1996-12-31", "2010-05-05", "2024-11-30", "9999-12-31"]
    days += [f"{year}-03-09" for year in range(2017, 2028)]
    for code in TABLES.codes.values():
        for day in days:
            found = FEES.answer(code, date.fromisoformat(day), setting)
            assert found["covered"] in (True, False)
            assert ("amount" in found) != ("why" in found)
            assert found["statements"]
            for each in [*found["statements"], *found.get("history", ())]:
                assert each["cite"].keys() >= {"id", "title", "url", "checked"}
                assert each["cite"]["url"].startswith("https://")
            for each in found["statements"]:
                assert each["says"].endswith((".", "%")), each["says"]
                assert ".." not in each["says"]


def test_the_sum_is_shown_with_its_edition(client: FlaskClient) -> None:
    found = asked(client, "97110", "2026-11-23")
    first = found["statements"][0]
    assert first["says"] == (
        "Medicare allows $29.06 for one unit of 97110 in an office: (0.45 work + 0.41 practice "
        "expense + 0.01 malpractice) × 33.4009."
    )
    assert first["cite"]["edition"] == "RVU26C, taken for the whole year"
    assert found["relativeValues"]["practiceExpense"] == {"office": "0.41", "facility": "0.41"}


def test_the_second_conversion_factor_of_2026_is_named_beside_the_one_used(
    client: FlaskClient,
) -> None:
    found = asked(client, "97110", "2026-11-23")
    assert (found["factor"], found["apmFactor"]) == ("33.4009", "33.5675")
    assert found["apmAmount"] == "29.20"
    # (0.45 + 0.41 + 0.01) × 33.5675 = 29.2037
    assert "33.5675, it is $29.20" in says(found)
    assert "apmFactor" not in asked(client, "97110", "2025-11-23")


def test_2024_has_two_factors_and_each_day_its_own(client: FlaskClient) -> None:
    before, after = (asked(client, "97110", day) for day in ("2024-03-08", "2024-03-09"))
    assert (before["amount"], before["factor"]) == ("28.81", "32.7442")
    assert (after["amount"], after["factor"]) == ("29.29", "33.2875")
    assert "from 2024-03-09 to 2024-12-31 it was 33.2875" in says(before)
    assert "from 2024-01-01 to 2024-03-08 it was 32.7442" in says(after)


def test_the_factor_of_2022_is_set_against_the_year_before_and_the_one_announced(
    client: FlaskClient,
) -> None:
    told = says(asked(client, "97110", "2022-06-01"))
    assert "34.6062, \N{MINUS SIGN}0.82 % against the 34.8931 that 2021 ended with" in told
    assert "33.5983 was announced first and never came into force" in told


def test_a_year_is_compared_with_the_last_amount_of_the_year_before(client: FlaskClient) -> None:
    assert asked(client, "97110", "2021-06-01")["change"] == {
        "year": "2020",
        "before": "31.40",
        "dollars": "-1.04",
        "percent": "-3.3",
    }
    assert asked(client, "97110", "2025-06-01")["change"]["before"] == "29.29"
    assert asked(client, "97140", "2026-06-01")["change"]["dollars"] == "0.55"
    assert "change" not in asked(client, "97110", "2020-06-01")
    assert "change" not in asked(client, "97550", "2024-06-01")


def test_further_units_lose_half_of_their_practice_expense(client: FlaskClient) -> None:
    found = asked(client, "97110", "2024-06-01")
    assert found["furtherUnits"] == "22.30"
    assert "A further unit of 97110 is $22.30." in says(found)
    assert "the one with the higher fee" in says(found)


def test_codes_outside_the_reduction_say_so(client: FlaskClient) -> None:
    found = asked(client, "95992", "2024-06-01")
    assert "furtherUnits" not in found
    assert "every unit is paid in full" in says(found)


def test_without_relative_values_the_further_unit_is_not_guessed(client: FlaskClient) -> None:
    found = asked(client, "97110", "2021-06-01")
    assert "furtherUnits" not in found
    assert "relativeValues" not in found
    assert "not known without its practice expense" in says(found)
    assert "reduction" not in says(asked(client, "95992", "2021-06-01"))


def test_shares_are_eighty_and_twenty_and_an_assistants_eighty_five(client: FlaskClient) -> None:
    found = asked(client, "97530", "2024-06-01")
    # 36.62 × 0.8 = 29.296; × 0.85 = 24.9016
    assert found["shares"] == {
        "medicare": "29.30",
        "patient": "7.32",
        "medicareForAssistant": "24.90",
    }
    told = {each["cite"]["id"]: each["says"] for each in found["statements"]}
    assert "As remembered" in told["cq-co-examples"]
    assert "takes 2 % off Medicare's part" in told["cma-sequestration"]


@pytest.mark.parametrize(
    ("code", "day", "setting"),
    [
        ("97530", "2021-12-31", "practitioner"),  # required, and not yet paid less
        ("97161", "2026-06-01", "practitioner"),  # assistants do not evaluate
        ("92507", "2026-06-01", "practitioner"),  # speech: there is no such modifier
        ("98977", "2026-06-01", "practitioner"),  # a device, nobody's time
        ("99211", "2026-06-01", "practitioner"),  # no therapy
        ("97530", "2026-06-01", "critical_access"),
    ],
)
def test_no_assistants_share_where_there_is_none(
    client: FlaskClient, code: str, day: str, setting: str
) -> None:
    assert "medicareForAssistant" not in asked(client, code, day, setting=setting)["shares"]


def test_before_2022_assistants_modifiers_lower_nothing(client: FlaskClient) -> None:
    assert "do not yet lower" in says(asked(client, "97530", "2021-12-31"))
    assert "do not yet lower" not in says(asked(client, "97530", "2022-01-01"))
    assert "do not yet lower" not in says(asked(client, "99211", "2021-12-31"))


def test_office_and_facility_differ_where_their_expense_does(client: FlaskClient) -> None:
    office = asked(client, "20560", "2026-06-01")
    hospital = asked(client, "20560", "2026-06-01", setting="hospital")
    assert (office["amount"], hospital["amount"]) == ("24.72", "12.36")
    assert "facility amount for a hospital" in says(hospital)
    assert "facility amount" not in says(office)
    assert "facility amount" not in says(asked(client, "97110", "2026-06-01", setting="hospital"))


def test_a_critical_access_hospital_is_told_that_cost_decides(client: FlaskClient) -> None:
    found = asked(client, "97110", "2026-06-01", setting="critical_access")
    assert "reasonable cost" in says(found)


@pytest.mark.parametrize(
    ("code", "status", "why"),
    [
        ("97014", "I", "not a valid code for Medicare (status I). Medicare takes the service as G"),
        ("97010", "B", "never pays it separately (status B, bundled)"),
        ("S9090", "I", "not a valid code for Medicare (status I)"),
        ("97037", "N", "does not cover it (status N)"),
        ("G0282", "N", "does not cover it (status N)"),
        ("98943", "N", "does not cover it (status N)"),
    ],
)
def test_what_medicare_does_not_pay_has_a_reason_and_no_amount(
    client: FlaskClient, code: str, status: str, why: str
) -> None:
    found = asked(client, code, "2026-06-01")
    assert (found["covered"], found["paid"], found["status"]) == (True, False, status)
    assert why in found["why"]
    assert "amount" not in found
    assert all("amounts" not in row for row in found["history"])


@pytest.mark.parametrize("code", ["97139", "97799", "98978", "97545"])
def test_what_contractors_price_has_no_national_amount(client: FlaskClient, code: str) -> None:
    found = asked(client, code, "2026-06-01")
    assert found["covered"]
    assert "contractor sets its own" in found["why"]
    assert not {"amount", "paid"} & found.keys()


def test_restricted_coverage_and_conditions_are_said(client: FlaskClient) -> None:
    assert "Coverage is restricted" in says(asked(client, "97026", "2026-06-01"))
    assert "chronic low back pain" in says(asked(client, "20560", "2026-06-01"))


@pytest.mark.parametrize(
    ("code", "day", "why"),
    [
        ("97110", "1996-12-31", "Nothing is known here of days before 1997-01-01"),
        ("97110", "2016-12-31", "No conversion factor or amount is loaded for days before 2017"),
        ("97110", "2017-01-01", "loaded for 2017; only the conversion factor is: 35.8887"),
        ("97110", "2018-06-01", "only the conversion factor is: 35.9996"),
        ("97110", "2019-12-31", "only the conversion factor is: 36.0391"),
        ("97110", "2024-10-01", "2024-10-01 to 2024-12-31; only the conversion factor is: 33.2875"),
        ("97110", "2027-01-01", "The last edition that is loaded ends on 2026-12-31"),
        ("99211", "2025-06-01", "No relative values or amount of this code are loaded for 2025"),
    ],
)
def test_days_without_data_say_so(client: FlaskClient, code: str, day: str, why: str) -> None:
    found = asked(client, code, day)
    assert found["covered"] is False
    assert why in found["why"]
    assert not {"amount", "paid"} & found.keys()


def test_the_amount_before_a_gap_is_named_and_not_answered(client: FlaskClient) -> None:
    found = asked(client, "97110", "2024-12-31")
    assert found["why"].endswith("Through 2024-09-30 it was $29.29")
    assert "amount" not in found
    assert "Through" not in asked(client, "97110", "2019-12-31")["why"]
    assert "Through" not in asked(client, "99211", "2025-06-01")["why"]


def test_a_facilitys_amount_is_not_taken_from_the_office(client: FlaskClient) -> None:
    found = asked(client, "20560", "2021-06-01", setting="hospital")
    assert (found["covered"], "amount" in found) == (False, False)
    assert "Only the office amount of 2021" in found["why"]
    # Always-therapy codes have one amount for both.
    assert asked(client, "97110", "2021-06-01", setting="hospital")["amount"] == "30.36"


@pytest.mark.parametrize(
    ("code", "day", "why"),
    [
        ("97001", "2026-06-01", "ended on 2016-12-31; 97161, 97162 and 97163 took its place"),
        ("97161", "2016-12-31", "97161 takes effect on 2017-01-01"),
        ("64550", "2019-01-01", "64550 ended on 2018-12-31"),
    ],
)
def test_codes_that_are_not_valid_on_the_day_say_since_when(
    client: FlaskClient, code: str, day: str, why: str
) -> None:
    found = asked(client, code, day)
    assert (found["covered"], found["paid"]) == (True, False)
    assert found["why"].endswith(why)


def test_a_national_amount_says_that_it_is_one(client: FlaskClient) -> None:
    assert "This is the national amount" in says(asked(client, "97110", "2026-06-01"))


@pytest.mark.parametrize("locality", ["01112-05", "0111205", "94110"])
def test_a_locality_is_never_answered_with_the_nations_amount(
    client: FlaskClient, locality: str
) -> None:
    found = asked(client, "97110", "2026-06-01", locality=locality)
    assert (found["covered"], "amount" in found) == (False, False)
    assert found["why"].startswith("No ")
    assert "2026-06-01. The national amount is $29.06" in found["why"]
    assert found["nationalAmount"] == "29.06"


def test_what_medicare_does_not_pay_it_pays_nowhere(client: FlaskClient) -> None:
    found = asked(client, "97010", "2026-06-01", locality="01112-05")
    assert (found["paid"], "nationalAmount" in found) == (False, False)


@pytest.mark.parametrize(("day", "tables"), [("2026-06-01", 1), ("2027-01-01", 0)])
def test_the_tables_used_are_named_with_their_age_and_days(
    client: FlaskClient, day: str, tables: int
) -> None:
    found = asked(client, "97110", day)
    assert len(found["tables"]) == tables
    for table in found["tables"]:
        assert (table["edition"], table["source"]) == (found["edition"], "shipped")
        assert table["ageDays"] >= 0
        assert table["ending"] == "2026-12-31"
    page = client.get(f"/fees/97110?date={day}", headers={"Accept": "text/html"}).text
    assert ("comes with the service, compiled" in page) == bool(tables)
    assert ("No table that is loaded covers" in page) != bool(tables)


def test_without_a_day_the_answer_names_the_one_it_is_for(client: FlaskClient) -> None:
    found = got(client, "/fees/97110")
    assert found["date"] <= "2026-12-31"
    assert got(client, "/fees/97110?date=&setting=&locality=") == found


def test_history_holds_every_year_from_2017_to_2026(client: FlaskClient) -> None:
    history = asked(client, "97530", "2026-06-01")["history"]
    years = [row["effective"][:4] for row in history]
    assert sorted({*years}) == [str(year) for year in range(2017, 2027)]
    assert years.count("2024") == 3
    amounts = {row["effective"]: row.get("amounts", {}).get("office") for row in history}
    assert amounts["2020-01-01"] == "40.42"
    assert amounts["2024-01-01"] == "36.02"
    assert amounts["2024-10-01"] is None
    assert amounts["2019-01-01"] is None


@pytest.mark.parametrize(
    ("address", "status", "field"),
    [
        ("/fees/00000", 404, "code"),
        ("/fees/9711", 400, "code"),
        ("/fees/97110x", 400, "code"),
        ("/fees/%00%01%02%03%04", 400, "code"),
        ("/fees/९७११०", 400, "code"),
        ("/fees/\N{LATIN SMALL LETTER LONG S}9090", 400, "code"),
        ("/fees/" + "9" * 100_000, 400, "code"),
        ("/fees/97110?date=2026-02-30", 400, "date"),
        ("/fees/97110?date=20260101", 400, "date"),
        ("/fees/97110?date=0000-01-01", 400, "date"),
        ("/fees/97110?date=yesterday", 400, "date"),
        ("/fees/97110?date=2026-01-01%0A", 400, "date"),
        ("/fees/97110?date=2026-01-01&date=2025-01-01", 400, "date"),
        ("/fees/97110?setting=office", 400, "setting"),
        ("/fees/97110?locality=%3Cscript%3E", 400, "locality"),
        ("/fees/97110?locality=Manhattan", 400, "locality"),
        ("/fees/97110?locality=01112-5", 400, "locality"),
        ("/fees/97110?locality=01112-05%0A", 400, "locality"),
        ("/fees/97110?locality=94110&locality=94110", 400, "locality"),
        ("/fees/97110?locality=" + "a" * 100_000, 400, "locality"),
    ],
)
def test_a_malformed_question_is_refused_with_its_field_and_never_repeated(
    client: FlaskClient, address: str, status: int, field: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert [each["field"] for each in answer.json["errors"]] == [field]
    assert len(answer.data) < 500


def test_letters_of_a_code_may_be_small(client: FlaskClient) -> None:
    assert got(client, "/fees/g0283?date=2026-06-01")["code"] == "G0283"


@pytest.mark.parametrize("code", ["97110", "97014", "20560", "97001", "99211", "97139"])
def test_the_page_shows_what_the_json_says(client: FlaskClient, code: str) -> None:
    address = f"/fees/{code}?date=2026-06-01"
    page = client.get(address, headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert "Accept" in page.vary
    found = got(client, address)
    assert (f"${found['amount']}" if "amount" in found else "No amount") in page.text
    for each in found["statements"]:
        assert each["cite"]["url"].replace("&", "&amp;") in page.text
    assert page.text.count('<tr class="fee-now"') == (code != "97001")


def test_a_refusal_is_a_page_where_one_was_asked_for(client: FlaskClient) -> None:
    page = client.get("/fees/00000", headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (404, "text/html")


@pytest.mark.parametrize(
    ("name", "was", "now", "complaint"),
    [
        ("fees.csv", ",0.32,0.44,", ",0.32,much,", "line 3: is no number"),
        ("fees.csv", ",0,34.6062", ",0,34.6063", "20560 of 2022-01-01: has another factor"),
        ("fees.csv", "2022-01-01,2022-12-31", "2022-01-01,2023-01-31", "20560"),
        ("fees.csv", "20560,2022-01-01,2022-12-31", "20560,2019-01-01,2019-12-31", "no edition"),
        ("factors.csv", "2022-12-31,34.6062", "2022-12-31,NaN", "line 8: is no number"),
        ("factors.csv", "2023-01-01,2023-12-31", "2022-12-31,2023-12-31", "is in line 8 already"),
        ("factors.csv", "2026-12-31", "", "line 13: a factor has a first and a last day"),
        ("factors.csv", "arkrvu,arkrvu", "arkrvu,", "line 6: edition and source go together"),
        ("amounts.csv", ",26.71,", ",much,", "line 3: is no number"),
        ("amounts.csv", "20560,2020-01-01", "20569,2020-01-01", "line 3: not in the table"),
        ("amounts.csv", "2020-01-01,2020-12-31", "2019-01-01,2019-12-31", "no edition"),
        ("amounts.csv", "2020-01-01,2020-12-31", "2022-01-01,2022-12-31", "has these days already"),
    ],
)
def test_faulty_tables_do_not_load(
    copy: Path, name: str, was: str, now: str, complaint: str
) -> None:
    refuse(copy, f"rules/tables/{name}", was, now, complaint)


@pytest.mark.parametrize(
    ("was", "now", "complaint"),
    [
        ("{id: gpci,", "{id: other,", "gpci, other"),
        ("effective:", "efective:", "efective"),
        ("cites:", "cites: [", "parsing"),
    ],
)
def test_faulty_sentences_do_not_load(tmp_path: Path, was: str, now: str, complaint: str) -> None:
    path = tmp_path / "fees.yaml"
    path.write_text(sheet.FILE.read_text(encoding="utf-8").replace(was, now, 1), encoding="utf-8")
    with pytest.raises(RuleDataError, match=rf"^fees\.yaml: .*{complaint}"):
        sheet.load(TABLES.factors, path)


def test_missing_sentences_do_not_load(tmp_path: Path) -> None:
    with pytest.raises(RuleDataError, match=r"^nowhere\.yaml: "):
        sheet.load(TABLES.factors, tmp_path / "nowhere.yaml")


def test_tables_say_where_they_are_from() -> None:
    for name in ("fees", "factors", "amounts"):
        first = (ROOT / "rules" / "tables" / f"{name}.csv").read_text(encoding="utf-8")
        assert first.startswith("# ")


def test_windows_are_asked_by_both_ends() -> None:
    fee, amount = TABLES.fees["97110"][0], TABLES.amounts["97110"][0]
    for row in (fee, amount):
        assert isinstance(row, Fee | Amount)
        assert row.in_force(row.effective)
        assert row.in_force(row.ending)
        assert not row.in_force("2019-12-31")
        assert not row.in_force("2027-01-01")


def test_shares_add_up_to_the_cent_whatever_the_amount() -> None:
    for number in range(30_000):
        amount = Decimal(number) / 100
        parts = shares(amount)
        assert parts.medicare + parts.patient == amount
        assert abs(parts.medicare - amount * 4 / 5) <= Decimal("0.005")
        assert abs(parts.assisted - amount * 17 / 25) <= Decimal("0.005")


def test_a_fall_is_written_with_a_minus() -> None:
    assert signed(Decimal("-1.04")) == "\N{MINUS SIGN}1.04"
