"""The store of pairs against a plain dict, and editions against a plain reading of their days."""

from array import array
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugin.imports.editions import Edition, shadowed
from plugin.imports.faults import StoreError
from plugin.imports.pairs import CODE_BITS, KEYS, SHIFTS, WINDOWS, PairTable, code_of, number
from plugin.imports.snapshot import Loaded, Snapshot
from rules.policy import Edit
from tests.imports import made
from tests.imports.made import brought, snapshot

FEW = st.sampled_from(["00000", "0001A", "97110", "97112", "97140", "G0283", "ZZZZZ"])
ANY = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=5, max_size=5)
CODES = FEW | ANY
DAYS = st.dates(date(1996, 1, 1), date(2026, 9, 30))
ROWS = st.lists(
    st.tuples(CODES, CODES, DAYS, st.none() | DAYS, st.sampled_from("019")),
    min_size=1,
    max_size=40,
    unique=True,
)
MANY = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
Row = tuple[str, str, date, date | None, str]


def plain(rows: list[Row]) -> dict[tuple[str, str], list[Edit]]:
    found: dict[tuple[str, str], list[Edit]] = defaultdict(list)
    ordered = sorted(rows, key=lambda row: (row[2], row[3] or date.min, row[4]))
    for one, two, first, last, indicator in ordered:
        edit = Edit(indicator, first.isoformat(), last.isoformat() if last else "", "read")
        found[one, two].append(edit)
    return found


def written(folder: Path, rows: list[Row]) -> PairTable:
    packed = sorted(
        (
            number(one) << CODE_BITS | number(two),
            int(f"{first:%Y%m%d}") << SHIFTS["effective"]
            | (int(f"{last:%Y%m%d}") if last else 0) << SHIFTS["deletion"]
            | int(indicator) << SHIFTS["indicator"],
        )
        for one, two, first, last, indicator in rows
    )
    (folder / KEYS).write_bytes(array("Q", [key for key, _ in packed]))
    (folder / WINDOWS).write_bytes(array("Q", [window for _, window in packed]))
    return PairTable(folder, len(rows))


@given(ROWS, CODES, CODES, DAYS)
@MANY
def test_the_table_answers_as_a_dict_does(
    tmp_path: Path, rows: list[Row], one: str, two: str, day: date
) -> None:
    table, known = written(tmp_path, rows), plain(rows)
    for pair in {*known, (one, two), (two, one)}:
        assert table.windows(*pair) == known.get(pair, [])
        for on in {day.isoformat(), *(edit.effective for edit in known.get(pair, []))}:
            in_force = [edit for edit in known.get(pair, []) if edit.in_force(on)]
            assert table.edit(*pair, on) == (in_force[-1] if in_force else None)
    assert {(a, b): list(w) for a, under in table.items() for b, w in under.items()} == known
    assert list(table) == sorted({a for a, _ in known})
    assert len(table) == len(set(table))


@given(
    st.lists(
        st.tuples(CODES, CODES, DAYS, st.none() | st.integers(0, 9000), st.sampled_from("019")),
        min_size=1,
        max_size=15,
        unique=True,
    )
)
@settings(MANY, max_examples=40)
def test_an_imported_file_answers_as_a_dict_does(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[str, str, date, int | None, str]]
) -> None:
    rows = list(
        {
            (a, b, first, None if days is None else first + timedelta(days=days), indicator)
            for a, b, first, days, indicator in drawn
        }
    )
    folder = tmp_path_factory.mktemp("home")
    lines = [
        made.pair(a, b, f"{first:%Y%m%d}", f"{last:%Y%m%d}" if last else "*", indicator)
        for a, b, first, last, indicator in rows
    ]
    brought(folder, "ptp", made.ptp(folder, *lines), everything=True)
    table = snapshot(folder).slots["ptp-practitioner"][-1].pairs
    assert table is not None
    assert {(a, b): list(w) for a, under in table.items() for b, w in under.items()} == plain(rows)


@given(CODES, CODES)
def test_numbers_sort_as_codes_do_and_turn_back(one: str, two: str) -> None:
    assert (number(one) < number(two)) == (one < two)
    assert code_of(number(one)) == one


@given(st.text(max_size=8))
def test_what_is_no_code_is_never_found(text: str) -> None:
    assert number(text) == (int(text, 36) if made.CODE.fullmatch(text) else -1)


def test_files_that_are_cut_short_are_not_read(tmp_path: Path) -> None:
    written(tmp_path, [("97110", "97112", date(2020, 1, 1), None, "1")] * 2)
    path = tmp_path / WINDOWS
    path.write_bytes(path.read_bytes()[:8])
    with pytest.raises(StoreError, match="is not of 2 rows"):
        PairTable(tmp_path, 2)
    path.write_bytes(path.read_bytes()[:7])
    with pytest.raises(StoreError, match="cut short"):
        PairTable(tmp_path, 2)


SPANS = st.tuples(DAYS, st.none() | st.integers(0, 800))


def edition(place: int, first: date, days: int | None) -> Edition:
    return Edition(
        number=place,
        batch=place,
        kind="mue",
        setting="practitioner",
        name=str(place),
        effective=first.isoformat(),
        ending="" if days is None else (first + timedelta(days=days)).isoformat(),
        files=(),
        imported_at="",
        imported_by="",
        rows_read=1,
        rows_kept=1,
        scope="all",
        excerpt=True,
    )


@given(st.lists(SPANS, min_size=1, max_size=6), DAYS)
def test_one_edition_speaks_a_day_and_none_outside_its_days(
    spans: list[tuple[date, int | None]], day: date
) -> None:
    all_of = tuple(edition(place, *span) for place, span in enumerate(spans))
    left = sorted((own for own in all_of if not shadowed(own, all_of)), key=lambda own: own.rank)
    held = Snapshot(1, {"mue-practitioner": [Loaded(own, None, {}) for own in left]})
    on = day.isoformat()
    fitting = [own for own in all_of if own.span.holds(on)]
    expected = max(fitting, key=lambda own: own.rank, default=None)
    assert held.covers("mue", "practitioner", on) == expected
    speaking = [own for own, span in held.spans("mue-practitioner") if span.holds(on)]
    assert [own.edition for own in speaking] == ([expected] if expected else [])
