"""``countersign impact``, run as people run it: a report, JSON or a page; 2 and a reason else."""

import json
from pathlib import Path
from typing import Any

import pytest

from plugin.review import Review
from plugin.store.store import Store
from tests.cli.command import run
from tests.hooks.visits import MARK, Json, collection
from tests.impact.quarters import FIRST, NEW, OLD, both, visit
from tests.impact.test_visits import check

LAST_WEEK = "2026-03-25"


def recorded(home: Path, sent: Json) -> Review:
    """Check a visit and keep the decision, as a service does."""
    review = check(home, sent)
    store = Store(f"sqlite:///{home / 'countersign.db'}")
    store.record(review.decision)
    store.close()
    return review


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with two quarters and a file of visits, one of them by its trace."""
    both(tmp_path)
    pair = visit(["97110 15min", "97112 15min"], ["97110-GP x1", "97112-GP x1"], LAST_WEEK)
    review = recorded(tmp_path, visit(["97110 30min"], ["97110-GP x2"], LAST_WEEK))
    quiet = visit(["97150 15min"], ["97150-GP x1"], LAST_WEEK)
    each = [pair, {"trace": review.trace}, collection(quiet), {MARK: MARK}]
    text = "\n".join(json.dumps(own) for own in each) + "\n{\n"
    (tmp_path / "visits.ndjson").write_text(text, encoding="utf-8")
    return tmp_path


def said(home: Path, *arguments: str) -> Any:
    done = run(home, "impact", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    assert MARK.encode() not in done.stdout + done.stderr
    return json.loads(done.stdout)


def test_visits_keep_their_day_and_those_that_one_side_covers_stand_apart(home: Path) -> None:
    visits = said(home, OLD, NEW, "--visits", "visits.ndjson")["visits"]
    assert (visits["read"], visits["judged"], visits["otherwise"]) == (3, 0, 0)
    apart = visits["coveredByOneSide"]
    assert (apart["judged"], apart["otherwise"]) == (3, 1)
    assert apart["rules"] == [{"rule": "mue", "visits": 1, "unchecked": 1, "lines": [2]}]
    assert visits["unread"]["lines"] == 2
    assert [own["line"] for own in visits["unread"]["first"]] == [4, 5]


@pytest.mark.parametrize("day", [(), (FIRST,)])
def test_as_of_the_first_day_of_the_new_edition_the_rules_say_what_will_change(
    home: Path, day: tuple[str, ...]
) -> None:
    found = said(home, "v320r0", "v321r0", "--visits", "visits.ndjson", "--as-of", *day)
    assert found["asOf"] == FIRST
    visits = found["visits"]
    assert (visits["judged"], visits["otherwise"], visits["billsChanged"]) == (3, 1, 0)
    assert visits["rules"] == [{"rule": "ptp_edit", "visits": 1, "new": 1, "lines": [1]}]
    assert visits["coveredByOneSide"]["judged"] == 0


def test_the_report_names_tables_rules_and_lines(home: Path) -> None:
    sent = (home / "visits.ndjson").read_bytes()
    done = run(home, "impact", OLD, NEW, "--visits", "-", "--as-of", sent=sent)
    assert (done.returncode, done.stderr) == (0, b"")
    lines = [line.strip() for line in done.stdout.decode().splitlines()]
    assert lines[0] == f"From mue-practitioner:{OLD} to mue-practitioner:{NEW}"
    assert "1 added, 1 ended, 2 changed" in lines
    assert "~ 97110: units 4 -> 1 (-3)" in lines
    assert f"Visits: 3 read, all as though furnished on {FIRST}" in lines
    assert "1 of 3 judged otherwise" in lines
    assert "mue: 1 (1 with new findings), lines 2" in lines
    assert "line 5: body, line 1 column 1: not well-formed JSON" in lines


def test_a_page_is_written_that_needs_nothing_else(home: Path) -> None:
    done = run(home, "impact", OLD, NEW, "--visits", "visits.ndjson", "--html", "out.html")
    assert (done.returncode, done.stdout) == (0, b"")
    page = (home / "out.html").read_text(encoding="utf-8")
    assert "0 of 0 visits would be judged otherwise" in page
    assert "Days that only one side covers" in page
    assert "<link" not in page
    assert "src=" not in page
    assert MARK not in page


def test_what_ships_against_what_is_loaded_is_a_comparison_too(home: Path) -> None:
    found = said(home, "shipped", "now")
    assert [own["table"] for own in found["tables"]] == ["mue", "ptp"]
    assert "visits" not in found
    assert all("othersNotCompared" in own for own in found["tables"])


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("2031Q1", "now"), b"old: no edition has that name; there are shipped, now, mue-"),
        (("v320r0", NEW), b"of another table"),
        ((OLD, NEW, "--as-of", "2026-02-30"), b"is no day"),
        ((OLD, NEW, "--visits", "none.ndjson"), b"none.ndjson: No such file"),
        ((OLD, NEW, "--html", "no/such/folder.html"), b"folder.html: No such file"),
    ],
)
def test_what_cannot_be_compared_ends_with_2_and_a_reason(
    home: Path, arguments: tuple[str, ...], why: bytes
) -> None:
    done = run(home, "impact", *arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert why in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_help_says_that_stored_visits_open_by_their_trace_alone(tmp_path: Path) -> None:
    assert b"opens by its own trace alone" in run(tmp_path, "impact", "--help").stdout
