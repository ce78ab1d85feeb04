"""Rule data: validated whole at start; any fault names file, place and reason."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from plugin import tenants
from plugin.imports.locality import Place
from plugin.rulebook import load
from rules import RULES
from rules.policy import RuleDataError
from tests.conftest import refuse
from tests.rules.shorthand import BOOK

MARCH = date(2026, 3, 2)


FAULTS = [
    ("rules/units/timed_units.yaml", '"2000-04-01"', '"2000-13-01"', "must be date"),
    (
        "rules/units/timed_units.yaml",
        "rule: timed_units",
        "rule: timed_unit",
        "should be timed_units",
    ),
    ("rules/units/timed_units.yaml", "indicator: warning", "indicator: severe", "indicator"),
    ("rules/units/timed_units.yaml", "cite: cpm-5-20.2}", "cite: nowhere}", "cites nowhere"),
    ("rules/units/timed_units.yaml", "title:", "titel:", "top level"),
    ("rules/units/timed_units.yaml", "rule: timed_units", "a: [", "cannot be read"),
    (
        "rules/units/timed_units.yaml",
        "rule: timed_units",
        "kind: timed_units",
        "is no rule: it lacks",
    ),
    (
        "rules/modifiers/assistant_modifier.yaml",
        'ending: "2021-12-31", value: false',
        'ending: "2022-06-30", value: false',
        r"values\.midpoint_exception: 2 values in force on 2022-01-01",
    ),
    (
        "rules/modifiers/assistant_modifier.yaml",
        'ending: "2021-12-31", value: false',
        'ending: "2019-12-31", value: false',
        r"values\.midpoint_exception: ends on 2019-12-31, before 2020-01-01",
    ),
    (
        "profiles/payers/commercial.yaml",
        "payer: commercial",
        "payer: trade",
        "should be commercial",
    ),
    (
        "profiles/payers/commercial.yaml",
        "timed_units.method",
        "timed_units.methode",
        r"no rule has a value timed_units\.methode",
    ),
    (
        "profiles/payers/commercial.yaml",
        "value: unknown",
        "value: true",
        r"values\.timed_units\.method: should be str",
    ),
    ("rules/tables/ptp.csv", ",hospital,1,", ",hospital,2,", "modifier_indicator: not 0, 1 or 9"),
    ("rules/tables/mue.csv", ",hospital,1,2,", ",hospital,one,2,", "line 3: mue_value"),
    ("rules/tables/codes.csv", ",timed,15,", ",timed,quarter,", r"line \d+: invalid literal"),
    ("rules/tables/codes.csv", "# Therapy", "Therapy", "line 1: should say where"),
]


@pytest.mark.parametrize(("name", "was", "now", "complaint"), FAULTS)
def test_faults_name_the_file_and_the_place(
    copy: Path, name: str, was: str, now: str, complaint: str
) -> None:
    refuse(copy, name, was, now, complaint)


@pytest.mark.parametrize("name", ["rules/units/timed_units.yaml", "rules/tables/ptp.csv"])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(RuleDataError, match=rf"^{Path(name).name}: cannot be read"):
        load(copy)


@pytest.mark.parametrize(
    ("was", "now", "complaint"),
    [
        ("tenant: demo", "tenant: demonstration", "should be demo"),
        ("setting: practitioner", "setting: office", "setting"),
        ("max_cards: 3", "max_cards: 0", "max_cards"),
        ("payer: commercial}", "payer: trade}", r"payers\[2\]\.payer: trade has no file"),
        ("max_cards: 3", "rules: {unit_count: off}", r"rules\.unit_count: there is no such rule"),
        ("max_cards: 3", "rules: {mue: sometimes}", r"rules\.mue"),
    ],
)
def test_a_faulty_site_is_named(copy: Path, was: str, now: str, complaint: str) -> None:
    path = copy / "profiles/tenants/demo.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(was, now), encoding="utf-8")
    with pytest.raises(RuleDataError, match=rf"^demo\.yaml: .*{complaint}"):
        tenants.load(copy)


def test_the_fingerprint_changes_with_any_rule(copy: Path) -> None:
    before = load(copy).fingerprint
    assert load(copy).fingerprint == before
    path = copy / "rules/bundling/mue.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\n# read again\n", encoding="utf-8")
    assert load(copy).fingerprint != before


def test_a_payer_without_a_profile_is_the_unknown_one() -> None:
    assert BOOK.policy("no_such_payer", MARCH) is BOOK.policy("unknown", MARCH)


def test_policies_are_kept_but_not_without_bound() -> None:
    book = load()
    first = book.policy("medicare_part_b", MARCH)
    assert book.policy("medicare_part_b", MARCH) is first
    for days in range(1000):
        book.policy("medicare_part_b", MARCH - timedelta(days=days))
    assert book.policy("medicare_part_b", MARCH).get("timed_units.method", str) == "pooled"


@pytest.mark.parametrize("table", ["ptp_edit.edition", "mue.edition", "code_in_force.edition"])
def test_no_table_answers_after_the_last_day_it_covers(table: str) -> None:
    last, after = date(2026, 12, 31), date(2027, 1, 1)
    assert BOOK.policy("medicare_part_b", last).find(table)
    assert BOOK.policy("medicare_part_b", after).find(table) is None


def test_every_rule_says_what_it_is_and_on_whose_word() -> None:
    for rule in RULES:
        about = BOOK.about[rule.ID]
        assert about.title
        assert about.statement.endswith(".")
        assert about.cites


def test_a_switch_is_read_as_it_is_written(copy: Path) -> None:
    path = copy / "profiles/tenants/demo.yaml"
    with path.open("a", encoding="utf-8") as file:
        file.write("rules: {mue: off, ptp_edit: shadow, performer: live}\n")

    site = tenants.load(copy)["demo"]

    assert (site.off, site.shadow) == (frozenset({"mue"}), frozenset({"ptp_edit"}))


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ('{carrier: "01112", locality: "05"}', Place(carrier="01112", locality="05")),
        ('{zip: "94110"}', Place(zip="94110")),
    ],
)
def test_a_site_says_where_its_bills_are_priced(copy: Path, written: str, place: Place) -> None:
    path = copy / "profiles/tenants/demo.yaml"
    path.write_text(f"{path.read_text(encoding='utf-8')}locality: {written}\napm: true\n")

    site = tenants.load(copy)["demo"]

    assert (site.locality, site.apm) == (place, True)


@pytest.mark.parametrize(
    "written",
    ['{carrier: "01112"}', '{zip: "9411"}', "{zip: 94110}", '{zip: "94110", locality: "05"}'],
)
def test_a_place_that_cannot_be_one_stops_the_start(copy: Path, written: str) -> None:
    path = copy / "profiles/tenants/demo.yaml"
    path.write_text(f"{path.read_text(encoding='utf-8')}locality: {written}\n")
    with pytest.raises(RuleDataError, match=r"^demo\.yaml: locality: "):
        tenants.load(copy)
