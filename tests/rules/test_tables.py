"""Every rule: its table of cases, its fixes, and its trio of files."""

from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from plugin.datafile import Loader
from plugin.rulebook import ROOT
from rules import RULES
from rules.check import check, settle
from rules.model import Finding, NotChecked, Visit
from tests.rules.shorthand import BOOK, shown, visit

HERE = Path(__file__).parent
STEMS = {rule.ID: rule.__name__.removeprefix("rules.").replace(".", "/") for rule in RULES}


def table(rule: ModuleType) -> dict[str, Any]:
    """Return a rule's cases, by name."""
    path = HERE / f"{STEMS[rule.ID]}.yaml"
    cases: dict[str, Any] = yaml.load(path.read_bytes(), Loader=Loader)["cases"]  # noqa: S506 - a safe loader, too
    return cases


CASES = [
    pytest.param(rule, case, id=f"{rule.ID}-{name}")
    for rule in RULES
    for name, case in table(rule).items()
]
KEYS = {
    "date_of_service",
    "payer",
    "setting",
    "chart",
    "bill",
    "finds",
    "indicator",
    "not_checked",
    "fixed",
    "choices",
    "settled",
    "why",
    "visit",
    "record",
    "worked",
    "attests",
    "fixes",
    "cites",
    "lines",
    "codes",
}
TOLD: dict[str, Callable[[Finding], Iterable[str]]] = {
    "worked": lambda x: x.worked,
    "attests": lambda x: [fix.attests for fix in x.fixes if fix.attests],
    "fixes": lambda x: [fix.label for fix in x.fixes if not fix.attests],
    "lines": lambda x: [
        f"{line.id or 'new'}: {' '.join(line.services)}"
        for line in (x.remedy.new if x.remedy else ())
    ],
    "codes": lambda x: x.codes,
    "cites": lambda x: [" ".join(filter(None, (x.cite.id, x.cite.effective, x.cite.edition)))],
}
"""What a case may also pin: the arithmetic, the facts affirmed, the fixes made, the stored lines
that they keep with the services billed, the codes concerned, and the authority."""


def remedied(seen: Visit, said: list[Finding]) -> Visit:
    """Apply the fixes that need nobody's word."""
    for finding in said:
        if finding.remedy:
            seen = seen.rebilled(finding.remedy)
    return seen


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_case(rule: ModuleType, case: dict[str, Any]) -> None:
    assert not case.keys() - KEYS
    seen = visit(case)
    policy = BOOK.policy(seen.payer, seen.date_of_service, seen.setting, seen.mac)
    said = [x for x in check(seen, policy) if x.rule == rule.ID]
    found = [x for x in said if isinstance(x, Finding)]
    assert [x.says for x in found] == case.get("finds", [])
    assert [x.why for x in said if isinstance(x, NotChecked)] == case.get("not_checked", [])
    for key, told in TOLD.items():
        if key in case:
            assert [each for x in found for each in told(x)] == case[key]
    if "indicator" in case:
        assert {x.indicator for x in found} == {case["indicator"]}
    after = remedied(seen, found)
    assert shown(after.lines) == case.get("fixed", case.get("bill", []))
    choices = [f.label for x in found for f in x.fixes if f.attests]
    assert choices == case.get("choices", [])
    again = [x for x in check(after, policy) if isinstance(x, Finding) and x.rule == rule.ID]
    assert not [x for x in again if x.remedy and x.remedy.old + x.remedy.new], "the fix must hold"
    if "settled" in case:
        assert shown(settle(seen, policy).lines) == case["settled"]


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_what_a_rule_says_fits_where_it_is_shown(rule: ModuleType, case: dict[str, Any]) -> None:
    seen = visit(case)
    policy = BOOK.policy(seen.payer, seen.date_of_service, seen.setting, seen.mac)
    for finding in check(seen, policy):
        if isinstance(finding, Finding) and finding.rule == rule.ID:
            assert finding.says
            assert not finding.says.endswith(".")
            assert all(fix.label[0].isupper() for fix in finding.fixes)


BESIDE = frozenset({"coding/meanings", "payment/estimate"})
"""Data that is no rule's: what codes mean, and what estimates rest on."""


def test_each_rule_is_one_module_one_data_file_one_table() -> None:
    data = {
        path.relative_to(ROOT / "rules").with_suffix("").as_posix()
        for path in (ROOT / "rules").rglob("*.yaml")
        if path.parent.name != "lexicon"
    } - BESIDE
    tables = {
        path.relative_to(HERE).with_suffix("").as_posix()
        for path in HERE.rglob("*.yaml")
        if path.parent != HERE
    }
    assert set(STEMS.values()) == data == tables


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.ID)
def test_each_table_shows_the_rule_silent_and_speaking(rule: ModuleType) -> None:
    cases = table(rule).values()
    assert any("finds" not in case and "not_checked" not in case for case in cases)
    assert any("finds" in case for case in cases)
