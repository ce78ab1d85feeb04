"""Bodies are read to the same values however they are written, and refused for the same faults."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.errors import RefusedError
from plugin.json import read

Json = dict[str, Any]

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
).filter(lambda value: "Infinity" not in json.dumps(value))
OBJECTS = st.dictionaries(st.text(), VALUES, max_size=5)
WAYS: tuple[dict[str, Any], ...] = (
    {"separators": (",", ":"), "ensure_ascii": False},
    {"separators": (",", ":")},
    {},
    {"indent": 2},
)
"""Without a blank; so, but beyond ASCII all is escaped; with blanks; over many lines."""


@given(OBJECTS, st.sampled_from(WAYS))
def test_an_object_is_read_as_it_was_meant(meant: Json, way: Json) -> None:
    assert read(json.dumps(meant, **way).encode()) == meant


@given(OBJECTS, st.text(), st.sampled_from(WAYS))
def test_a_key_that_stands_twice_is_refused(meant: Json, key: str, way: Json) -> None:
    written = json.dumps({**meant, key: 1}, **way)
    name = json.dumps(key, **way)

    with pytest.raises(RefusedError) as refused:
        read(f"{written[:-1]},{name}:1}}".encode())

    assert "stands twice" in refused.value.issues[0].why


@pytest.mark.parametrize("levels", [300, 500, 2000, 100_000])
@pytest.mark.parametrize("written", ['{"a":%s1%s}', '{"a": %s1%s}'], ids=["compact", "spaced"])
@pytest.mark.parametrize(
    ("opens", "closes"), [("[", "]"), ('{"b":', "}")], ids=["lists", "objects"]
)
def test_what_is_nested_deeply_is_refused(
    levels: int, written: str, opens: str, closes: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        read((written % (opens * levels, closes * levels)).encode())

    assert "too deeply" in refused.value.issues[0].why


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("colon", [":", ": "])
def test_what_is_no_number_is_refused(number: str, colon: str) -> None:
    with pytest.raises(RefusedError):
        read(f'{{"a"{colon}{number}}}'.encode())


@pytest.mark.parametrize("number", ["1.0", "1.50", "-0", "1e3", "0.1", "12345678901234567890123"])
def test_a_number_is_the_same_number_however_it_is_written(number: str) -> None:
    assert read(f'{{"a":{number}}}'.encode()) == {"a": json.loads(number)}
