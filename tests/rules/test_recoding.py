"""A payer may want the opposite of Medicare, or nothing at all; the chart then says so too."""

from datetime import date

import pytest

from rules.check import check, settle
from rules.model import Cite, Finding, Visit
from rules.policy import Dated, Policy
from rules.recoding import as_billed
from tests.rules.shorthand import BOOK, shown, visit

CITE = Cite(
    id="letter", title="The plan's letter", url="https://plan.example", checked="2026-11-23"
)
MAY = date(2026, 5, 1)


def wants(instead: dict[str, str]) -> Policy:
    """Return the policy of a plan that pays by its own fee schedule and has named its code."""
    own = {
        "payer_code.instead": [Dated(MAY, None, instead, CITE)],
        "covered_code.applies": [Dated(MAY, None, value=False, cite=CITE)],
    }
    return Policy("plan", MAY, "practitioner", (own, BOOK.base), BOOK.tables)


def spoken(seen: Visit, policy: Policy) -> list[Finding]:
    said = check(seen, policy)
    return [x for x in said if isinstance(x, Finding) and x.rule == "payer_code"]


@pytest.mark.parametrize("bill", [["G0283-GP x1"], []])
def test_a_payer_that_wants_97014_gets_it(bill: list[str]) -> None:
    seen = visit({"date_of_service": "2026-05-01", "chart": ["G0283"], "bill": bill})
    policy = wants({"G0283": "97014"})
    [found] = spoken(seen, policy)
    assert found.says == "97014 instead of G0283: this payer takes the same service as 97014 only"
    assert (found.codes, found.cite.id) == (("G0283", "97014"), "letter")
    lines = settle(seen, policy).lines
    assert [(x.code, x.units, x.services) for x in lines] == [("97014", 1, ("p0",))]


def test_a_payer_that_takes_both_is_let_be() -> None:
    seen = visit({"date_of_service": "2026-05-01", "chart": ["97014"], "bill": ["97014-GP x1"]})
    assert spoken(seen, wants({})) == []


def test_timed_units_are_counted_under_the_payers_code() -> None:
    seen = visit({"date_of_service": "2026-05-01", "chart": ["97124 23min"], "bill": []})
    bill = settle(seen, wants({"97124": "97140"}))
    assert shown(bill.lines) == ["97140-GP x2"]
    assert bill.lines[0].services == ("p0",)


def test_a_visit_that_needs_no_other_code_is_the_same_visit() -> None:
    policy = BOOK.policy("medicare_part_b", date(2026, 3, 2))
    seen = visit({"chart": ["97110 15min", "97150 group=1"]})
    assert as_billed(seen, policy) is seen


def test_recoding_twice_changes_nothing_more() -> None:
    policy = BOOK.policy("medicare_part_b", date(2026, 3, 2))
    once = as_billed(visit({"chart": ["97110 15min group=2", "97014", "97140 15min"]}), policy)
    assert [(s.code, s.charted_as) for s in once.services] == [
        ("97150", "97110"),
        ("G0283", "97014"),
        ("97140", ""),
    ]
    assert as_billed(once, policy).services == once.services
