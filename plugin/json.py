"""JSON as this service takes it: no NaN, no duplicate keys, no deep nesting."""

import re
from typing import Any

import jiter

from plugin.errors import Issue, RefusedError

PLACE = re.compile(r"line (\d+) column (\d+)")
REASONS = (
    ("Detected duplicate key", "the same key stands twice in one object"),
    ("recursion limit", "nested too deeply"),
    ("NaN", "NaN and Infinity are not JSON numbers"),
    ("Infinity", "NaN and Infinity are not JSON numbers"),
)


def read(body: bytes) -> dict[str, Any]:
    """Return the JSON object in a body.

    Raises:
        RefusedError: 400, naming line and column, when it is not one.

    """
    try:
        data = jiter.from_json(
            body, allow_inf_nan=False, catch_duplicate_keys=True, cache_mode="keys"
        )
    except ValueError as error:
        raise RefusedError(400, _issue(str(error))) from None
    if not isinstance(data, dict):
        raise RefusedError(400, Issue("body", "should be a JSON object", "structure"))
    return data


def _issue(message: str) -> Issue:
    """Keep the place of a parser's message and the kind of fault, and nothing it quotes."""
    why = next((said for sign, said in REASONS if sign in message), "not well-formed JSON")
    at = PLACE.search(message)
    return Issue(f"body, line {at[1]} column {at[2]}" if at else "body", why, "structure")
