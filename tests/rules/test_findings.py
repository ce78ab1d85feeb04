"""What holds for everything that any rule says in any table."""

import re
from types import ModuleType
from typing import Any

import pytest

from rules.check import check
from rules.model import Cite, Finding, Fix, Line, NotChecked, Visit
from tests.rules.shorthand import BOOK, visit
from tests.rules.test_tables import CASES

CODE = re.compile(r"[0-9]{4}[0-9A-Z]|[A-Z][0-9]{4}")
MARKS = re.compile(r"\bNone\b|[{}]|XX|\\")
"""What a sentence never holds: a value that was not there, or a place that was not filled."""
SOURCES = {cite.id for about in BOOK.about.values() for cite in about.cites} | {
    row.cite.id
    for layers in (BOOK.payers, BOOK.macs)
    for rows in layers.values()
    for own in rows.values()
    for row in own
}


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_what_is_said_is_whole(rule: ModuleType, case: dict[str, Any]) -> None:
    seen = visit(case)
    policy = BOOK.policy(seen.payer, seen.date_of_service, seen.setting, seen.mac)
    for said in check(seen, policy):
        if said.rule != rule.ID:
            continue
        if isinstance(said, NotChecked):
            assert said.why
            assert not MARKS.search(said.why)
        else:
            hold(said, seen)


def hold(finding: Finding, seen: Visit) -> None:
    assert isinstance(finding.codes, tuple)
    assert all(CODE.fullmatch(code) for code in finding.codes)
    assert isinstance(finding.cite, Cite)
    assert finding.cite.id in SOURCES
    assert finding.cite.effective <= seen.date_of_service.isoformat()
    assert finding.indicator in {"info", "warning", "critical"}
    for sentence in (finding.says, *finding.worked, *(fix.label for fix in finding.fixes)):
        assert sentence.strip()
        assert not MARKS.search(sentence)
    for fix in finding.fixes:
        hold_fix(fix, seen)


def hold_fix(fix: Fix, seen: Visit) -> None:
    assert isinstance(fix.old, tuple)
    assert all(any(old is line for line in seen.lines) for old in fix.old)
    for line in fix.new:
        assert isinstance(line, Line)
        assert line.units > 0
        assert all(re.fullmatch(r"[0-9A-Z]{2}", modifier) for modifier in line.modifiers)
    assert not fix.old or fix.old != fix.new
    if fix.attests:
        assert len(fix.attests.split()) > 3
        assert not MARKS.search(fix.attests)
        assert fix.attests[-1] not in ".!"
        assert named(fix.new) >= named(fix.old) or not fix.label.startswith("Add ")
        assert named(fix.new) - named(fix.old) <= set(re.findall(r"[0-9A-Z]{2,5}", fix.label))


def named(lines: tuple[Line, ...]) -> set[str]:
    return {modifier for line in lines for modifier in line.modifiers}
