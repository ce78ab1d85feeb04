"""Tables that cannot be right: refused with file, line and remedy, and nothing changed."""

from pathlib import Path

import pytest

from plugin.imports.drafts import Given
from plugin.imports.faults import RefusedFileError
from plugin.imports.shelf import Shelf
from tests.imports import made
from tests.imports.made import brought, snapshot
from tests.imports.refusing import OTHER, refused


def test_a_changed_header(home: Path, tmp_path: Path) -> None:
    path = made.mue(tmp_path, OTHER, day="07-01-2026")
    path.write_bytes(path.read_bytes().replace(b"MUE Values", b"Limits"))
    said = refused(home, "mue", path, "--excerpt")
    assert "line 4: the header has no column for mue value; it reads: hcpcs/ cpt code | " in said


def test_text_in_a_number(home: Path, tmp_path: Path) -> None:
    path = made.mue(tmp_path, made.MUE_ROW, OTHER.replace(",4,", ",four,"), day="07-01-2026")
    said = refused(home, "mue", path, "--excerpt")
    assert "line 7: mue value should be a whole number, is 'four'" in said


def test_a_shifted_column(home: Path, tmp_path: Path) -> None:
    path = made.mue(tmp_path, made.MUE_ROW, f"7,{OTHER.rpartition(',')[0]}", day="07-01-2026")
    said = refused(home, "mue", path, "--excerpt")
    assert f"{path.name}: line 7: " in said
    assert "If a column has shifted, download the file again and do not edit it" in said


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


def test_both_settings_twice(home: Path, tmp_path: Path) -> None:
    paths = [made.mue(tmp_path, OTHER, setting=own) for own in ("Practitioner", "Hospital")]
    brought(home, "mue", *paths)
    assert "is loaded already" in refused(home, "mue", *paths)


def test_the_same_content_for_other_days_is_a_new_edition(home: Path, tmp_path: Path) -> None:
    path = made.mue(tmp_path, made.MUE_ROW)
    later = tmp_path / path.name.replace("04-01", "07-01")
    later.write_bytes(path.read_bytes())
    done = brought(home, "mue", later)[0]
    assert (done.edition.name, done.changes.added, done.changes.altered) == ("2026Q3", {}, {})
    brought(home, "mue", path, given=Given(excerpt=True, effective="2026-10-01"))
    held = snapshot(home)
    days = ("2026-04-01", "2026-06-30", "2026-07-01", "2026-10-01", "2026-12-31")
    assert all(held.mue("practitioner", "97110", day) for day in days)
    assert "is loaded already, as mue-practitioner 2026Q3" in refused(home, "mue", later)


def test_what_no_longer_speaks_may_be_loaded_again(home: Path, tmp_path: Path) -> None:
    path = made.mue(tmp_path, made.MUE_ROW)
    content = path.read_bytes()
    brought(home, "mue", made.mue(tmp_path, OTHER))
    path.write_bytes(content)
    brought(home, "mue", path)
    assert snapshot(home).mue("practitioner", "97110", "2026-04-01")


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
