"""Relative values and what they are worth where: every trap of their layouts."""

from decimal import Decimal
from pathlib import Path

import pytest

from plugin.imports.faults import RefusedFileError
from tests.imports import made
from tests.imports.made import brought, snapshot

GPCI = "Medicare Administrative Contractor (MAC),State,Locality Number,Locality Name,{}"
GPCI_2026 = GPCI.format("2026 PW GPCI (with 1.0 Floor)***,2026 PE GPCI,2026 MP GPCI")


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
