"""The page for integrators: what it shows is so."""

import json
import re
from copy import deepcopy
from typing import Any, get_args

import pytest
from fhir.resources.R4B import get_fhir_model_class
from fhir.resources.R4B.extension import Extension

from plugin.hooks.answers import Action
from plugin.hooks.messages import REQUEST
from plugin.tenants import Write
from tests.fhir.profiled import faults
from tests.fhir.published import BASE, DEFINED, EXAMPLES, EXTENSIONS, FOLDER, PROFILES, local

PAGE = (FOLDER / "index.md").read_text(encoding="utf-8")
BLOCKS: list[Any] = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
ROW = re.compile(
    r"^\| \[([a-z-]+)\]\(StructureDefinition-[a-z-]+\.json\) \|.*\| `(\{.*\})` \|$", re.M
)
INLINE = {name: json.loads(text.replace("{base}", BASE)) for name, text in ROW.findall(PAGE)}


def resources(block: Any) -> list[Any]:
    """The resources of a snippet, however it holds them."""
    if isinstance(block, list):
        return []
    if "hook" in block:
        return [each for each in block["prefetch"].values() if each]
    return [block.get("resource", block)]


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_every_resource_shown_is_valid_and_keeps_to_its_profile(block: Any) -> None:
    for resource in resources(block):
        get_fhir_model_class(resource["resourceType"]).model_validate(deepcopy(resource))
        if profile := PROFILES.get(resource["resourceType"]):
            assert faults(resource, profile) == []


@pytest.mark.parametrize("block", [b for b in BLOCKS if isinstance(b, list)], ids=str)
def test_every_extension_shown_is_valid(block: Any) -> None:
    for extension in block:
        Extension.model_validate(deepcopy(extension))


def test_the_messages_shown_are_messages() -> None:
    (call,) = (b for b in BLOCKS if "hook" in b)
    (action,) = (b for b in BLOCKS if "description" in b)
    REQUEST.load(call)
    Action().load(action)


def test_every_extension_has_a_row_with_a_snippet_of_its_own_value() -> None:
    assert set(INLINE) == {*EXTENSIONS, "certification"}
    for name, snippet in INLINE.items():
        Extension.model_validate(deepcopy(snippet))
        assert snippet["url"] == f"{BASE}/StructureDefinition/{name}"
        kind = EXTENSIONS[name][1] if name in EXTENSIONS else ""
        value = f"value{kind[0].upper()}{kind[1:]}" if kind else "extension"
        assert set(snippet) == {"url", value}


def test_every_form_is_told() -> None:
    for form in get_args(Write):
        assert f"| `{form}`" in PAGE


def test_every_place_it_points_to_is_there() -> None:
    for link in re.findall(r"\]\(([^)#:]+)\)", PAGE):
        assert (FOLDER / link).exists(), link
    titles = {
        re.sub(r"[^a-z ]", "", t.lower()).replace(" ", "-")
        for t in re.findall(r"^#+ (.+)$", PAGE, re.M)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= titles


def test_every_file_is_listed_in_the_guide() -> None:
    guide = DEFINED["ImplementationGuide-countersign"]["definition"]["resource"]
    listed = [each["reference"]["reference"].replace("/", "-") for each in guide]
    assert sorted(listed) == sorted(
        ({*DEFINED} | {*EXAMPLES}) - {"ImplementationGuide-countersign"}
    )
    for each in guide:
        if profile := each.get("exampleCanonical"):
            resource = EXAMPLES[each["reference"]["reference"].replace("/", "-")]
            assert DEFINED[local(profile)]["type"] == resource["resourceType"]
