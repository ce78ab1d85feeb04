"""What is shown of time given together: to several patients, or by several disciplines."""

from typing import Any

from rules.check import check
from rules.model import Finding
from tests.rules.shorthand import BOOK, visit


def found(rule: str, case: dict[str, Any]) -> Finding:
    """Return the one finding of a rule."""
    seen = visit(case)
    policy = BOOK.policy(seen.payer, seen.date_of_service, seen.setting)
    [said] = [x for x in check(seen, policy) if isinstance(x, Finding) and x.rule == rule]
    return said


def test_group_minutes_are_shown_as_no_one_on_one_minutes() -> None:
    said = found("group_therapy", {"chart": ["97110 20min group=3", "97530 group=3"]})
    assert said.codes == ("97110", "97530", "97150")
    assert said.worked == (
        "97110: 20 min with 3 patients, not one-on-one, so not among the timed minutes",
        "97530: with 3 patients, not one-on-one, so not among the timed minutes",
    )
    assert said.fixes[0].label == "Bill 97150 ×1"


def test_the_label_names_what_is_dropped() -> None:
    chart = ["97110 20min group=2"]
    said = found("group_therapy", {"chart": chart, "bill": ["97110-GP x1", "97110-GP x1"]})
    assert said.fixes[0].label == "Bill 97150 ×1; drop 97110"
    said = found("group_therapy", {"chart": chart, "bill": ["97110-GP x1", "97150-GP x1"]})
    assert said.fixes[0].label == "Drop 97110"


def test_shared_time_is_worked_out_line_by_line() -> None:
    said = found(
        "co_treatment",
        {
            "chart": ["97530 30min pt 10:00-10:30", "97535 30min ot 10:00-10:30"],
            "bill": ["97530-GP x2", "97535-GO x2"],
        },
    )
    assert said.codes == ("97535", "97530")
    assert said.cite.id == "cms-11-scenarios"
    assert said.worked == (
        "OT: 97535 10:00–10:30 (30 min)",
        "PT: 97530 10:00–10:30 (30 min)",
        "Shared: 30 minutes; actual time: 30 minutes",
        "23–37 minutes earn 2 units",
        "Billed: OT 2 + PT 2 = 4",
        "One discipline bills the shared time, or both divide its units",
    )


def test_time_apart_is_owned_up_to() -> None:
    said = found(
        "co_treatment",
        {
            "chart": ["97110 24min pt 10:00-10:24", "97530 8min ot 10:23-10:31"],
            "bill": ["97110-GP x2", "97530-GO x2"],
        },
    )
    assert said.worked[2:4] == (
        "Shared: 1 minutes; actual time: 31 minutes",
        "Parts of it treated apart: at most 3 units, however they are divided",
    )


def test_a_speech_session_cites_what_was_said_of_sessions() -> None:
    said = found(
        "co_treatment",
        {
            "chart": ["92507 30min slp 10:00-10:30", "97530 30min ot 10:00-10:30"],
            "bill": ["92507-GN x1", "97530-GO x2"],
        },
    )
    assert (said.codes, said.cite.id) == (("92507", "97530"), "webpt-co-treatment")


def test_the_visits_length_is_shown_beside_the_minutes() -> None:
    case = {"visit": {"length": 30}, "chart": ["97110 38min", "97140 30min", "97161"]}
    said = found("visit_length", case)
    assert said.codes == ("97110", "97140")
    assert said.worked == ("38 (97110) + 30 (97140) timed minutes; visit: 30 minutes",)
