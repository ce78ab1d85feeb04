"""What payers say of the year: dollars used, visits authorized, coverage elsewhere."""

from decimal import Decimal
from typing import Any

import pytest

from rules.record import Authorization, Record
from tests.fhir.building import DAY, Raw, concept, places, procedure, reading, ref
from tests.fhir.records import claim, claim_line, eligibility, item, record_of, used, visits

MARK = "Zq7"
YEAR = {"start": "2026-01-01", "end": "2026-12-31"}
MARCH = {"start": "2026-03"}


def dollars(*resources: Raw) -> tuple[Decimal | None, Decimal | None]:
    known = record_of(*resources)
    return known.used_pt_slp, known.used_ot


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([used("AE", 1312.5)], ("1312.50", None)),
        ([used("AE", 1312.5), used("PT", 9), used("AF", 9)], ("1312.50", None)),
        ([used("PT", 1000), used("AF", 312.25)], ("1312.25", None)),
        ([used("AF", 312.255)], ("312.26", None)),
        ([used("PT", 0)], ("0.00", None)),
        ([used("AD", 2480)], (None, "2480.00")),
        ([used("AD", 1, ""), used("AE", 2)], ("2.00", "1.00")),
        ([used("PT", 3), used("PT", 4)], ("3.00", None)),
        ([used("98", 99)], (None, None)),
        ([item("PT")], (None, None)),
        ([used("PT", None)], (None, None)),
        ([], (None, None)),
    ],
)
def test_the_dollars_used_are_the_payers(
    items: list[Raw], expected: tuple[str | None, str | None]
) -> None:
    found = dollars(eligibility(*items))
    assert tuple(str(x) if x is not None else None for x in found) == expected


def test_the_categories_are_x12s() -> None:
    odd = used("PT", 9) | {"category": concept("PT", "urn:local")}
    assert dollars(eligibility(odd)) == (None, None)


@pytest.mark.parametrize(("amount", "currency"), [(100, "EUR"), (-1, "USD"), (1e300, "USD")])
def test_an_amount_that_is_not_in_dollars_or_absurd_is_left_out_and_named(
    amount: float, currency: str
) -> None:
    found = reading(procedure(), eligibility(used("PT", amount, currency)))
    assert found.visit.record.used_pt_slp is None
    assert places(found) == ["eligibility.entry[0].resource.insurance"]


@pytest.mark.parametrize(
    ("created", "period", "known"),
    [
        (DAY, YEAR, True),
        ("2025-12-31", YEAR, True),
        ("2026-02", None, False),
        ("2026-01-05T10:00:00-05:00", None, True),
        ("2025-12-31", None, False),
        (DAY, {"end": "2026-02-28"}, False),
        (DAY, {"start": "2026-03-03"}, False),
        ("2025-12-31", {}, False),
    ],
)
def test_dollars_are_those_of_the_year_of_the_visit(
    created: str, period: Raw | None, *, known: bool
) -> None:
    found = dollars(eligibility(used("PT", 100), created=created, period=period))
    assert (found[0] is not None) is known


def test_of_several_answers_the_latest_counts() -> None:
    every = [
        eligibility(used("PT", 100), id="a", created="2026-01-05"),
        eligibility(used("PT", 300), id="b", created="2026-03-01T08:00:00-05:00"),
        eligibility(used("PT", 200), id="c", created="2026-02-05"),
        eligibility(used("PT", 400), id="d", created=DAY, outcome="queued"),
        eligibility(used("PT", 500), id="e", created=DAY, status="cancelled"),
    ]
    assert dollars(*every)[0] == 300
    assert dollars(*every[::-1])[0] == 300


@pytest.mark.parametrize(
    ("items", "period", "expected"),
    [
        ([item("42")], MARCH, ("home_health",)),
        ([item("AG")], MARCH, ("skilled_nursing",)),
        ([item("AG"), item("42"), item("42")], MARCH, ("home_health", "skilled_nursing")),
        ([item("42", excluded=True)], MARCH, ()),
        ([item("42")], {"end": "2026-03-01"}, ()),
        ([item("42")], None, ()),
        ([item("30")], MARCH, ()),
        ([], MARCH, ()),
    ],
)
def test_other_coverage_is_what_holds_on_the_day(
    items: list[Raw], period: Raw | None, expected: Any
) -> None:
    assert record_of(eligibility(*items, period=period)).elsewhere == expected


def authorizations(*items: Raw, **more: Any) -> tuple[Authorization, ...] | None:
    return record_of(eligibility(*items, **more)).authorizations


@pytest.mark.parametrize(
    ("category", "whose"),
    [("PT", ["PT"]), ("AD", ["OT"]), ("AF", ["SLP"]), ("AE", ["PT", "SLP"]), ("98", [])],
)
def test_visits_are_authorized_for_a_discipline(category: str, whose: list[Any]) -> None:
    found = authorizations(visits(category, 20, 11, authorizationRequired=True))
    assert found == tuple(
        Authorization(discipline=x, required=True, allowed=20, used=11) for x in whose
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (item("PT", authorizationRequired=False), (False, None, None)),
        (visits("PT", 0, 0), (None, 0, 0)),
        (visits("PT", None, 3), (None, None, 3)),
        (
            item("PT", benefit=[{"type": {"text": "x"}}, *visits("PT", 5, 4)["benefit"]]),
            (None, 5, 4),
        ),
    ],
)
def test_what_is_not_said_of_an_authorization_is_not_known(
    said: Raw, expected: tuple[bool | None, int | None, int | None]
) -> None:
    (found,) = authorizations(said) or ()
    assert (found.required, found.allowed, found.used) == expected


def test_an_item_that_says_nothing_of_visits_is_no_authorization() -> None:
    assert authorizations(item("PT"), used("PT", 5)) == ()


def test_an_item_of_no_category_counts_for_every_discipline() -> None:
    assert authorizations(item(authorizationRequired=True)) == (Authorization(required=True),)
    of_code = item(authorizationRequired=True, productOrService=concept("97110"))
    assert authorizations(of_code) == ()


def test_an_authorization_of_another_time_does_not_count() -> None:
    assert authorizations(visits("PT", 20, 1), period={"end": "2026-03-01"}) == ()


@pytest.mark.parametrize(("allowed", "spent"), [(-1, 0), (20, 1_000_001)])
def test_visits_that_cannot_be_are_left_out_and_named(allowed: int, spent: int) -> None:
    found = reading(procedure(), eligibility(visits("PT", allowed, spent)))
    assert "eligibility.entry[0].resource" in places(found)[0]
    assert len(places(found)) == 1


@pytest.mark.parametrize("more", [{"outcome": "error"}, {"status": "draft"}])
def test_an_answer_that_is_none_says_nothing(more: Raw) -> None:
    assert record_of(eligibility(item("42"), period=YEAR, **more)).elsewhere is None
    assert record_of(eligibility(visits("PT", 1, 1), **more)).authorizations is None


@pytest.mark.parametrize(
    "bad",
    [
        eligibility(patient=ref("Patient/other")),
        eligibility(created=MARK),
        eligibility(created=7),
        eligibility(used("PT", 1), period={"start": MARK}),
        eligibility(insurance=MARK),
        eligibility(unheard=MARK),
        eligibility(created="2026-13-01"),
    ],
)
def test_an_answer_that_is_bad_or_anothers_is_left_out_and_named(bad: Raw) -> None:
    found = reading(procedure(), bad)
    assert found.visit.record == Record()
    (place,) = places(found)
    assert place.startswith("eligibility.entry[0].resource")
    assert MARK not in repr(found.left_out)


def settled(*lines: Raw, **more: Any) -> tuple[Decimal | None, Decimal | None]:
    return dollars(claim(*lines, **more))


def test_without_the_payers_word_dollars_are_those_that_claims_of_the_year_allow() -> None:
    found = settled(
        claim_line("97110", "2026-01-05", "GP", allowed=60.5),
        claim_line("92507", "2026-02-05", "GN", allowed=80),
        claim_line("97530", "2026-02-05", "GO", "CO", allowed=30),
        claim_line("97110", "2026-02-05", "GP"),
        claim_line("97110", "2025-12-31", "GP", allowed=1000),
        claim_line("97110", DAY, "GP", allowed=1000),
        claim_line("97161", "2026-02-05", allowed=1000),
    )
    assert found == (Decimal("140.50"), Decimal(30))


def test_the_payers_word_stands_above_claims() -> None:
    claimed = claim(claim_line("97110", "2026-01-05", "GP", allowed=60.5))
    assert dollars(claimed, eligibility(used("PT", 500)))[0] == 500


@pytest.mark.parametrize(
    ("settlement", "known"),
    [
        ({"category": {"coding": [{"code": "eligible"}]}, "amount": {"value": 5}}, True),
        ({"category": {"coding": [{"code": "allowed"}]}, "amount": {"value": 5}}, True),
        (
            {
                "category": {"coding": [{"code": "https://x/variables/line_alowd_chrg_amt"}]},
                "amount": {"value": 5, "currency": "USD"},
            },
            True,
        ),
        ({"category": {"coding": [{"code": "submitted"}]}, "amount": {"value": 5}}, False),
        ({"category": {"text": "eligible"}, "amount": {"value": 5}}, False),
        ({"category": {"coding": [{"code": "eligible"}]}}, False),
        (
            {
                "category": {"coding": [{"code": "eligible"}]},
                "amount": {"value": 5, "currency": "EUR"},
            },
            False,
        ),
    ],
)
def test_what_a_claim_allows_is_plainly_so_named(settlement: Raw, *, known: bool) -> None:
    line = claim_line("97110", "2026-01-05", "GP") | {"adjudication": [settlement]}
    assert (settled(line)[0] is not None) is known


def test_claims_that_allow_nothing_leave_dollars_unknown() -> None:
    assert settled(claim_line("97110", "2026-01-05", "GP")) == (None, None)
    assert settled() == (None, None)
