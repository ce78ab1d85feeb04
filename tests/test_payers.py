"""What each payer changes: a table that a biller can hold against the payer's own documents."""

from datetime import date

import pytest

from plugin.fhir.payer import OF_SOPT
from plugin.rulebook import BASE_PAYER, UNKNOWN_PAYER
from tests.rules.shorthand import BOOK

TODAY = date(2026, 3, 2)

# payer: unit method | GP, GO, GN | CQ, CO | NCCI pairs | NCCI unit limits
DIFFERENCES = {
    # Medicare Claims Processing Manual ch. 5, §20
    "medicare_part_b": ("pooled", True, True, True, True),
    # "all federally funded" payers count as CMS does (WebPT); Part B's benefits through a plan
    "medicare_advantage": ("pooled", True, True, True, True),
    # federally funded; NCCI tables of its own (AOTA), limits by the line
    "medicaid": ("pooled", False, False, True, False),
    # federally funded; asks for CQ and CO (pt-management.com)
    "tricare": ("pooled", True, True, True, True),
    # federally funded; asks for GP (remembered); CQ, CO and NCCI not found
    "va": ("pooled", True, False, False, False),
    # each state's own
    "workers_comp": ("unknown", False, False, False, False),
    # differs by plan; claim editing ships the CCI pairs (athenahealth, WebPT)
    "commercial": ("unknown", True, False, True, True),
    # plans that copy CPT (clinicient.com)
    "commercial_midpoint": ("per_code", True, False, True, True),
    # GP, GO, GN since July 2020 (insuredandmore.com); CQ and CO (pt-management.com)
    "uhc_commercial": ("unknown", True, True, True, True),
    # reimbursement policy RP-I-003 (nebraskablue.com)
    "bcbs_nebraska": ("pooled", True, False, True, True),
    # nothing is presumed
    "unknown": ("unknown", False, False, False, False),
}


def test_every_payer_is_in_the_table() -> None:
    assert set(BOOK.payers) == set(DIFFERENCES)


@pytest.mark.parametrize(("payer", "said"), DIFFERENCES.items(), ids=DIFFERENCES)
def test_what_differs(payer: str, said: tuple[str, bool, bool, bool, bool]) -> None:
    policy = BOOK.policy(payer, TODAY)
    rules = ("discipline_modifier", "assistant_modifier", "ptp_edit", "mue")
    method = policy.get("timed_units.method", str)
    assert (method, *(policy.applies(rule) for rule in rules)) == said


def test_unitedhealthcare_asks_for_the_discipline_since_july_2020() -> None:
    days = (date(2020, 6, 30), date(2020, 7, 1))
    asked = [BOOK.policy("uhc_commercial", day).applies("discipline_modifier") for day in days]
    assert asked == [False, True]


def test_medicaid_has_ncci_edits_since_october_2010_and_names_its_doubt() -> None:
    days = (date(2010, 9, 30), date(2010, 10, 1))
    assert [BOOK.policy("medicaid", day).applies("ptp_edit") for day in days] == [False, True]
    assert "Medicaid's own" in BOOK.policy("medicaid", TODAY).get("ptp_edit.edition", str)


@pytest.mark.parametrize("payer", sorted(set(DIFFERENCES) - {BASE_PAYER, "medicare_advantage"}))
def test_only_medicare_refuses_by_its_own_fee_schedule(payer: str) -> None:
    policy = BOOK.policy(payer, TODAY)
    assert not policy.applies("covered_code")
    assert policy.get("performer.not_payable", list) == ["aide", "student"]


@pytest.mark.parametrize(
    "rule", ["minutes_charted", "service_code", "code_in_force", "performer", "untimed_units"]
)
@pytest.mark.parametrize("payer", sorted(DIFFERENCES))
def test_what_any_claim_needs_is_asked_for_every_payer(payer: str, rule: str) -> None:
    assert BOOK.policy(payer, TODAY).applies(rule)


def test_each_difference_names_its_source() -> None:
    for rows in BOOK.payers.values():
        for row in (row for own in rows.values() for row in own):
            assert row.cite.url.startswith("https://")
            assert row.cite.checked


def test_the_typology_of_payers_names_profiles_that_exist() -> None:
    assert set(OF_SOPT.values()) < set(BOOK.payers)
    assert UNKNOWN_PAYER in BOOK.payers
