"""Rule data in force: by day, by payer, by setting."""

from datetime import date

import pytest

from rules.model import Cite
from rules.policy import Code, Dated, Edit, Mue, Policy, RuleDataError, Tables, pick
from tests.rules.shorthand import BOOK

CITE = Cite(id="x", title="x", url="https://example.org", checked="2026-11-23")
MARCH = date(2026, 3, 2)


def test_both_ends_of_a_value_are_inclusive() -> None:
    row = Dated(date(2025, 1, 1), date(2025, 12, 31), 2410, CITE)
    days = (date(2024, 12, 31), date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1))
    assert [row.in_force(day) for day in days] == [False, True, True, False]


def test_two_values_on_one_day_are_refused() -> None:
    rows = [Dated(date(2024, 1, 1), None, 1, CITE), Dated(date(2025, 1, 1), None, 2, CITE)]
    with pytest.raises(RuleDataError, match="2 values in force on 2026-03-02, cited x"):
        pick(rows, MARCH)


def test_a_payers_own_value_wins_only_while_it_is_in_force() -> None:
    own = {"a.method": [Dated(date(2025, 1, 1), date(2025, 12, 31), "own", CITE)]}
    base = {"a.method": [Dated(date(2000, 1, 1), None, "base", CITE)]}
    tables = Tables(codes={}, edits={}, mues={}, add_ons={}, fees={})

    def method(on: date) -> str:
        return Policy("x", on, "practitioner", (own, base), tables).get("a.method", str)

    assert [method(date(y, 6, 1)) for y in (2024, 2025, 2026)] == ["base", "own", "base"]


def test_a_missing_value_and_a_value_of_another_kind_are_refused() -> None:
    policy = BOOK.policy("medicare_part_b", MARCH)
    with pytest.raises(RuleDataError, match=r"no such\.value for services on 2026-03-02"):
        policy.get("such.value", str)
    with pytest.raises(RuleDataError, match=r"timed_units\.method should be bool, is 'pooled'"):
        policy.get("timed_units.method", bool)
    with pytest.raises(RuleDataError, match=r"no such\.value for services on 2026-03-02"):
        policy.cite("such.value")


def test_codes_edits_and_limits_are_in_force_through_their_last_day() -> None:
    code = BOOK.tables.codes["97001"]
    assert [code.in_force(day) for day in ("2016-12-31", "2017-01-01")] == [True, False]
    edit = Edit("1", "2020-10-01", "2021-12-31", "read")
    days = ("2020-09-30", "2020-10-01", "2021-12-31", "2022-01-01")
    assert [edit.in_force(day) for day in days] == [False, True, True, False]
    mue = Mue(6, "3", "2024-07-01", "2024-09-30")
    days = ("2024-06-30", "2024-07-01", "2024-09-30", "2024-10-01")
    assert [mue.in_force(day) for day in days] == [False, True, True, False]


def test_an_edit_deleted_on_its_first_day_never_was_in_force() -> None:
    assert not Edit("9", "2020-10-01", "2020-10-01", "implied").in_force("2020-10-01")


def test_direction_of_a_pair_matters() -> None:
    policy = BOOK.policy("medicare_part_b", MARCH)
    assert policy.edit("97140", "97124")
    assert policy.edit("97124", "97140") is None
    assert policy.edit("99999", "97140") is None


@pytest.mark.parametrize("setting", ["hospital", "critical_access"])
def test_hospitals_have_a_table_of_their_own(setting: str) -> None:
    assert setting in {"hospital", "critical_access"}
    office = BOOK.policy("medicare_part_b", MARCH).edit("92526", "97032")
    there = BOOK.policy(
        "medicare_part_b", MARCH, "hospital" if setting == "hospital" else "critical_access"
    ).edit("92526", "97032")
    assert office
    assert there
    assert (office.indicator, there.indicator) == ("0", "1")


@pytest.mark.parametrize(
    ("one", "two", "indicator"),
    [
        ("97012", "97140", "1"),
        ("97113", "97110", "1"),
        ("97113", "97036", "0"),
        ("97140", "97124", "0"),
        ("97140", "97750", "1"),
        ("97150", "97530", "1"),
        ("97161", "97164", "0"),
        ("97163", "97161", "0"),
        ("97530", "97750", "1"),
        ("97545", "97140", "0"),
        ("97750", "97150", "0"),
        ("97760", "97116", "1"),
        ("97763", "97140", "1"),
        ("90912", "90901", "0"),
        ("95992", "97112", "1"),
        ("92507", "97110", "1"),
        ("92523", "92522", "0"),
        ("92526", "97032", "0"),
        ("98941", "97140", "1"),
        ("98942", "98940", "0"),
        ("20561", "20560", "0"),
        ("G0283", "97032", "1"),
    ],
)
def test_pairs_that_matter_are_in_the_practitioner_table(
    one: str, two: str, indicator: str
) -> None:
    edit = BOOK.policy("medicare_part_b", MARCH).edit(one, two)
    assert edit
    assert edit.indicator == indicator


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("97110", "97112"),
        ("97110", "97140"),
        ("97140", "97530"),
        ("97530", "97116"),
        ("97161", "97140"),
        ("97161", "97530"),
        ("97110", "97164"),
        ("97530", "97535"),
        ("97530", "97533"),
    ],
)
def test_pairs_that_many_believe_in_are_no_edits(one: str, two: str) -> None:
    policy = BOOK.policy("medicare_part_b", MARCH)
    assert policy.edit(one, two) is None
    assert policy.edit(two, one) is None


@pytest.mark.parametrize(
    ("code", "practitioner", "hospital"),
    [
        ("97110", 6, 8),
        ("97112", 4, 6),
        ("97116", 4, 4),
        ("97140", 6, 6),
        ("97150", 1, 2),
        ("97530", 6, 6),
        ("97535", 8, 8),
        ("97035", 2, 2),
        ("97537", 6, 8),
        ("97602", 0, 1),
        ("99211", 1, 2),
    ],
)
def test_limits_differ_by_setting(code: str, practitioner: int, hospital: int) -> None:
    found = [
        BOOK.policy("medicare_part_b", MARCH, setting).mue(code)
        for setting in ("practitioner", "hospital")
    ]
    assert [mue.units for mue in found if mue] == [practitioner, hospital]


def test_every_successor_and_add_on_is_a_code_of_the_table() -> None:
    codes = BOOK.tables.codes
    named = {name for code in codes.values() for name in (*code.successors, code.add_on_to) if name}
    assert named <= codes.keys()


def test_every_timed_code_counts_quarter_hours() -> None:
    timed: list[Code] = [code for code in BOOK.tables.codes.values() if code.kind == "timed"]
    assert {code.minutes for code in timed} == {15}
