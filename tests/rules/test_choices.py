"""Fixes that need somebody's word: once given, the rule that asked for it has no more to ask."""

from types import ModuleType
from typing import Any

import pytest

from rules.check import check
from rules.model import Finding
from tests.rules.shorthand import BOOK, shown, visit
from tests.rules.test_tables import CASES


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_a_choice_once_made_settles_what_was_found(rule: ModuleType, case: dict[str, Any]) -> None:
    seen = visit(case)
    policy = BOOK.policy(seen.payer, seen.date_of_service, seen.setting, seen.mac)
    for finding in check(seen, policy):
        if isinstance(finding, Finding) and finding.rule == rule.ID:
            for fix in finding.fixes:
                if not fix.attests:
                    continue
                assert len(fix.old) == len(fix.new)
                again = check(seen.rebilled(fix), policy)
                said = [x.says for x in again if isinstance(x, Finding) and x.rule == rule.ID]
                assert finding.says not in said


@pytest.mark.parametrize(
    ("case", "bills"),
    [
        (
            {"chart": ["98941 dc maintenance"], "bill": ["98941-AT x1"]},
            ["98941-GA x1", "98941-GZ x1"],
        ),
        ({"chart": ["98941 dc maintenance"], "bill": ["98941-AT-GA x1"]}, ["98941-GA x1"]),
        ({"chart": ["98941 dc"], "bill": ["98941 x1"]}, ["98941-AT x1"]),
        (
            {"chart": ["97140 15min dc"], "bill": ["97140 x1"]},
            ["97140-GP-GY x1", "97140-GP-GY-GX x1"],
        ),
        (
            {"chart": ["97110 15min"], "bill": ["97110-GP x1"], "record": {"used_pt_slp": "2480"}},
            ["97110-GP-KX x1"],
        ),
        (
            {"chart": ["97110 15min"], "bill": ["97110-GP-GA x1"], "record": {"notices": []}},
            ["97110-GP-GZ x1"],
        ),
    ],
)
def test_what_a_choice_leaves_on_the_line(case: dict[str, Any], bills: list[str]) -> None:
    seen = visit(case)
    policy = BOOK.policy(seen.payer, seen.date_of_service)
    fixes = [
        fix for x in check(seen, policy) if isinstance(x, Finding) for fix in x.fixes if fix.attests
    ]
    assert [shown(fix.new)[0] for fix in fixes] == bills
