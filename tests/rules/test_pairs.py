"""What the card of a bundled pair tells the person who has to choose: where, when, and why."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from rules.bundling import ptp_edit
from rules.check import settle
from rules.model import Finding
from rules.policy import Policy
from rules.standing import KEPT
from tests.rules.shorthand import BOOK, visit


def found(chart: Sequence[str], bill: Sequence[str], **case: object) -> Finding:
    seen = visit({"chart": chart, "bill": bill, **case})
    policy = BOOK.policy(seen.payer, seen.date_of_service, seen.setting)
    (finding,) = ptp_edit.check(seen, policy)
    assert isinstance(finding, Finding)
    return finding


GROUP = ["97150-GP x1", "97110-GP x1"]


def test_a_card_names_day_table_columns_and_what_happens_without_it() -> None:
    finding = found(["97150", "97110 15min"], GROUP, date_of_service="2024-05-06")
    assert finding.worked == (
        "2024-05-06, practitioner table: 97150 is column one, 97110 is column two; a modifier may "
        "set them apart (indicator 1)",
        "Without it 97150 is paid and 97110 is not; it goes on 97110, not on 97150",
    )
    assert finding.cite.edition.endswith(
        ", practitioner, which does not print this edit's first day"
    )


def test_in_hospital_the_hospitals_table_is_named() -> None:
    finding = found(["97161", "97750 15min"], ["97161-GP x1", "97750-GP x1"], setting="hospital")
    assert "hospital table: 97161 is column one" in finding.worked[0]
    assert finding.cite.edition.endswith(", hospital")


def test_each_choice_says_what_must_be_true_and_what_the_note_shows() -> None:
    finding = found(["97150", "97110 15min"], GROUP)
    assert [fix.attests for fix in finding.fixes] == [
        "97110 was furnished in 15-minute intervals apart from 97150, and the note shows the "
        "separate times",
        "97110 was furnished to a body region apart from that of 97150, and the note names both "
        "regions",
        "97110 was furnished in a separate encounter from 97150 on this day, and the note shows "
        "both",
    ]


def test_beside_manipulation_each_choice_is_about_regions() -> None:
    chart = ["98941 dc @neck", "97140 15min dc @left-knee"]
    finding = found(chart, ["98941 x1", "97140 x1"], payer="commercial")
    said = "97140 was furnished to a body region apart from those of 98941, and the note names each"
    assert {fix.attests for fix in finding.fixes} == {said}
    assert finding.worked[2:] == ("Charted regions: 98941 neck, 97140 left knee; they differ",)


def test_no_choice_is_made_for_anybody() -> None:
    seen = visit({"chart": ["97150", "97110 15min"]})
    bill = settle(seen, BOOK.policy(seen.payer, seen.date_of_service))
    assert [line.modifiers for line in bill.lines] == [("GP",), ("GP",)]
    (finding,) = [f for f in bill.open if f.rule == "ptp_edit"]
    assert all(fix.attests for fix in finding.fixes)
    assert finding.remedy is None


APART = "they do not overlap"
OVER = "they overlap, and do not show separate times"


@pytest.mark.parametrize(
    ("group", "one_on_one", "says"),
    [
        ("09:00-09:30", "09:30-09:45", APART),
        ("09:30-10:00", "09:15-09:30", APART),
        ("09:00-09:30", "09:29-09:45", OVER),
        ("09:30-10:00", "09:15-09:31", OVER),
        ("09:00-10:00", "09:15-09:30", OVER),
    ],
)
def test_charted_times_are_shown_as_evidence(group: str, one_on_one: str, says: str) -> None:
    finding = found([f"97150 {group}", f"97110 15min {one_on_one}"], GROUP)
    times = [
        text.replace("-", "–").removeprefix("0").replace("–0", "–") for text in (group, one_on_one)
    ]
    assert finding.worked[2:] == (f"Charted times: 97150 {times[0]}, 97110 {times[1]}; {says}",)
    assert len(finding.fixes) == 3


def test_every_service_of_both_codes_counts() -> None:
    chart = ["97150 09:00-09:30", "97110 8min 09:30-09:38", "97110 8min 09:20-09:28"]
    assert found(chart, GROUP).worked[2].endswith(OVER)


@pytest.mark.parametrize(
    "chart", [["97150 09:00-09:30", "97110 15min"], ["97150", "97110 15min 09:00-09:15"]]
)
def test_times_of_one_code_alone_show_nothing(chart: list[str]) -> None:
    assert len(found(chart, GROUP).worked) == 2


def test_a_code_that_is_not_charted_has_no_evidence() -> None:
    assert len(found(["97150 @neck 09:00-09:30"], GROUP).worked) == 2
    assert len(found(["97110 15min @neck 09:00-09:30"], GROUP).worked) == 2


@pytest.mark.parametrize(
    ("group", "one_on_one", "says"),
    [
        ("neck", "lumbar", "; they differ"),
        ("left-knee", "right-knee", "; they differ"),
        ("left-shoulder", "neck", "; they differ"),
        ("knee", "left-knee", ""),
        ("left-knee", "knee", ""),
        ("neck", "upper-trapezius", ""),
        ("upper-trapezius", "neck", ""),
        ("cervical", "neck-region", "; they are the same"),
        ("hip", "hip-joint", "; they are the same"),
        ("thoracic-spine", "mid-back", "; they are the same"),
        ("sacral-spine", "sacrum", "; they are the same"),
        ("sacroiliac", "pelvic-structure", "; they are the same"),
        ("tmj", "jaw", "; they are the same"),
    ],
)
def test_charted_regions_are_shown_as_evidence(group: str, one_on_one: str, says: str) -> None:
    finding = found([f"97150 @{group}", f"97110 15min @{one_on_one}"], GROUP)
    named = [text.replace("-", " ") for text in (group, one_on_one)]
    assert finding.worked[2:] == (f"Charted regions: 97150 {named[0]}, 97110 {named[1]}{says}",)
    choices = ["Add 59 to 97110", "Add XS to 97110", "Add XE to 97110"]
    left = [choices[0], choices[2]] if "same" in says else choices
    assert [fix.label for fix in finding.fixes] == left


@pytest.mark.parametrize("chart", [["97150 @neck", "97110 15min"], ["97150", "97110 15min @neck"]])
def test_regions_of_one_code_alone_show_nothing(chart: list[str]) -> None:
    assert len(found(chart, GROUP).worked) == 2


def test_regions_of_several_services_are_compared_one_by_one() -> None:
    two = ["97110 8min @left-knee", "97110 8min @right-knee"]
    for chart in (["97150 @left-knee", *two], ["97150 @neck", "97150 @right-knee", two[1], two[0]]):
        assert found(chart, GROUP).worked[2].endswith(" knee")
    said = found(["97150 @neck", *two], GROUP).worked[2]
    assert said == "Charted regions: 97150 neck, 97110 left knee, 97110 right knee; they differ"


@pytest.mark.parametrize(
    "facts", [{"ended": None}, {"began": None}, {"began": None, "ended": None}]
)
def test_half_a_time_shows_nothing(facts: dict[str, Any]) -> None:
    seen = visit({"chart": ["97150 09:00-09:30", "97110 15min 09:30-09:45"], "bill": GROUP})
    group, other = seen.services
    policy = BOOK.policy(seen.payer, seen.date_of_service)
    for services in ((replace(group, **facts), other), (group, replace(other, **facts))):
        (finding,) = ptp_edit.check(replace(seen, services=services, memo={}), policy)
        assert isinstance(finding, Finding)
        assert len(finding.worked) == 2


def test_a_payer_that_does_not_ask_for_another_region_takes_any_separate_service() -> None:
    chart = ["98941 dc @neck", "97140 15min dc @neck"]
    seen = visit({"chart": chart, "bill": ["98941 x1", "97140 x1"], "payer": "commercial"})
    off = replace(BOOK.base["same_region.applies"][0], value=False)
    layers = ({"same_region.applies": (off,)}, BOOK.payers["commercial"], BOOK.base)
    policy = Policy("own", seen.date_of_service, "practitioner", layers, BOOK.tables)
    (finding,) = ptp_edit.check(seen, policy)
    assert isinstance(finding, Finding)
    assert [fix.label for fix in finding.fixes] == ["Add 59 to 97140", "Add XE to 97140"]


def test_what_a_policy_remembers_of_pairs_is_bounded() -> None:
    seen = visit({"chart": ["97150", "97110 15min"], "bill": GROUP})
    policy = Policy("own", seen.date_of_service, "practitioner", (BOOK.base,), BOOK.tables)
    first = [*ptp_edit.check(seen, policy)]
    assert len(policy.memo) > 1
    policy.memo.clear()
    policy.memo.update((n, None) for n in range(KEPT))
    assert [*ptp_edit.check(replace(seen, memo={}), policy)] == first
    assert not [key for key in policy.memo if isinstance(key, tuple) and key[0] == "ptp_edit"]
