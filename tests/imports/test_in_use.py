"""What was imported decides visits: from its own days on, without a restart, until taken back."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from plugin import rulebook
from plugin.imports.faults import StoreError
from plugin.imports.follow import Editions
from plugin.imports.importing import take_back
from plugin.parts import parts
from plugin.rulebook import BASE_PAYER, ROOT, Rulebook
from plugin.web.freshness import tables
from rules.check import settle
from rules.model import Bill
from rules.policy import Policy
from rules.words import Setting
from tests.cli.command import run
from tests.hooks.service import got, post, start
from tests.hooks.visits import request
from tests.imports import made
from tests.imports.made import brought
from tests.rules.shorthand import BOOK
from tests.rules.shorthand import visit as seen

DAY = date(2026, 5, 4)
NAME = "v321r0"
FILE = f"ccipra-{NAME}-f1.TXT"  # the second quarter of 2026
OTHER = made.pair("97110", "97112")  # no shipped edit
ADD_ON = (
    "AOC_Edit_Type\tAdd-On_Code\tAOC_DelDt\tPrimary_Code\tPrimary_Code_DelDt\tAOC_Edit_EffDt\t"
    "AOC_Edit_DelDt\tSpecial_Instruction_Notes",
    "1\t97546\t\t97545\t\t2013091\t\t",
)
SEVERAL = frozenset(["97110", "97530", "97140", "97750", "97545", "97546", "90912", "90913"])
EACH = ("ptp_edit", "mue", "add_on_code")


def book(home: Path) -> Rulebook:
    return rulebook.load(editions=Editions(home))


def pairs(home: Path, folder: Path, *rows: str) -> None:
    brought(home, "ptp", made.ptp(folder, made.ROW, *rows, name=FILE))


def limit(home: Path, folder: Path, units: int = 1, day: str = "04-01-2026") -> None:
    brought(home, "mue", made.mue(folder, f"97110,{units},2 Date,Data", day=day))


def add_ons(home: Path, folder: Path) -> None:
    brought(home, "add-on", made.text(folder, "AOC_V2026Q2-MCR.txt", *ADD_ON), everything=True)


def fees(home: Path, folder: Path) -> None:
    brought(home, "rvu", made.text(folder, "PPRRVU25_OCT.csv", *made.RVU_2025))


@pytest.fixture
def loaded(tmp_path: Path) -> Rulebook:
    for bring in (pairs, limit, add_ons, fees):
        bring(tmp_path, tmp_path)
    return book(tmp_path)


def billed(own: Rulebook, *lines: str, day: date = DAY, setting: Setting = "practitioner") -> Bill:
    visit = seen({"bill": [line if " x" in line else f"{line} x1" for line in lines]})
    return settle(replace(visit, date_of_service=day), own.policy(BASE_PAYER, day, setting))


def unchecked(bill: Bill) -> list[str]:
    return [said.rule for said in bill.not_checked if said.rule in EACH]


def test_with_nothing_loaded_the_shipped_tables_answer_unchanged(tmp_path: Path) -> None:
    own = book(tmp_path)
    assert own.fingerprint == BOOK.fingerprint
    assert own.tables.edits.keys() == BOOK.tables.edits.keys()
    assert own.now().tables is own.shipped.tables


def test_a_pair_of_the_loaded_edition_speaks_in_its_name_until_it_is_taken_back(
    tmp_path: Path,
) -> None:
    pairs(tmp_path, tmp_path, OTHER)
    after = book(tmp_path)
    found = [f for f in billed(after, "97110-GP", "97112-GP").open if f.rule == "ptp_edit"]
    assert [f.cite.edition for f in found] == [f"{NAME}, practitioner"]
    assert after.fingerprint != BOOK.fingerprint
    take_back(tmp_path, "ptp")
    again = book(tmp_path)
    assert again.fingerprint == BOOK.fingerprint
    assert billed(again, "97110-GP", "97112-GP") == billed(BOOK, "97110-GP", "97112-GP")


def test_a_shipped_pair_is_silent_where_the_loaded_edition_lacks_it(loaded: Rulebook) -> None:
    lines = "97530-GP", "97750-GP"
    assert any(f.rule == "ptp_edit" for f in billed(BOOK, *lines).open)
    assert not [f for f in billed(loaded, *lines).open if f.rule == "ptp_edit"]


def test_a_setting_without_an_edition_keeps_the_shipped_one(loaded: Rulebook) -> None:
    policy = loaded.policy(BASE_PAYER, DAY, "hospital")
    plain = BOOK.policy(BASE_PAYER, DAY, "hospital")
    assert policy.find("ptp_edit.edition") == plain.find("ptp_edit.edition")
    assert policy.mue("97110") == plain.mue("97110")
    assert policy.edit("97530", "97750") == plain.edit("97530", "97750")


def test_the_limit_and_the_add_on_cite_the_loaded_edition(loaded: Rulebook) -> None:
    found = {f.rule: f for f in billed(loaded, "97110-GP x2", "97546-GP").open}
    assert "limit of 1" in found["mue"].says
    for rule in ("mue", "add_on_code"):
        assert found[rule].cite.edition == "2026Q2"


@pytest.mark.parametrize(("day", "said"), [(date(2026, 6, 30), []), (date(2026, 7, 1), [*EACH])])
def test_past_the_loaded_days_each_rule_says_once_that_it_could_not_check(
    day: date, said: list[str], loaded: Rulebook
) -> None:
    bill = billed(loaded, "97110-GP x2", "97530-GP", "97750-GP", "97546-GP", day=day)
    assert sorted(unchecked(bill)) == sorted(said)
    if said:
        assert not [f for f in bill.findings if f.rule in EACH]


def test_a_payer_that_reads_medicares_edits_names_the_loaded_edition(loaded: Rulebook) -> None:
    said = loaded.policy("medicaid", DAY).get("ptp_edit.edition", str)
    assert said == f"Medicare's {NAME}; Medicaid's own tables differ in places"
    assert loaded.policy("medicaid", date(2026, 7, 1)).find("ptp_edit.edition") is None


def test_two_quarters_each_answer_for_their_own_days(tmp_path: Path) -> None:
    limit(tmp_path, tmp_path, 5)
    limit(tmp_path, tmp_path, 4, day="07-01-2026")
    own = book(tmp_path)
    found = [own.policy(BASE_PAYER, day).mue("97110") for day in (DAY, date(2026, 7, 1))]
    assert [limit.units for limit in found if limit] == [5, 4]


def answers(policy: Policy) -> set[str]:
    """Return which tables have any answer for a policy's day."""
    found = {
        "ptp": any(policy.edits_among(SEVERAL)),
        "mue": any(policy.mue(code) for code in SEVERAL),
        "add-on": any(policy.primaries(code) for code in SEVERAL),
        "rvu": any(policy.fee(code) for code in SEVERAL),
    }
    return {table for table, answered in found.items() if answered}


def days() -> Iterator[date]:
    day = date(2018, 1, 1)
    while day <= date(2027, 12, 31):
        yield day
        day += timedelta(days=1)


@pytest.mark.parametrize("setting", ["practitioner", "hospital"])
def test_no_table_answers_outside_its_dates(setting: Setting, loaded: Rulebook) -> None:
    for own in (BOOK, loaded):
        said = [t for t in tables(own.now()) if t.setting in {"", "standard", setting}]
        ever: set[str] = set()
        for day in days():
            held = {t.table for t in said if t.covers(day.isoformat())}
            found = answers(own.policy(BASE_PAYER, day, setting))
            assert found <= held, day
            ever |= found
        assert ever == {"ptp", "mue", "add-on", "rvu"}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    own = start(tmp_path)
    yield own
    parts(own).store.close()


def until(true: Callable[[], Any]) -> bool:
    end = time.monotonic() + 10
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(true())


def test_a_running_service_switches_and_says_that_its_rules_have_changed(
    app: Flask, tmp_path: Path
) -> None:
    client = app.test_client()
    sent = request(["97110 15min", "97112 15min"], ["97110-GP x1", "97112-GP x1"])

    def check() -> Any:
        return post(client, sent, "/check").json

    def spoken() -> bool:
        return any(found["rule"] == "ptp_edit" for found in check()["findings"])

    before = check()
    assert not spoken()
    brought(tmp_path, "ptp", made.ptp(tmp_path, made.ROW, OTHER, name="ccipra-v320r0-f1.TXT"))
    assert until(spoken)
    during = check()
    assert got(client, f"/explain/{before['trace']}")["sameRules"] is False
    assert got(client, f"/explain/{during['trace']}")["sameRules"] is True
    take_back(tmp_path, "ptp")
    assert until(lambda: not spoken())
    assert check() == before
    assert got(client, f"/explain/{before['trace']}")["sameRules"] is True


def test_pages_cite_the_loaded_edition_and_a_belief_come_true_stops_nothing(
    tmp_path: Path,
) -> None:
    pairs(tmp_path, tmp_path, made.pair("97110", "97530"), made.pair("97140", "97110"))
    own = start(tmp_path)
    said: Any = got(own.test_client(), "/pairs/97140/97110?date=2026-05-04")
    later: Any = got(own.test_client(), "/pairs/97140/97110?date=2026-07-01")
    parts(own).store.close()
    assert f"{NAME}, practitioner" in str(said)
    assert "could not be checked" in str(later)


def test_a_damaged_edition_stops_the_start_and_says_how_to_be_rid_of_it(tmp_path: Path) -> None:
    limit(tmp_path, tmp_path)
    next((tmp_path / "editions").glob("*/table.csv")).write_text("code\n")
    done = run(tmp_path, "check", str(ROOT / "docs" / "visit.json"))
    assert done.returncode == 2
    assert b"countersign editions rollback" in done.stderr
    with pytest.raises(StoreError, match="cut short"):
        start(tmp_path)


def test_check_from_a_file_reads_the_loaded_editions(tmp_path: Path) -> None:
    limit(tmp_path, tmp_path, 1, day="01-01-2026")
    visit = str(ROOT / "docs" / "visit.json")
    assert b"over the limit of 1 (MUE)" in run(tmp_path, "check", visit).stdout
    take_back(tmp_path, "mue")
    assert b"MUE" not in run(tmp_path, "check", visit).stdout


def test_reference_pages_say_which_editions_answered(tmp_path: Path) -> None:
    pairs(tmp_path, tmp_path)
    client = start(tmp_path).test_client()
    said: Any = got(client, "/pairs/97140/97530?date=2026-05-04")
    own = {each["table"]: each for each in said["editions"]}
    assert own["ptp"] | {"files": []} == {
        "table": "ptp",
        "setting": "practitioner",
        "edition": NAME,
        "source": FILE,
        "ageDays": 0,
        "effective": "1996-01-01",
        "ending": "2026-06-30",
        "ended": True,
        "files": [],
    }
    assert own["codes"]["source"] == "shipped"
    page = client.get("/codes/97110?date=2026-05-04", headers={"Accept": "text/html"}).text
    assert f"NCCI pairs, office: {NAME} ({FILE}), 0 days old, ended 2026-06-30" in page
    assert "NCCI pairs, hospital outpatient: 2024 Q3 therapy excerpt (shipped)" in page
    later: Any = got(client, "/pairs/97140/97530?date=2026-07-01")
    assert [each["table"] for each in later["editions"]] == ["codes"]
