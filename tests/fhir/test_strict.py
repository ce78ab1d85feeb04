"""A site with ``validation: full``: what is not read has to be FHIR too."""

from dataclasses import replace
from typing import Any

import pytest

from plugin.errors import RefusedError
from plugin.fhir.decode import Decoder, Strict
from plugin.fhir.elements import Encounter
from plugin.fhir.gather import Found
from tests.fhir.building import TENANT, procedure, reading

STRICT = replace(TENANT, strict=True)
UNREAD: dict[str, Any] = {
    "an element that is not FHIR's": {"colour": "red"},
    "an element of another type": {"category": "therapy"},
    "a reference that is a text": {"recorder": "Practitioner/1"},
}


@pytest.mark.parametrize("name", UNREAD)
def test_what_is_not_read_has_to_be_fhir(name: str) -> None:
    spoiled = {**procedure(minutes=30), **UNREAD[name]}

    with pytest.raises(RefusedError) as refused:
        reading(spoiled, tenant=STRICT)

    (issue,) = refused.value.issues
    assert issue.where == f"prefetch.procedures.entry[0].resource.{next(iter(UNREAD[name]))}"


def test_a_site_without_it_reads_what_is_used() -> None:
    spoiled = {**procedure(minutes=30), "recorder": "Practitioner/1"}

    assert [s.code for s in reading(spoiled).visit.services] == ["97110"]


def test_what_is_fhir_is_read_to_the_same_facts() -> None:
    visit = [procedure(minutes=30), procedure("97140", minutes=15, role="pta", id="p2")]

    assert reading(*visit, tenant=STRICT) == reading(*visit)


def test_a_bad_optional_resource_is_left_out_and_named() -> None:
    bad = {"resourceType": "Observation", "id": "o", "status": "final", "value": "30 min"}

    strict = reading(procedure(minutes=30), tenant=STRICT, prefetch={"minutes": bad})

    assert [issue.where for issue in strict.left_out][:1] == ["prefetch.minutes.code"]


def test_both_decoders_name_another_resource_alike() -> None:
    for decoder in (Decoder(), Strict()):
        with pytest.raises(RefusedError, match=r"^here\.resourceType: should be Encounter$"):
            decoder.needed(Found("here", {"resourceType": "Patient"}), Encounter)
