"""What is charted of a service beyond its code, its minutes and its people."""

from dataclasses import replace
from typing import Any, Literal

import pytest

from tests.fhir.building import (
    DAY,
    TENANT,
    Raw,
    at,
    concept,
    encounter,
    places,
    procedure,
    reading,
    ref,
    service_of,
    span,
    stated,
)
from tests.fhir.records import ICD, condition, ours, visit_of, worded

MARK = "Zq7"  # stands for patient data, which nothing said may repeat
EXTENSIONS: list[tuple[str, Raw, str, Any]] = [
    ("patients-in-session", {"valuePositiveInt": 3}, "patients", 3),
    ("patients-in-session", {"valueUnsignedInt": 1}, "patients", 1),
    ("patients-in-session", {"valueInteger": 100}, "patients", 100),
    ("supervision", {"valueCode": "general"}, "supervision", "general"),
    ("supervision", {"valueString": " Direct "}, "supervision", "direct"),
    ("care-intent", {"valueCode": "maintenance"}, "intent", "maintenance"),
    ("care-intent", {"valueString": "active"}, "intent", "active"),
    ("patient-present", {"valueBoolean": False}, "patient_present", False),
    ("patient-present", {"valueBoolean": True}, "patient_present", True),
    ("data-days", {"valuePositiveInt": 30}, "data_days", 30),
    ("data-days", {"valueUnsignedInt": 0}, "data_days", 0),
    ("interactive-contact", {"valueBoolean": False}, "live_contact", False),
]


@pytest.mark.parametrize(("name", "value", "field", "expected"), EXTENSIONS)
@pytest.mark.parametrize("first", [True, False], ids=["before the minutes", "after them"])
def test_an_extension_says_it(
    name: str, value: Raw, field: str, expected: Any, *, first: bool
) -> None:
    said = [ours(name, **value), stated(20)]
    service = service_of(procedure(extension=said if first else said[::-1]))
    assert (getattr(service, field), service.minutes) == (expected, 20)


@pytest.mark.parametrize(("name", "value", "field", "expected"), EXTENSIONS)
def test_an_extension_alone_says_it_and_leaves_minutes_unknown(
    name: str, value: Raw, field: str, expected: Any
) -> None:
    service = service_of(procedure(extension=[ours(name, **value)]))
    assert (getattr(service, field), service.minutes) == (expected, None)


@pytest.mark.parametrize("field", sorted({field for _, _, field, _ in EXTENSIONS}))
def test_what_no_extension_says_is_not_known(field: str) -> None:
    assert getattr(service_of(procedure(minutes=20)), field) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("patients-in-session", {"valueInteger": 0}),
        ("patients-in-session", {"valueInteger": -2}),
        ("patients-in-session", {"valuePositiveInt": 101}),
        ("patients-in-session", {"valueString": MARK}),
        ("data-days", {"valueInteger": -1}),
        ("data-days", {"valuePositiveInt": 31}),
        ("supervision", {"valueCode": MARK}),
        ("supervision", {"valueBoolean": True}),
        ("care-intent", {"valueCode": "palliative"}),
        ("patient-present", {"valueString": "yes"}),
        ("interactive-contact", {"valueInteger": 1}),
        ("data-days", {"valueQuantity": {"value": 16}}),
    ],
)
def test_what_it_cannot_be_is_left_out_and_named(name: str, value: Raw) -> None:
    found = reading(procedure(extension=[stated(20), ours(name, **value)]))
    assert places(found) == ["procedures.entry[0].resource.extension[1]"]
    assert found.visit.services[0] == service_of(procedure(minutes=20))
    assert MARK not in repr(found.left_out)


def test_an_extension_that_says_nothing_is_no_fault() -> None:
    absent = {"_valueCode": {"extension": [{"url": "urn:reason", "valueCode": "unknown"}]}}
    found = reading(procedure(extension=[ours("supervision", **absent)]))
    assert found.left_out == ()
    assert found.visit.services[0].supervision is None


def test_of_two_that_say_the_same_fact_the_first_is_taken() -> None:
    twice = [ours("data-days", valuePositiveInt=n) for n in (16, 20)]
    assert service_of(procedure(extension=twice)).data_days == 16


def supervised(charted: str, visited: str, usual: Literal["direct", "general"] | None) -> Any:
    site = replace(TENANT, supervision=usual)
    told = [ours("supervision", valueCode=charted)] if charted else None
    seen = [ours("supervision", valueCode=visited)] if visited else None
    return service_of(procedure(extension=told), encounter(extension=seen), tenant=site).supervision


def test_supervision_is_the_services_own_else_the_visits_else_the_sites() -> None:
    assert supervised("direct", "general", "general") == "direct"
    assert supervised("", "direct", "general") == "direct"
    assert supervised("", "", "general") == "general"
    assert supervised("", "", None) is None


def test_supervision_of_a_visit_that_is_none_is_named_and_the_sites_is_taken() -> None:
    site = replace(TENANT, supervision="direct")
    odd = encounter(extension=[ours("supervision", valueCode=MARK)])
    found = reading(procedure(), odd, tenant=site)
    assert found.visit.services[0].supervision == "direct"
    assert places(found) == ["encounter.entry[0].resource.extension"]


@pytest.mark.parametrize(
    ("sites", "expected"),
    [
        ([worded(("72696002", "Knee region structure"))], "knee region structure"),
        ([worded(("72696002", ""), ("K", " Left  Knee "))], "left knee"),
        ([worded(("72696002", "Knee"), text="the sore one")], "knee"),
        ([{"text": " Lumbar\nspine "}], "lumbar spine"),
        ([worded(("72696002", ""))], "72696002"),
        ([{"text": "Shoulder"}, {"text": "Hip"}, {"text": "hip"}], "hip and shoulder"),
        ([{"text": "x" * 81}], ""),
        ([{"extension": [{"url": "urn:x", "valueString": "y"}]}], ""),
        (None, ""),
    ],
)
def test_the_region_is_the_body_sites_words_in_lower_case(
    sites: list[Raw] | None, expected: str
) -> None:
    assert service_of(procedure(bodySite=sites)).region == expected


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (span("09:15", "09:40"), (555, 580)),
        (span("00:00", "23:59"), (0, 1439)),
        ({"start": at("09:15"), "end": f"{DAY}T14:40:30Z"}, (555, 580)),
        ({"start": at("23:30"), "end": "2026-03-03T00:10:00-05:00"}, (None, None)),
        ({"start": at("09:15"), "end": at("09:15", "2026-04-02")}, (None, None)),
        (span("09:40", "09:15"), (None, None)),
        ({"start": at("09:15")}, (None, None)),
        ({"start": at("09:15"), "end": DAY}, (None, None)),
        ({"start": DAY, "end": DAY}, (None, None)),
        ({"start": DAY, "end": at("09:15")}, (None, None)),
    ],
)
def test_a_period_with_times_on_one_day_says_when_it_was(
    period: Raw, expected: tuple[int | None, int | None]
) -> None:
    service = service_of(procedure(minutes=20, performedPeriod=period))
    assert (service.began, service.ended) == expected


def test_a_moment_says_neither_when_it_began_nor_when_it_ended() -> None:
    service = service_of(procedure(performedDateTime=at("09:15")))
    assert (service.began, service.ended) == (None, None)


def test_an_end_that_cannot_be_read_does_not_matter_where_minutes_are_stated() -> None:
    odd = {"start": at("09:15"), "end": MARK}
    service = service_of(procedure(minutes=20, performedPeriod=odd))
    assert (service.minutes, service.began, service.ended) == (20, None, None)


def reasons(*codes: str, system: str = ICD) -> list[Raw]:
    return [concept(code, system) for code in codes]


def test_a_service_names_its_diagnoses_by_code() -> None:
    service = service_of(procedure(reasonCode=reasons("M54.50", "m25.561", "M54.50")))
    assert service.diagnoses == ("M54.50", "M25.561")


@pytest.mark.parametrize("system", [ICD, "urn:oid:2.16.840.1.113883.6.90"])
def test_both_names_of_icd_10_cm_are_known(system: str) -> None:
    assert service_of(procedure(reasonCode=reasons("M54.50", system=system))).diagnoses


def test_codes_of_other_systems_and_words_are_no_diagnoses() -> None:
    said = [*reasons("279039007", system="http://snomed.info/sct"), {"text": "back pain"}]
    found = reading(procedure(reasonCode=said))
    assert found.visit.services[0].diagnoses == ()
    assert found.left_out == ()


@pytest.mark.parametrize("code", [MARK, "54.50", "M5", "M54.50505", "back pain"])
def test_a_diagnosis_that_is_no_code_is_left_out_and_named(code: str) -> None:
    found = reading(procedure(reasonCode=reasons(code)))
    assert found.visit.services[0].diagnoses == ()
    assert places(found) == ["procedures.entry[0].resource"]
    assert code not in repr(found.left_out)


@pytest.mark.parametrize(
    "target", ["Condition/d1", "https://ehr.example/fhir/Condition/d1", "Condition/d1/_history/2"]
)
def test_a_diagnosis_may_be_a_condition_of_the_record(target: str) -> None:
    pointing = procedure(reasonReference=[ref(target)])
    assert visit_of(pointing, condition()).services[0].diagnoses == ("M54.50",)


def test_a_condition_may_be_pointed_at_by_a_fullurl() -> None:
    address = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"
    entries = [{"fullUrl": address, "resource": condition(id=None)}]
    sent = {"conditions": {"resourceType": "Bundle", "type": "collection", "entry": entries}}
    found = reading(procedure(reasonReference=[ref(address)]), prefetch=sent)
    assert found.visit.services[0].diagnoses == ("M54.50",)


def test_a_condition_may_be_contained() -> None:
    within = [{"resourceType": "Organization", "id": "o"}, condition(id="c")]
    pointing = [
        procedure(reasonReference=[ref("#c")], contained=within),
        procedure(id="p2", reasonReference=[ref("#c")]),
        procedure(id="p3", reasonReference=[ref("#c")], contained=[condition("M25.561", id="c")]),
    ]
    found = [service.diagnoses for service in visit_of(*pointing).services]
    assert found == [("M54.50",), (), ("M25.561",)]


def test_a_condition_that_is_not_at_hand_is_not_known() -> None:
    found = reading(procedure(reasonReference=[ref("Condition/other"), {"display": MARK}]))
    assert (found.visit.services[0].diagnoses, found.left_out) == ((), ())


@pytest.mark.parametrize("status", ["entered-in-error", "refuted"])
def test_a_condition_that_is_not_so_is_no_diagnosis(status: str) -> None:
    untrue = condition(verificationStatus=concept(status, "urn:x"))
    assert (
        visit_of(procedure(reasonReference=[ref("Condition/d1")]), untrue).services[0].diagnoses
        == ()
    )


@pytest.mark.parametrize(
    ("bad", "where"),
    [
        (condition(subject=ref("Patient/other")), "conditions.entry[0].resource.subject"),
        (condition(MARK), "conditions.entry[0].resource"),
        (condition() | {"code": MARK}, "conditions.entry[0].resource.code"),
        (condition(unheard=MARK), "conditions.entry[0].resource.unheard"),
    ],
)
def test_a_condition_that_cannot_be_used_is_named_once(bad: Raw, where: str) -> None:
    two = [procedure(id=f"p{n}", reasonReference=[ref("Condition/d1")]) for n in range(2)]
    found = reading(*two, bad)
    assert [service.diagnoses for service in found.visit.services] == [(), ()]
    (place,) = places(found)
    assert place.startswith(where)
    assert MARK not in repr(found.left_out)


def test_a_condition_that_nothing_points_at_is_not_read() -> None:
    assert reading(procedure(), condition(unheard=MARK)).left_out == ()


def test_a_visit_names_its_diagnoses_by_rank_and_its_reasons() -> None:
    every = [condition(f"M25.56{n}", id=f"d{n}") for n in (1, 2, 9)]
    told = encounter(
        diagnosis=[
            {"condition": ref("Condition/d9")},
            {"condition": ref("Condition/d2"), "rank": 2},
            {"condition": ref("Condition/d1"), "rank": 1},
            {"condition": ref("Procedure/p1"), "rank": 3},
        ],
        reasonCode=reasons("M54.50", "M25.561"),
    )
    found = visit_of(procedure(), told, *every).diagnoses
    assert found == ("M25.561", "M25.562", "M25.569", "M54.50")


def test_a_visit_without_diagnoses_names_none() -> None:
    assert visit_of(procedure(), condition()).diagnoses == ()
