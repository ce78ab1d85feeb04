"""The smaller tables: every trap of their layouts."""

from decimal import Decimal
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
GPCI = "Medicare Administrative Contractor (MAC),State,Locality Number,Locality Name,{}"
GPCI_2026 = GPCI.format("2026 PW GPCI (with 1.0 Floor)***,2026 PE GPCI,2026 MP GPCI")
ZIP = "AK995020210201 Z9   0 A                                                    20254"


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


def test_rvu_header_is_stacked_and_modifiers_are_rows_of_their_own(tmp_path: Path) -> None:
    brought(tmp_path, "rvu", made.text(tmp_path, "PPRRVU2025_Oct.csv", *made.RVU_2025))
    fee = snapshot(tmp_path).fee("97110", "2025-12-31")
    assert fee is not None
    assert (fee.work, fee.office, fee.malpractice) == (
        Decimal("0.45"),
        Decimal("0.43"),
        Decimal("0.01"),
    )
    assert (fee.factor, fee.reduced, fee.effective) == (Decimal("32.3465"), True, "2025-10-01")
    assert snapshot(tmp_path).fee("97110", "2026-01-01") is None
    kept = (tmp_path / "editions" / "000001-rvu-standard" / "table.csv").read_text()
    assert "DESCRIPTOR" not in kept


def test_rvu_columns_that_came_between_do_not_shift_the_factor(tmp_path: Path) -> None:
    def wider(line: str, cell: str) -> str:
        cells = line.split(",")
        return ",".join([*cells[:-1], cell, cells[-1]])

    lines = [
        wider(line, name)
        for line, name in zip(made.RVU_2025, ["", "", "", "", "PRIC", "IND", "9", "9"], strict=True)
    ]
    lines = [line.replace("2025 Nat", "2026 Nat").replace("32.3465", "33.4009") for line in lines]
    standard = made.text(tmp_path, "PPRRVU2026_Oct_nonQPP.csv", *lines)
    apm = made.text(
        tmp_path, "PPRRVU2026_Oct_QPP.csv", *[ln.replace("33.4009", "33.5675") for ln in lines]
    )
    brought(tmp_path, "rvu", standard, apm)
    held = snapshot(tmp_path)
    found = [held.fee("97110", "2026-12-31", own) for own in ("standard", "apm")]
    assert [fee and fee.factor for fee in found] == [Decimal("33.4009"), Decimal("33.5675")]


def rvu_line(code: str = "97110", modifier: str = "", mult: str = "5") -> str:
    line = [" "] * 171
    for first, cell in (
        (1, code),
        (6, modifier),
        (8, "A DESCRIPTOR"),
        (58, "A"),
        (60, "  0.45"),
        (67, "  0.43"),
        (76, "  0.43"),
        (85, " 0.01"),
        (103, "7"),
        (116, mult),
        (133, " 32.3465"),
    ):
        line[first - 1 : first - 1 + len(cell)] = cell
    return "".join(line)


def test_rvu_fixed_text_says_the_same_as_the_csv(tmp_path: Path) -> None:
    lines = ("HDR CPT CODES", rvu_line(), rvu_line(modifier="26"))
    brought(tmp_path, "rvu", made.text(tmp_path, "PPRRVU2025_Oct.txt", *lines))
    fixed = snapshot(tmp_path).fee("97110", "2025-10-01")
    brought(tmp_path, "rvu", made.text(tmp_path, "PPRRVU2025_Oct.csv", *made.RVU_2025))
    assert fixed == snapshot(tmp_path).fee("97110", "2025-10-01")


def test_rvu_fixed_text_of_2026_is_refused(tmp_path: Path) -> None:
    path = made.text(tmp_path, "PPRRVU2026_Jan.txt", rvu_line())
    with pytest.raises(RefusedFileError, match="Import the CSV"):
        brought(tmp_path, "rvu", path)


def test_releases_of_a_year_speak_from_their_month_on(tmp_path: Path) -> None:
    january = [line.replace("October", "January").replace("0.45", "0.50") for line in made.RVU_2025]
    brought(tmp_path, "rvu", made.text(tmp_path, "PPRRVU2025_Oct.csv", *made.RVU_2025))
    path = made.text(tmp_path, "PPRRVU2025_Jan.csv", *january)
    with pytest.raises(RefusedFileError, match=r"older than 2025 Oct.*--past"):
        brought(tmp_path, "rvu", path)
    brought(tmp_path, "rvu", path, past=True)
    held = snapshot(tmp_path)
    found = [held.fee("97110", day) for day in ("2025-01-01", "2025-09-30", "2025-10-01")]
    assert [fee and str(fee.work) for fee in found] == ["0.50", "0.50", "0.45"]
    spans = [(span.first, span.last) for _, span in held.spans("rvu-standard")]
    assert spans == [("2025-01-01", "2025-09-30"), ("2025-10-01", "2025-12-31")]


def test_gpci_footnotes_are_no_rows_and_names_lose_their_stars(tmp_path: Path) -> None:
    lines = (
        "ADDENDUM E. FINAL CY 2026 GEOGRAPHIC PRACTICE COST INDICES,,,,,,",
        ",,,,,,",
        GPCI_2026,
        "02102,AK,01,ALASKA*,1.500,1.065,0.551",
        '01212,HI,01,"HAWAII, GUAM",1.000,1.100,0.600',
        ",,,,,,",
        '"***Note: the floor, extended",,,,,,',
    )
    done = brought(tmp_path, "gpci", made.text(tmp_path, "GPCI2026.csv", *lines))
    assert done[0].edition.rows_kept == 2
    found = snapshot(tmp_path).gpci("02102", "01", "2026-12-31")
    assert found == (Decimal("1.500"), Decimal("1.065"), Decimal("0.551"))


def test_gpci_localities_of_a_workbook_get_their_zero_back(tmp_path: Path) -> None:
    rows: list[list[str | float]] = [
        list(GPCI_2026.split(",")),
        ["10112", "AL", "00", "ALABAMA", 1.0, 0.875, 0.566],
        ["01112", "CA", 5.0, "SAN FRANCISCO", 1.088, 1.419, 0.445],
    ]
    brought(tmp_path, "gpci", made.workbook(tmp_path / "GPCI2026.xlsx", rows))
    held = snapshot(tmp_path)
    assert held.gpci("01112", "05", "2026-01-01")
    assert held.gpci("10112", "00", "2026-01-01")


def test_zip_codes_lead_to_their_locality_in_their_quarter(tmp_path: Path) -> None:
    brought(tmp_path, "zip", made.text(tmp_path, "ZIP5_OCT2025.txt", ZIP))
    held = snapshot(tmp_path)
    assert held.places("99502", "2025-12-31") == [("02102", "01")]
    assert held.places("99502", "2026-01-01") == []


@pytest.mark.parametrize("line", [ZIP[:-1], " " + ZIP[:-1], ZIP.replace("99502", "9950A")])
def test_zip_lines_that_are_short_or_shifted_are_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(RefusedFileError, match="line 2: "):
        brought(tmp_path, "zip", made.text(tmp_path, "ZIP5_OCT2025.txt", ZIP, line))


def test_the_therapy_list_is_read_by_its_words(tmp_path: Path) -> None:
    lines = (
        "2026 Therapy Code List,",
        "HCPCS/CPT Code,Designation",
        "97110,Always therapy",
        "97530,sometimes",
    )
    brought(tmp_path, "therapy-list", made.text(tmp_path, "list.csv", *lines))
    held = snapshot(tmp_path)
    found = [held.therapy(code, "2026-05-01") for code in ("97110", "97530", "99213")]
    assert found == ["always", "sometimes", None]


def test_taxonomy_definitions_span_lines_and_are_left_behind(tmp_path: Path) -> None:
    lines = (
        "Code,Grouping,Classification,Specialization,Definition,Notes,Display Name,Section",
        '225100000X,Group,Physical Therapist,,"A definition,\nof two lines",,PT,Individual',
        "261QP2000X,Group,Clinic/Center,Physical Therapy,,,Clinic,Individual",
    )
    brought(tmp_path, "nucc", made.text(tmp_path, "nucc_taxonomy_251.csv", *lines))
    rows = snapshot(tmp_path).slots["nucc"][-1].rows
    assert rows["225100000X"] == [("225100000X", "Group", "Physical Therapist", "")]
    assert len(rows) == 2


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
