"""Who pays for a visit on its day."""

from dataclasses import replace

import pytest

from plugin.fhir import SOPT
from tests.fhir.building import (
    PROFILE_SYSTEM,
    TENANT,
    Raw,
    coding,
    concept,
    coverage,
    procedure,
    reading,
    ref,
)

SITE = replace(TENANT, payers={"acme": "commercial", "gold plan": "tricare", "17": "va"})


def payer(*coverages: Raw) -> str:
    return reading(procedure(), prefetch={"coverage": [*coverages]}, tenant=SITE).visit.payer


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("1", "medicare_part_b"),
        ("12", "medicare_part_b"),
        ("121", "medicare_part_b"),
        ("122", "medicare_part_b"),
        ("11", "medicare_advantage"),
        ("111", "medicare_advantage"),
        ("112", "medicare_advantage"),
        ("2", "medicaid"),
        ("21", "medicaid"),
        ("219", "medicaid"),
        ("311", "tricare"),
        ("3111", "tricare"),
        ("32", "va"),
        ("321", "va"),
        ("5", "commercial"),
        ("512", "commercial"),
        ("95", "workers_comp"),
        ("951", "workers_comp"),
        ("3", "unknown"),
        ("312", "unknown"),
        ("81", "unknown"),
        ("9999", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_typology_of_sources_of_payment_says_the_payer(code: str, expected: str) -> None:
    assert payer(coverage(code)) == expected


def test_the_same_code_of_another_system_says_nothing() -> None:
    assert payer(coverage(type=concept("121", "urn:local"))) == "unknown"


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"payor": [{"identifier": {"value": "ACME"}}]}, id="payor's identifier"),
        pytest.param({"payor": [ref("Organization/acme")]}, id="payor's reference"),
        pytest.param({"payor": [ref("https://ehr.example/fhir/Organization/Acme")]}, id="absolute"),
        pytest.param({"payor": [ref("Organization/x"), ref("Organization/acme")]}, id="second"),
        pytest.param({"type": concept("Acme", "urn:local")}, id="type"),
        pytest.param({"type": {"text": "acme"}}, id="type in words"),
        pytest.param({"class": [{"type": {"text": "plan"}, "value": "Acme"}]}, id="class"),
        pytest.param(
            {"class": [{"type": {"text": "plan"}, "value": "7", "name": "ACME"}]}, id="class's name"
        ),
    ],
)
def test_the_sites_own_map_knows_a_payer_by_what_a_coverage_says(said: Raw) -> None:
    assert payer(coverage(**said)) == "commercial"


def test_the_sites_own_map_comes_before_the_typology() -> None:
    both = {"coding": [coding("121", SOPT), coding("Acme", "urn:local")]}
    assert payer(coverage(type=both)) == "commercial"
    assert payer(coverage("121", payor=[ref("Organization/acme")])) == "commercial"


def test_the_sites_map_is_asked_for_the_payor_before_type_and_class() -> None:
    several = {
        "payor": [{"identifier": {"value": "17"}}],
        "type": {"text": "acme"},
        "class": [{"type": {"text": "plan"}, "value": "gold plan"}],
    }
    assert payer(coverage(**several)) == "va"
    assert payer(coverage(**several) | {"payor": [ref("Organization/x")]}) == "commercial"


def test_an_identifier_of_ours_names_a_profile_before_everything_else() -> None:
    named = {"identifier": {"system": PROFILE_SYSTEM, "value": "commercial_midpoint"}}
    found = payer(coverage(payor=[ref("Organization/acme"), named], type={"text": "gold plan"}))
    assert found == "commercial_midpoint"


@pytest.mark.parametrize(
    "over",
    [
        {"status": "cancelled"},
        {"status": "draft"},
        {"status": "entered-in-error"},
        {"period": {"end": "2026-03-01"}},
        {"period": {"end": "2026-02"}},
        {"period": {"end": "2025"}},
        {"period": {"start": "2026-03-03"}},
        {"period": {"start": "2026-04"}},
        {"period": {"start": "2027"}},
        {"period": {"start": "2020-01-01", "end": "2026-03-01T23:59:59-05:00"}},
    ],
)
def test_a_coverage_that_is_not_active_on_the_day_says_nothing(over: Raw) -> None:
    assert payer(coverage(**over)) == "unknown"
    assert payer(coverage(**over), coverage("32", id="next")) == "va"


@pytest.mark.parametrize(
    "period",
    [
        {"start": "2026-03-02"},
        {"end": "2026-03-02"},
        {"start": "2026-03-02T08:00:00-05:00", "end": "2026-03-02T08:00:01-05:00"},
        {"start": "2020"},
        {"end": "2026-03"},
        {"start": "2019-01", "end": "2027"},
        {},
    ],
)
def test_both_ends_of_a_coverage_are_inclusive(period: Raw) -> None:
    assert payer(coverage(period=period)) == "medicare_part_b"


def test_the_coverage_first_in_line_decides() -> None:
    assert payer(coverage("32", order=2), coverage("121", id="b", order=1)) == "medicare_part_b"
    assert payer(coverage("32", order=5), coverage("121", id="b", order=3)) == "medicare_part_b"
    assert payer(coverage("32"), coverage("121", id="b", order=2)) == "va"
    ended = coverage("32", order=1, period={"end": "2026-01-31"})
    assert payer(ended, coverage("121", id="b", order=2)) == "medicare_part_b"


def test_a_first_coverage_nobody_knows_is_not_replaced_by_the_second() -> None:
    assert payer(coverage("81", order=1), coverage("121", id="b", order=2)) == "unknown"


def test_without_any_coverage_the_payer_is_unknown() -> None:
    assert payer() == "unknown"
