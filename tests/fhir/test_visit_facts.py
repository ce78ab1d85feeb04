"""What the encounter and the site say of a visit: its place, its length, telehealth."""

from dataclasses import replace

import pytest

from tests.fhir.building import (
    DAY,
    TENANT,
    Raw,
    at,
    encounter,
    places,
    procedure,
    reading,
    span,
    text_extension,
)
from tests.fhir.records import ours, visit_of

MARK = "Zq7"


def place(value: str) -> Raw:
    return text_extension("place-of-service", value)


def bill(value: str) -> Raw:
    return text_extension("type-of-bill", value)


def mode(value: str) -> Raw:
    return ours("telehealth-mode", valueCode=value)


def test_the_place_and_the_type_of_bill_are_kept() -> None:
    visit = visit_of(procedure(), encounter(extension=[bill(" 0131 "), place(" 22 ")]))
    assert (visit.place, visit.type_of_bill) == ("22", "131")


def test_a_visit_that_says_neither_has_neither() -> None:
    visit = visit_of(procedure())
    assert (visit.place, visit.type_of_bill) == ("", "")


@pytest.mark.parametrize("text", ["13", "13X", "85x", "131"])
def test_a_type_of_bill_may_leave_its_last_place_open(text: str) -> None:
    found = reading(procedure(), encounter(extension=[bill(text)]))
    assert (found.visit.type_of_bill, found.left_out) == (text, ())


@pytest.mark.parametrize("extension", [bill(MARK), bill("1"), place(MARK), place("111")])
def test_what_is_neither_is_left_out_and_named(extension: Raw) -> None:
    found = reading(procedure(), encounter(extension=[extension]))
    assert (found.visit.place, found.visit.type_of_bill) == ("", "")
    assert places(found) == ["encounter.entry[0].resource.extension"]
    assert MARK not in repr(found.left_out)


VIRTUAL = {"class": {"code": "VR"}}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"extension": [place("02")]}, (True, None)),
        ({"extension": [place("10")]}, (True, None)),
        ({"extension": [place("11")]}, (False, None)),
        ({"extension": [mode("audio")]}, (True, "audio")),
        ({"extension": [mode("video"), place("11")]}, (True, "video")),
        (VIRTUAL, (True, None)),
        ({**VIRTUAL, "extension": [place("11")]}, (True, None)),
        ({**VIRTUAL, "extension": [mode("video")]}, (True, "video")),
        ({}, (False, None)),
    ],
)
def test_telehealth_is_said_by_place_class_or_mode(
    more: Raw, expected: tuple[bool, str | None]
) -> None:
    visit = visit_of(procedure(), encounter(**more))
    assert (visit.telehealth, visit.telehealth_mode) == expected


def test_a_telehealth_mode_that_is_none_is_left_out_and_named() -> None:
    found = reading(procedure(), encounter(extension=[mode(MARK)]))
    assert (found.visit.telehealth, found.visit.telehealth_mode) == (False, None)
    assert places(found) == ["encounter.entry[0].resource.extension"]


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (span("09:00", "09:45"), 45),
        ({"start": at("09:00"), "end": f"{DAY}T14:45:59Z"}, 45),
        ({"start": at("23:30"), "end": at("00:15", "2026-03-03")}, 45),
        ({"start": at("09:00")}, None),
        ({"end": at("09:45")}, None),
        ({"start": DAY, "end": DAY}, None),
        (span("09:45", "09:00"), None),
        ({"start": at("09:00"), "end": at("09:00", "2026-03-03")}, None),
        ({"start": at("09:00", "2026-03-01"), "end": at("08:00")}, None),
        (None, None),
    ],
)
def test_the_length_of_a_visit_is_its_periods(period: Raw | None, expected: int | None) -> None:
    assert visit_of(encounter(period=period), procedure()).length == expected


def test_a_period_whose_end_cannot_be_read_has_no_length_and_is_named() -> None:
    odd = encounter(period={"start": at("09:00"), "end": MARK})
    found = reading(procedure(minutes=20), odd)
    assert found.visit.length is None
    assert places(found) == ["encounter.entry[0].resource.period"]


def test_the_site_says_its_contractor_and_how_much_time_may_differ() -> None:
    site = replace(TENANT, mac="ngs", visit_length_tolerance=5)
    visit = visit_of(procedure(), tenant=site)
    assert (visit.mac, visit.tolerance) == ("ngs", 5)
