"""Estimates: fees, the multiple procedure reduction, and what they mean for the KX threshold."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from rules.model import Finding, Line
from rules.modifiers import kx_threshold
from rules.modifiers.threshold import standing
from rules.payment.fee import allowed, price_of
from rules.record import Record
from rules.words import Setting
from tests.rules.shorthand import BOOK, line, visit


def amounts(
    bill: Sequence[str], on: str = "2024-03-09", setting: Setting = "practitioner"
) -> list[str]:
    lines = [line(text, i, ()) for i, text in enumerate(bill)]
    policy = BOOK.policy("medicare_part_b", date.fromisoformat(on), setting)
    return [str(x) for x in allowed(lines, policy)]


def test_the_worked_example_of_2024() -> None:
    bill = ["97530-GP x1", "97110-GP x2", "97140-GP x1"]
    assert amounts(bill) == ["36.62", "44.60", "20.80"]


def test_conversion_factors_change_on_their_day() -> None:
    assert amounts(["97530-GP x1"], "2024-03-08") == ["36.02"]
    assert amounts(["97530-GP x1"], "2024-03-09") == ["36.62"]


@pytest.mark.parametrize(
    ("on", "fees"),
    [
        ("2022-01-01", ["30.11", "34.95", "27.68", "38.07", "102.43"]),
        ("2023-12-31", ["29.82", "34.23", "27.45", "37.61", "101.66"]),
        ("2024-09-30", ["29.29", "33.62", "26.96", "36.62", "100.20"]),
        ("2026-12-31", ["29.06", "32.73", "27.72", "35.07", "97.86"]),
    ],
)
def test_published_fees_of_one_unit_alone(on: str, fees: list[str]) -> None:
    codes = ["97110", "97112", "97140", "97530", "97161"]
    assert [amounts([f"{code}-GP x1"], on)[0] for code in codes] == fees


def test_days_without_an_edition_have_no_fee() -> None:
    for on in ("2021-12-31", "2024-10-01", "2027-01-01"):
        assert amounts(["97110-GP x1"], on) == ["None"]


def test_codes_that_contractors_price_have_no_fee_and_leave_the_others_theirs() -> None:
    assert amounts(["97139-GP x1", "97530-GP x1"]) == ["None", "36.62"]


def test_codes_without_work_have_a_fee() -> None:
    assert Decimal(amounts(["98977-GP x1"])[0]) > 0


def test_only_the_first_unit_of_the_top_code_is_paid_in_full() -> None:
    full, beside = Decimal("36.62"), Decimal("25.80")
    assert amounts(["97530-GP x3"]) == [str(full + 2 * beside)]


def test_the_reduction_reaches_across_disciplines() -> None:
    assert amounts(["97110-GP x1", "97530-GO x1"]) == ["22.30", "36.62"]


def test_codes_outside_the_reduction_keep_theirs_and_reduce_none() -> None:
    alone = amounts(["20560-GP x1"], "2026-03-02") + amounts(["97110-GP x1"], "2026-03-02")
    assert amounts(["20560-GP x1", "97110-GP x1"], "2026-03-02") == alone


def test_the_facility_has_a_practice_expense_of_its_own() -> None:
    office = amounts(["20560-GP x1"], "2026-03-02")
    assert Decimal(office[0]) > Decimal(amounts(["20560-GP x1"], "2026-03-02", "hospital")[0])
    assert amounts(["20560-GP x1"], "2026-03-02", "critical_access") == amounts(
        ["20560-GP x1"], "2026-03-02", "hospital"
    )


def test_a_tie_goes_to_the_higher_fee_and_then_to_the_first() -> None:
    # In 2026 both have the same practice expense; the work of 97112 is worth more.
    assert amounts(["97537-GO x1", "97112-GP x1"], "2026-03-02")[1] == "32.73"
    assert amounts(["97112-GP x1", "97537-GO x1"], "2026-03-02")[0] == "32.73"
    policy = BOOK.policy("medicare_part_b", date(2024, 3, 9))
    same = [Line(code="97110", units=1), Line(code="97110", units=1)]
    assert [str(x) for x in allowed(same, policy)] == ["29.29", "22.30"]


def test_a_price_is_worked_out_once() -> None:
    policy = BOOK.policy("medicare_part_b", date(2024, 3, 9))
    assert price_of("97110", policy) is price_of("97110", policy)


@pytest.mark.parametrize(
    ("used", "below"),
    [("2328.95", True), ("2328.96", False), ("2379.30", False), (None, False)],
)
def test_below_the_threshold_wherever_it_was_furnished(used: str | None, below: bool) -> None:  # noqa: FBT001
    case = {
        "chart": ["97530 15min", "97110 30min", "97140 15min"],
        "bill": ["97530-GP x1", "97110-GP x2", "97140-GP x1"],
        "record": {"used_pt_slp": used},
    }
    seen = visit(case)
    [pool] = standing(seen, BOOK.policy(seen.payer, seen.date_of_service))
    assert pool.estimate == Decimal("100.70")
    assert pool.below is below


def test_what_cannot_be_priced_is_not_below() -> None:
    seen = visit({"chart": ["97139"], "bill": ["97139-GP x1"], "record": {"used_pt_slp": "1"}})
    [pool] = standing(seen, BOOK.policy(seen.payer, seen.date_of_service))
    assert not pool.below


def test_a_standing_is_worked_out_once_for_the_same_lines() -> None:
    seen = visit({"chart": ["97110 15min"], "bill": ["97110-GP x1"], "record": {"used_ot": "1"}})
    policy = BOOK.policy(seen.payer, seen.date_of_service)
    known = standing(seen, policy)
    assert standing(seen, policy) is known
    assert standing(replace(seen, record=Record(used_ot=Decimal(2))), policy) is not known
    assert standing(seen.billed(()), policy) == ()


@pytest.mark.parametrize(
    "bill",
    [
        ["97110-GP-CQ x1", "97110-GP x1"],
        ["97110-GP x1", "97110-GP-CQ x1"],
        ["97110-GP-CQ x1", "97110-GP-KX x1"],
        ["97110-GP-CQ-KX x1", "97110-GP x1"],
    ],
)
def test_a_line_keeps_its_place_whatever_the_order_and_with_kx(bill: list[str]) -> None:
    chart = ["97110 15min", "97110 15min pta"]
    seen = visit({"chart": chart, "bill": bill, "record": {"used_pt_slp": "2440"}})
    [pool] = standing(seen, BOOK.policy(seen.payer, seen.date_of_service))
    assert ["CQ" in x.modifiers for x in pool.lines] == [False, True]
    assert ["CQ" in x.modifiers for x in pool.over] == [True]


def test_the_sum_is_shown() -> None:
    case = {
        "chart": ["97530 15min", "97139"],
        "bill": ["97530-GP x1", "97139-GP x1"],
        "record": {"used_pt_slp": "2450.5"},
    }
    seen = visit(case)
    [found] = kx_threshold.check(seen, BOOK.policy(seen.payer, seen.date_of_service))
    assert isinstance(found, Finding)
    assert found.worked == (
        "PT and SLP: $2,450.50 used this year before this visit",
        "97139 ×1: fee not known",
        "97530 ×1: $35.07, estimated",
        "PT and SLP: $2,485.57 with this visit, against $2,480",
    )
    assert (found.cite.id, found.cite.edition) == ("kx-2026", "calendar year 2026")


def test_payers_without_the_threshold_have_no_standing() -> None:
    seen = visit({"chart": ["97110 15min"], "bill": ["97110-GP x1"], "payer": "commercial"})
    assert standing(seen, BOOK.policy(seen.payer, seen.date_of_service)) == ()
