"""Health names the tables that answer, and owns up to those that have ended."""

from datetime import date
from pathlib import Path
from typing import Any

from plugin.imports.shelf import Shelf
from plugin.parts import parts
from plugin.web.freshness import tables, uncovered
from plugin.web.health import told
from tests.hooks.service import got, start
from tests.imports.test_in_use import DAY, FILE, NAME, book, limit, pairs
from tests.rules.shorthand import BOOK


def test_health_names_every_table_its_edition_source_and_days(tmp_path: Path) -> None:
    pairs(tmp_path, tmp_path)
    own = start(tmp_path)
    said: Any = got(own.test_client(), "/health/rules")
    parts(own).store.close()
    of = {(t["table"], t.get("setting")): t for t in said["tables"]}
    pair = of["ptp", "practitioner"]
    assert (pair["edition"], pair["source"], pair["effective"]) == (NAME, FILE, "1996-01-01")
    assert pair["ending"] == "2026-06-30"
    assert pair["files"][0]["sha256"] == Shelf(tmp_path).editions()[0].files[0].sha256
    assert (of["ptp", "hospital"]["source"], of["codes", None]["source"]) == ("shipped", "shipped")
    assert len(of) == 7
    assert all(t["ageDays"] >= 0 for t in said["tables"])


def test_an_edition_that_has_ended_degrades_and_a_newer_one_mends_it(tmp_path: Path) -> None:
    limit(tmp_path, tmp_path)
    own = book(tmp_path)
    assert uncovered(tables(own.now()), date(2026, 6, 30)) == []
    assert uncovered(tables(own.now()), date(2026, 7, 1)) == ["mue-practitioner"]
    limit(tmp_path, tmp_path, 2, day="07-01-2026")
    assert uncovered(tables(book(tmp_path).now()), date(2026, 7, 1)) == []
    ended = uncovered(tables(BOOK.now()), date(2027, 1, 1))
    assert len(ended) == 7


def test_a_degraded_service_still_says_that_it_is_ready_to_serve(tmp_path: Path) -> None:
    limit(tmp_path, tmp_path, day="04-01-2024")
    own = start(tmp_path)
    said: Any = got(own.test_client(), "/health/ready")
    parts(own).store.close()
    assert said["status"] == "degraded"
    assert "mue-practitioner" in said["notCovered"]


def test_editions_that_cannot_be_read_any_more_degrade_too(tmp_path: Path) -> None:
    ours = parts(start(tmp_path))
    ours.store.close()
    assert ours.book.editions
    assert told(ours, DAY)["status"] == "ready"
    ours.book.editions.problem = "somewhere: is damaged"
    assert told(ours, DAY)["status"] == "degraded"
    assert "somewhere" not in str(told(ours, DAY))
