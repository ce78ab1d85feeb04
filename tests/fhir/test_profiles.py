"""The FHIR definitions and examples agree with FHIR, with the contract and with each other."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from fhir.resources.R4B import get_fhir_model_class

Json = dict[str, Any]

FOLDER = Path(__file__).parents[2] / "profiles" / "fhir"
BASE = "https://countersign-health.github.io/fhir"
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"

# extension: where it may stand, its value type, and the value set that its codes are bound to
EXTENSIONS = {
    "service-minutes": ({"Procedure"}, "Quantity", None),
    "patients-in-session": ({"Procedure"}, "positiveInt", None),
    "supervision": ({"Procedure", "Encounter"}, "code", "supervision"),
    "care-intent": ({"Procedure"}, "code", "care-intent"),
    "patient-present": ({"Procedure"}, "boolean", None),
    "data-days": ({"Procedure"}, "positiveInt", None),
    "interactive-contact": ({"Procedure"}, "boolean", None),
    "type-of-bill": ({"Encounter"}, "string", None),
    "place-of-service": ({"Encounter"}, "string", None),
    "telehealth-mode": ({"Encounter"}, "code", "telehealth-mode"),
    "charge-modifier": ({"ChargeItem"}, "CodeableConcept", None),
}
CERTIFICATION = {
    "signedOn": "date",
    "certifiedThrough": "date",
    "sentToPhysicianOn": "date",
    "initialEvaluationOn": "date",
    "treatmentDaysSinceProgressReport": "positiveInt",
}
CODES = {
    "performer-role": "pt pta ot ota slp slpa dc md npp rn at aide student",
    "consent-category": "abn-mandatory abn-voluntary",
    "supervision": "direct general",
    "care-intent": "active maintenance",
    "telehealth-mode": "video audio",
}
RULES = {
    "coding": "service_code code_in_force payer_code",
    "units": "timed_units untimed_units minutes_charted time_limits group_therapy co_treatment "
    "caregiver_training remote_monitoring visit_length",
    "modifiers": "discipline_modifier assistant_modifier kx_threshold active_treatment telehealth "
    "notice_modifier modifier_conflict modifier_order unneeded_modifier",
    "eligibility": "performer covered_code plan_of_care progress_report supervision "
    "other_coverage evaluation_frequency authorization diagnosis local_coverage",
    "bundling": "ptp_edit mue add_on_code evaluation_level same_region",
}
PROFILES = {
    "Procedure": "therapy-procedure",
    "Encounter": "therapy-encounter",
    "ChargeItem": "therapy-charge-item",
}


def read(path: Path) -> Json:
    content: Json = json.loads(path.read_text(encoding="utf-8"))
    return content


FILES = {path: read(path) for path in sorted(FOLDER.rglob("*.json"))}
DEFINED = {path.stem: r for path, r in FILES.items() if path.parent == FOLDER}
EXAMPLES = {path.stem: r for path, r in FILES.items() if path.parent == FOLDER / "examples"}
SINGLE = {name: r for name, r in EXAMPLES.items() if r["resourceType"] != "Bundle"}
STRUCTURES = [n for n, r in DEFINED.items() if r["resourceType"] == "StructureDefinition"]


def objects(node: object) -> Iterator[Json]:
    """Every JSON object in a document, outermost first."""
    if isinstance(node, dict):
        yield node
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from objects(part)


def strings(node: object) -> Iterator[str]:
    """Every string in a document."""
    if isinstance(node, str):
        yield node
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from strings(part)


def elements(name: str) -> list[Json]:
    found: list[Json] = DEFINED[f"StructureDefinition-{name}"]["differential"]["element"]
    return found


def element(name: str, id_: str) -> Json:
    (found,) = (e for e in elements(name) if e["id"] == id_)
    return found


def concepts(name: str) -> list[Json]:
    found: list[Json] = DEFINED[f"CodeSystem-{name}"]["concept"]
    return found


def local(url: str) -> str:
    """The file that should define a canonical address of ours."""
    return url.removeprefix(f"{BASE}/").replace("/", "-")


def at(node: Json, name: str) -> list[Any]:
    """The values of one element, whatever the type of its choice."""
    stem = name.removesuffix("[x]")
    keys = [k for k in node if k == name or (name != stem and k.startswith(stem))]
    return [v for k in keys for v in (node[k] if isinstance(node[k], list) else [node[k]])]


def parents(resource: Json, path: str) -> list[Any]:
    nodes = [resource]
    for name in path.split(".")[1:-1]:
        nodes = [value for node in nodes for value in at(node, name)]
    return nodes


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


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_extension_used_in_an_example_is_defined_with_that_value(name: str) -> None:
    allowed = {
        f"{BASE}/StructureDefinition/{n}": f"value{t[0].upper()}{t[1:]}"
        for n, (_, t, _) in EXTENSIONS.items()
    }
    allowed |= {n: f"value{t[0].upper()}{t[1:]}" for n, t in CERTIFICATION.items()}
    allowed |= {f"{BASE}/StructureDefinition/certification": "extension"}
    used = [e for thing in objects(EXAMPLES[name]) for e in thing.get("extension", [])]
    assert [e for e in used if set(e) != {"url", allowed.get(e["url"])}] == []


@pytest.mark.parametrize("name", SINGLE)
def test_every_extension_used_in_an_example_stands_where_it_may(name: str) -> None:
    for extension in SINGLE[name].get("extension", []):
        stated = DEFINED[local(extension["url"])]["context"]
        assert SINGLE[name]["resourceType"] in [c["expression"] for c in stated]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_code_of_ours_used_in_an_example_exists(name: str) -> None:
    for thing in objects(EXAMPLES[name]):
        if str(thing.get("system")).startswith(f"{BASE}/CodeSystem/"):
            assert thing["code"] in [c["code"] for c in DEFINED[local(thing["system"])]["concept"]]
        if "valueCode" in thing:
            _, _, value_set = EXTENSIONS[thing["url"].rpartition("/")[2]]
            assert thing["valueCode"] in CODES[str(value_set)].split()


@pytest.mark.parametrize("name", EXAMPLES)
def test_billing_codes_are_numbers_without_descriptors_in_the_right_system(name: str) -> None:
    for thing in objects(EXAMPLES[name]):
        if thing.get("system") in {CPT, HCPCS}:
            assert set(thing) == {"system", "code"}
            assert thing["system"] == (HCPCS if thing["code"][0].isalpha() else CPT)


@pytest.mark.parametrize("name", [n for n, r in SINGLE.items() if r["resourceType"] in PROFILES])
def test_an_example_has_what_its_profile_requires(name: str) -> None:
    resource = SINGLE[name]
    for e in elements(PROFILES[resource["resourceType"]])[1:]:
        for parent in parents(resource, e["path"]) if ":" not in e["id"] else []:
            found = at(parent, e["path"].rpartition(".")[2])
            assert len(found) >= e.get("min", 0), e["id"]
            assert all(value == e.get("fixedCode", value) for value in found)


@pytest.mark.parametrize("name", [n for n in EXAMPLES if n.startswith("Bundle-")])
def test_a_bundle_holds_the_single_examples_and_all_that_they_refer_to(name: str) -> None:
    held = [entry["resource"] for entry in EXAMPLES[name]["entry"]]
    names = {f"{r['resourceType']}/{r['id']}" for r in held}
    assert all(r == SINGLE[f"{r['resourceType']}-{r['id']}"] for r in held)
    assert {o["reference"] for o in objects(held) if "reference" in o} <= names
    assert [e["fullUrl"] for e in EXAMPLES[name]["entry"]] == [
        f"https://ehr.example.org/fhir/{r['resourceType']}/{r['id']}" for r in held
    ]


def test_every_single_example_is_in_a_bundle() -> None:
    bundles = [r for r in EXAMPLES.values() if r["resourceType"] == "Bundle"]
    held = [entry["resource"] for bundle in bundles for entry in bundle["entry"]]
    assert all(r in held for r in SINGLE.values())


def test_the_examples_show_59_before_gp_and_an_assistants_share_as_a_line_of_its_own() -> None:
    lines = [
        (
            r["code"]["coding"][0]["code"],
            r["quantity"]["value"],
            [e["valueCodeableConcept"]["coding"][0]["code"] for e in r["extension"]],
        )
        for r in SINGLE.values()
        if r["resourceType"] == "ChargeItem"
    ]
    assert sorted(lines) == [
        ("97110", 1, ["GP"]),
        ("97110", 1, ["GP", "CQ"]),
        ("97110", 2, ["59", "GP"]),
        ("97150", 1, ["GP"]),
    ]
    names = [
        r["identifier"][0]["value"] for r in SINGLE.values() if r["resourceType"] == "ChargeItem"
    ]
    assert len(set(names)) == len(lines)
