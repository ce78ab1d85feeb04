"""What changed between two editions, table by table; the quick way equals the plain one."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.impact.changes import Change, TableChanges, compare
from plugin.impact.sides import choose
from plugin.imports.follow import Editions
from plugin.imports.pairs import PairTable
from tests.impact.quarters import FIRST, NEW, OLD, both, limits, pairs
from tests.imports import made
from tests.imports.made import brought
from tests.rules.shorthand import BOOK

OTHERS = "43200", "43235"
"""Codes of no therapy."""


def changed(home: Path, old: str, new: str, **how: object) -> list[TableChanges]:
    sides = choose(old, new, home, Editions(home).snapshot())
    return list(compare(sides, BOOK.shipped.tables, **how))  # type: ignore[arg-type]


def test_limits_added_ended_and_changed_are_told(tmp_path: Path) -> None:
    (found,) = changed(both(tmp_path), OLD, NEW)
    assert (found.slot, found.day) == ("mue-practitioner", FIRST)
    assert found.therapy == [
        Change(("97110",), ("4", "2"), ("1", "2")),
        Change(("97112",), ("4", "3"), ("4", "2")),
        Change(("97140",), ("6", "3"), None),
        Change(("97530",), None, ("6", "3")),
    ]
    assert [own.sort for own in found.therapy] == ["changed", "changed", "ended", "added"]


def test_pairs_added_ended_and_with_another_indicator_are_told(tmp_path: Path) -> None:
    (found,) = changed(both(tmp_path), "v320r0", "v321r0")
    assert found.therapy == [
        Change(("97110", "97112"), None, ("1",)),
        Change(("97110", "97116"), ("1",), None),
        Change(("97140", "97530"), ("1",), ("0",)),
    ]


def test_on_a_day_before_they_came_and_went_only_the_indicator_differs(tmp_path: Path) -> None:
    (found,) = changed(both(tmp_path), "v320r0", "v321r0", day="2026-03-31")
    assert [own.key for own in found.therapy] == [("97140", "97530")]


def test_amounts_are_dollars_for_one_unit(tmp_path: Path) -> None:
    rows = list(made.RVU_2025)
    brought(tmp_path, "rvu", made.text(tmp_path, "PPRRVU25_OCT.csv", *rows))
    rows[0] = rows[0].replace("2025", "2026").replace("October", "July")
    rows[6] = rows[6].replace("0.45", "0.47")
    for name in ("PPRRVU26_JUL_nonQPP.csv", "PPRRVU26_JUL_QPP.csv"):
        brought(tmp_path, "rvu", made.text(tmp_path, name, *rows))
        rows[6] = rows[6].replace("0.47", "0.50")
    (found,) = changed(tmp_path, "2025 Oct", "rvu-standard:2026 Jul")
    # (0.45 + 0.43 + 0.01) x 32.3465 and (0.47 + 0.43 + 0.01) x 32.3465
    assert found.therapy == [Change(("97110",), ("A", "28.79", "28.79"), ("A", "29.44", "29.44"))]
    (other,) = changed(tmp_path, "rvu-apm:2026 Jul", "rvu-apm:2026 Jul")
    assert other.therapy == []


def test_add_ons_and_the_therapy_list_are_compared_with_what_ships(tmp_path: Path) -> None:
    heads = (
        "AOC_Edit_Type\tAdd-On_Code\tAOC_DelDt\tPrimary_Code\tPrimary_Code_DelDt\t"
        "AOC_Edit_EffDt\tAOC_Edit_DelDt\tSpecial_Instruction_Notes"
    )
    rows = heads, "1\t97546\t\t97545\t\t2013091\t\t", "1\t97598\t\t97110\t\t2026091\t\t"
    brought(tmp_path, "add-on", made.text(tmp_path, "AOC_V2026Q2-MCR.txt", *rows), everything=True)
    (found,) = changed(tmp_path, "shipped", "add-on:2026Q2")
    assert Change(("97598", "97110"), None, ()) in found.therapy
    assert ("97546", "97545") not in {own.key for own in found.therapy}
    assert {own.sort for own in found.therapy} == {"added", "ended"}
    table = made.text(tmp_path, "list_2026.csv", "HCPCS,Disposition", "97110,Sometimes", "97999,x")
    table.write_text(table.read_text().replace("97999,x", "97999,Always"))
    brought(tmp_path, "therapy-list", table)
    (found,) = changed(tmp_path, "shipped", "therapy-list:2026")
    assert Change(("97110",), ("always",), ("sometimes",)) in found.therapy
    assert Change(("97999",), None, ("always",)) in found.therapy


def test_other_codes_are_counted_listed_when_wanted_and_never_guessed(tmp_path: Path) -> None:
    one, two = OTHERS
    brought(tmp_path, "mue", made.mue(tmp_path, "97110,4,2 D,D", f"{one},1,2 D,D"), everything=True)
    new = made.mue(tmp_path, "97110,5,2 D,D", f"{one},2,2 D,D", f"{two},1,2 D,D", day="07-01-2026")
    brought(tmp_path, "mue", new, everything=True)
    (found,) = changed(tmp_path, "2026Q2", "2026Q3")
    assert [own.key for own in found.therapy] == [("97110",)]
    assert found.others == {"changed": 1, "added": 1}
    assert found.listed == []
    (found,) = changed(tmp_path, "2026Q2", "2026Q3", all_of=True)
    assert [own.key for own in found.listed] == [(one,), (two,)]
    (found,) = changed(tmp_path, "shipped", "2026Q3")
    assert found.others is None
    limits(tmp_path, ["97110,5,2 Date,Data"], 4)
    (found,) = changed(tmp_path, "2026Q3", "2026Q4")
    assert found.others is None, "one side was loaded without other codes"
    assert found.therapy == []


WINDOWS = st.lists(
    st.tuples(
        st.sampled_from(["97110", "97140", "97530", "97150"]),
        st.sampled_from(["97112", "97116", "97124", "97530"]),
        st.sampled_from(["20200101", "20250101", "20260201"]),
        st.sampled_from(["*", "20260331", "20260630"]),
        st.sampled_from("019"),
        st.sampled_from(["Mutually exclusive procedures", "Misuse of Column Two", "Other"]),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda row: row[:4],
)


def written(rows: list[tuple[str, ...]]) -> list[str]:
    return [
        f"{one}\t{two}\t\t{first}\t{last}\t{indicator}\t{why}"
        for one, two, first, last, indicator, why in rows
        if last == "*" or last >= first
    ] or [made.ROW]


@settings(max_examples=25, deadline=None)
@given(old=WINDOWS, new=WINDOWS, day=st.sampled_from([FIRST, "2026-01-31", "2025-06-01"]))
def test_the_pairs_that_changed_are_those_that_a_look_at_every_pair_finds(
    old: list[tuple[str, ...]], new: list[tuple[str, ...]], day: str
) -> None:
    with TemporaryDirectory() as folder:
        home = Path(folder)
        pairs(home, written(old), 1)
        pairs(home, [*written(new), made.pair("97750", "97112")], 2)
        (found,) = changed(home, "v320r0", "v321r0", day=day)
        sides = choose("v320r0", "v321r0", home, Editions(home).snapshot())
        was, now = (
            own.snapshot.slots["ptp-practitioner"][-1].pairs for own in (sides.old, sides.new)
        )
        assert isinstance(was, PairTable)
        assert isinstance(now, PairTable)
        every = {(one, two) for own in (was, now) for one in own for two in own[one]}
        looked = {
            (one, two): tuple(
                edit and edit.indicator for edit in (own.edit(one, two, day) for own in (was, now))
            )
            for one, two in every
        }
        assert {
            own.key: (own.was and own.was[0], own.now and own.now[0]) for own in found.therapy
        } == {key: said for key, said in looked.items() if said[0] != said[1]}
