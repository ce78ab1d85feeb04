"""``/faq``: each of the 27 claims is answered, rightly, at the addresses that the page gives."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from plugin.reference import faq
from plugin.reference.faq import Question
from rules.policy import RuleDataError
from tests.hooks.service import got
from tests.rules.shorthand import BOOK

Json = dict[str, Any]
Found = Mapping[str, Json]
"""What stands at the addresses of one question, by address."""
FAQ = faq.load(BOOK.tables.codes)
BY_ROW = {question.row: question for question in FAQ.questions}
NOW = "?date=2026-11-23"


def said(found: Json) -> str:
    """Return all that a fee's answer says."""
    return " ".join(each["says"] for each in found["statements"])


def office(found: Json, day: str) -> str:
    """Return the office amount in a history, for the window that begins on a day."""
    [row] = [row for row in found["history"] if row["effective"] == day]
    amount: str = row["amounts"]["office"]
    return amount


def may(found: Json, role: str) -> bool:
    """Tell whether a role may furnish a code."""
    [row] = [row for row in found["who"]["roles"] if row["role"] == role]
    able: bool = row["may"]
    return able


def holds(lines: list[str], *words: str) -> bool:
    """Tell whether each word stands in some line."""
    return all(any(word in line for line in lines) for word in words)


def row_1(found: Found) -> None:
    code = found[f"/codes/97112{NOW}"]
    assert "nerves and muscles" in code["meaning"]["says"]
    assert code["timing"]["kind"] == "timed"
    assert holds(code["meaning"]["counts"], "balance", "posture")


def row_2(found: Found) -> None:
    meaning = found[f"/codes/97112{NOW}"]["meaning"]
    assert holds(meaning["counts"], "balance", "posture", "PNF", "Feldenkrais", "desensitising")
    assert holds(meaning["notCounted"], "strengthening: 97110", "90901")
    mapped = found["/code-text?text=Feldenkrais&discipline=PT"]
    assert (mapped["action"], [*mapped["codes"]]) == ("map", ["97112"])


def row_3(found: Found) -> None:
    pair = found[f"/pairs/97110/97112{NOW}"]
    assert (pair["answer"], pair["inForce"]) == ("no edit", False)
    assert "modifier" not in pair
    assert "windows" not in pair


def row_4(found: Found) -> None:
    more, less = found[f"/fees/97112{NOW}"], found[f"/fees/97110{NOW}"]
    days = ("2020-01-01", "2024-03-09", "2026-01-01")
    apart = [Decimal(office(more, day)) - Decimal(office(less, day)) for day in days]
    assert [*map(str, apart)] == ["4.69", "4.33", "3.67"]


def row_5(found: Found) -> None:
    code = found[f"/codes/97112{NOW}"]
    assert all(may(code, role) for role in ("pt", "pta", "ot", "ota", "md"))
    assert not may(code, "aide")
    assert code["who"]["assistants"] is True
    assert code["timing"]["table"][0] == {"units": 1, "first": 8, "last": 22}


def row_6(found: Found) -> None:
    for one, two in (("98940", "97140"), ("98941", "97112"), ("98942", "97124")):
        pair = found[f"/pairs/{one}/{two}{NOW}"]
        assert (pair["answer"], pair["indicator"]) == ("with a modifier", "1")
        assert (pair["columnOne"], pair["modifier"]["goesOn"]) == (one, two)
        choices = pair["modifier"]["choices"]
        assert [each["modifier"] for each in choices] == ["59", "XS"]
        assert all("region" in each["when"] for each in choices)


def row_7(found: Found) -> None:
    assert holds(found[f"/codes/97110{NOW}"]["meaning"]["counts"], "teaching home exercise")
    mapped = found["/code-text?text=patient+education&discipline=PT"]
    assert mapped["action"] != "map"
    assert not mapped["codes"]


def row_8(found: Found) -> None:
    for code, was, now, fell in (
        ("97110", "31.40", "30.36", "-1.04"),
        ("97140", "28.87", "27.91", "-0.96"),
    ):
        fee = found[f"/fees/{code}?date=2021-06-01"]
        change = {"year": "2020", "before": was, "dollars": fell, "percent": "-3.3"}
        assert (fee["amount"], fee["change"]) == (now, change)


def row_9(found: Found) -> None:
    never = found[f"/pairs/92526/97032{NOW}&setting=practitioner"]
    assert (never["answer"], never["indicator"]) == ("never", "0")
    assert "modifier" not in never
    opened = found[f"/pairs/92526/97032{NOW}&setting=hospital"]
    assert (opened["answer"], opened["indicator"]) == ("with a modifier", "1")
    assert opened["modifier"]["goesOn"] == "97032"


def row_10(found: Found) -> None:
    timing = found[f"/codes/97110{NOW}"]["timing"]
    assert timing["table"][:2] == [
        {"units": 1, "first": 8, "last": 22},
        {"units": 2, "first": 23, "last": 37},
    ]
    assert timing["cite"]["id"] == "cpm-5-20.2"


def row_11(found: Found) -> None:
    assert holds(found[f"/codes/97110{NOW}"]["meaning"]["notCounted"], "writing the note")


def row_12(found: Found) -> None:
    kinds = {code: found[f"/codes/{code}{NOW}"] for code in ("97110", "97113", "97116", "97530")}
    assert len({each["meaning"]["says"] for each in kinds.values()}) == len(kinds)
    others = {each["code"] for each in kinds["97110"]["meaning"]["confusedWith"]}
    assert others >= {"97112", "97116", "97530"}


def row_13(found: Found) -> None:
    order = ("97530", "97112", "97110", "97140")
    fees = [found[f"/fees/{code}{NOW}"] for code in order]
    then = [office(fee, "2020-01-01") for fee in fees]
    assert then == ["40.42", "36.09", "31.40", "28.87"]
    assert [fee["amount"] for fee in fees] == ["35.07", "32.73", "29.06", "27.72"]
    assert Decimal(found[f"/fees/97161{NOW}"]["amount"]) > Decimal("35.07")


def row_14(found: Found) -> None:
    fee = found["/fees/97110?date=2022-06-01"]
    assert fee["factor"] == "34.6062"
    assert "\N{MINUS SIGN}0.82 % against the 34.8931 that 2021 ended with" in said(fee)
    assert "33.5983 was announced first and never came into force" in said(fee)
    assert found["/fees/97110?date=2021-06-01"]["factor"] == "34.8931"


def row_15(found: Found) -> None:
    meaning = found[f"/codes/97140{NOW}"]["meaning"]
    assert "hands" in meaning["says"]
    assert holds(meaning["counts"], "mobilisation")
    massage = found[f"/pairs/97140/97124{NOW}"]
    assert (massage["answer"], massage["indicator"]) == ("never", "0")


def row_16(found: Found) -> None:
    mapped = found["/code-text?text=PNF+patterns+UE&discipline=PT"]
    assert (mapped["action"], [*mapped["codes"]]) == ("map", ["97112"])


def row_17(found: Found) -> None:
    for year, factor in ((2017, "35.8887"), (2018, "35.9996")):
        fee = found[f"/fees/97530?date={year}-06-01"]
        assert (fee["covered"], fee["factor"]) == (False, factor)
        assert f"are loaded for {year}; only the conversion factor is" in fee["why"]
        assert "amount" not in fee


def row_18(found: Found) -> None:
    then = found["/fees/95992?date=2010-06-01"]
    assert (then["covered"], then["paid"]) == (True, False)
    assert "97112" in then["why"]
    now = found[f"/fees/95992{NOW}"]
    assert (now["paid"], now["status"], now["amount"]) == (True, "A", "40.75")
    assert office(now, "2024-03-09") == "42.28"
    code = found[f"/codes/95992{NOW}"]
    assert code["therapy"]["therapy"] == "sometimes"
    assert "GP" in [each["modifier"] for each in code["modifiers"]]
    assert found[f"/pairs/95992/97112{NOW}"]["answer"] == "with a modifier"


def row_19(found: Found) -> None:
    mapped = found["/code-text?text=hamstring+stretching&discipline=PT"]
    assert (mapped["action"], [*mapped["codes"]]) == ("map", ["97110"])
    assert holds(found[f"/codes/97112{NOW}"]["meaning"]["notCounted"], "stretching", "97110")


def row_20(found: Found) -> None:
    limits = found[f"/codes/97112{NOW}"]["limits"]
    assert {each["setting"]: each["units"] for each in limits} == {"practitioner": 4, "hospital": 6}
    assert all(each["mai"] == "3" for each in limits)


def row_21(found: Found) -> None:
    for day, asks in (("2026-11-23", True), ("2020-06-30", False)):
        [united] = [
            each
            for each in found[f"/codes/97110?date={day}"]["payers"]
            if "UnitedHealthcare, commercial" in each["payers"]
        ]
        not_presumed = [each["says"] for each in united["differs"] if "GP" in each["says"]]
        assert not not_presumed if asks else not_presumed


def row_22(found: Found) -> None:
    assert not found
    assert "No text of CMS that fixes an order was found" in BY_ROW[22].answer
    assert "modifier_order" in BOOK.about
    assert "modifier_order" in BY_ROW[22].reason


def row_23(found: Found) -> None:
    pair = found[f"/pairs/97012/97140{NOW}"]
    assert pair["rationale"]
    assert pair["windows"]
    assert pair["modifier"]["goesOn"] == "97140"
    assert pair["cite"]["id"] == "ncci-ptp"


def row_24(found: Found) -> None:
    code = found[f"/codes/99211{NOW}"]
    assert may(code, "rn")
    assert "pt" not in [row["role"] for row in code["who"]["roles"] if row["may"]]
    assert "known patient" in code["meaning"]["says"]
    assert "supervised by the physician" in code["meaning"]["says"]
    assert holds(code["meaning"]["notCounted"], "a new patient")
    assert BOOK.base["performer.own_codes"][0].value == {"rn": ["99211"]}


def row_25(found: Found) -> None:
    exercise, tasks = (found[f"/codes/{code}{NOW}"] for code in ("97110", "97530"))
    assert holds(exercise["meaning"]["counts"], "strengthening", "stretching", "home exercises")
    assert holds(tasks["meaning"]["counts"], "home practice of such tasks")
    assert exercise["timing"]["table"][0]["first"] == 8
    mapped = found["/code-text?text=HEP&discipline=PT"]
    assert (mapped["action"], [*mapped["codes"]]) == ("ask", [])


def row_26(found: Found) -> None:
    assert not found
    assert "no therapy code" in BY_ROW[26].reason
    assert "25" in BY_ROW[26].answer
    assert "As remembered" in BY_ROW[26].answer


def row_27(found: Found) -> None:
    fee = found[f"/fees/97161{NOW}"]
    # 97.86 × 0.8 = 78.288
    assert (fee["amount"], fee["shares"]) == ("97.86", {"medicare": "78.29", "patient": "19.57"})
    assert "80 % of the allowed amount and the patient 20 %" in said(fee)
    assert found[f"/fees/97110{NOW}"]["furtherUnits"] == "22.21"
    [threshold] = [
        each for each in found[f"/codes/97161{NOW}"]["modifiers"] if each["modifier"] == "KX"
    ]
    assert "$2,480" in threshold["says"]


CHECKS: dict[int, Callable[[Found], None]] = {
    int(name.removeprefix("row_")): check
    for name, check in list(globals().items())
    if re.fullmatch(r"row_\d+", name)
}


@pytest.mark.parametrize("row", range(1, 28))
def test_each_question_is_answered_rightly_where_its_links_lead(
    client: FlaskClient, row: int
) -> None:
    addresses = [link.address for link in BY_ROW[row].links]
    CHECKS[row]({address: got(client, address) for address in addresses})


def test_the_27_claims_are_each_there_once() -> None:
    assert sorted(BY_ROW) == sorted(CHECKS) == list(range(1, 28))
    assert len(FAQ.questions) == 27


@pytest.mark.parametrize("question", FAQ.questions, ids=lambda q: q.id)
def test_every_linked_page_can_be_read_in_a_browser(
    client: FlaskClient, question: Question
) -> None:
    for link in question.links:
        page = client.get(link.address, headers={"Accept": "text/html"})
        assert (page.status_code, page.mimetype) == (200, "text/html"), link.address


def test_amounts_in_answers_are_those_of_the_fee_schedule(client: FlaskClient) -> None:
    for question in FAQ.questions:
        fees = [x.address for x in question.links if x.address.startswith("/fees/")]
        if question.row in {4, 8, 17, 27} or not fees:
            continue  # differences, sums and a threshold: their own tests have them
        amounts = {
            row["amounts"]["office"]
            for address in fees
            for row in got(client, address)["history"]
            if "amounts" in row
        }
        assert {*re.findall(r"\$(\d+\.\d\d)", question.claim + question.answer)} <= amounts


def test_a_verdict_that_is_not_plain_right_comes_with_what_is_right() -> None:
    for question in FAQ.questions:
        assert question.verdict in faq.VERDICTS
        assert question.answer.rstrip() != question.claim
        assert question.answer.endswith(".")
        assert question.question.endswith("?")
    said_of = {q.row: q.verdict for q in FAQ.questions}
    assert [row for row, verdict in said_of.items() if verdict == "wrong"] == [3]
    assert said_of[17] == "could not be reproduced"
    assert said_of[20] == "local rule only"
    assert {row for row, x in said_of.items() if x == "right then, not now"} == {4, 13, 18}


def test_the_page_lists_every_question_with_its_links_and_sources(client: FlaskClient) -> None:
    page = client.get("/faq", headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (200, "text/html")
    for question in FAQ.questions:
        assert f'id="{question.id}"' in page.text
        assert f'href="#{question.id}"' in page.text
        for link in question.links:
            assert f'href="{link.address.replace("&", "&amp;")}"' in page.text
        for name in question.cites:
            assert FAQ.cites[name].url in page.text


def test_the_json_gives_the_same_by_topic(client: FlaskClient) -> None:
    topics = got(client, "/faq")["topics"]
    listed = [each for topic in topics for each in topic["questions"]]
    assert [each["id"] for each in listed] == [question.id for question in FAQ.questions]
    assert all(each["cites"][0]["checked"] for each in listed)
    assert len({topic["topic"] for topic in topics}) == len(topics)


@pytest.mark.parametrize(
    ("was", "now", "complaint"),
    [
        ("verdict: wrong", "verdict: false", "verdict"),
        ("row: 2\n", "row: 1\n", "two have the same row"),
        ("id: what-counts-as-97112", "id: what-is-97112", "two have the same id"),
        ("question: What is 97112?", "question: Is stretching 97112?", "the same question"),
        ("/codes/97112?", "/codes/97119?", "what-is-97112: .*not in the table of codes: 97119"),
        ("/codes/97112?", "/coder/97112?", "what-is-97112: .*is no address that answers"),
        ("cites: [hns-97112]", "cites: []", "what-is-97112: cites nothing"),
        ("cites: [hns-97112]", "cites: [nowhere]", "nowhere"),
        ("links: []\n    reason", "links: []\n    reazon", "reazon"),
        ("topic: Two codes together", "topic: Modifiers", "should stand together"),
        ("questions:", "questions: [", "parsing"),
    ],
)
def test_a_faulty_file_does_not_load(tmp_path: Path, was: str, now: str, complaint: str) -> None:
    path, text = tmp_path / "faq.yaml", faq.FILE.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, now, 1), encoding="utf-8")
    with pytest.raises(RuleDataError, match=rf"^faq\.yaml: (?s:.*){complaint}"):
        faq.load(BOOK.tables.codes, path)


def test_a_question_without_a_way_on_does_not_load(tmp_path: Path) -> None:
    path, text = tmp_path / "faq.yaml", faq.FILE.read_text(encoding="utf-8")
    path.write_text(re.sub(r"\n    reason: .*", "", text), encoding="utf-8")
    with pytest.raises(RuleDataError, match="should have links, or the reason"):
        faq.load(BOOK.tables.codes, path)
