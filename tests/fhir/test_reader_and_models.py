"""The fast reader and the full FHIR models agree, whatever an EHR sends."""

from typing import Any

import msgspec
import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from plugin.errors import Issue, RefusedError
from plugin.fhir.decode import Decoder
from plugin.fhir.elements import (
    Resource,
)
from plugin.fhir.gather import Found
from plugin.fhir.times import moment
from tests.fhir.building import Raw, reading
from tests.fhir.generating import KINDS, legal, modelled, spoiled, unsettled
from tests.fhir.values import MARK

SEARCHED = settings(deadline=None, derandomize=True, max_examples=30)


def facts(node: Any) -> Any:
    """What was read, with times as times: models write 00:00 as Z and .5 as .500000."""
    if isinstance(node, dict):
        return {key: facts(value) for key, value in node.items()}
    if isinstance(node, list):
        return [facts(value) for value in node]
    if isinstance(node, str) and "T" in node:
        try:
            return moment(node)
        except ValueError:
            return node
    return node


def told(issues: tuple[Issue, ...]) -> str:
    return " ".join(f"{issue.where} {issue.why} {issue.code}" for issue in issues)


def agree(raw: Raw, kind: type[Resource]) -> bool:
    """Tell whether the models accept a resource, having read it in both ways to the same facts."""
    canonical = modelled(raw)
    if canonical is not None:
        read = Decoder().needed(Found("here", raw), kind)
        again = msgspec.convert(canonical, kind, strict=False)
        assert facts(msgspec.to_builtins(read.it)) == facts(msgspec.to_builtins(again))
    return canonical is not None


def refusal(raw: Raw, kind: type[Resource]) -> RefusedError | None:
    try:
        Decoder().needed(Found("here", raw), kind)
    except RefusedError as error:
        return error
    return None


each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


@each_kind
@given(data=st.data())
@SEARCHED
def test_whatever_is_legal_is_accepted_by_both_and_read_to_the_same_facts(
    kind: type[Resource], data: st.DataObject
) -> None:
    assert agree(data.draw(legal(kind)), kind)


@each_kind
@given(data=st.data())
@SEARCHED
def test_whatever_the_models_accept_all_the_same_is_read_to_the_same_facts(
    kind: type[Resource], data: st.DataObject
) -> None:
    raw = data.draw(spoiled(kind))
    assume(not unsettled(raw, kind))
    event(f"accepted: {agree(raw, kind)}")


@each_kind
@given(data=st.data())
@SEARCHED
def test_what_is_refused_is_refused_with_places_and_no_values(
    kind: type[Resource], data: st.DataObject
) -> None:
    error = refusal(data.draw(spoiled(kind)), kind)
    event(f"refused: {error is not None}")
    if error:
        assert error.status == 400
        assert error.issues
        assert all(issue.where.startswith("here") for issue in error.issues)
        assert MARK not in told(error.issues) + str(error)


@each_kind
@given(data=st.data())
@SEARCHED
def test_a_spoiled_resource_in_a_visit_is_read_or_refused_and_never_repeated(
    kind: type[Resource], data: st.DataObject
) -> None:
    raw = data.draw(spoiled(kind))
    try:
        found = reading(raw)
    except RefusedError as error:
        said_of_it = told(error.issues) + str(error)
    else:
        said_of_it = told(found.left_out) + " ".join(found.unread)
    assert MARK not in said_of_it
