"""What an answer about a pair tells: its days, its modifiers, its doubts and its beliefs."""

from datetime import date
from pathlib import Path

import pytest

from plugin.reference.library import Library, load
from plugin.reference.pairs import pair
from plugin.rulebook import ROOT
from rules.bundling import ptp_edit
from rules.model import Finding
from rules.policy import RuleDataError
from tests.reference.test_pairs import HOSPITAL, NEVER, NOW, OFFICE
from tests.rules.shorthand import BOOK, visit


def test_every_window_is_told_with_its_days_and_how_its_first_is_known(library: Library) -> None:
    told = pair(library, ("97116", "97530"), date(2026, 3, 2), OFFICE)["windows"]
    assert [
        (w["settings"], w["indicator"], w.get("effective"), w["ending"], w.get("basis"))
        for w in told
    ] == [
        ([HOSPITAL], "1", None, "2019-12-31", None),
        ([OFFICE, HOSPITAL], "9", "1996-01-01", "1996-01-01", "implied"),
        ([OFFICE], "1", "1999-07-01", "2019-12-31", "read"),
        ([OFFICE, HOSPITAL], "9", "2020-10-01", "2020-10-01", "implied"),
    ]
    assert {w["firstDay"] for w in told} == {
        "not printed in the release",
        "the day on which CMS took it back",
        "read in a later file of CMS",
    }
    (inferred,) = [
        w
        for w in pair(library, ("97150", "97110"), date(2026, 3, 2), OFFICE)["windows"]
        if w["inForce"]
    ]
    assert (inferred["effective"], inferred["basis"]) == ("2020-10-01", "inferred")


def test_what_changed_is_told_once_and_only_where_it_changed(library: Library) -> None:
    told = pair(library, ("97161", "97750"), date(2026, 3, 2), OFFICE)["changes"]
    assert [(each.get("day"), each["says"], each["settings"]) for each in told] == [
        (
            None,
            "97750 is never paid beside 97161, from a first day that is not printed",
            [OFFICE, HOSPITAL],
        ),
        ("2018-01-01", "97750 is paid only with a modifier beside 97161", [HOSPITAL]),
        (
            "2020-01-01",
            "no pair any more; until then 97750 was never paid beside 97161",
            [OFFICE],
        ),
        (
            "2020-01-01",
            "no pair any more; until then 97750 was paid only with a modifier beside 97161",
            [HOSPITAL],
        ),
        ("2020-10-01", "97750 is never paid beside 97161", [OFFICE]),
        ("2020-10-01", "97750 is paid only with a modifier beside 97161", [HOSPITAL]),
    ]


def test_the_other_settings_answer_is_given_where_it_differs(library: Library) -> None:
    office = pair(library, ("97032", "92526"), date(2026, 3, 2), OFFICE)
    assert "modifier" not in office
    assert (office["indicator"], office["otherSetting"]["indicator"]) == ("0", "1")
    assert office["otherSetting"]["setting"] == HOSPITAL
    assert office["otherSetting"]["modifier"]["goesOn"] == "97032"
    hospital = pair(library, ("97032", "92526"), date(2026, 3, 2), HOSPITAL)
    assert hospital["otherSetting"]["answer"] == NEVER
    assert "otherSetting" not in pair(library, ("97150", "97110"), date(2026, 3, 2), OFFICE)


@pytest.mark.parametrize(
    ("chart", "bill", "codes", "on"),
    [
        (["97150", "97110 15min"], ["97150-GP x1", "97110-GP x1"], ("97150", "97110"), NOW),
        (
            ["97150", "97110 15min"],
            ["97150-GP x1", "97110-GP x1"],
            ("97150", "97110"),
            "2014-12-31",
        ),
        (["98941 dc", "97140 15min dc"], ["98941 x1", "97140 x1"], ("98941", "97140"), NOW),
        (["92526", "99211"], ["92526-GN x1", "99211 x1"], ("92526", "99211"), NOW),
    ],
)
def test_the_modifiers_are_those_that_the_rule_offers(
    library: Library, chart: list[str], bill: list[str], codes: tuple[str, str], on: str
) -> None:
    payer = "commercial"
    case = {"chart": chart, "bill": bill, "payer": payer, "date_of_service": on}
    seen = visit(case)
    found = [*ptp_edit.check(seen, BOOK.policy(payer, seen.date_of_service))]
    (finding,) = [f for f in found if isinstance(f, Finding)]
    said = pair(library, codes, seen.date_of_service, OFFICE)["modifier"]
    assert said["goesOn"] == codes[1]
    offered = {fix.label.split()[1]: fix.attests for fix in finding.fixes}
    assert {each["modifier"]: each["when"] for each in said["choices"]} == offered


def test_either_line_may_carry_it_since_july_2019_and_only_column_two_before(
    library: Library,
) -> None:
    codes = ("97150", "97140")
    before = pair(library, codes, date(2019, 6, 30), OFFICE)["modifier"]["where"]["says"]
    after = pair(library, codes, date(2019, 7, 1), OFFICE)["modifier"]["where"]["says"]
    assert before == "it goes on 97140 (column two), not on 97150"
    assert "CMS takes it on 97150 as well" in after


@pytest.mark.parametrize(
    ("one", "two", "on", "doubt"),
    [
        ("97113", "97110", "2021-05-01", "only lets infer this edit's first day"),
        ("97140", "97124", "2010-01-01", "does not print this edit's first day"),
        ("97161", "97750", "2020-05-01", "the first day of a later window is inferred"),
        ("97110", "97112", NOW, "the release of 2024-07-01"),
    ],
)
def test_what_the_release_cannot_know_is_owned_up_to(
    library: Library, one: str, two: str, on: str, doubt: str
) -> None:
    said = pair(library, (one, two), date.fromisoformat(on), OFFICE)
    assert any(doubt in each for each in said["doubts"])


def test_a_belief_is_named_only_once_it_has_become_one(library: Library) -> None:
    codes = ("97530", "97140")
    for on, believed in ((date(2019, 12, 31), False), (date(2020, 1, 1), True)):
        assert ("belief" in pair(library, codes, on, OFFICE)) is believed
    assert "belief" not in pair(library, codes, date(1999, 1, 1), OFFICE)
    assert (
        "never been a pair"
        in pair(library, ("97112", "97110"), date(2026, 3, 2), OFFICE)["belief"]["says"]
    )


def test_payers_that_do_not_follow_the_edits_are_named(library: Library) -> None:
    said = pair(library, ("97150", "97110"), date(2026, 3, 2), OFFICE)["payers"]
    named = {title: each["says"] for each in said for title in each["payers"]}
    assert "tables differ" in named["Medicaid"]
    assert "not presumed" in named["Workers' compensation"]
    assert "TRICARE" not in named


def believing(tmp_path: Path, was: str, now: str, library: Library) -> Library:
    text = (ROOT / "plugin/reference/beliefs.yaml").read_text(encoding="utf-8")
    assert was in text
    path = tmp_path / "beliefs.yaml"
    path.write_text(text.replace(was, now, 1), encoding="utf-8")
    return load(BOOK, library.meanings, library.payers, path)


@pytest.mark.parametrize(
    ("was", "now", "complaint"),
    [
        ('two: ["97112"]', 'two: ["97150"]', "97110, 97150: is an edit"),
        ('two: ["97112"]', 'two: ["99999"]', "97110, 99999: not two known codes"),
        ("    says: Many", "    said: Many", "said"),
        ("cite: gawenda-2020", "cite: nowhere", "nowhere"),
        ("cites:", "cites: [", "expected"),
    ],
)
def test_a_belief_that_is_true_or_malformed_is_refused(
    tmp_path: Path, library: Library, was: str, now: str, complaint: str
) -> None:
    with pytest.raises(RuleDataError, match=rf"^beliefs\.yaml: (?s:.*){complaint}"):
        believing(tmp_path, was, now, library)
