"""What a settled bill is worth: to the cent, in order, and never a guess."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

from rules.model import Line
from rules.payment.estimate import Estimated, Terms, estimate
from rules.payment.fee import Indices
from rules.words import Setting
from tests.rules.shorthand import BOOK, line

NOWHERE = Terms()
WORKED = ["97530-GP x1", "97110-GP x2", "97140-GP x1"]
ALASKA = Indices(work=Decimal("1.500"), expense=Decimal("1.065"), malpractice=Decimal("0.551"))


def worth(
    bill: Sequence[str],
    on: str = "2024-03-09",
    setting: Setting = "practitioner",
    terms: Terms = NOWHERE,
) -> list[Estimated]:
    lines = [line(text, i, ()) for i, text in enumerate(bill)]
    policy = BOOK.policy("medicare_part_b", date.fromisoformat(on), setting)
    return list(estimate(lines, policy, terms))


def amounts(bill: Sequence[str], on: str = "2024-03-09", terms: Terms = NOWHERE) -> list[str]:
    return [str(each.allowed) for each in worth(bill, on, terms=terms)]


def test_the_worked_example_of_2024_is_allowed_102_dollars_and_2_cents() -> None:
    # Not 102.03: each unit is rounded before it is multiplied, as CMS publishes amounts.
    assert amounts(WORKED) == ["36.62", "44.60", "20.80"]
    assert sum(each.allowed or 0 for each in worth(WORKED)) == Decimal("102.02")


@pytest.mark.parametrize(
    ("on", "published"),
    [
        ("2020-06-01", ["31.40", "28.87", "36.09", "40.42"]),
        ("2021-06-01", ["30.36", "27.91", "35.24", "39.43"]),
    ],
)
def test_the_amounts_of_2020_and_2021_that_therapists_quote(on: str, published: list[str]) -> None:
    for code, amount in zip(["97110", "97140", "97112", "97530"], published, strict=True):
        assert amounts([f"{code}-GP x1"], on) == [amount]


def test_without_relative_values_the_reduction_is_not_guessed() -> None:
    for bill in (["97110-GP x2"], ["97110-GP x1", "97140-GP x1"]):
        for each in worth(bill, "2020-06-01"):
            assert each.allowed is None
            assert "the reduction cannot be worked out" in each.why


@pytest.mark.parametrize("beside", ["95992-GP x1", "97140-GP-GY x1", "99999 x1"])
def test_an_amount_alone_is_told_beside_what_is_not_under_the_reduction(beside: str) -> None:
    assert amounts(["97110-GP x1", beside], "2020-06-01")[0] == "31.40"


def test_an_amount_without_relative_values_is_of_one_place_only() -> None:
    [hospital] = worth(["20560-GP x1"], "2021-06-01", "hospital")
    assert "only its office amount of 2021" in hospital.why
    [alaska] = worth(["97110-GP x1"], "2021-06-01", terms=Terms(indices=ALASKA))
    assert "only its national amount of 2021" in alaska.why


def test_indices_weigh_each_part_and_halving_comes_before() -> None:
    # (0.44 × 1.5 + 0.65 × 1.065 + 0.01 × 0.551) × 33.2875 = 45.1964
    # (0.45 × 1.5 + 0.42 ÷ 2 × 1.065 + 0.01 × 0.551) × 33.2875 = 30.0974
    # (0.43 × 1.5 + 0.37 ÷ 2 × 1.065 + 0.01 × 0.551) × 33.2875 = 28.2123
    assert amounts(WORKED, terms=Terms(indices=ALASKA)) == ["45.20", "60.20", "28.21"]


def test_another_factor_takes_the_place_of_the_schedules() -> None:
    # (0.45 + 0.41 + 0.01) × 33.5675 = 29.2037
    factor = Terms(factor=Decimal("33.5675"))
    assert amounts(["97110-GP x1"], "2026-03-02", factor) == ["29.20"]
    assert amounts(["97110-GP x1"], "2026-03-02") == ["29.06"]


@pytest.mark.parametrize(
    ("on", "allowed"),
    [("2021-12-31", "27.91"), ("2022-01-01", "24.36"), ("2024-03-09", "23.72")],
)
def test_an_assistants_units_keep_88_per_cent_since_2022(on: str, allowed: str) -> None:
    # 27.68 × 0.88 = 24.3584; 26.96 × 0.88 = 23.7248
    assert amounts(["97140-GP-CQ x1"], on) == [allowed]
    assert amounts(["97140-GO-CO x1"], on) == [allowed]


def test_an_assistants_cut_leaves_the_patients_share_whole() -> None:
    [plain], [cut] = worth(["97140-GP x1"]), worth(["97140-GP-CQ x1"])
    assert plain.patient == cut.patient == Decimal("5.39")
    # 26.96 × 0.8 × 0.85 = 18.3328; 2 % of it is 0.3666
    assert (cut.sequestered, cut.medicare) == (Decimal("0.37"), Decimal("17.96"))


def test_critical_access_hospitals_are_exempt_from_the_assistants_cut() -> None:
    [each] = worth(["97140-GP-CQ x1"], setting="critical_access")
    assert each.allowed == Decimal("26.96")


@pytest.mark.parametrize(
    ("on", "taken"),
    [
        ("2020-04-30", "0.50"),
        ("2020-05-01", "0.00"),
        ("2022-03-31", "0.00"),
        ("2022-04-01", "0.24"),
        ("2022-06-30", "0.24"),
        ("2022-07-01", "0.48"),
        ("2026-12-31", "0.47"),
    ],
)
def test_sequestration_follows_the_day_of_service(on: str, taken: str) -> None:
    [each] = worth(["97110-GP x1"], on)
    assert each.allowed is not None
    assert str(each.sequestered) == taken
    assert each.medicare + each.patient + each.sequestered == each.allowed


@pytest.mark.parametrize(
    ("bill", "on", "why"),
    [
        ("97010-GP x1", "2026-03-02", "Medicare does not pay it (status B)"),
        ("97014-GP x1", "2026-03-02", "Medicare does not pay it (status I)"),
        ("98943 x1", "2026-03-02", "Medicare does not pay it (status N)"),
        ("97139-GP x1", "2026-03-02", "each Medicare contractor sets its own amount"),
        ("97110-GP-GY x1", "2026-03-02", "GY asks Medicare for a denial"),
        ("97110-GP-GZ x1", "2026-03-02", "GZ asks Medicare for a denial"),
        ("97110-GP x1", "2027-01-01", "no edition that is loaded prices it on 2027-01-01"),
        ("97110-GP x1", "2024-10-01", "no edition that is loaded prices it on 2024-10-01"),
        ("99999 x1", "2026-03-02", "no edition that is loaded prices it on 2026-03-02"),
        ("97110-GP x1", "2013-03-31", "the reduction for several procedures of 2013-03-31"),
    ],
)
def test_what_has_no_amount_says_why(bill: str, on: str, why: str) -> None:
    [each] = worth([bill], on)
    assert each.allowed is None
    assert each.why.startswith(why)


def test_medicare_pays_a_chiropractor_for_manipulation_alone() -> None:
    policy = BOOK.policy("medicare_part_b", date(2026, 3, 2))
    lines = [Line(code=code, units=1, discipline="chiropractic") for code in ("97110", "98941")]
    therapy, manipulation = estimate(lines, policy, NOWHERE)
    assert therapy.why == "Medicare does not pay a chiropractor for it"
    assert manipulation.allowed


def test_what_is_not_paid_does_not_take_the_full_unit() -> None:
    assert amounts(["97530-GP-GY x1", "97110-GP x1"]) == ["None", "29.29"]


def test_an_empty_bill_is_worth_nothing_and_says_nothing() -> None:
    assert worth([]) == []
