"""What rules/schema.json says is enforced, to the keyword: nothing in it is passed over."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from plugin.datafile import Loader, reader
from plugin.rulebook import ROOT
from rules.policy import RuleDataError

SCHEMA: dict[str, Any] = json.loads((ROOT / "rules/schema.json").read_text(encoding="utf-8"))

BY_NAME = {"definitions", "properties"}
"""Keywords that hold schemas by names of their own."""
SAID = {"$schema", "title", "description"}
"""Keywords that hold nothing to anything."""
REFUSED: dict[str, tuple[Mapping[str, Any], str]] = {
    "$ref": ({"$ref": "#/definitions/name"}, "Name"),
    "additionalProperties": ({"additionalProperties": False, "properties": {}}, "{b: 1}"),
    "allOf": ({"allOf": [{"type": "string"}, {"minLength": 3}]}, "ab"),
    "dependencies": ({"dependencies": {"b": ["c"]}}, "{b: 1}"),
    "enum": ({"enum": ["on"]}, "off"),
    "exclusiveMinimum": ({"exclusiveMinimum": 0}, "0"),
    "format": ({"format": "date"}, '"2026-02-29"'),
    "items": ({"items": {"type": "string"}}, "[a, 1]"),
    "maxItems": ({"maxItems": 1}, "[1, 2]"),
    "maxLength": ({"maxLength": 2}, "abc"),
    "maximum": ({"maximum": 3}, "4"),
    "minItems": ({"minItems": 1}, "[]"),
    "minLength": ({"minLength": 2}, "a"),
    "minProperties": ({"minProperties": 1}, "{}"),
    "minimum": ({"minimum": 3}, "2"),
    "oneOf": ({"oneOf": [{"minimum": 1}, {"minimum": 2}], "description": "x"}, "3"),
    "pattern": ({"pattern": "^[a-z]+$"}, '"name\\n"'),
    "properties": ({"properties": {"b": {"type": "string"}}}, "{b: 1}"),
    "propertyNames": ({"propertyNames": {"$ref": "#/definitions/name"}}, "{B: 1}"),
    "required": ({"required": ["b"]}, "{}"),
    "type": ({"type": "integer"}, "true"),
    "uniqueItems": ({"uniqueItems": True}, "[1, 1]"),
}
"""What each keyword refuses."""


def subschemas(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a schema and every schema in it."""
    yield schema
    for keyword, said in schema.items():
        within = said.values() if keyword in BY_NAME else said if isinstance(said, list) else [said]
        for each in within:
            if isinstance(each, dict) and keyword != "dependencies":
                yield from subschemas(each)


EVERY = list(subschemas(SCHEMA))


def read(kind: Mapping[str, Any], text: str, folder: Path) -> dict[str, Any]:
    """Read a file of a kind that has one key, ``a``, as a schema of that one kind would have it."""
    schema = {
        "$schema": SCHEMA["$schema"],
        "definitions": {"a": {"properties": {"a": kind}}, "name": SCHEMA["definitions"]["name"]},
    }
    (folder / "rules").mkdir()
    (folder / "rules/schema.json").write_text(json.dumps(schema), encoding="utf-8")
    path = folder / "one.yaml"
    path.write_text(text, encoding="utf-8")
    return reader("a", folder)(path)


def test_the_schema_has_no_keyword_that_is_not_held_here() -> None:
    assert {keyword for one in EVERY for keyword in one} - SAID - {"definitions"} == set(REFUSED)
    assert {one["format"] for one in EVERY if "format" in one} == {"date"}


@pytest.mark.parametrize("keyword", REFUSED)
def test_every_keyword_is_enforced(keyword: str, tmp_path: Path) -> None:
    kind, value = REFUSED[keyword]
    with pytest.raises(RuleDataError, match=r"^one\.yaml: a(\.b|\[1\])?: "):
        read(kind, f"a: {value}", tmp_path)


def test_nothing_is_asked_beside_a_reference_as_draft_7_would_not_hear_it() -> None:
    assert all(one.keys() <= {"$ref", *SAID} for one in EVERY if "$ref" in one)


def test_lists_hold_no_choice_but_words() -> None:
    assert all(isinstance(word, str) for one in EVERY for word in one.get("enum", ()))


def test_every_choice_of_forms_says_what_is_meant() -> None:
    assert all("description" in one for one in EVERY if "oneOf" in one and one is not SCHEMA)


def test_the_kinds_are_those_that_are_read() -> None:
    kinds = {one["$ref"].rpartition("/")[2] for one in SCHEMA["oneOf"]}
    assert kinds == {"rule", "payer", "mac", "tenant", "meanings", "vocabulary", "lexicon"}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ({"type": "integer"}, "true"),
        ({"type": "number"}, "false"),
        ({"type": "integer"}, '"1"'),
        ({"type": "integer"}, "1.5"),
        ({"type": ["string", "integer"]}, "true"),
        ({"type": "string"}, "2026-03-02"),
        ({"type": "string", "format": "date"}, '"2026-3-2"'),
        ({"type": "string", "format": "date"}, '"20260302"'),
        ({"type": "string", "format": "date"}, '"2026-03-02\\n"'),
        ({"type": "string", "format": "date"}, '"٢٠٢٦-03-02"'),
        ({"type": "string", "format": "date"}, '"0000-01-01"'),
        (SCHEMA["definitions"]["code"], '"97110\\n"'),
        (SCHEMA["definitions"]["value"], "null"),
        (SCHEMA["definitions"]["value"], "1.5"),
        (SCHEMA["definitions"]["value"], "[1]"),
        (SCHEMA["definitions"]["value"], "{a: true}"),
        (SCHEMA["definitions"]["value"], "{a: {b: c}}"),
        (SCHEMA["definitions"]["value"], "{a: [1]}"),
    ],
)
def test_what_looks_like_it_is_refused(kind: Mapping[str, Any], value: str, tmp_path: Path) -> None:
    with pytest.raises(RuleDataError, match=r"^one\.yaml: a"):
        read(kind, f"a: {value}", tmp_path)


@pytest.mark.parametrize("value", [".nan", ".inf", "-.inf", "!!float nan"])
def test_a_number_that_is_none_is_refused(value: str, tmp_path: Path) -> None:
    with pytest.raises(RuleDataError, match=r"^one\.yaml: cannot be read: "):
        read({}, f"a: {value}", tmp_path)


def test_a_file_of_another_kind_is_refused() -> None:
    with pytest.raises(RuleDataError, match=r"^commercial\.yaml: is no tenant: it lacks the key t"):
        reader("tenant", ROOT)(ROOT / "profiles/payers/commercial.yaml")


def test_several_unknown_keys_are_named_as_they_stand(tmp_path: Path) -> None:
    kind = {"additionalProperties": False, "properties": {"b": {}}}
    with pytest.raises(RuleDataError, match=r"^one\.yaml: a: no such key: z, y, x, c$"):
        read(kind, "a: {z: 1, b: 1, y: 1, x: 1, c: 1}", tmp_path)


def test_numbers_are_read() -> None:
    assert Loader("[1.5, -2.0e+3, 3]").get_single_data() == [1.5, -2000.0, 3]
