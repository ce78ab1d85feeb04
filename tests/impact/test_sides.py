"""What OLD and NEW may be, and what is said when a name means nothing or too much."""

from pathlib import Path

import pytest

from plugin.impact.sides import SideError, Sides, choices, choose, opens
from plugin.imports.follow import Editions
from tests.impact.quarters import FIRST, NEW, OLD, both, limits
from tests.imports import made
from tests.imports.made import brought


def chosen(home: Path, old: str, new: str) -> Sides:
    return choose(old, new, home, Editions(home).snapshot())


def names(sides: Sides) -> tuple[str, str]:
    return sides.old.name, sides.new.name


def test_a_name_alone_will_do_where_one_edition_has_it(tmp_path: Path) -> None:
    found = chosen(both(tmp_path), OLD, NEW.lower())
    assert names(found) == (f"mue-practitioner:{OLD}", f"mue-practitioner:{NEW}")
    assert found.slots == ["mue-practitioner"]


@pytest.mark.parametrize("old", ["v320r0", "ptp:v320r0", "ptp-practitioner:v320r0"])
def test_a_superseded_edition_can_be_compared_by_any_part_of_its_name(
    tmp_path: Path, old: str
) -> None:
    found = chosen(both(tmp_path), old, "v321r0")
    assert names(found) == ("ptp-practitioner:v320r0", "ptp-practitioner:v321r0")
    assert found.day("ptp-practitioner") == FIRST


def test_a_name_of_several_editions_is_refused_and_they_are_named(tmp_path: Path) -> None:
    both(tmp_path)
    brought(tmp_path, "mue", made.mue(tmp_path, made.MUE_ROW, setting="Hospital"))
    with pytest.raises(SideError, match=r"say mue-practitioner:2026Q2, mue-hospital:2026Q2"):
        chosen(tmp_path, "shipped", NEW)
    found = chosen(tmp_path, OLD, NEW)
    assert found.slots == ["mue-practitioner"], "the other side tells which table is meant"


def test_a_table_imported_twice_under_a_name_is_told_by_its_number(tmp_path: Path) -> None:
    limits(tmp_path, ["97110,4,2 Date,Data"], 2)
    limits(tmp_path, ["97110,5,2 Date,Data"], 2)
    with pytest.raises(SideError, match=r"mue-practitioner:2026Q2@1 .* mue-practitioner:2026Q2@2"):
        chosen(tmp_path, "shipped", NEW)
    found = chosen(tmp_path, "2026Q2@1", "mue:2026Q2@2")
    assert names(found) == ("mue-practitioner:2026Q2@1", "mue-practitioner:2026Q2@2")


@pytest.mark.parametrize("name", ["", "2031Q1", "gpci:2026Q1", ":", "@", "2026Q1@9", "Now"])
def test_a_name_that_nothing_has_is_refused_and_not_repeated(tmp_path: Path, name: str) -> None:
    with pytest.raises(SideError) as raised:
        chosen(both(tmp_path), name, "now")
    assert raised.value.why.startswith("no edition has that name; there are shipped, now, mue-")


def test_editions_of_two_tables_are_not_compared(tmp_path: Path) -> None:
    with pytest.raises(SideError, match="of another table"):
        chosen(both(tmp_path), OLD, "v321r0")


def test_what_ships_is_refused_where_nothing_of_the_table_ships(tmp_path: Path) -> None:
    rows = ["code,grouping,classification,specialization", "225100000X,a,b,c"]
    brought(tmp_path, "nucc", made.text(tmp_path, "nucc_taxonomy_251.csv", *rows))
    with pytest.raises(SideError, match="nothing of that table comes with the service"):
        chosen(tmp_path, "shipped", "nucc:25.1")


def test_only_the_table_of_a_named_edition_differs_between_the_sides(tmp_path: Path) -> None:
    found = chosen(both(tmp_path), "shipped", NEW)
    old, new = (own.snapshot.slots for own in (found.old, found.new))
    assert "mue-practitioner" not in old
    assert [own.edition.name for own in new["mue-practitioner"]] == [NEW]
    assert old["ptp-practitioner"] == new["ptp-practitioner"]


def test_now_against_shipped_is_of_every_table_that_is_loaded(tmp_path: Path) -> None:
    found = chosen(both(tmp_path), "shipped", "now")
    assert found.slots == ["mue-practitioner", "ptp-practitioner"]
    assert not found.old.snapshot.slots
    same = chosen(tmp_path, "shipped", "shipped")
    assert same.slots == []
    assert not same.new.snapshot.slots
    assert chosen(tmp_path / "empty", "shipped", "now").slots == []


def test_every_choice_that_is_offered_is_one(tmp_path: Path) -> None:
    both(tmp_path)
    limits(tmp_path, ["97110,2,2 Date,Data"], 2)
    offered = choices(tmp_path)
    assert len(offered) == 7
    assert [chosen(tmp_path, "now", own).new.name for own in offered] == offered


def test_the_day_of_a_table_that_goes_back_for_years_is_its_own_quarters_first(
    tmp_path: Path,
) -> None:
    found = chosen(both(tmp_path), "v320r0", "v321r0")
    assert found.new.edition
    assert found.new.edition.effective == "1996-01-01"
    assert opens(found.new.edition) == FIRST
