"""The full FHIR models: the judge of what the fast reader would not take."""

import re
from typing import Any

from plugin.errors import Issue

Raw = dict[str, Any]


def judge(raw: Raw, where: str) -> tuple[Raw | None, tuple[Issue, ...]]:
    """Validate a resource with ``fhir.resources`` (R4B, the same elements as R4 for what is read).

    Returns the resource in canonical form and no issues, or None and the issues with their places.
    Messages never hold a value of the resource.
    """
    # Imported here: 0.3 s and 10 MB that a well-formed visit never needs.
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415
    from pydantic import ValidationError  # noqa: PLC0415

    kind = raw.get("resourceType")
    try:
        model = get_fhir_model_class(str(kind))
    except (KeyError, ValueError):
        return None, (Issue(f"{where}.resourceType", "not a FHIR R4 resource type"),)
    try:
        found = model.model_validate(raw)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        return None, tuple(_issue(fault, where) for fault in faults[:20])
    except (KeyError, RecursionError):
        return None, (Issue(where, "holds a resource of an unknown type"),)
    except (AttributeError, TypeError):  # the models trip over it themselves
        return None, (Issue(where, "is not well-formed FHIR"),)
    canonical: Raw = found.model_dump(mode="json")
    return canonical, ()


def _issue(fault: Any, where: str) -> Issue:
    steps = "".join(f"[{x}]" if isinstance(x, int) else f".{_named(x)}" for x in fault["loc"])
    return Issue(f"{where}{steps}", WORDS.get(fault["type"], "not a valid value"))


def _named(step: str) -> str:
    """Return an element's name; what cannot be one is not repeated."""
    return step if NAME.fullmatch(step) else "(no element)"


NAME = re.compile(r"_?[A-Za-z][A-Za-z0-9]{0,63}", re.ASCII)
WORDS = {
    "missing": "required, but missing",
    "model_field_validation.missing": "required, but missing",
    "extra_forbidden": "not an element of this resource",
    "string_type": "should be a string",
    "list_type": "should be a list",
    "bool_parsing": "should be true or false",
    "int_parsing": "should be a whole number",
    "decimal_parsing": "should be a number",
}
