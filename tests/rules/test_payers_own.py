"""Values that no shipped payer states yet, but that a payer or a contractor may."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rules.bundling import mue
from rules.check import check
from rules.eligibility import authorization, evaluation_frequency, local_coverage
from rules.model import Cite, Finding, NotChecked, Visit
from rules.policy import Dated, Mue, Policy
from tests.rules.shorthand import BOOK, visit

MARCH = date(2026, 3, 2)
OWN = Cite(id="own", title="A payer's own", url="https://example.org", checked="2026-11-23")


def own(values: Mapping[str, Any]) -> Policy:
    rows = {name: (Dated(date(2026, 1, 1), None, value, OWN),) for name, value in values.items()}
    return Policy("own", MARCH, "practitioner", (rows, BOOK.base), BOOK.tables)


def evaluated(day: str, *, code: str = "97164", past: str = "97161") -> Visit:
    history = [{"day": day, "code": past}]
    return visit({"chart": [code], "bill": [f"{code}-GP x1"], "record": {"history": history}})


@pytest.mark.parametrize(
    ("day", "days"), [("2026-02-01", 29), ("2026-03-02", 0), ("2026-01-31", None)]
)
def test_a_payer_may_ask_for_days_between_evaluations(day: str, days: int | None) -> None:
    policy = own({"evaluation_frequency.within_days": 30})
    said = [x for x in evaluation_frequency.check(evaluated(day), policy) if isinstance(x, Finding)]
    assert [x.says for x in said] == [
        f"97164: {n} days after the last evaluation; the payer expects 30, or a change that the "
        "note shows"
        for n in ([] if days is None else [days])
    ]
    assert all(x.cite.id == "own" and x.indicator == "info" for x in said)


def test_the_last_evaluation_of_the_discipline_counts() -> None:
    policy = own({"evaluation_frequency.within_days": 30})
    history = [{"day": "2026-02-20", "code": "97164"}, {"day": "2026-01-05", "code": "97161"}]
    seen = visit({"chart": ["97164"], "bill": ["97164-GP x1"], "record": {"history": history}})
    (finding,) = evaluation_frequency.check(seen, policy)
    assert isinstance(finding, Finding)
    assert finding.says.startswith("97164: 10 days")
    assert not [*evaluation_frequency.check(evaluated("2026-03-01", past="97165"), policy)]


def asked(values: Mapping[str, Any], bill: str, **record: Any) -> list[tuple[str, str]]:
    policy = own({"authorization.needed": True, **values})
    seen = visit({"chart": [bill[:5]], "bill": [bill], "record": record})
    return [
        (x.indicator, x.says) if isinstance(x, Finding) else ("not checked", x.why)
        for x in authorization.check(seen, policy)
    ]


def test_a_payer_may_want_authorization_of_all_its_patients() -> None:
    unknown = [("not checked", "this payer authorizes therapy, and whether it did is not known")]
    order = {"authored_on": "2026-02-01"}
    assert asked({}, "97110-GP x1") == unknown
    assert asked({}, "97110-GP x1", orders=[order]) == unknown
    assert asked({}, "97110-GP x1", authorizations=[]) == [
        ("info", "This payer authorizes therapy visits, and no authorization is on file")
    ]
    held = {"required": True, "allowed": 9, "used": 1}
    assert asked({}, "97110-GP x1", authorizations=[held]) == []


def test_what_needs_no_authorization_is_not_asked_for() -> None:
    free = {"authorization.exempt": ["97161"]}
    assert asked(free, "97161-GP x1", authorizations=[]) == []
    assert len(asked(free, "97110-GP x1", authorizations=[])) == 1
    seen = visit({"chart": ["97161", "97110 15min"], "bill": ["97161-GP x1", "97110-GP x1"]})
    policy = own({"authorization.needed": True, **free})
    assert len([*authorization.check(seen, policy)]) == 1


def test_before_treatment_nobody_knows_that_all_of_it_will_be_exempt() -> None:
    planned = {"chart": ["- pt"], "visit": {"planned": True}, "record": {"authorizations": []}}
    policy = own({"authorization.needed": True})
    (finding,) = authorization.check(visit(planned), policy)
    assert isinstance(finding, Finding)
    assert finding.says.endswith("no authorization is on file")


def test_a_contractors_policy_that_was_read_warns() -> None:
    seen = visit({"chart": ["97112 45min"], "bill": ["97112-GP x3"]})
    limits = {"local_coverage.units_a_visit": {"97112": 2}}
    for firm, indicator in ((True, "warning"), (False, "info")):
        (finding,) = local_coverage.check(seen, own({**limits, "local_coverage.firm": firm}))
        assert (finding.indicator, finding.cite.id) == (indicator, "own")


@pytest.mark.parametrize(
    ("mai", "lines", "says"),
    [
        ("1", ["97110-GP x2", "97110-GP-CQ x2"], ""),
        (
            "1",
            ["97110-GP x1", "97110-GP-CQ x3"],
            "97110 ×3 is over the limit of 2 (MUE): each line is held to it",
        ),
        (
            "2",
            ["97110-GP x2", "97110-GP-CQ x2"],
            "97110 ×4 is over the limit of 2 (MUE): an absolute limit for the day",
        ),
        (
            "3",
            ["97110-GP x2", "97110-GP-CQ x2"],
            "97110 ×4 is over the limit of 2 (MUE): more is denied unless the record shows it was "
            "needed",
        ),
        ("3", ["97110-GP x2"], ""),
    ],
)
def test_a_limit_holds_by_line_or_by_day(mai: str, lines: list[str], says: str) -> None:
    mues = {"practitioner": {"97110": [Mue(2, mai, "2024-07-01", "")]}}
    tables = replace(BOOK.tables, mues=mues)
    policy = Policy("medicare_part_b", MARCH, "practitioner", (BOOK.base,), tables)
    said = [*mue.check(visit({"bill": lines}), policy)]
    assert [x.says for x in said if isinstance(x, Finding)] == [says] * bool(says)


@pytest.mark.parametrize(
    ("rule", "case"),
    [
        ("diagnosis", {"chart": ["97110 15min"]}),
        ("evaluation_frequency", {"chart": ["97161"], "bill": ["97161-GP x1"]}),
        (
            "evaluation_frequency",
            {
                "chart": ["97161"],
                "bill": ["97161-GP x1"],
                "record": {"history": [{"day": "2026-02-02", "code": "97161"}]},
            },
        ),
        ("add_on_code", {"bill": ["98981-GP x1"]}),
        (
            "same_region",
            {
                "payer": "commercial",
                "chart": ["98941 dc", "97140 15min dc"],
                "bill": ["98941 x1", "97140 x1"],
            },
        ),
        ("performer", {"chart": ["99211 rn"], "bill": ["99211 x1"]}),
        ("performer", {"chart": ["97116 15min ot"], "bill": ["97116-GO x1"]}),
        (
            "authorization",
            {
                "chart": ["97110 15min"],
                "record": {"authorizations": [{"required": True, "allowed": 9}]},
            },
        ),
        (
            "authorization",
            {
                "chart": ["97110 15min"],
                "record": {"orders": [{"authored_on": "2026-02-01", "visits": 9}]},
            },
        ),
    ],
)
def test_what_an_ehr_does_not_send_is_listed_and_draws_no_card(
    rule: str, case: dict[str, Any]
) -> None:
    seen = visit(case)
    said = check(seen, BOOK.policy(seen.payer, seen.date_of_service))
    mine = [x for x in said if x.rule == rule]
    assert [x.quiet for x in mine if isinstance(x, NotChecked)] == [True]
    assert len(mine) == 1


def test_an_edition_that_has_run_out_is_said_aloud() -> None:
    seen = visit({"bill": ["97130 x1"], "date_of_service": "2027-01-01"})
    said = check(seen, BOOK.policy(seen.payer, seen.date_of_service))
    assert [x.quiet for x in said if isinstance(x, NotChecked) and x.rule == "add_on_code"] == [
        False
    ]


def test_a_payer_that_authorizes_is_quiet_where_nothing_is_known() -> None:
    policy = own({"authorization.needed": True})
    seen = visit({"chart": ["97110 15min"], "bill": ["97110-GP x1"]})
    assert [x.quiet for x in authorization.check(seen, policy) if isinstance(x, NotChecked)] == [
        True
    ]
