"""Changed lines out as FHIR: the whole charge as received, and the change."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from plugin.fhir import structure
from tests.fhir.building import (
    START,
    Raw,
    charge,
    coding,
    concept,
    medplum,
    oracle,
    ours,
    procedure,
    reading,
)
from tests.fhir.writing import actions, modifiers, written


def changed(sent: Raw, **change: Any) -> Raw:
    """The resource that changes a charge, after the proof that it is the only action."""
    (line,) = reading(procedure(), sent).visit.lines
    (action,) = written([replace(line, **change)], procedure(), sent)
    assert action["type"] == "update"
    resource: Raw = action["resource"]
    return resource


RICH = charge(
    "97110",
    3,
    "GP",
    meta={"versionId": "4", "lastUpdated": START},
    identifier=[{"system": "urn:ehr", "value": "7"}],
    note=[{"text": "as said on the telephone"}],
    performer=[{"actor": {"reference": "Practitioner/pt", "display": "P. T."}}],
    priceOverride={"value": 44.5, "currency": "USD"},
    status="billable",
    occurrenceDateTime=START,
    modifierExtension=[{"url": "urn:ehr:hold", "valueBoolean": True}],
    _enteredDate={"extension": [{"url": "urn:reason", "valueCode": "unknown"}]},
)


def test_an_update_carries_the_whole_resource_as_received_and_the_change() -> None:
    assert changed(RICH, units=2) == {**RICH, "quantity": {"value": 2}}


def test_an_update_leaves_what_was_received_as_it_was() -> None:
    found = reading(procedure(), RICH)
    before = deepcopy(dict(found.charges["c1"]))
    actions(found.visit.lines, [replace(found.visit.lines[0], units=1, modifiers=())], found)
    assert found.charges["c1"] == before


def test_what_else_a_quantity_says_is_kept() -> None:
    sent = charge(quantity={"value": 3, "unit": "units", "_value": {"id": "q"}})
    assert changed(sent, units=2)["quantity"] == {**sent["quantity"], "value": 2}
    assert changed(charge(quantity=None), units=2)["quantity"] == {"value": 2}


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"extension": [ours("GP")]}, id="ours"),
        pytest.param({"extension": [medplum("GP"), medplum("CQ")]}, id="Medplum's"),
        pytest.param({"extension": [oracle("GP", valuePositiveInt=1)]}, id="Oracle's"),
        pytest.param({"code": concept("97110:GP")}, id="joined to the code"),
        pytest.param({"code": concept("97110:GP"), "extension": [medplum("GP")]}, id="two ways"),
        pytest.param({}, id="none"),
    ],
)
def test_new_modifiers_replace_every_encoding_of_the_old(sent: Raw) -> None:
    resource = changed(charge("97110", 2, **sent), modifiers=("59", "GO"))
    assert modifiers(resource) == [coding("59"), coding("GO")]
    assert [e["url"] for e in resource["extension"]] == [structure("charge-modifier")] * 2
    assert resource["code"] == concept("97110")


def test_other_extensions_and_codings_stand_beside_new_modifiers() -> None:
    other: Raw = {"url": "urn:ehr:schedule", "valueString": "A"}
    code = {"coding": [coding("TX-7", "urn:local"), coding("97110:59")], "text": "exercise"}
    resource = changed(charge(extension=[ours("GP"), other], code=code), modifiers=("GP",))
    assert resource["extension"] == [other, ours("GP")]
    assert resource["code"] == {
        "coding": [coding("TX-7", "urn:local"), coding("97110")],
        "text": "exercise",
    }


def test_a_local_code_is_kept_whole_beside_a_new_number_of_units() -> None:
    code = {"coding": [coding("97110"), coding("LOC:77", "urn:local")]}
    assert changed(charge(code=code), units=1)["code"] == code


@pytest.mark.parametrize("code", [concept("97014"), {**concept("97014:GP"), "text": "e-stim"}])
def test_a_changed_code_replaces_every_way_the_old_was_said(code: Raw) -> None:
    assert changed(charge(code=code), code="G0283")["code"] == concept("G0283")


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(charge() | {"extension": None}, id="extension"),
        pytest.param(charge() | {"quantity": None}, id="quantity"),
        pytest.param(
            charge(code={"coding": [coding("97110"), {"system": "urn:local", "code": None}]}),
            id="code of a coding",
        ),
    ],
)
def test_a_charge_with_a_null_in_it_can_be_changed(sent: Raw) -> None:
    resource = changed(sent, units=5, modifiers=("GP",))
    assert (resource["quantity"]["value"], modifiers(resource)) == (5, [coding("GP")])


def test_a_line_without_modifiers_leaves_no_extension_behind() -> None:
    assert "extension" not in changed(charge("97110", 2, "GP"), modifiers=())
    other: Raw = {"url": "urn:ehr:schedule", "valueString": "A"}
    kept = changed(charge(extension=[ours("GP"), other]), modifiers=())
    assert kept["extension"] == [other]
