"""Truths about settling that hold for any visit."""

import random
from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.check import ROUNDS, check, settle, unfollowed
from rules.model import Bill, Finding, Line, Service, Visit
from rules.people import discipline_of
from rules.policy import Policy
from rules.words import Role, Setting
from tests.rules.shorthand import BOOK, shown, visit

CODES = sorted(BOOK.tables.codes)
USUAL = ["97110", "97112", "97116", "97140", "97530", "97535", "97035", "97124", "97150", "97161"]
ROLES: list[Role] = ["pt", "pta", "ot", "ota", "slp", "slpa", "dc", "md", "rn", "aide", "student"]
PAYERS = ["medicare_part_b", "commercial", "commercial_midpoint", "unknown"]
SETTINGS: list[Setting] = ["practitioner", "hospital", "critical_access"]
MODIFIERS = ["59", "XS", "GP", "GO", "GN", "CQ", "CO", "KX", "GY", "25", "95"]


@st.composite
def services(draw: st.DrawFn, code: st.SearchStrategy[str]) -> Service:
    chosen = draw(code)
    roles = tuple(draw(st.lists(st.sampled_from(ROLES), max_size=2, unique=True)))
    return Service(
        id=f"p{draw(st.integers(0, 999))}",
        code=chosen,
        minutes=draw(st.none() | st.integers(0, 130)),
        roles=roles,
        discipline=discipline_of(roles, BOOK.tables.codes.get(chosen)),
    )


@st.composite
def visits(draw: st.DrawFn) -> Visit:
    code = st.sampled_from(USUAL) | st.sampled_from([*CODES, "", "99999", "00000"])
    charted = tuple(draw(st.lists(services(code), max_size=7)))
    known = {s.code for s in charted if s.code} | {"97110", "97140", "97010"}
    disciplines = [s.discipline for s in charted] or [None]
    lines = tuple(
        Line(
            id=f"c{i}",
            code=draw(st.sampled_from(sorted(known)) | st.sampled_from(CODES)),
            units=draw(st.integers(1, 9)),
            modifiers=tuple(draw(st.lists(st.sampled_from(MODIFIERS), max_size=4, unique=True))),
            discipline=draw(st.sampled_from(disciplines)),
        )
        for i in range(draw(st.integers(0, 6)))
    )
    return Visit(
        date_of_service=draw(st.dates(date(1995, 1, 1), date(2027, 12, 31))),
        payer=draw(st.sampled_from(PAYERS)),
        setting=draw(st.sampled_from(SETTINGS)),
        services=charted,
        lines=lines,
    )


def settled(seen: Visit) -> Bill:
    return settle(seen, BOOK.policy(seen.payer, seen.date_of_service, seen.setting))


def bill_of(bill: Bill) -> list[tuple[str, int, tuple[str, ...], str]]:
    return sorted((x.code, x.units, x.modifiers, str(x.discipline)) for x in bill.lines)


@settings(deadline=None, max_examples=150)
@given(visits())
def test_any_visit_settles_without_a_rule_failing(seen: Visit) -> None:
    whys = [n.why for n in settled(seen).not_checked]
    assert not [why for why in whys if "failed" in why or "settled" in why]


@settings(deadline=None, max_examples=80)
@given(visits(), st.randoms(use_true_random=False))
def test_the_order_of_lines_decides_nothing(seen: Visit, shuffler: random.Random) -> None:
    lines = list(seen.lines)
    shuffler.shuffle(lines)
    assert settled(replace(seen, lines=tuple(lines), memo={})).lines == settled(seen).lines


@settings(deadline=None, max_examples=80)
@given(visits())
def test_settling_a_settled_bill_changes_nothing(seen: Visit) -> None:
    first = settled(seen)
    stored = tuple(replace(x, id=x.id or f"new{i}") for i, x in enumerate(first.lines))
    again = settled(replace(seen, lines=stored, memo={}))
    if first.lines:
        assert bill_of(again) == bill_of(first)


@settings(deadline=None, max_examples=80)
@given(visits())
def test_a_settled_bill_draws_no_fix_that_changes_it(seen: Visit) -> None:
    bill = settled(seen)
    after = replace(seen, lines=bill.lines, drafted=not seen.lines, memo={})
    policy = BOOK.policy(seen.payer, seen.date_of_service, seen.setting)
    found = [x for x in check(after, policy) if isinstance(x, Finding)]
    assert not [x for x in found if x.remedy and x.remedy.old + x.remedy.new]


@settings(deadline=None, max_examples=80)
@given(visits())
def test_units_of_timed_codes_never_exceed_the_pool_when_written(seen: Visit) -> None:
    seen = replace(seen, lines=(), payer="medicare_part_b")
    timed = [x for x in settled(seen).lines if BOOK.tables.codes[x.code].kind == "timed"]
    for discipline in {x.discipline for x in timed}:
        minutes = sum(s.minutes or 0 for s in seen.services if s.discipline == discipline)
        units = sum(x.units for x in timed if x.discipline == discipline)
        assert units <= (minutes + 7) // 15


@settings(deadline=None, max_examples=80)
@given(st.lists(st.integers(0, 90), min_size=1, max_size=4), st.integers(0, 3))
def test_one_more_minute_never_earns_less(minutes: list[int], which: int) -> None:
    def units(each: list[int]) -> int:
        chart = [f"{code} {m}min" for code, m in zip(USUAL, each, strict=False)]
        return sum(x.units for x in settled(visit({"chart": chart})).lines)

    more = [m + (i == which % len(minutes)) for i, m in enumerate(minutes)]
    assert 0 <= units(more) - units(minutes) <= 1


@settings(deadline=None, max_examples=80)
@given(visits())
def test_what_already_stands_is_kept_unless_a_rule_removes_it(seen: Visit) -> None:
    kept = {"59", "XS", "KX", "GY", "25", "95"}
    before = {x.id: kept.intersection(x.modifiers) for x in seen.lines}
    for line in settled(seen).lines:
        assert before.get(line.id, set()) <= set(line.modifiers)


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
    assert bill.not_checked == ()


def test_an_unknown_payer_lists_what_was_not_applied() -> None:
    policy = BOOK.policy("nobody", date(2026, 3, 2))
    assert {n.rule for n in unfollowed(policy)} == {
        "assistant_modifier",
        "covered_code",
        "discipline_modifier",
        "mue",
        "ptp_edit",
    }


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
    assert [(n.rule, n.why) for n in bill.not_checked] == [
        ("timed_units", "the rule failed and has been reported")
    ]
