"""Unit limits and add-on codes: every trap of their layouts."""

from pathlib import Path

import pytest

from plugin.imports.drafts import Given
from plugin.imports.faults import RefusedFileError
from rules.policy import AddOn, Mue
from tests.imports import made
from tests.imports.made import brought, snapshot

ADD_ON = (
    "AOC_Edit_Type",
    "Add-On_Code",
    "AOC_DelDT",
    "Primary_Code",
    "Primary_Code_DelDT",
    "AOC_Edit_EffDT",
    "AOC_Edit_DelDT",
    "Special_Instruction_Notes",
)


def test_mue_notice_and_header_span_lines(tmp_path: Path) -> None:
    rows = (made.MUE_ROW, "97140,0,2 Date of Service Edit: Policy,CMS Policy")
    brought(tmp_path, "mue", made.mue(tmp_path, *rows))
    held = snapshot(tmp_path)
    assert held.mue("practitioner", "97110", "2026-04-01") == Mue(
        6, "3", "2026-04-01", "2026-06-30"
    )
    assert held.mue("practitioner", "97140", "2026-06-30") == Mue(
        0, "2", "2026-04-01", "2026-06-30"
    )
    assert held.mue("practitioner", "97110", "2026-07-01") is None
    assert held.mue("hospital", "97110", "2026-04-01") is None


def test_mue_workbooks_hold_numbers_or_text(tmp_path: Path) -> None:
    header = ["HCPCS/\nCPT Code", "Outpatient Hospital Services MUE Values"]
    rows: list[list[str | float]] = [
        ["A notice", "", "", ""],
        [*header, "MUE Adjudication Indicator", "MUE Rationale"],
        [97110.0, 8.0, "3 Date of Service Edit: Clinical", "Clinical: Data"],
    ]
    path = made.workbook(tmp_path / "MCR_MUE_OutpatientHospitalServices_Eff_07-01-2026.xlsx", rows)
    brought(tmp_path, "mue", path)
    found = snapshot(tmp_path).mue("hospital", "97110", "2026-07-01")
    assert found is not None
    assert found.units == 8


def test_mue_of_suppliers_is_refused(tmp_path: Path) -> None:
    heads = made.MUE_NOTICE, made.MUE_HEADER.format("DME Supplier")
    path = made.text(tmp_path, "MCR_MUE_Eff_04-01-2026.csv", *heads, made.MUE_ROW)
    with pytest.raises(RefusedFileError, match="suppliers of equipment"):
        brought(tmp_path, "mue", path)


def test_a_renamed_file_must_be_dated(tmp_path: Path) -> None:
    heads = made.MUE_NOTICE, made.MUE_HEADER.format("Practitioner")
    path = made.text(tmp_path, "mue.csv", *heads, made.MUE_ROW)
    with pytest.raises(RefusedFileError, match="--effective DAY"):
        brought(tmp_path, "mue", path)
    given = Given(excerpt=True, effective="2026-04-01")
    assert brought(tmp_path, "mue", path, given=given)[0].edition.ending == "2026-06-30"


def test_add_on_days_are_ordinal_and_end_with_either_code(tmp_path: Path) -> None:
    rows = [
        ["A notice", *[""] * 7],
        list(ADD_ON),
        ["1", "97530", "", "97110", "", "2013091", "", "(Practitioner Only)"],
        ["1", "97530", "", "97112", "2024366", "2020001", "2025001", ""],
        ["2", "97530", "", "CCCCC", "", "2020001", "", ""],
        ["1", "0054T", "", "97110", "", "2020001", "", ""],
    ]
    done = brought(tmp_path, "add-on", made.workbook(tmp_path / "AOC_V2026Q2-MCR.xlsx", rows))
    assert (done[0].edition.rows_read, done[0].edition.rows_kept) == (4, 3)
    held = snapshot(tmp_path)
    assert held.add_ons("97530", "2024-12-31") == [
        AddOn("97110", "2013-04-01", ""),
        AddOn("97112", "2020-01-01", "2024-12-31"),
        AddOn("CCCCC", "2020-01-01", ""),
    ]
    assert [own.primary for own in held.add_ons("97530", "2025-01-01")] == ["97110", "CCCCC"]


def test_add_on_text_is_tab_separated(tmp_path: Path) -> None:
    row = "1\t97530\t\t97110\t\t2013091\t\t"
    brought(
        tmp_path, "add-on", made.text(tmp_path, "AOC_V2025Q4_01-MCR.txt", "\t".join(ADD_ON), row)
    )
    assert snapshot(tmp_path).add_ons("97530", "2025-12-31")


def test_add_on_day_that_is_none_is_refused(tmp_path: Path) -> None:
    row = "1\t97530\t\t97110\t\t2013366\t\t"
    path = made.text(tmp_path, "AOC_V2025Q4-MCR.txt", "\t".join(ADD_ON), row)
    with pytest.raises(RefusedFileError, match="line 2: effective should be a day YYYYDDD"):
        brought(tmp_path, "add-on", path)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("97112,six,3 Date of Service Edit: Clinical,Data", "mue value should be a whole number"),
        ("6,97112,3 Date of Service Edit: Clinical,Data", "code should be|mue value should be"),
        ("97112,3 Date of Service Edit: Clinical,4,Data", "should be"),
        ("97112,4,Date of Service,Data", "mai should be 1, 2 or 3"),
        ("97112,4,3 Date of Service Edit", "3 fields where the header has 4"),
        (made.MUE_ROW, "97110 stands in line 6 already"),
    ],
)
def test_a_row_that_cannot_be_is_refused_by_its_line(tmp_path: Path, row: str, reason: str) -> None:
    path = made.mue(tmp_path, made.MUE_ROW, row)
    with pytest.raises(RefusedFileError, match=reason) as refused:
        brought(tmp_path, "mue", path)
    assert refused.value.line == 7
