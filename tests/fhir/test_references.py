"""Who points at whom, over any number of pages."""

from typing import Any

import pytest

from tests.fhir.building import (
    Raw,
    charge,
    coverage,
    encounter,
    observation,
    patient,
    performer,
    practitioner,
    prefetch_of,
    procedure,
    reading,
    ref,
)

MARK = "Zq7"  # stands for patient data, which no refusal may repeat


def ids(*resources: Raw, **more: Any) -> list[str]:
    return [service.id for service in reading(*resources, **more).visit.services]


def test_people_are_found_however_they_are_addressed() -> None:
    for reference in (
        "Practitioner/dr1",
        "Practitioner/dr1/_history/7",
        "https://ehr.example/fhir/Practitioner/dr1",
    ):
        charted = procedure(performer=[performer(actor=reference)])
        (service,) = reading(charted, practitioner("225100000X")).visit.services
        assert service.roles == ("pt",)


@pytest.mark.parametrize("given_id", ["p1", None])
def test_new_resources_may_point_at_each_other_by_urn(given_id: str | None) -> None:
    urns = {name: f"urn:uuid:{name}" for name in ("enc", "pat", "dr1", "p1")}
    charted = procedure(
        id=given_id,
        encounter=ref(urns["enc"]),
        subject=ref(urns["pat"]),
        performer=[performer(actor=urns["dr1"])],
    )
    sent = {
        "patient": patient(),
        "encounter": encounter(id=given_id and "enc", subject=ref(urns["pat"])),
        "procedures": charted,
        "practitioners": practitioner("225200000X", id=given_id and "dr1"),
        "minutes": observation(24, urns["p1"], subject=ref(urns["pat"])),
    }
    full = {"patient": "pat", "encounter": "enc", "procedures": "p1", "practitioners": "dr1"}
    bundles = {
        key: {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": resource, "fullUrl": urns.get(full.get(key, ""), "urn:uuid:x")}],
        }
        for key, resource in sent.items()
    }
    (service,) = reading(prefetch=bundles).visit.services
    assert (service.roles, service.minutes) == (("pta",), 24)


def test_a_resource_that_stands_on_two_pages_is_counted_once() -> None:
    page = prefetch_of(procedure(), encounter(), charge(), patient(), coverage(), observation(24))
    twice = {key: [page[key], page[key]] for key in page}
    found = reading(prefetch=twice)
    assert [(s.id, s.minutes) for s in found.visit.services] == [("p1", 24)]
    assert [line.id for line in found.visit.lines] == ["c1"]


def test_resources_without_ids_are_each_their_own() -> None:
    assert ids(procedure(id=None), procedure("97140", id=None)) == ["", ""]


def test_what_the_ehr_answered_with_an_error_or_only_in_part_is_said() -> None:
    wrong: Raw = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": MARK}]}
    page = {**prefetch_of(charge())["charges"], "link": [{"relation": "next", "url": MARK}]}
    found = reading(procedure(), prefetch={"minutes": wrong, "charges": page})
    assert [line.partition(":")[0] for line in found.unread] == ["minutes", "charges"]
    assert MARK not in " ".join(found.unread)
