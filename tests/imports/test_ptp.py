"""PTP files: every trap of their layout."""

from pathlib import Path

import pytest

from plugin.imports.drafts import Given
from plugin.imports.faults import RefusedFileError
from rules.policy import Edit
from tests.imports import made
from tests.imports.made import brought, pair, snapshot

DAY = "2026-08-01"


def windows(home: Path, one: str, two: str) -> list[Edit]:
    loaded = snapshot(home).slots["ptp-practitioner"][-1]
    assert loaded.pairs is not None
    return loaded.pairs.windows(one, two)


def test_the_stacked_header_is_no_data(tmp_path: Path) -> None:
    done = brought(tmp_path, "ptp", made.ptp(tmp_path, made.ROW))
    assert [(own.edition.rows_read, own.edition.name) for own in done] == [(1, "v322r0")]


def test_the_header_of_one_line_is_read_too(tmp_path: Path) -> None:
    header = (
        "Column 1\tColumn 2\t*=in existence prior to 1996\tEffective Date\tDeletion Date *=no data"
        "\tModifier 0=not allowed 1=allowed 9=not applicable\tPTP Edit Rationale"
    )
    brought(tmp_path, "ptp", made.text(tmp_path, "ccipra-v322r0-f1.TXT", header, made.ROW))
    assert snapshot(tmp_path).edit("practitioner", "97140", "97530", DAY)


def test_columns_go_by_name_in_any_order(tmp_path: Path) -> None:
    def turned(line: str) -> str:
        cells = line.split("\t")
        return "\t".join([*cells[:2], *reversed(cells[2:])])

    lines = [turned(line) for line in (*made.PREAMBLE, made.ROW)]
    brought(tmp_path, "ptp", made.text(tmp_path, "ccipra-v322r0-f1.TXT", *lines))
    assert windows(tmp_path, "97140", "97530") == [Edit("1", "2020-01-01", "", "read")]


def test_every_window_of_a_pair_is_kept_and_the_day_chooses(tmp_path: Path) -> None:
    rows = (
        pair("97140", "97530", "20201001", "20211231", "0"),
        pair("97140", "97530", "20000701", "20191231"),
        pair("97140", "97530", "20220101"),
    )
    brought(tmp_path, "ptp", made.ptp(tmp_path, *rows))
    held = snapshot(tmp_path)
    days = ("2000-06-30", "2000-07-01", "2019-12-31", "2020-01-01", "2021-01-01", DAY)
    found = [held.edit("practitioner", "97140", "97530", day) for day in days]
    assert [edit and edit.indicator for edit in found] == [None, "1", "1", None, "0", "1"]


def test_direction_is_kept(tmp_path: Path) -> None:
    brought(tmp_path, "ptp", made.ptp(tmp_path, made.ROW))
    assert snapshot(tmp_path).edit("practitioner", "97530", "97140", DAY) is None


def test_an_edit_taken_back_on_its_first_day_is_kept_and_never_in_force(tmp_path: Path) -> None:
    row = pair("97140", "97530", "20201001", "20201001", "9")
    brought(tmp_path, "ptp", made.ptp(tmp_path, row))
    assert windows(tmp_path, "97140", "97530") == [Edit("9", "2020-10-01", "2020-10-01", "read")]
    assert snapshot(tmp_path).edit("practitioner", "97140", "97530", "2020-10-01") is None


def test_both_settings_stand_side_by_side(tmp_path: Path) -> None:
    brought(
        tmp_path,
        "ptp",
        made.ptp(tmp_path, pair("97140", "97530", indicator="0")),
        made.ptp(tmp_path, pair("97140", "97530"), name="ccioph-v322r0-f1.TXT"),
    )
    held = snapshot(tmp_path)
    found = [held.edit(own, "97140", "97530", DAY) for own in ("practitioner", "hospital")]
    assert [edit and edit.indicator for edit in found] == ["0", "1"]


def test_codes_with_leading_zeros_and_letters_are_text(tmp_path: Path) -> None:
    rows = (pair("0001A", "0591T"), pair("0001U", "36591"), pair("97140", "G0283"))
    brought(tmp_path, "ptp", made.ptp(tmp_path, *rows), everything=True)
    held = snapshot(tmp_path)
    assert held.edit("practitioner", "0001A", "0591T", DAY)
    assert held.edit("practitioner", "0001U", "36591", DAY)
    assert held.edit("practitioner", "97140", "G0283", DAY)
    assert held.edit("practitioner", "0001a", "0591T", DAY) is None


def test_therapy_alone_is_kept_unless_all_is_asked_for(tmp_path: Path) -> None:
    rows = (made.ROW, pair("97140", "99213"), pair("29881", "97110"))
    path = made.ptp(tmp_path, *rows)
    assert brought(tmp_path, "ptp", path)[0].edition.rows_kept == 1
    assert brought(tmp_path, "ptp", path, everything=True)[0].edition.rows_kept == 3


def test_a_workbook_says_the_same_as_the_text(tmp_path: Path) -> None:
    rows = [line.split("\t") for line in (*made.PREAMBLE, made.ROW)]
    rows[0], rows[1] = [rows[0][0], *[""] * 6], [rows[1][0], *[""] * 6]
    numbered: list[list[str | float]] = [list(row) for row in rows]
    numbered[-1] = [97140.0, "97530", "", 20200101.0, "*", 1.0, rows[-1][-1]]
    brought(tmp_path, "ptp", made.workbook(tmp_path / "ccipra-v322r0-f1.xlsx", numbered))
    assert windows(tmp_path, "97140", "97530") == [Edit("1", "2020-01-01", "", "read")]


@pytest.mark.parametrize("inner", [".TXT", ".xlsx"])
def test_a_zip_is_read_whichever_it_holds(tmp_path: Path, inner: str) -> None:
    rows = [line.split("\t") for line in (*made.PREAMBLE, made.ROW)]
    rows = [[*row, *[""] * (7 - len(row))] for row in rows]
    path = tmp_path / f"ccipra-v322r0-f1{inner}"
    if inner == ".TXT":
        made.ptp(tmp_path, made.ROW)
    else:
        made.workbook(path, rows)
    brought(tmp_path, "ptp", made.zipped(tmp_path / "2026q3-practitioner.zip", path))
    assert snapshot(tmp_path).edit("practitioner", "97140", "97530", DAY)


def test_of_a_zip_with_both_the_text_is_read(tmp_path: Path) -> None:
    broken = tmp_path / "ccipra-v322r0-f1.xlsx"
    broken.write_bytes(b"no workbook")
    archive = made.zipped(tmp_path / "a.zip", broken, made.ptp(tmp_path, made.ROW))
    assert brought(tmp_path, "ptp", archive)[0].edition.files[0].member == "ccipra-v322r0-f1.TXT"


def test_latin_1_and_plain_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "ccipra-v322r0-f1.TXT"
    lines = (*made.PREAMBLE, made.ROW + " \xae")
    path.write_bytes("\n".join(lines).encode("latin-1"))
    done = brought(tmp_path, "ptp", path)
    assert done[0].edition.rationales[0].endswith("®")


def test_the_quarter_in_a_name_is_the_last_that_is_covered(tmp_path: Path) -> None:
    brought(tmp_path, "ptp", made.ptp(tmp_path, made.ROW, name="ccipra-v323r1-f1.TXT"))
    held = snapshot(tmp_path)
    assert held.covers("ptp", "practitioner", "2026-12-31")
    assert held.covers("ptp", "practitioner", "2027-01-01") is None
    assert held.covers("ptp", "hospital", "2026-12-31") is None


def test_no_words_of_the_licence_are_kept(tmp_path: Path) -> None:
    brought(tmp_path, "ptp", made.ptp(tmp_path, made.ROW))
    kept = [path.read_bytes() for path in (tmp_path / "editions").rglob("*") if path.is_file()]
    assert not any(b"American Medical" in content for content in kept)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("\t97140\t97530\t\t20200101\t*\t1", "one should be a code"),
        ("97140\t97530\t20200101\t*\t1\tWords\t", "prior should be"),
        ("97140\t97530\t\t20200101\t\t1\tWords", "deletion should be"),
        ("97140\t97530\t\t20200230\t*\t1\tWords", "effective should be a day"),
        ("97140\t97530\t\tsoon\t*\t1\tWords", "effective should be a day"),
        ("97140\t97530\t\t20261001\t*\t1\tWords", "up to 2026-09-30"),
        ("97140\t97530\t\t20200101\t20191231\t1\tWords", "lies before"),
        ("97140\t97530\t\t20200101\t*\t2\tWords", "indicator should be"),
        ("97140\t9753o\t\t20200101\t*\t1\tWords", "two should be a code"),
        ("97140\t97530\t\t20200101\t*\t1", "rationale should be"),
        ("97140\t97530\t\t20200101\t*\t1\tWords\tmore", "8 fields"),
        ("", "one should be a code"),
    ],
)
def test_a_row_that_cannot_be_is_refused_by_its_line(tmp_path: Path, row: str, reason: str) -> None:
    path = made.ptp(tmp_path, made.ROW, pair("97140", "97112"), row, pair("97150", "97110"))
    with pytest.raises(RefusedFileError, match=reason) as refused:
        brought(tmp_path, "ptp", path)
    assert (refused.value.file, refused.value.line) == (path.name, 9)
    assert not snapshot(tmp_path).slots


def test_a_row_that_stands_twice_is_refused_by_its_line(tmp_path: Path) -> None:
    path = made.ptp(tmp_path, made.ROW, pair("97140", "97112"), made.ROW)
    with pytest.raises(RefusedFileError, match="line 9: 97140/97530 stands twice"):
        brought(tmp_path, "ptp", path)


def test_a_long_file_names_the_right_line(tmp_path: Path) -> None:
    codes = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    rows = [pair(f"9{a}{b}{c}0", "97530") for a in codes for b in codes for c in codes]
    rows = [row.replace("Mutually", "M" * 400) for row in rows]
    rows[40_000] = rows[40_000].replace("20200101", "20209999")
    with pytest.raises(RefusedFileError) as refused:
        brought(tmp_path, "ptp", made.ptp(tmp_path, *rows))
    assert refused.value.line == 40_000 + len(made.PREAMBLE) + 1


def test_all_four_parts_must_be_given(tmp_path: Path) -> None:
    parts = [made.ptp(tmp_path, made.ROW, name=f"ccipra-v322r0-f{n}.TXT") for n in (1, 2, 4)]
    for n, path in enumerate(parts):
        path.write_bytes(path.read_bytes() + f"{pair('97112', f'9711{n}')}\r\n".encode())
    with pytest.raises(RefusedFileError, match="part f3 of 4 is missing"):
        brought(tmp_path, "ptp", *parts, given=Given())
