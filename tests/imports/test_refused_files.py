"""Files that are no tables, or not whole: refused with file and remedy, and nothing changed."""

import struct
import zipfile
from pathlib import Path

import pytest

from plugin.imports import sources
from plugin.imports.faults import RefusedFileError
from tests.imports import made
from tests.imports.made import brought
from tests.imports.refusing import OTHER, refused, state


def test_a_file_that_is_not_there(home: Path, tmp_path: Path) -> None:
    assert "nowhere.zip: cannot be read" in refused(home, "mue", tmp_path / "nowhere.zip")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"<!DOCTYPE html><html>", "Accept the licence"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"", "is empty"),
        (b"PK\x03\x04 and no more", "cut short or damaged"),
        (b"\x00\x01\x02\x03", "is no text"),
        (b"some words\nof a letter\n", "has no header"),
    ],
)
def test_a_wrong_kind_of_file(home: Path, tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv"
    path.write_bytes(content)
    before = state(home)
    with pytest.raises(RefusedFileError, match=reason) as error:
        brought(home, "mue", path)
    assert error.value.file == path.name
    assert state(home) == before


def test_another_table_than_was_named(home: Path, tmp_path: Path) -> None:
    path = made.ptp(tmp_path, made.ROW)
    assert "has no header with the columns code, mue value" in refused(home, "mue", path)


def test_a_zip_of_something_else(home: Path, tmp_path: Path) -> None:
    archive = made.zipped(tmp_path / "a.zip", made.ptp(tmp_path, made.ROW))
    assert "holds no table of this kind" in refused(home, "rvu", archive)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_zip(home: Path, tmp_path: Path, share: float) -> None:
    archive = made.zipped(tmp_path / "a.zip", made.mue(tmp_path, OTHER, day="07-01-2026"))
    content = archive.read_bytes()
    archive.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(RefusedFileError, match=r"a.zip.*cut short or damaged.*Download it again"):
        brought(home, "mue", archive)


def test_a_zip_with_a_changed_byte(home: Path, tmp_path: Path) -> None:
    rows = [f"9{n:04},6,3 Date,Data" for n in range(3000)]
    archive = made.zipped(tmp_path / "a.zip", made.mue(tmp_path, *rows, day="07-01-2026"))
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 0xFF
    archive.write_bytes(content)
    with pytest.raises(RefusedFileError, match="cut short or damaged"):
        brought(home, "mue", archive)


def test_a_zip_bomb(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LARGEST", 4 << 20)
    path = made.text(tmp_path, "big.csv", "0" * (5 << 20))
    with pytest.raises(RefusedFileError, match="unpacks to more than"):
        brought(home, "mue", made.zipped(tmp_path / "bomb.zip", path))


def test_a_zip_bomb_that_owns_up_to_its_size(home: Path, tmp_path: Path) -> None:
    path = made.zipped(tmp_path / "bomb.zip", made.text(tmp_path, "big.csv", "0" * 40_000))
    small, true = (struct.pack("<I", size) for size in (40_002, sources.LARGEST + 1))
    path.write_bytes(path.read_bytes().replace(small, true))
    said = refused(home, "mue", path)
    assert "bomb.zip: unpacks to more than 1024 MiB" in said
    assert "Download it again from CMS" in said


@pytest.mark.parametrize("name", ["big.csv", "xl/worksheets/sheet1.xml"])
def test_a_zip_bomb_that_lies_about_its_size(home: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b"0" * (40 << 20))
        if name.startswith("xl"):
            archive.writestr(sources.WORKBOOK_MARK, b"<Types/>")
    content = path.read_bytes()
    honest, lie = struct.pack("<I", 40 << 20), struct.pack("<I", 1000)
    path.write_bytes(content.replace(honest, lie))
    with pytest.raises(RefusedFileError, match="cut short or damaged"):
        brought(home, "mue", path)


def test_a_workbook_that_is_cut_short(home: Path, tmp_path: Path) -> None:
    path = made.workbook(tmp_path / "AOC_V2026Q2-MCR.xlsx", [["x"]] * 50)
    path.write_bytes(path.read_bytes()[:-40])
    assert "cut short or damaged" in refused(home, "add-on", path)
