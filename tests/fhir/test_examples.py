"""The FHIR examples agree with the definitions and with each other."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.fhir.profiled import faults
from tests.fhir.published import (
    BASE,
    CERTIFICATION,
    CODES,
    CPT,
    DEFINED,
    EXAMPLES,
    EXTENSIONS,
    HCPCS,
    PROFILES,
    SINGLE,
    Json,
    local,
    objects,
)

ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_extension_used_in_an_example_is_defined_with_that_value(name: str) -> None:
    allowed = {
        f"{BASE}/StructureDefinition/{n}": f"value{t[0].upper()}{t[1:]}"
        for n, (_, t, _) in EXTENSIONS.items()
    }
    allowed |= {n: f"value{t[0].upper()}{t[1:]}" for n, t in CERTIFICATION.items()}
    allowed |= {f"{BASE}/StructureDefinition/certification": "extension"}
    allowed |= {ABSENT: "valueCode"}
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
        if "valueCode" in thing and thing["url"] != ABSENT:
            _, _, value_set = EXTENSIONS[thing["url"].rpartition("/")[2]]
            assert thing["valueCode"] in CODES[str(value_set)].split()


@pytest.mark.parametrize("name", EXAMPLES)
def test_billing_codes_are_numbers_without_descriptors_in_the_right_system(name: str) -> None:
    for thing in objects(EXAMPLES[name]):
        if thing.get("system") in {CPT, HCPCS}:
            assert set(thing) == {"system", "code"}
            assert thing["system"] == (HCPCS if thing["code"][0].isalpha() else CPT)


PROFILED = [n for n, r in SINGLE.items() if r["resourceType"] in PROFILES]


@pytest.mark.parametrize("name", PROFILED)
def test_an_example_keeps_to_its_profile(name: str) -> None:
    resource = SINGLE[name]
    assert faults(resource, PROFILES[resource["resourceType"]]) == []


SPOILED: dict[str, list[tuple[str, Callable[[Json], Any]]]] = {
    "ChargeItem-sim-charge-group": [
        ("ChargeItem.context: 0", lambda r: r.pop("context")),
        ("ChargeItem.status: planned", lambda r: r.update(status="billed")),
        ("ChargeItem.quantity.value: 0", lambda r: r["quantity"].pop("value")),
        ("ChargeItem.context: Patient", lambda r: r.update(context={"reference": "Patient/1"})),
        (
            "ChargeItem.extension:chargeModifier: 5",
            lambda r: r.update(extension=r["extension"][:1] * 5),
        ),
        (
            "ChargeItem.identifier:chargeLine.value: 0",
            lambda r: r["identifier"][0].pop("value"),
        ),
    ],
    "Claim-sim-claim": [
        ("Claim.status: draft", lambda r: r.update(status="active")),
        ("Claim.item.quantity: 0", lambda r: r["item"][0].pop("quantity")),
        ("Claim.item.modifier: 5", lambda r: r["item"][0].update(modifier=[{}] * 5)),
    ],
}


@pytest.mark.parametrize(
    ("name", "fault", "spoil"),
    [(name, fault, spoil) for name, every in SPOILED.items() for fault, spoil in every],
)
def test_what_breaks_a_profile_is_seen(name: str, fault: str, spoil: Callable[[Json], Any]) -> None:
    resource = deepcopy(SINGLE[name])
    spoil(resource)
    assert faults(resource, PROFILES[resource["resourceType"]]) == [fault]


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
