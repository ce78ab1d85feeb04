"""Fees, factors and localities of imported editions: on their own days, and no others."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugin.estimate import estimated
from plugin.imports.locality import Place, UnknownPlaceError, located
from plugin.parts import parts
from plugin.tenants import DEMO, Tenant
from rules.model import Visit
from tests.hooks.service import equip, got, post, start
from tests.hooks.test_estimate import asked
from tests.imports import made
from tests.imports.made import brought, snapshot
from tests.imports.test_in_use import book
from tests.rules.shorthand import BOOK, line

RVU_2026 = (
    ",,2026 National Physician Fee Schedule Relative Value File July Release,,,,,,,,,,",
    *made.RVU_2025[1:-2],
    "97110,,A DESCRIPTOR,A,,0.45,0.51,,0.51,NA,0.01,7,5,{factor}",
    "97010,,A DESCRIPTOR,B,,0.06,0.13,,0.13,NA,0.01,9,9,{factor}",
)
GPCI = (
    "ADDENDUM E. FINAL CY 2026 GPCIs,,,,,,",
    ",,,,,,",
    "Medicare Administrative Contractor (MAC),State,Locality Number,Locality Name,"
    "2026 PW GPCI (with 1.0 Floor)***,2026 PE GPCI,2026 MP GPCI",
    "10112,AL,00,ALABAMA,1.000,0.875,0.566",
    "02102,AK,01,ALASKA*,1.500,1.065,0.551",
)
DAY = date(2026, 8, 3)
ALASKA = Place(carrier="02102", locality="01")


def zip_line(code: str, carrier: str, locality: str, state: str = "AK") -> str:
    """Write a line of ZIP5 of the third quarter of 2026."""
    return f"{f'{state}{code}{carrier}{locality} Z9   0 A':<75}20263"


def schedule(home: Path, name: str = "nonQPP", factor: str = "33.4009") -> None:
    lines = [text.format(factor=factor) for text in RVU_2026]
    brought(home, "rvu", made.text(home, f"PPRRVU2026_Jul_{name}.csv", *lines))


def indices(home: Path) -> None:
    brought(home, "gpci", made.text(home, "GPCI2026.csv", *GPCI))


def zips(home: Path) -> None:
    lines = [zip_line("99501", "02102", "01"), zip_line("99502", "02102", "01")]
    lines += [zip_line("99502", "10112", "00", "AL"), zip_line("99503", "99999", "99")]
    file = made.text(home, "ZIP5_JUL2026.txt", *lines)
    brought(home, "zip", file)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for bring in (schedule, indices, zips):
        bring(tmp_path)
    return tmp_path


@pytest.fixture
def app(home: Path) -> Iterator[Flask]:
    app = start(home)
    yield app
    parts(app).store.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_factors_of_loaded_editions_leave_no_day_out_and_hold_none_twice(home: Path) -> None:
    schedule(home, "QPP", "33.6")
    shipped, found = BOOK.tables.factors, book(home).tables.factors
    assert (found[0].effective, found[-1].ending) == (shipped[0].effective, shipped[-1].ending)
    for before, after in pairwise(found):
        assert before.ending < after.effective
        assert (date.fromisoformat(after.effective) - date.fromisoformat(before.ending)).days == 1
    *left, loaded = found
    assert (loaded.effective, loaded.edition, loaded.apm) == (
        "2026-07-01",
        "2026 Jul",
        Decimal("33.6"),
    )
    assert (left[-1].ending, left[-1].factor) == ("2026-06-30", Decimal("33.4009"))
    # What was shipped does not answer beside what was imported.
    assert not any(factor.edition or factor.source for factor in left)


def test_an_edition_inside_a_year_leaves_the_days_on_both_sides(tmp_path: Path) -> None:
    file = made.text(tmp_path, "PPRRVU25_OCT.csv", *made.RVU_2025)
    given = replace(made.ORDER.given, effective="2025-04-01", ending="2025-09-30")
    brought(tmp_path, "rvu", file, given=given)
    found = [f for f in book(tmp_path).tables.factors if f.effective[:4] == "2025"]
    assert [(f.effective, f.ending, f.edition != "") for f in found] == [
        ("2025-01-01", "2025-03-31", False),
        ("2025-04-01", "2025-09-30", True),
        ("2025-10-01", "2025-12-31", False),
    ]


def test_the_second_factor_alone_may_be_loaded(tmp_path: Path) -> None:
    schedule(tmp_path, "QPP", "33.6")
    found = book(tmp_path).tables.factors
    assert [f.edition for f in found] == [f.edition for f in BOOK.tables.factors]
    assert found[-1].apm == BOOK.tables.factors[-1].apm  # it begins in July


@pytest.mark.parametrize("setting", ["practitioner", "hospital"])
def test_the_fee_page_answers_from_the_loaded_edition(client: FlaskClient, setting: str) -> None:
    found: Any = got(client, f"/fees/97110?date=2026-08-03&setting={setting}")
    # (0.45 + 0.51 + 0.01) × 33.4009 = 32.3989; × 33.5675 = 32.5605
    assert (found["amount"], found["apmAmount"]) == ("32.40", "32.56")
    assert found["edition"] == "2026 Jul"
    cite = found["statements"][0]["cite"]
    assert cite["title"] == "CMS physician fee schedule relative value files"
    assert (cite["edition"], cite["effective"]) == ("2026 Jul", "2026-07-01")
    [table] = found["tables"]
    assert (table["edition"], table["source"]) == ("2026 Jul", "PPRRVU2026_Jul_nonQPP.csv")
    page = client.get("/fees/97110?date=2026-08-03", headers={"Accept": "text/html"}).text
    assert "PPRRVU2026_Jul_nonQPP.csv</span>, imported 0 days ago" in page
    code: Any = got(client, "/codes/97110?date=2026-08-03")
    assert code["fees"]["cite"]["edition"] == "2026 Jul"


@pytest.mark.parametrize("day", ["2026-06-30", "2024-05-06", "2020-06-01"])
def test_a_day_that_no_loaded_edition_covers_is_not_answered_from_what_was_shipped(
    client: FlaskClient, day: str
) -> None:
    found: Any = got(client, f"/fees/97110?date={day}")
    assert (found["covered"], "amount" in found, found["tables"]) == (False, False, [])
    assert "only the conversion factor is" in found["why"]


@pytest.mark.parametrize("where", ["02102-01", "0210201", "99501"])
def test_a_locality_has_amounts_of_its_own(client: FlaskClient, where: str) -> None:
    found: Any = got(client, f"/fees/97110?date=2026-08-03&locality={where}")
    # (0.45 × 1.5 + 0.51 × 1.065 + 0.01 × 0.551) × 33.4009 = 40.8714, with half: 31.8004
    assert (found["amount"], found["furtherUnits"]) == ("40.87", "31.80")
    assert found["locality"] == {
        "name": "02102-01",
        "work": "1.500",
        "practiceExpense": "1.065",
        "malpractice": "0.551",
        "edition": "2026",
        "nationalAmount": "32.40",
    }
    assert {table["table"] for table in found["tables"]} == {"rvu", "gpci", "zip"}
    first = found["statements"][0]["says"]
    assert "in an office, in locality 02102-01: (0.45 × 1.500 work" in first
    assert "change" not in found
    page = client.get(
        f"/fees/97110?date=2026-08-03&locality={where}", headers={"Accept": "text/html"}
    ).text
    assert "in locality 02102-01" in page
    assert f'value="{where}"' in page


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("99999-99", "There is no locality 99999-99 in the indices of 2026"),
        ("99503", "There is no locality 99999-99 in the indices of 2026"),
        ("99502", "ZIP code 99502 lies in more than one locality"),
        ("10001", "ZIP code 10001 is not among those of 2026Q3"),
    ],
)
def test_a_place_that_is_not_known_says_so(client: FlaskClient, where: str, why: str) -> None:
    found: Any = got(client, f"/fees/97110?date=2026-08-03&locality={where}")
    assert (found["covered"], "amount" in found) == (False, False)
    assert found["why"] == f"{why}. The national amount is $32.40"


@pytest.mark.parametrize(
    ("place", "why"),
    [(ALASKA, r"\(GPCI\) that are loaded cover 2027"), (Place(zip="99501"), "no ZIP codes that")],
)
def test_past_the_days_of_its_table_a_place_is_not_known(
    home: Path, place: Place, why: str
) -> None:
    with pytest.raises(UnknownPlaceError, match=why):
        located(place, snapshot(home), "2027-01-01")


def test_an_amount_without_relative_values_has_no_locality(tmp_path: Path) -> None:
    indices(tmp_path)
    app = start(tmp_path)
    found: Any = got(app.test_client(), "/fees/99211?date=2026-08-03&locality=02102-01")
    parts(app).store.close()
    assert "without its relative values" in found["why"].lower()


def site(**more: Any) -> Tenant:
    return Tenant(name="site", title="A site", **more)


def worth(home: Path, own: Tenant, day: date = DAY) -> Any:
    lines = [line("97110-GP x2", 0, ())]
    return estimated(Visit(date_of_service=day), lines, own, book(home).now())


@pytest.mark.parametrize(
    ("own", "total", "said"),
    [
        # 32.40 + (0.45 + 0.255 + 0.01) × 33.4009 = 23.8816
        (site(), "56.28", "National amounts: no locality is set for this site"),
        (site(locality=ALASKA), "72.67", "Amounts of locality 02102-01 (GPCI 2026)"),
        (site(locality=Place(zip="99501")), "72.67", "Amounts of locality 02102-01 (GPCI 2026)"),
        (site(locality=Place(zip="10001")), "56.28", "National amounts: ZIP code 10001 is not"),
        # (0.97 + 0.715) × 33.5675, each rounded: 32.56 + 24.00
        (site(apm=True), "56.56", "conversion factor 33.5675, that of advanced payment models"),
    ],
)
def test_a_sites_locality_and_factor_price_its_bills(
    home: Path, own: Tenant, total: str, said: str
) -> None:
    found = worth(home, own)
    assert str(found.total) == total
    assert said in found.basis
    assert "2026 Jul, imported on" in found.basis


def test_where_no_edition_covers_the_day_there_is_no_total(home: Path) -> None:
    found = worth(home, site(locality=ALASKA), date(2026, 6, 30)).plain()
    assert "no edition that is loaded covers the day" in found["basis"]
    assert found.keys() == {"currency", "basis", "lines", "notPriced"}


def test_check_prices_where_the_site_is(app: Flask) -> None:
    sites = parts(app).tenants
    equip(app, tenants={DEMO: replace(sites[DEMO], locality=ALASKA)})
    said = post(app.test_client(), asked(["97110 15min"], DAY.isoformat()), "/check").json
    assert said["estimate"]["total"] == 40.87
    again: Any = got(app.test_client(), f"/explain/{said['trace']}")
    assert again["estimate"] == said["estimate"]
