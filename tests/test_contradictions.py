"""What contradicts itself, or is never heard, is refused at start: never settled in silence."""

from pathlib import Path

import pytest

from tests.conftest import refuse

ELSEWHERE = 'title: "Another page", url: "https://example.org", checked: "2026-11-23"'
CONTRADICTIONS = [
    # a file against itself
    (
        "rules/units/timed_units.yaml",
        "  applies:",
        "  method:\n    "
        '- {effective: "2000-04-01", ending: null, value: per_code, cite: cpm-5-20.2}\n  applies:',
        "the key method stands twice",
    ),
    ("rules/units/timed_units.yaml", "indicator:", "true:", "the key true should be quoted"),
    (
        "rules/units/untimed_units.yaml",
        "cites:",
        f"cites:\n  - {{id: idle, {ELSEWHERE}}}",
        "cites: no value cites idle",
    ),
    (
        "rules/units/untimed_units.yaml",
        "cites:",
        f"cites:\n  - {{id: twice, {ELSEWHERE}}}\n  - {{id: twice, {ELSEWHERE}}}",
        "cites: twice is listed twice",
    ),
    # a rule that applies on days when it lacks a value, or holds one when it never applies
    (
        "rules/units/timed_units.yaml",
        '"2000-04-01", ending: null, value: pooled',
        '"2000-05-01", ending: null, value: pooled',
        r"values\.method: no value on 2000-04-01, when the rule applies",
    ),
    (
        "rules/modifiers/assistant_modifier.yaml",
        '"2022-01-01", ending: null, value: true',
        '"2022-03-01", ending: null, value: true',
        r"values\.midpoint_exception: no value on 2022-01-01, when the rule applies",
    ),
    (
        "rules/bundling/mue.yaml",
        '"2024-07-01", ending: "2026-12-31", value: 2024 Q3 to 2026 Q4, cite: ncci-mue}',
        '"2024-07-01", ending: "2024-09-30", value: Q3, cite: ncci-mue}\n'
        '    - {effective: "2025-01-01", ending: "2026-12-31", value: Q4, cite: ncci-mue}',
        r"values\.edition: no value on 2024-10-01, when the rule applies",
    ),
    (
        "rules/modifiers/assistant_modifier.yaml",
        '"2020-01-01", ending: "2021-12-31", value: false',
        '"2018-01-01", ending: "2019-12-31", value: false',
        r"values\.midpoint_exception: the row of 2018-01-01 is never heard",
    ),
    ("rules/units/timed_units.yaml", "  applies:", "  apply:", r"values: applies is missing"),
    # a payer against the base
    (
        "profiles/payers/commercial.yaml",
        "value: unknown",
        "value: pooled",
        r"values\.timed_units\.method: the row of 2000-04-01 changes nothing",
    ),
    (
        "profiles/payers/commercial.yaml",
        "value: unknown",
        "value: pooled, cite: cpt-midpoint}\n"
        '    - {effective: "1990-01-01", ending: "2000-03-31", value: unknown',
        r"values\.timed_units\.method: the row of 2000-04-01 changes nothing",
    ),
    (
        "profiles/payers/commercial.yaml",
        "value: unknown, cite: cpt-midpoint}",
        "value: unknown, cite: cpt-midpoint}\n  assistant_modifier.exempt_codes:\n"
        '    - {effective: "2020-01-01", ending: null, value: ["97110"], cite: payer-contract}',
        r"values\.assistant_modifier\.exempt_codes: the row of 2020-01-01 is never heard",
    ),
    (
        "profiles/payers/commercial.yaml",
        "value: unknown, cite: cpt-midpoint}",
        "value: unknown, cite: cpt-midpoint}\n  ptp_edit.evaluation_and_management:\n"
        '    - {effective: "1996-01-01", ending: null, value: ["99999"], cite: payer-contract}',
        r"values\.ptp_edit\.evaluation_and_management: not in the table of codes: 99999",
    ),
    (
        "profiles/payers/commercial.yaml",
        "value: unknown, cite: cpt-midpoint}",
        "value: unknown, cite: cpt-midpoint}\n  performer.own_codes:\n"
        '    - {effective: "2000-04-01", ending: null, value: {rn: [G9999]}, cite: payer-contract}',
        r"values\.performer\.own_codes: not in the table of codes: G9999",
    ),
    (
        "profiles/payers/commercial.yaml",
        "[assistant_modifier]",
        "[assistant_modifer]",
        "switched_off: there is no rule assistant_modifer",
    ),
    (
        "profiles/payers/commercial.yaml",
        "[assistant_modifier]",
        "[assistant_modifier, covered_code]",
        "switched_off: covered_code stands twice, or in values too",
    ),
    (
        "profiles/payers/workers_comp.yaml",
        "WebPT, CPT midpoint count beside CMS's",
        "WebPT",
        r"cites: cpt-midpoint has another title or address in .*\.yaml",
    ),
    # tables
    (
        "rules/tables/codes.csv",
        "\n20561,",
        "\n20560,",
        r"line 4: 20560 is in line 3 already",
    ),
    (
        "rules/tables/codes.csv",
        ",97161|97162|97163",
        ",97161|97169x",
        r"line \d+: not in the table of codes: 97169x",
    ),
    (
        "rules/tables/codes.csv",
        ",90912,sometimes,",
        ",90919,sometimes,",
        r"line \d+: not in the table of codes: 90919",
    ),
    (
        "rules/tables/ptp.csv",
        "97161,97750,hospital,1,2018-01-01,",
        "97161,97750,hospital,1,2017-06-01,",
        r"line \d+: 97161 97750 hospital is in line \d+ already",
    ),
    (
        "rules/tables/ptp.csv",
        "97161,97750,hospital,1,2018-01-01,2019-12-31",
        "97161,97750,hospital,1,2020-01-01,2019-12-31",
        r"line \d+: ends on 2019-12-31, before 2020-01-01",
    ),
    (
        "rules/tables/ptp.csv",
        ",2018-01-01,",
        ",1/1/2018,",
        r"line \d+: days should read YYYY-MM-DD",
    ),
    (
        "rules/tables/ptp.csv",
        "hospital,1,,,,,",
        "hospital,1,,,,",
        r"line \d+: has more or fewer fields",
    ),
    ("rules/tables/ptp.csv", "column_1,", "column_one,", "line 2: no column column_1"),
    (
        "rules/tables/mue.csv",
        "\n20561,hospital,",
        "\n20560,hospital,",
        "line 5: 20560 hospital is in line 3 already",
    ),
    (
        "rules/tables/add_on.csv",
        "90913,90912",
        "90913,90999",
        "line 3: not in the table of codes: 90999",
    ),
    (
        "rules/tables/fees.csv",
        "20560,2023-01-01",
        "20560,2022-12-31",
        "line 4: 20560 is in line 3 already",
    ),
    ("rules/tables/fees.csv", ",0.32,", ",a third,", "line 3: is no number"),
]


@pytest.mark.parametrize(("name", "was", "now", "complaint"), CONTRADICTIONS)
def test_a_contradiction_names_the_file_and_the_place(
    copy: Path, name: str, was: str, now: str, complaint: str
) -> None:
    refuse(copy, name, was, now, complaint)
