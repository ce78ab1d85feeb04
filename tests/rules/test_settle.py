"""Truths about settling that hold for any visit."""

import random
import re
from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from rules import RULES
from rules.check import ROUNDS, check, followed, settle, unfollowed
from rules.model import Bill, Finding, Visit
from rules.policy import Policy
from rules.recoding import as_billed
from tests.rules.generating import USUAL, visits
from tests.rules.shorthand import BOOK, shown, visit


def policy_of(seen: Visit) -> Policy:
    return BOOK.policy(seen.payer, seen.date_of_service, seen.setting, seen.mac)


def settled(seen: Visit) -> Bill:
    return settle(seen, policy_of(seen))


def bill_of(bill: Bill) -> list[tuple[str, int, tuple[str, ...], str]]:
    return sorted((x.code, x.units, x.modifiers, str(x.discipline)) for x in bill.lines)


@settings(deadline=None, max_examples=150)
@given(visits())
def test_any_visit_is_judged_by_every_rule_without_failing(seen: Visit) -> None:
    policy = policy_of(seen)
    written, drafted = settled(seen), settled(replace(seen, lines=(), memo={}))
    for each in (written, drafted):
        whys = [(n.rule, n.why) for n in each.not_checked]
        assert not [x for x in whys if "failed" in x[1] or "could not be settled" in x[1]]
    for lines in (seen.lines, written.lines):
        for rule in RULES:
            if policy.applies(rule.ID):
                tuple(rule.check(replace(seen, lines=lines, drafted=not lines, memo={}), policy))


@settings(deadline=None, max_examples=300)
@given(visits())
def test_a_rule_has_nothing_to_say_where_nothing_is_that_it_is_about(seen: Visit) -> None:
    policy = policy_of(seen)
    for lines in ((), seen.lines, settled(seen).lines):
        now = as_billed(replace(seen, lines=lines, drafted=not lines, memo={}), policy)
        words = {s.code for s in now.services} | {s.charted_as for s in now.services}
        words |= {x.code for x in lines} | {m for x in lines for m in x.modifiers}
        for each in followed(policy):
            if each.about is not None and each.about.isdisjoint(words):
                assert not tuple(each.rule.check(now, policy)), each.rule.ID


@settings(deadline=None, max_examples=60)
@given(visits(), st.randoms(use_true_random=False))
def test_the_order_of_lines_decides_nothing(seen: Visit, shuffler: random.Random) -> None:
    lines = list(seen.lines)
    shuffler.shuffle(lines)
    assert settled(replace(seen, lines=tuple(lines), memo={})).lines == settled(seen).lines


@settings(deadline=None, max_examples=60)
@given(visits())
def test_settling_a_settled_bill_changes_nothing(seen: Visit) -> None:
    first = settled(seen)
    stored = tuple(replace(x, id=x.id or f"new{i}") for i, x in enumerate(first.lines))
    again = settled(replace(seen, lines=stored, memo={}))
    if first.lines:
        assert bill_of(again) == bill_of(first)


@settings(deadline=None, max_examples=60)
@given(visits())
def test_a_settled_bill_draws_no_fix_that_changes_it(seen: Visit) -> None:
    bill = settled(seen)
    after = replace(seen, lines=bill.lines, drafted=not seen.lines, memo={})
    policy = policy_of(seen)
    found = [x for x in check(after, policy) if isinstance(x, Finding)]
    assert not [x for x in found if x.remedy and x.remedy.old + x.remedy.new]


@settings(deadline=None, max_examples=60)
@given(visits())
def test_units_of_timed_codes_never_exceed_the_pool_when_written(seen: Visit) -> None:
    seen = replace(seen, lines=(), payer="medicare_part_b")
    timed = [x for x in settled(seen).lines if BOOK.tables.codes[x.code].kind == "timed"]
    for discipline in {x.discipline for x in timed}:
        minutes = sum(s.minutes or 0 for s in seen.services if s.discipline == discipline)
        units = sum(x.units for x in timed if x.discipline == discipline)
        assert units <= (minutes + 7) // 15


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 90), min_size=1, max_size=4), st.integers(0, 3))
def test_one_more_minute_never_earns_less(minutes: list[int], which: int) -> None:
    def units(each: list[int]) -> int:
        chart = [f"{code} {m}min" for code, m in zip(USUAL, each, strict=False)]
        return sum(x.units for x in settled(visit({"chart": chart})).lines)

    more = [m + (i == which % len(minutes)) for i, m in enumerate(minutes)]
    assert 0 <= units(more) - units(minutes) <= 1


@settings(deadline=None, max_examples=60)
@given(visits())
def test_what_already_stands_is_kept_unless_a_rule_removes_it_by_name(seen: Visit) -> None:
    kept = {"59", "XS", "KX", "GY", "25", "95"}
    before = {x.id: kept.intersection(x.modifiers) for x in seen.lines}
    bill = settled(seen)
    labels = " ".join(fix.label for finding in bill.fixed for fix in finding.fixes)
    for line in bill.lines:
        gone = before.get(line.id, set()) - set(line.modifiers)
        assert gone <= set(re.findall(r"\b\w\w\b", labels))


def test_two_disciplines_settle_each_on_its_own() -> None:
    seen = visit({"chart": ["97110 30min pt", "97530 23min ota", "92507 45min slp"]})
    assert shown(settled(seen).lines) == ["97110-GP x2", "97530-GO-CO x2", "92507-GN x1"]


def test_each_line_names_the_services_it_bills() -> None:
    seen = visit({"chart": ["97110 13min pt", "97110 23min pta", "97140 30min pt"]})
    assert [x.services for x in settled(seen).lines] == [("p0",), ("p1",), ("p2",)]


def test_a_clean_visit_is_silent() -> None:
    case = {"chart": ["97110 33min", "97140 7min"], "bill": ["97110-GP x2", "97140-GP x1"]}
    bill = settled(visit(case))
    assert bill.findings == ()
    assert not [n for n in bill.not_checked if not n.quiet]


def test_an_unknown_payer_lists_what_was_not_applied() -> None:
    policy = BOOK.policy("nobody", date(2026, 3, 2))
    left = {n.rule for n in unfollowed(policy)}
    assert left > {"assistant_modifier", "covered_code", "discipline_modifier", "mue", "ptp_edit"}
    assert left.isdisjoint({"timed_units", "untimed_units", "minutes_charted", "performer"})


def test_a_stored_line_keeps_its_id_when_it_is_split() -> None:
    case = {"chart": ["97110 15min pt", "97110 15min pta"], "bill": ["97110-GP x2"]}
    lines = settled(visit(case)).lines
    assert [(x.id, x.units, x.modifiers) for x in lines] == [
        ("c0", 1, ("GP",)),
        ("", 1, ("GP", "CQ")),
    ]


def test_a_bill_that_still_moves_after_the_last_round_is_reported() -> None:
    seen = visit({"chart": ["97110 15min"]})
    policy = BOOK.policy(seen.payer, seen.date_of_service, seen.setting)
    assert "the bill could not be settled" in [
        n.why for n in settle(seen, policy, rounds=1).not_checked
    ]
    assert ROUNDS == 10


def test_a_rule_that_fails_is_named_and_the_others_still_speak() -> None:
    seen = visit({"chart": ["97110 15min", "97161"]})
    base = {name: rows for name, rows in BOOK.base.items() if name != "timed_units.method"}
    policy = Policy(seen.payer, seen.date_of_service, "practitioner", (base,), BOOK.tables)
    bill = settle(seen, policy)
    assert shown(bill.lines) == ["97161-GP x1"]
    assert [(n.rule, n.why) for n in bill.not_checked if not n.quiet] == [
        ("timed_units", "the rule failed and has been reported")
    ]


def test_a_rule_that_cannot_say_what_it_is_about_is_asked_and_named() -> None:
    seen = visit({"chart": ["97110 15min"]})
    base = {name: rows for name, rows in BOOK.base.items() if name != "same_region.manipulation"}
    policy = Policy(seen.payer, seen.date_of_service, "practitioner", (base,), BOOK.tables)
    bill = settle(seen, policy)
    assert shown(bill.lines) == ["97110-GP x1"]
    assert [n.rule for n in bill.not_checked if not n.quiet] == ["same_region"]
