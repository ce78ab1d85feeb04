"""What stands around a code: pairs, limits, add-on codes and fees."""

from datetime import date

import pytest

from plugin.reference.library import Library
from tests.reference.asking import CODES, MARCH, asked, joined
from tests.rules.shorthand import BOOK


def test_pairs_are_those_of_the_day_and_setting(library: Library) -> None:
    said = asked(library, "97150")
    office = joined(said, "practitioner")
    assert {"97110", "97112", "97113", "97116", "97124", "97140", "97530"} <= office.keys()
    assert office["95851"] == "0"
    spring = joined(asked(library, "97150", date(2020, 5, 1)), "practitioner")
    assert "97140" in spring
    assert "97110" not in spring
    swallowing = asked(library, "92526")
    assert joined(swallowing, "practitioner")["97032"] == "0"
    assert joined(swallowing, "hospital")["97032"] == "1"


def test_pairs_agree_with_the_policy_of_the_day(library: Library) -> None:
    for setting in ("practitioner", "hospital"):
        policy = library.policy(MARCH, setting)
        for code in ("97110", "97140", "97161", "97530", "98941", "20560", "92507"):
            expected = {
                other
                for other in library.in_pairs
                if (policy.edit(code, other) or policy.edit(other, code))
                and (other not in CODES or CODES[other].in_force(policy.day))
            }
            assert joined(asked(library, code), setting).keys() == expected


@pytest.mark.parametrize(
    ("code", "others"),
    [
        ("97110", {"97112", "97140", "97530", "97164", "97168"}),
        ("97112", {"97110", "97164", "97168"}),
        (
            "97140",
            {
                "97110",
                "97530",
                "97161",
                "97162",
                "97163",
                "97164",
                "97165",
                "97166",
                "97167",
                "97168",
            },
        ),
        ("97035", set()),
    ],
)
def test_pairs_that_people_believe_in_are_named(
    library: Library, code: str, others: set[str]
) -> None:
    assert {each["code"] for each in asked(library, code).get("notPairs", ())} == others


def test_codes_whose_edits_are_not_loaded_say_so(library: Library) -> None:
    for code in BOOK.policy("medicare_part_b", MARCH).get("unneeded_modifier.edits_not_read", list):
        pairs = asked(library, code)["pairs"]
        assert "rows" not in pairs
        assert pairs["checked"] is False


@pytest.mark.parametrize(
    ("code", "office", "hospital", "mai"),
    [
        ("97110", 6, 8, "3"),
        ("97112", 4, 6, "3"),
        ("97150", 1, 2, "3"),
        ("97161", 1, 1, "2"),
        ("97530", 6, 6, "3"),
        ("97535", 8, 8, "3"),
        ("97602", 0, 1, "3"),
    ],
)
def test_unit_limits_are_given_for_both_settings(
    library: Library, code: str, office: int, hospital: int, mai: str
) -> None:
    rows = {row["setting"]: row for row in asked(library, code)["limits"]}
    assert (rows["practitioner"]["units"], rows["hospital"]["units"]) == (office, hospital)
    assert rows["practitioner"]["mai"] == mai
    assert rows["practitioner"]["cite"]["edition"] == "2024 Q3 to 2026 Q4"


def test_limits_of_days_without_an_edition_are_not_guessed(library: Library) -> None:
    rows = asked(library, "97110", date(2024, 6, 30))["limits"]
    assert [row["checked"] for row in rows] == [False, False]
    assert "units" not in rows[0]


def test_add_on_codes_name_their_first_code_and_the_other_way_round(library: Library) -> None:
    assert asked(library, "97130")["addOn"]["beside"] == ["97129"]
    assert asked(library, "97129")["addOn"]["further"] == ["97130"]
    assert asked(library, "97811")["addOn"]["beside"] == ["97810", "97813"]
    assert "addOn" not in asked(library, "97110")


@pytest.mark.parametrize(
    ("code", "on", "amount"),
    [
        ("97110", "2020-07-01", "31.40"),
        ("97110", "2021-07-01", "30.36"),
        ("97112", "2024-05-01", "33.62"),
        ("97140", "2026-03-02", "27.72"),
        ("97110", "2005-01-01", None),
        ("97014", "2026-03-02", None),
        ("97110", "2027-01-01", None),
    ],
)
def test_the_days_national_amount_is_given_where_it_is_known(
    library: Library, code: str, on: str, amount: str | None
) -> None:
    fees = asked(library, code, date.fromisoformat(on))["fees"]
    assert fees.get("office") == amount
    assert ("no national amount is known" in fees["says"]) is (amount is None)
    assert fees["link"] == f"/fees/{code}?date={on}"
