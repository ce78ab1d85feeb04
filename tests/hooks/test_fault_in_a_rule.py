"""A rule that fails is named as not checked; the others still speak.

The fault is a real one: a value of the rule's data that is not in force on the date of service.
"""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from plugin import rulebook
from plugin.parts import parts
from plugin.review import Reviewer
from plugin.rulebook import ROOT
from tests.hooks.invariants import KEY, hold
from tests.hooks.service import PUBLIC, cards, equip, post, start
from tests.hooks.visits import DAY, MARK, Json, collection, request

CHART = ("97150 20min", "97110 33min", "97140 15min pta")
BILL = ("97150-GP x2", "97110 x4", "97140-GP x1")
FAILED = "the rule failed and has been reported"
EVERY_RULE_HERE = {
    "timed_units",
    "untimed_units",
    "discipline_modifier",
    "assistant_modifier",
    "ptp_edit",
}


@dataclass(frozen=True, slots=True)
class Broken:
    """A service one of whose rules fails in 2026."""

    app: Flask
    rule: str


@pytest.fixture(
    scope="module",
    params=[
        "timed_units.method",
        "discipline_modifier.by_discipline",
        "assistant_modifier.midpoint_exception",
        "ptp_edit.bypass",
        "untimed_units.each_service",
    ],
)
def broken(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Broken]:
    rule, value = str(request.param).split(".")
    home = tmp_path_factory.mktemp(rule)
    book = rulebook.load(narrowed(home, rule, value))
    app = start(home)
    equip(app, book=book, reviewer=Reviewer(book, PUBLIC, parts(app).reviewer.coder))
    yield Broken(app, rule)
    parts(app).store.close()


def narrowed(home: Path, rule: str, value: str) -> Path:
    """Return a copy of all rule data in which one value ended before 2026."""
    root = home / "rulebook"
    for folder in ("rules", "profiles"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("*.pyc"))
    (path,) = (root / "rules").rglob(f"{rule}.yaml")
    head, found, rest = path.read_text(encoding="utf-8").partition(f"\n  {value}:")
    assert found
    own = re.match(r".*?(?=\n  \w|\Z)", rest, re.DOTALL)
    assert own
    ended = re.sub(r"ending: null", 'ending: "2025-12-31"', own[0])
    assert ended != own[0]
    path.write_text(head + found + ended + rest[own.end() :], encoding="utf-8")
    return root


def account(found: list[Json]) -> Json:
    """Return the machine's account of an answer."""
    told: Json = found[0]["extension"][KEY]
    return told


def failed(told: Json) -> list[str]:
    """Return the rules that are said to have failed."""
    return [x["rule"] for x in told["notChecked"] if x["why"] == FAILED]


def test_the_other_rules_still_speak(broken: Broken) -> None:
    found = cards(post(broken.app.test_client(), request(CHART, BILL)))

    hold(found)
    spoke = {finding["rule"] for finding in account(found)["findings"]}
    assert spoke >= EVERY_RULE_HERE - {broken.rule}
    assert broken.rule not in spoke


def test_the_rule_that_failed_is_named(broken: Broken) -> None:
    found = cards(post(broken.app.test_client(), request(CHART, BILL)))

    assert failed(account(found)) == [broken.rule]
    assert f"{broken.rule}: {FAILED}" in found[0]["detail"]


def test_the_fault_is_logged_by_the_name_of_its_rule_and_tells_of_nobody(
    broken: Broken, caplog: pytest.LogCaptureFixture
) -> None:
    post(broken.app.test_client(), request(CHART, BILL))

    failed = [record for record in caplog.records if record.getMessage() == "rule failed"]
    assert {record.__dict__["rule"] for record in failed} == {broken.rule}
    assert MARK not in caplog.text


def test_a_visit_on_which_the_rule_does_not_fail_is_checked_by_all(broken: Broken) -> None:
    earlier = json.dumps(request(CHART, BILL)).replace(DAY, "2025-03-03")

    found = cards(post(broken.app.test_client(), earlier.encode()))

    assert {f["rule"] for f in account(found)["findings"]} >= EVERY_RULE_HERE
    assert not failed(account(found))


def test_a_plain_check_names_the_rule_that_failed_too(broken: Broken) -> None:
    answer = post(broken.app.test_client(), collection(request(CHART, BILL)), "/check")

    assert answer.status_code == 200
    assert failed(answer.json) == [broken.rule]
