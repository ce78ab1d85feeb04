"""Read the YAML files of rules/ and profiles/, and hold each to the schema of its kind."""

import json
import math
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import fastjsonschema
import yaml
from fastjsonschema import JsonSchemaValueException

from rules.policy import RuleDataError

TEXT, BOOL = "tag:yaml.org,2002:str", "tag:yaml.org,2002:bool"
FLOAT = "tag:yaml.org,2002:float"
EMPTY = "is empty: fill it in, or leave the key out"


class Loader(yaml.CSafeLoader):
    """Reads YAML whose keys are text and stand once: a later one would hide the earlier.

    Only ``true`` and ``false`` are yes and no, as in YAML 1.2; ``off`` and ``no`` are words.
    Numbers are those that JSON has.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        """Build one mapping."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag != TEXT:
                problem = f"the key {key.value} should be quoted"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            if key.value in seen:
                problem = f"the key {key.value} stands twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_yaml_float(self, node: yaml.ScalarNode) -> float:
        """Build one number; no limit of the schema would hold what is none."""
        number: float = super().construct_yaml_float(node)
        if not math.isfinite(number):
            problem = f"{node.value} is no number"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return number


Loader.yaml_implicit_resolvers = {
    first: [(tag, words) for tag, words in resolvers if tag != BOOL]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver(BOOL, re.compile(r"(true|false)\Z"), list("tf"))
Loader.add_constructor(FLOAT, Loader.construct_yaml_float)


def reader(kind: str, root: Path) -> Callable[[Path], dict[str, Any]]:
    """Return what reads files of one kind, which is a definition of rules/schema.json.

    It raises RuleDataError where a file cannot be read, is of another kind or breaks the schema;
    the message names file, place and reason.
    """
    hold = _validator(kind, root, explains=False)

    def read(path: Path) -> dict[str, Any]:
        try:
            data: Any = Loader(path.read_bytes()).get_single_data()
        except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
            raise RuleDataError(f"{path.name}: cannot be read: {error}") from error
        if not isinstance(data, dict) or kind not in data:
            raise RuleDataError(f"{path.name}: is no {kind}: it lacks the key {kind}")
        try:
            hold(data)
        except JsonSchemaValueException:
            _explain(path, data, _validator(kind, root, explains=True))
            raise
        return data

    return read


def _validator(kind: str, root: Path, *, explains: bool) -> Callable[[Any], Any]:
    """Compile a definition of the schema: what explains a fault is large, and seldom needed."""
    schema = json.loads((root / "rules" / "schema.json").read_text(encoding="utf-8"))
    return fastjsonschema.compile(
        schema | {"$ref": f"#/definitions/{kind}"},
        formats={"date": _is_day},
        use_default=False,
        detailed_exceptions=explains,
    )


def _explain(path: Path, data: Any, validator: Callable[[Any], Any]) -> None:
    try:
        validator(data)
    except JsonSchemaValueException as fault:
        name = fault.name or ""
        place = name.removeprefix("data").removeprefix(".") or "top level"
        raise RuleDataError(f"{path.name}: {place}: {_why(fault, name)}") from fault


def _why(fault: JsonSchemaValueException, name: str) -> str:
    """Say what is wrong; lists of keys and choices are in our words."""
    allowed, value = fault.definition, fault.value
    if value is None:
        return EMPTY
    match fault.rule:
        case "required":
            missing = (key for key in allowed["required"] if key not in value)
            return f"lacks {', '.join(missing)}"
        case "additionalProperties":
            strange = (key for key in value if key not in allowed["properties"])
            return f"no such key: {', '.join(strange)}"
        case "enum":
            return f"should be one of {', '.join(allowed['enum'])}"
        case "oneOf":
            return f"should be one thing: {allowed['description']}"
    return fault.message.removeprefix(f"{name} ")


def _is_day(text: str) -> bool:
    """Tell whether a text is a day as rules read it.

    >>> [_is_day(text) for text in ("2028-02-29", "2026-02-29", "20260228", "0000-01-01")]
    [True, False, False, False]
    """
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
