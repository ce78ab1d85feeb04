"""ZIP codes, the therapy list and the taxonomy: every trap of their layouts."""

from pathlib import Path

import pytest

from plugin.imports.faults import RefusedFileError
from tests.imports import made
from tests.imports.made import brought, snapshot

ZIP = "AK995020210201 Z9   0 A                                                    20254"


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
