"""Money decides no code and no unit: the bill of a visit is the same whatever the fees are.

KX is the one exception, and an honest one: Medicare counts dollars towards its threshold, so what
is asked about KX may follow the fees. It is a modifier, a person affirms it, and it moves neither
a code nor a unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings

from plugin.imports.snapshot import Snapshot
from plugin.moment import Moment
from rules.check import settle
from rules.model import Bill, Visit
from rules.payment.schedule import Amount, Fee
from tests.rules.generating import visits
from tests.rules.shorthand import BOOK
from tests.rules.shorthand import visit as seen

Fees = Mapping[str, Sequence[Fee]]
FEES = BOOK.tables.fees
ABOUT_KX = frozenset({"kx_threshold", "unneeded_modifier"})
KX = "KX"


def doubled() -> Fees:
    """Return fees of twice the factor."""
    return {code: [replace(f, factor=f.factor * 2) for f in own] for code, own in FEES.items()}


def scrambled() -> Fees:
    """Return every code with the fees of the next: dear ones become cheap."""
    codes = sorted(FEES)
    return {one: FEES[two] for one, two in pairwise([*codes, codes[0]])}


def unknown() -> Fees:
    """Return no fees."""
    return {}


def immense() -> Fees:
    """Return fees past any threshold, each with a practice expense of its own."""
    return {
        code: [replace(f, office=Decimal(999 - i), facility=Decimal(i)) for f in own]
        for i, (code, own) in enumerate(FEES.items())
    }


def moment(fees: Fees, amounts: Mapping[str, Sequence[Amount]]) -> Moment:
    tables = replace(BOOK.shipped.tables, fees=fees, amounts=amounts)
    return Moment(replace(BOOK.shipped, tables=tables), Snapshot())


OTHERS = [moment(fees(), {}) for fees in (doubled, scrambled, unknown, immense)]
USUAL = BOOK.now()


def settled(visit: Visit, under: Moment) -> Bill:
    fresh = replace(visit, memo={})
    said = (visit.payer, visit.date_of_service, visit.setting, visit.mac)
    return settle(fresh, under.policy(*said))


def billed(bill: Bill) -> list[tuple[str, int, tuple[str, ...]]]:
    """Return codes, units and modifiers, without KX."""
    return [
        (line.code, line.units, tuple(m for m in line.modifiers if m != KX)) for line in bill.lines
    ]


def said(bill: Bill) -> list[tuple[str, str]]:
    """Return everything that was found, but for what KX follows from."""
    return [(f.rule, f.says) for f in bill.findings if f.rule not in ABOUT_KX]


@given(visits())
@settings(max_examples=150, deadline=None)
def test_bills_do_not_change_when_fees_do(visit: Visit) -> None:
    usual = settled(visit, USUAL)
    for other in OTHERS:
        bill = settled(visit, other)
        assert billed(bill) == billed(usual)
        assert said(bill) == said(usual)


@pytest.mark.parametrize("other", OTHERS)
def test_a_choice_between_codes_of_one_minute_count_follows_no_fee(other: Moment) -> None:
    # Ties, leftovers and pairs are where a dearer code could tempt.
    for chart in (
        ["97110 20min", "97530 20min"],
        ["97140 8min", "97530 7min"],
        ["97112 15min", "97530 15min", "97140 8min"],
        ["97150 group=3", "97110 15min"],
    ):
        visit = seen({"chart": chart})
        assert settled(visit, other).lines == settled(visit, USUAL).lines


def test_only_what_is_asked_about_kx_follows_the_fees() -> None:
    case = {"chart": ["97110 30min"], "record": {"used_pt_slp": "2440"}}
    doubles = OTHERS[0]
    asked = [
        any(finding.rule == "kx_threshold" for finding in settled(seen(case), under).findings)
        for under in (moment({}, {}), doubles)
    ]
    assert asked == [False, True]
    assert settled(seen(case), doubles).lines == settled(seen(case), USUAL).lines
