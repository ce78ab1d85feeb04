"""Where a visit was."""

from dataclasses import replace
from typing import cast

import pytest

from rules.words import Setting
from tests.fhir.building import (
    TENANT,
    Raw,
    encounter,
    reading,
    text_extension,
)


def setting(*extensions: Raw, usual: str = "practitioner") -> str:
    site = replace(TENANT, setting=cast(Setting, usual))
    return reading(encounter(extension=[*extensions]), tenant=site).visit.setting


def bill(value: str) -> Raw:
    return text_extension("type-of-bill", value)


def place(value: str) -> Raw:
    return text_extension("place-of-service", value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("131", "hospital"),
        ("0131", "hospital"),
        (" 0131 ", "hospital"),
        ("13X", "hospital"),
        ("121", "hospital"),
        ("0127", "hospital"),
        ("221", "hospital"),
        ("0231", "hospital"),
        ("741", "hospital"),
        ("0751", "hospital"),
        ("341", "hospital"),
        ("851", "critical_access"),
        ("0851", "critical_access"),
        ("85X", "critical_access"),
    ],
)
def test_the_type_of_bill_says_the_setting(value: str, expected: str) -> None:
    assert setting(bill(value)) == expected
    assert setting(bill(value), place("11")) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("11", "practitioner"),
        ("12", "practitioner"),
        ("02", "practitioner"),
        ("10", "practitioner"),
        ("19", "hospital"),
        ("22", "hospital"),
        (" 22 ", "hospital"),
    ],
)
def test_else_the_place_of_service_says_it(value: str, expected: str) -> None:
    other = "hospital" if expected == "practitioner" else "practitioner"
    assert setting(place(value), usual=other) == expected
    assert setting(bill("999"), place(value), usual=other) == expected


@pytest.mark.parametrize("usual", ["practitioner", "hospital", "critical_access"])
@pytest.mark.parametrize(
    "extensions",
    [[], [bill("999")], [bill("")], [place("99")], [{"url": "urn:pos", "valueString": "22"}]],
)
def test_else_the_site_does(extensions: list[Raw], usual: str) -> None:
    assert setting(*extensions, usual=usual) == usual
