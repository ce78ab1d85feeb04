"""The FHIR definitions agree with FHIR, with the contract and with each other."""

from pathlib import Path
from typing import Any, get_args

import pytest
from fhir.resources.R4B import get_fhir_model_class

from tests.fhir.published import (
    BASE,
    CERTIFICATION,
    CODES,
    DEFINED,
    EXTENSIONS,
    FILES,
    RULES,
    STRUCTURES,
    concepts,
    element,
    elements,
    local,
    strings,
)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_file_is_valid_and_named_for_its_type_and_id(path: Path) -> None:
    resource = FILES[path]
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    assert path.name == f"{resource['resourceType']}-{resource['id']}.json"


@pytest.mark.parametrize("name", DEFINED)
def test_every_canonical_address_is_base_type_and_id(name: str) -> None:
    resource = DEFINED[name]
    address = f"{BASE}/{resource['resourceType']}/{resource['id']}"
    if resource["resourceType"] == "NamingSystem":  # FHIR R4 gives it no url and no version
        assert [u["value"] for u in resource["uniqueId"]] == [address]
    else:
        assert (resource["url"], resource["version"]) == (address, "0.1.0")
    assert (resource["publisher"], resource["date"]) == ("Countersign", "2026-11-23")


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_address_of_ours_leads_to_a_definition_here(path: Path) -> None:
    ours = [s for s in strings(FILES[path]) if s.startswith(BASE)]
    assert [s for s in ours if local(s) not in DEFINED] == []


@pytest.mark.parametrize("name", STRUCTURES)
def test_every_structure_is_a_constraint_on_fhir_4_0_1(name: str) -> None:
    found = DEFINED[name]
    assert (found["fhirVersion"], found["derivation"]) == ("4.0.1", "constraint")
    assert found["baseDefinition"] == f"http://hl7.org/fhir/StructureDefinition/{found['type']}"
    assert found["differential"]["element"][0]["id"] == found["type"]


@pytest.mark.parametrize("name", STRUCTURES)
def test_every_element_of_a_structure_is_named_once_by_its_path_and_slices(name: str) -> None:
    ids = [e["id"] for e in DEFINED[name]["differential"]["element"]]
    assert len(ids) == len(set(ids))
    for e in DEFINED[name]["differential"]["element"]:
        assert ".".join(part.partition(":")[0] for part in e["id"].split(".")) == e["path"]
        assert e["id"].split(".")[-1].partition(":")[2] == e.get("sliceName", "")


@pytest.mark.parametrize("name", STRUCTURES)
def test_every_element_of_a_structure_exists_in_fhir_and_stands_in_its_order(name: str) -> None:
    found = DEFINED[name]["differential"]["element"]
    types = {e["path"]: e["type"][0]["code"] for e in found if "type" in e}
    places = {e["id"]: place(e["path"], types) for e in found}
    outside_slices = [p for id_, p in places.items() if ":" not in id_]
    assert outside_slices == sorted(outside_slices)


def place(path: str, types: dict[str, str]) -> list[int]:
    """Where an element stands in its resource, level by level; fails when there is none such."""
    so_far, *names = path.split(".")
    model, positions = get_fhir_model_class(so_far), []
    for depth, name in enumerate(names, start=1):
        so_far = f"{so_far}.{name}"
        order = model.elements_sequence()
        stem = name.removesuffix("[x]")
        known = next(n for n in order if n == name or (n.startswith(stem) and stem != name))
        positions.append(order.index(known))
        if depth < len(names):
            model = model_of(model, known) if stem == name else get_fhir_model_class(types[so_far])
    return positions


def model_of(model: Any, name: str) -> Any:
    """The class of a complex element, found inside `Optional[List[...]]`."""
    (field,) = (f for f in model.model_fields.values() if f.alias == name)
    inner = [field.annotation]
    while not hasattr(inner[0], "get_model_klass"):
        inner = [t for t in get_args(inner[0]) if t is not type(None)]
    return inner[0].get_model_klass()


def test_the_extensions_are_those_of_the_contract() -> None:
    found = {r["id"] for r in DEFINED.values() if r.get("type") == "Extension"}
    assert found == {*EXTENSIONS, "certification"}


@pytest.mark.parametrize("name", EXTENSIONS)
def test_an_extension_fixes_its_url_and_allows_one_type_of_value(name: str) -> None:
    contexts, value_type, value_set = EXTENSIONS[name]
    value = element(name, "Extension.value[x]")
    assert element(name, "Extension.url")["fixedUri"] == f"{BASE}/StructureDefinition/{name}"
    assert element(name, "Extension.extension")["max"] == "0"
    assert (value["type"], value["min"], value["max"]) == ([{"code": value_type}], 1, "1")
    assert value.get("binding") == (
        value_set and {"strength": "required", "valueSet": f"{BASE}/ValueSet/{value_set}"}
    )
    stated = DEFINED[f"StructureDefinition-{name}"]["context"]
    assert {c["expression"] for c in stated if c["type"] == "element"} == contexts


def test_the_certification_holds_its_five_parts_and_no_value_of_its_own() -> None:
    slices = [e["sliceName"] for e in elements("certification") if "sliceName" in e]
    assert slices == list(CERTIFICATION)
    for part, value_type in CERTIFICATION.items():
        prefix = f"Extension.extension:{part}"
        value = element("certification", f"{prefix}.value[x]")
        assert element("certification", f"{prefix}.url")["fixedUri"] == part
        assert element("certification", f"{prefix}.extension")["max"] == "0"
        assert (value["type"], value["min"], value["max"]) == ([{"code": value_type}], 1, "1")
    assert element("certification", "Extension.value[x]")["max"] == "0"
    url = element("certification", "Extension.url")["fixedUri"]
    assert url == f"{BASE}/StructureDefinition/certification"
    assert DEFINED["StructureDefinition-certification"]["context"] == [
        {"type": "element", "expression": "CarePlan"}
    ]


def test_minutes_are_in_the_unit_min_of_ucum() -> None:
    pattern = element("service-minutes", "Extension.value[x]")["patternQuantity"]
    assert pattern == {"system": "http://unitsofmeasure.org", "code": "min"}


def test_modifiers_repeat_in_order_and_a_charge_takes_four() -> None:
    root = element("charge-modifier", "Extension")
    slice_ = element("therapy-charge-item", "ChargeItem.extension:chargeModifier")
    assert (root["max"], slice_["min"], slice_["max"]) == ("*", 0, "4")
    assert "orderMeaning" in root
    assert "orderMeaning" in slice_


@pytest.mark.parametrize("name", CODES)
def test_a_code_system_has_the_codes_of_the_contract(name: str) -> None:
    assert [c["code"] for c in concepts(name)] == CODES[name].split()


def test_there_are_six_override_reasons_and_each_has_a_display() -> None:
    assert len(concepts("override-reason")) == 6
    assert all(c["display"] for c in concepts("override-reason"))


def test_the_rules_are_those_of_the_contract_each_in_its_family() -> None:
    found = {c["code"]: c["property"][0]["valueCode"] for c in concepts("rule")}
    assert found == {rule: family for family, rules in RULES.items() for rule in rules.split()}


@pytest.mark.parametrize("name", [n for n in DEFINED if n.startswith("CodeSystem-")])
def test_a_code_system_is_complete_and_has_a_value_set_of_all_its_codes(name: str) -> None:
    system = DEFINED[name]
    codes = [c["code"] for c in system["concept"]]
    assert (system["content"], system["count"]) == ("complete", len(set(codes)))
    assert len(codes) == len(set(codes))
    assert DEFINED[local(system["valueSet"])]["compose"] == {"include": [{"system": system["url"]}]}
