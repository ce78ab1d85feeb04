"""Bad input: a message with file and remedy, exit status 2, and nothing changed."""

import os
import struct
import subprocess
import zipfile
from pathlib import Path

import pytest

from plugin.imports import sources
from plugin.imports.drafts import Given
from plugin.imports.faults import RefusedFileError, StoreError
from plugin.imports.shelf import Shelf
from tests.cli.command import COMMAND, environment, run
from tests.imports import made
from tests.imports.made import brought, snapshot

EXCERPT = Given(excerpt=True)
OTHER = "97112,4,3 Date of Service Edit: Clinical,Clinical: Data"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one edition, which every refusal must leave as it is."""
    folder = tmp_path / "home"
    brought(folder, "mue", made.mue(tmp_path, made.MUE_ROW))
    return folder


def state(home: Path) -> dict[str, bytes]:
    root = home / "editions"
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def refused(home: Path, kind: str, *arguments: str | Path) -> str:
    """Import in a process of its own, which must refuse; return what it said."""
    before = state(home)
    done = run(home, "import", kind, *map(str, arguments))
    assert (done.returncode, done.stdout) == (2, b"")
    assert state(home) == before
    said = done.stderr.decode()
    assert said.startswith("countersign: ")
    assert len(said.splitlines()) == 1
    return said


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


def test_a_changed_header(home: Path, tmp_path: Path) -> None:
    path = made.mue(tmp_path, OTHER, day="07-01-2026")
    path.write_bytes(path.read_bytes().replace(b"MUE Values", b"Limits"))
    said = refused(home, "mue", path, "--excerpt")
    assert "line 4: the header has no column for mue value; it reads: hcpcs/ cpt code | " in said


def test_text_in_a_number(home: Path, tmp_path: Path) -> None:
    path = made.mue(tmp_path, made.MUE_ROW, OTHER.replace(",4,", ",four,"), day="07-01-2026")
    said = refused(home, "mue", path, "--excerpt")
    assert "line 7: mue value should be a whole number, is 'four'" in said


def test_a_part_of_a_release(home: Path, tmp_path: Path) -> None:
    said = refused(home, "mue", made.mue(tmp_path, OTHER, day="07-01-2026"))
    assert "holds 1 rows where every release has 5,000 or more" in said
    assert "--excerpt" in said


def test_a_release_without_a_row_that_all_have(home: Path, tmp_path: Path) -> None:
    rows = [f"{n:05},6,3 Date,Data" for n in range(6000)]
    said = refused(home, "mue", made.mue(tmp_path, *rows, day="07-01-2026"))
    assert "lacks code 97110, which every release holds" in said


def test_a_past_edition(home: Path, tmp_path: Path) -> None:
    said = refused(home, "mue", made.mue(tmp_path, OTHER, day="01-01-2026"), "--excerpt")
    assert "is 2026Q1, older than 2026Q2, which is in use. Add --past" in said


def test_the_same_file_twice(home: Path, tmp_path: Path) -> None:
    path = made.mue(tmp_path, made.MUE_ROW)
    assert "is loaded already, as mue-practitioner 2026Q2" in refused(home, "mue", path)
    copy = tmp_path / "copy.csv"
    copy.write_bytes(path.read_bytes())
    said = refused(home, "mue", path, copy)
    assert f"copy.csv: is the same file as {path.name}. Give each file once" in said


def test_two_tables_for_the_same_days(home: Path, tmp_path: Path) -> None:
    first = made.mue(tmp_path, OTHER, day="07-01-2026")
    (tmp_path / "more").mkdir()
    second = made.mue(tmp_path / "more", made.MUE_ROW, day="07-01-2026")
    assert "one of two mue-practitioner tables" in refused(home, "mue", first, second, "--excerpt")


def test_many_changes(tmp_path: Path) -> None:
    home = tmp_path / "home"
    codes = [f"{n:05}" for n in range(5000)]
    canaries = ["97110", "97140", "97530", "97161", "92507", "G0283"]
    whole = Given()
    old = made.mue(tmp_path, *[f"{code},6,3 Date,Data" for code in [*codes, *canaries]])
    brought(home, "mue", old, given=whole)
    new = made.mue(
        tmp_path, *[f"{code},5,3 Date,Data" for code in [*codes, *canaries]], day="07-01-2026"
    )
    with pytest.raises(RefusedFileError, match=r"100% of the therapy rows differ.*accept-changes"):
        brought(home, "mue", new, given=whole, changed=False)
    assert len(Shelf(home).editions()) == 1
    done = brought(home, "mue", new, given=whole)[0].changes
    assert done.altered[("97110",)] == (("6", "3", "Data"), ("5", "3", "Data"))


def test_an_excerpt_does_not_push_a_whole_release_aside(tmp_path: Path) -> None:
    home = tmp_path / "home"
    codes = [
        *[f"{n:05}" for n in range(5000)],
        "97110",
        "97140",
        "97530",
        "97161",
        "92507",
        "G0283",
    ]
    old = made.mue(tmp_path, *[f"{code},6,3 Date,Data" for code in codes])
    brought(home, "mue", old, given=Given())
    with pytest.raises(RefusedFileError, match="of the therapy rows differ"):
        brought(home, "mue", made.mue(tmp_path, OTHER, day="07-01-2026"), changed=False)


def test_an_edition_that_would_keep_nothing(home: Path, tmp_path: Path) -> None:
    path = made.ptp(tmp_path, made.pair("0001A", "0591T"))
    with pytest.raises(RefusedFileError, match="holds no row about therapy codes"):
        brought(home, "ptp", path)


def test_a_full_disk(home: Path, tmp_path: Path) -> None:
    rows = [f"{n:05},6,3 Date,Data" for n in range(9000)]
    path = made.mue(tmp_path, made.MUE_ROW, *rows, day="07-01-2026")
    before = state(home)
    arguments = (*COMMAND, "import", "mue", str(path), "--all", "--excerpt")
    done = subprocess.run(
        ["bash", "-c", 'ulimit -f 8; exec "$@"', "-", *arguments],
        env=environment(home, {"PYTHONDONTWRITEBYTECODE": "1"}),  # else caches are half written
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    said = done.stderr.decode()
    assert "cannot be written: " in said
    assert "nothing was changed; free some space, or set COUNTERSIGN_HOME" in said
    assert state(home) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_home_that_is_closed(home: Path, tmp_path: Path) -> None:
    (home / "editions").chmod(0o500)
    try:
        said = refused(home, "mue", made.mue(tmp_path, OTHER, day="07-01-2026"), "--excerpt")
    finally:
        (home / "editions").chmod(0o700)
    assert "cannot be written" in said


def test_another_import_at_work(home: Path, tmp_path: Path) -> None:
    with Shelf(home).held():
        unfinished = home / "editions" / ".new-unfinished"
        unfinished.mkdir()
        with pytest.raises(StoreError, match="another import is at work"):
            brought(home, "mue", made.mue(tmp_path, OTHER, day="07-01-2026"))
        assert unfinished.exists()
    assert snapshot(home).mue("practitioner", "97110", "2026-04-01")
