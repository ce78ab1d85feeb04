"""What is this code: its days, minutes and people; and what every code is held to."""

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from plugin.reference.library import Library
from plugin.reference.marks import METHOD
from tests.reference.asking import CODES, asked, needed, roles
from tests.reference.pages import HTML, empty, hold, said_without_cite


@pytest.mark.parametrize(
    ("code", "on", "says"),
    [
        ("97110", "2026-03-02", "the code set of 2026-03-02 holds 97110"),
        ("97001", "2016-12-31", "the code set of 2016-12-31 holds 97001"),
        ("97001", "2017-01-01", "97001 ended on 2016-12-31; since then 97161, 97162 or 97163"),
        ("97532", "2018-01-01", "97532 ended on 2017-12-31; since then 97127 or G0515"),
        ("64550", "2019-01-01", "64550 ended on 2018-12-31"),
        ("97763", "2017-12-31", "97763 may not be billed before 2018-01-01"),
        ("98985", "2025-12-31", "98985 may not be billed before 2026-01-01"),
        ("98985", "2026-01-01", "the code set of 2026-01-01 holds 98985"),
        ("97161", "1990-01-01", "97161 may not be billed before 2017-01-01"),
        (
            "97110",
            "1996-12-31",
            "whether 97110 is valid could not be checked: no table of codes covers 1996-12-31",
        ),
        (
            "97110",
            "2027-01-01",
            "whether 97110 is valid could not be checked: no table of codes covers 2027-01-01",
        ),
    ],
)
def test_a_code_is_valid_from_its_first_day_to_its_last(
    library: Library, code: str, on: str, says: str
) -> None:
    said = asked(library, code, date.fromisoformat(on))
    assert said["standing"]["says"] == says
    assert said["standing"].get("inForce") == (True if "holds" in says else None) or (
        said["standing"].get("inForce") is False and ("ended" in says or "before" in says)
    )


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("97161", ["97001"], []),
        ("97763", ["97762"], []),
        ("97129", ["97127", "G0515"], []),
        ("97127", ["97532"], ["97129"]),
        ("98970", ["G2061"], []),
        ("97110", [], []),
    ],
)
def test_history_names_what_a_code_replaced_and_what_replaced_it(
    library: Library, code: str, before: list[str], after: list[str]
) -> None:
    history = asked(library, code)["history"]
    assert history.get("predecessors", []) == before
    assert history.get("successors", []) == after
    assert history["edition"].startswith("Therapy codes, in our own words")


def test_medicare_takes_97014_as_g0283_and_other_payers_are_let_be(library: Library) -> None:
    said = asked(library, "97014")
    assert [note["says"] for note in said["notes"]] == [
        "97014 is not a valid code for Medicare",
        "the same service is billed as G0283",
    ]
    assert said["notes"][1]["code"] == "G0283"
    assert needed(said) == {}
    told = {title: each for each in said["payers"] for title in each["payers"]}
    assert told["Medicare Advantage"]["same"] is True
    assert "may take 97014" in told["TRICARE"]["differs"][-1]["says"]
    assert "notes" not in asked(library, "G0283")
    assert "notes" not in asked(library, "97032")


def test_a_quarter_hour_code_shows_eight_units_of_minutes_and_both_counts(
    library: Library,
) -> None:
    timing = asked(library, "97110")["timing"]
    assert [(row["units"], row["first"], row["last"]) for row in timing["table"]] == [
        (1, 8, 22),
        (2, 23, 37),
        (3, 38, 52),
        (4, 53, 67),
        (5, 68, 82),
        (6, 83, 97),
        (7, 98, 112),
        (8, 113, 127),
    ]
    assert timing["timed"] is True
    assert timing["methods"].keys() == {"pooled", "per_code"} == METHOD.keys() - {"unknown"}
    assert timing["examples"] == [
        "8 minutes of 97110 and 8 of 97112: CMS adds them to 16, 1 unit; each alone, 2 units",
        "20 minutes of 97110 and 20 of 97112: CMS adds them to 40, 3 units; each alone, 2 units",
    ]


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("97129", ["8–22 97129", "23–37 97129 97130", "38–52 97129 97130×2"]),
        ("97130", ["8–22 97129", "23–37 97129 97130"]),
        ("97550", ["16–37 97550", "38–52 97550 97551"]),
        ("92607", ["31–75 92607", "76–105 92607 92608"]),
        ("97546", ["61–150 97545", "151–210 97545 97546"]),
        ("96125", ["31–90 96125", "91–150 96125×2"]),
        ("97813", []),
        ("97150", []),
        ("97161", []),
        ("98980", []),
    ],
)
def test_first_and_further_periods_follow_their_minutes(
    library: Library, code: str, rows: list[str]
) -> None:
    table = asked(library, code)["timing"].get("table", [])
    written = [
        f"{row['first']}–{row['last']} "
        + " ".join(
            each["code"] + (f"×{each['units']}" if each["units"] > 1 else "")
            for each in row["codes"]
        )
        for row in table
    ]
    assert written[: len(rows)] == rows
    assert bool(written) is bool(rows)


@pytest.mark.parametrize(("code", "group"), [("97110", "97150"), ("92507", "92508"), ("97035", "")])
def test_several_patients_at_once_are_another_code(library: Library, code: str, group: str) -> None:
    assert asked(library, code).get("group", {}).get("code", "") == group


def test_assistants_treat_and_never_evaluate(library: Library) -> None:
    treatment, evaluation = asked(library, "97112"), asked(library, "97161")
    assert {r: may for r, may in roles(treatment).items() if r in {"pt", "pta", "ot", "ota"}} == {
        "pt": True,
        "pta": True,
        "ot": True,
        "ota": True,
    }
    assert roles(evaluation)["pta"] is False
    assert (treatment["who"]["assistants"], "assistants" in evaluation["who"]) == (True, True)
    assert evaluation["who"]["assistants"] is False
    assert "GP" in evaluation["who"]["only"]
    assert "ot" not in roles(evaluation)


def test_a_nurse_bills_99211_and_no_therapy(library: Library) -> None:
    assert roles(asked(library, "99211"))["rn"] is True
    assert roles(asked(library, "97110"))["rn"] is False
    assert {"aide", "student", "at"} <= {
        r for r, may in roles(asked(library, "97110")).items() if not may
    }


def test_medicare_pays_a_chiropractor_for_manipulation_only(library: Library) -> None:
    assert roles(asked(library, "98940"))["dc"] is True
    (row,) = [r for r in asked(library, "97140")["who"]["roles"] if r["role"] == "dc"]
    assert (row["may"], row["why"]) == (False, "Medicare pays it for 98940–98942 only")


def test_who_may_is_not_said_of_days_without_a_rule(library: Library) -> None:
    who = asked(library, "97110", date(1999, 5, 5))["who"]
    assert who["checked"] is False
    assert "roles" not in who


@pytest.mark.parametrize(
    ("code", "therapy", "known"),
    [
        ("97110", "always", "read in CMS's files"),
        ("95992", "sometimes", "remembered, not read in CMS's list"),
        ("97039", "always", "put together from several sources, not read in CMS's list itself"),
        ("98941", "none", None),
    ],
)
def test_how_surely_a_code_is_therapy_is_said(
    library: Library, code: str, therapy: str, known: str | None
) -> None:
    said = asked(library, code)["therapy"]
    assert (said["therapy"], said.get("known")) == (therapy, known)


ODD = [
    date(1, 1, 1),
    date(1995, 12, 31),
    date(1996, 1, 1),
    date(1998, 6, 1),
    date(2000, 4, 1),
    date(2003, 4, 1),
    date(2010, 1, 1),
    date(2019, 12, 31),
    date(2024, 2, 29),
    date(2026, 12, 31),
    date(2027, 1, 1),
    date(9999, 12, 31),
]


BARE = {"/who", "/fees", "/timing"}
"""Where nothing may be cited: custom, amounts that are not known, counting before any rule."""


@pytest.mark.parametrize("on", ODD, ids=str)
def test_every_code_is_answered_on_any_day_and_cites_what_it_says(
    library: Library, on: date
) -> None:
    for code in CODES:
        said = asked(library, code, on)
        assert [*empty(said)] == []
        assert {*said_without_cite(said)} <= BARE


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_page_and_an_answer(client: FlaskClient, code: str) -> None:
    said: Any = client.get(f"/codes/{code}?date=2026-03-02")
    assert (said.status_code, said.mimetype) == (200, "application/json")
    assert said.json["code"] == code
    page = client.get(f"/codes/{code}?date=2026-03-02", headers=HTML)
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert page.vary.as_set() == {"accept"}
    hold(page.text)


@pytest.mark.parametrize("on", ["1995-01-01", "1999-01-01", "2016-12-31", "2027-06-01"])
def test_pages_of_odd_days_hold(client: FlaskClient, on: str) -> None:
    for code in ("97110", "97001", "97161", "98985", "97014", "97597"):
        page = client.get(f"/codes/{code}?date={on}", headers=HTML)
        assert page.status_code == 200
        hold(page.text)
