"""May two codes be billed together: known answers, and every window of the table."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from plugin.reference.library import Library
from plugin.reference.pairs import judged, pair
from plugin.rulebook import ROOT
from rules.words import Setting

NOW = "2026-03-02"
OFFICE: Setting = "practitioner"
HOSPITAL: Setting = "hospital"
NO, ASK, NEVER, LOST, GONE = "no edit", "with a modifier", "never", "not checked", "not valid"

Known = tuple[str, str, str, Setting, str, str]
"""Two codes, the day, the setting, the answer, and column two where one is in force."""
KNOWN: list[Known] = [
    # believed to be pairs, and not
    ("97110", "97112", NOW, OFFICE, NO, ""),
    ("97110", "97112", NOW, HOSPITAL, NO, ""),
    ("97110", "97112", "2012-05-01", OFFICE, NO, ""),
    ("97110", "97140", NOW, OFFICE, NO, ""),
    ("97110", "97140", "1999-04-01", OFFICE, NO, ""),
    ("97110", "97530", NOW, OFFICE, NO, ""),
    ("97161", "97530", "2020-01-01", OFFICE, NO, ""),
    ("97161", "97140", "2020-01-01", OFFICE, NO, ""),
    ("97161", "97140", "2020-10-01", HOSPITAL, NO, ""),
    ("97167", "97150", "2020-01-01", OFFICE, NO, ""),
    # from 2000-07-01 to 2019-12-31
    ("97530", "97140", "2000-06-30", OFFICE, NO, ""),
    ("97530", "97140", "2000-07-01", OFFICE, ASK, "97530"),
    ("97530", "97140", "2019-12-31", OFFICE, ASK, "97530"),
    ("97530", "97140", "2020-01-01", OFFICE, NO, ""),
    ("97530", "97140", "2019-12-31", HOSPITAL, ASK, "97530"),
    ("97530", "97140", NOW, OFFICE, NO, ""),
    # off on 2020-01-01, printed again for 2020-10-01 and taken back
    ("97116", "97530", "1999-06-30", OFFICE, NO, ""),
    ("97116", "97530", "1999-07-01", OFFICE, ASK, "97116"),
    ("97116", "97530", "2019-12-31", OFFICE, ASK, "97116"),
    ("97116", "97530", "2020-10-01", OFFICE, NO, ""),
    ("97164", "97110", "2019-12-31", OFFICE, ASK, "97164"),
    ("97164", "97110", NOW, OFFICE, NO, ""),
    # off from 2020-01-01 to 2020-09-30
    ("97150", "97110", "2019-12-31", OFFICE, ASK, "97110"),
    ("97150", "97110", "2020-01-01", OFFICE, NO, ""),
    ("97150", "97110", "2020-09-30", OFFICE, NO, ""),
    ("97150", "97110", "2020-10-01", OFFICE, ASK, "97110"),
    ("97110", "97150", NOW, HOSPITAL, ASK, "97110"),
    # on throughout
    ("97150", "97140", "2020-05-01", OFFICE, ASK, "97140"),
    ("97140", "97124", "2020-05-01", OFFICE, NEVER, "97124"),
    ("97012", "97140", NOW, OFFICE, ASK, "97140"),
    # until the end of 2021
    ("97530", "97535", "2021-12-31", OFFICE, ASK, "97535"),
    ("97530", "97535", "2022-01-01", OFFICE, NO, ""),
    ("97530", "97533", "2021-12-31", HOSPITAL, ASK, "97533"),
    ("97530", "97533", "2022-01-01", HOSPITAL, NO, ""),
    # never, and only with a modifier
    ("97113", "97036", NOW, OFFICE, NEVER, "97036"),
    ("97113", "97110", NOW, OFFICE, ASK, "97110"),
    ("97161", "97164", NOW, OFFICE, NEVER, "97164"),
    ("97161", "97163", NOW, OFFICE, NEVER, "97161"),
    ("97760", "97763", NOW, OFFICE, NEVER, "97763"),
    ("97530", "97750", NOW, OFFICE, ASK, "97750"),
    ("92507", "97530", NOW, OFFICE, ASK, "97530"),
    ("98941", "97140", NOW, OFFICE, ASK, "97140"),
    ("98940", "97112", NOW, OFFICE, ASK, "97112"),
    ("98942", "97124", NOW, OFFICE, ASK, "97124"),
    ("98940", "97161", NOW, OFFICE, NEVER, "97161"),
    ("98941", "98940", NOW, OFFICE, NEVER, "98940"),
    ("98925", "97140", NOW, OFFICE, NEVER, "97140"),
    ("20560", "20561", NOW, OFFICE, NEVER, "20560"),
    # the settings differ
    ("97032", "92526", NOW, OFFICE, NEVER, "97032"),
    ("97032", "92526", NOW, HOSPITAL, ASK, "97032"),
    ("92526", "G0283", NOW, OFFICE, NEVER, "G0283"),
    ("92526", "G0283", NOW, HOSPITAL, ASK, "G0283"),
    ("97750", "97161", NOW, OFFICE, NEVER, "97750"),
    ("97750", "97161", NOW, HOSPITAL, ASK, "97750"),
    ("90912", "90901", NOW, OFFICE, NEVER, "90901"),
    ("90912", "90901", NOW, HOSPITAL, ASK, "90901"),
    # codes of other days
    ("97001", "97140", NOW, OFFICE, GONE, ""),
    ("97532", "97110", NOW, OFFICE, GONE, ""),
    ("64550", "97032", "2019-01-01", OFFICE, GONE, ""),
    ("97161", "97140", "2016-12-31", OFFICE, GONE, ""),
    ("98985", "98980", "2025-12-31", OFFICE, GONE, ""),
    # what the tables cannot tell
    ("98985", "98980", NOW, OFFICE, LOST, ""),
    ("97550", "97530", NOW, OFFICE, LOST, ""),
    ("G0541", "97535", NOW, OFFICE, LOST, ""),
    ("97110", "97150", "1995-12-31", OFFICE, LOST, ""),
    ("97110", "97150", "2027-01-01", OFFICE, LOST, ""),
    ("97110", "97150", "9999-12-31", HOSPITAL, LOST, ""),
    ("97110", "97150", "0001-01-01", HOSPITAL, LOST, ""),
]


@pytest.mark.parametrize("known", KNOWN, ids=" ".join)
def test_known_answers_hold_in_either_order(library: Library, known: Known) -> None:
    one, two, on, setting, answer, column_two = known
    for codes in ((one, two), (two, one)):
        said = pair(library, codes, date.fromisoformat(on), setting)
        assert said["answer"] == answer
        if column_two or answer == NO:
            assert said.get("columnTwo", "") == column_two
        assert said["date"] == on
        assert [each["code"] for each in said["codes"]] == [*codes]


def rows() -> list[dict[str, str]]:
    with (ROOT / "rules/tables/ptp.csv").open(encoding="utf-8") as file:
        file.readline()
        return [*csv.DictReader(file)]


ROWS = rows()
BY_PAIR: dict[frozenset[str], list[dict[str, str]]] = defaultdict(list)
for each in ROWS:
    BY_PAIR[frozenset({each["column_1"], each["column_2"]})].append(each)
DAY = timedelta(days=1)


def turns(row: dict[str, str]) -> Iterator[date]:
    """Return the first day, the day before, the last day and the day after of a window."""
    for name, step in (("effective", -DAY), ("deletion", DAY)):
        if row[name]:
            turn = date.fromisoformat(row[name])
            yield from (turn, turn + step)


def in_force(codes: set[str], setting: str, on: str) -> set[tuple[str, str, str]]:
    """Read the table by hand."""
    return {
        (row["column_1"], row["column_2"], row["modifier_indicator"])
        for row in BY_PAIR[frozenset(codes)]
        if row["setting"] == setting
        and row["modifier_indicator"] != "9"
        and row["effective"] <= on <= (row["deletion"] or "9999")
    }


@pytest.mark.parametrize("start", range(11))
def test_every_window_answers_as_the_table_says_on_its_turns(library: Library, start: int) -> None:
    asked, turned = 0, 0
    for row in ROWS[start::11]:
        codes, setting = (row["column_1"], row["column_2"]), row["setting"]
        for day in turns(row):
            found = judged(library, codes[::-1], day, setting)  # type: ignore[arg-type]
            expected = in_force({*codes}, setting, day.isoformat())
            if not date(1996, 1, 1) <= day <= date(2026, 12, 31):
                expected = set()
            told = {(found.one, found.two, found.edit.indicator)} if found.edit else set()
            if len(expected) > 1:
                turned += 1
                assert told < expected
            else:
                assert told == expected, (codes, setting, day)
            asked += 1
    assert asked > 300
    assert turned <= 18


@pytest.mark.parametrize(
    ("on", "column_two", "doubted"),
    [("2006-09-30", "97755", 1), ("2006-10-01", "97530", 0)],
)
def test_of_two_directions_without_a_first_day_the_one_that_ended_first_is_taken(
    library: Library, on: str, column_two: str, doubted: int
) -> None:
    said = pair(library, ("97530", "97755"), date.fromisoformat(on), OFFICE)
    assert said["columnTwo"] == column_two
    assert sum("both directions" in each for each in said["doubts"]) == doubted
