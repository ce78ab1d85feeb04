"""The modifiers of a code, under Medicare and under other payers."""

from dataclasses import replace
from datetime import date
from types import ModuleType
from typing import Any

import pytest

from plugin.reference.library import Library
from plugin.reference.marks import METHOD
from rules.coverage import unpaid
from rules.model import Finding
from rules.modifiers import assistant_modifier, discipline_modifier, telehealth
from tests.reference.asking import CODES, MARCH, asked, needed
from tests.rules.shorthand import BOOK, visit


def test_the_modifiers_of_exercise_are_those_of_the_day(library: Library) -> None:
    now, then = needed(asked(library, "97110")), needed(asked(library, "97110", date(2019, 5, 5)))
    assert [*now] == ["59, XS or XE", "GP", "GO", "CQ", "CO", "KX", "95", "93"]
    assert (
        now["KX"][0]
        == "past $2,480 of physical and speech therapy together in the year, if it is needed"
    )
    assert [*then] == ["59, XS or XE", "GP", "GO", "KX"]
    assert "$2,040" in then["KX"][0]


@pytest.mark.parametrize(
    ("code", "has", "lacks"),
    [
        ("97161", {"GP", "KX", "95"}, {"GO", "CQ", "AT"}),
        ("97165", {"GO"}, {"GP", "CO"}),
        ("92507", {"GN", "95"}, {"GP", "CQ"}),
        ("98941", {"AT", "GA", "GZ"}, {"GP", "KX", "CQ"}),
        ("98977", {"GP", "GN"}, {"CQ", "95"}),
        ("97035", {"GP", "CQ"}, {"95", "AT"}),
        ("97169", {"GY", "GX"}, {"GP", "KX"}),
        ("97010", set(), {"GP", "CQ", "GY"}),
        ("97001", set(), {"GP"}),
        ("99211", {"25"}, {"59", "GP"}),
    ],
)
def test_each_code_has_its_own_modifiers(
    library: Library, code: str, has: set[str], lacks: set[str]
) -> None:
    found = needed(asked(library, code)).keys()
    assert has <= found
    assert not lacks & found


OF = {
    "PT": ("pt", "pta", "GP", "CQ"),
    "OT": ("ot", "ota", "GO", "CO"),
    "SLP": ("slp", "", "GN", ""),
}


def asks(rule: ModuleType, chart: str, bill: str, **facts: Any) -> set[str]:
    """Return the modifiers that a rule would add to one line."""
    seen = replace(visit({"chart": [chart], "bill": [bill]}), memo={}, **facts)
    found = [f for f in rule.check(seen, BOOK.policy(seen.payer, MARCH)) if isinstance(f, Finding)]
    fixes = [fix for finding in found for fix in finding.fixes]
    return {m for fix in fixes for line in fix.new for m in line.modifiers}


@pytest.mark.parametrize("discipline", OF)
def test_the_modifiers_are_those_that_the_rules_ask_for(library: Library, discipline: str) -> None:
    therapist, assistant, plan, assisted = OF[discipline]
    policy = library.policy(MARCH)
    remote = {"telehealth": True, "telehealth_mode": "video", "place": "10"}
    for code in CODES.values():
        mine = discipline in code.disciplines and code.only in {"", plan}
        if not mine or not code.in_force(policy.day) or unpaid(code, (), policy):
            continue
        told = needed(asked(library, code.code)).keys()
        chart, bare, line = f"{code.code} 30min", f"{code.code} x1", f"{code.code}-{plan}"
        assert asks(discipline_modifier, f"{chart} {therapist}", bare) == told & {plan}
        assert asks(telehealth, f"{chart} {therapist}", f"{line} x1", **remote) - {plan} == (
            told & {"95"}
        )
        if assistant:
            marked = asks(assistant_modifier, f"{chart} {assistant}", f"{line} x1") - {plan}
            assert marked == told & {assisted}


def test_what_never_stands_on_a_line_is_said_apart(library: Library) -> None:
    said = asked(library, "97110")["modifiers"]
    assert {each["modifier"] for each in said if each["never"]} == {"26", "TC", "51", "76", "77"}
    device = asked(library, "98977")["modifiers"]
    assert "CQ and CO" in {each["modifier"] for each in device if each["never"]}


def test_59_names_the_codes_that_it_sets_apart(library: Library) -> None:
    (says,) = needed(asked(library, "97110"))["59, XS or XE"]
    assert "97150" in says
    assert "97112" not in says
    assert "97530" not in says
    assert [*needed(asked(library, "97140"))][:2] == ["59, XS or XE", "59 or XS"]


def test_other_payers_are_told_by_what_differs(library: Library) -> None:
    told = {t: each for each in asked(library, "97110")["payers"] for t in each["payers"]}
    assert told.keys() == {
        title for name, title in library.payers.items() if name != "medicare_part_b"
    }
    differs = {t: [line["says"] for line in each.get("differs", ())] for t, each in told.items()}
    assert differs["TRICARE"] == ["not presumed: KX, 95, 93; the payer's own contract decides"]
    assert METHOD["per_code"] in differs["Commercial plan that counts each code alone"]
    assert "59, XS or XE, GP" in differs["Workers' compensation"][0]
    assert "GP, GO, CQ" in differs["Medicaid"][0]


def test_a_payer_that_began_later_differs_before(library: Library) -> None:
    def differs(on: date) -> str:
        rows = asked(library, "97110", on)["payers"]
        (own,) = [r for r in rows if "UnitedHealthcare, commercial" in r["payers"]]
        return str(own["differs"][0]["says"])

    assert "GP" in differs(date(2020, 6, 30))
    assert "GP" not in differs(date(2020, 7, 1))
