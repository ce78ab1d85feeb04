"""Records made fast are what frozen dataclasses are: same arguments, same answers, no changes."""

import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from datetime import date

import pytest

from rules.frozen import making, swift
from rules.model import Fix, Line, Service, Visit

LINE = Line(code="97110", units=2, modifiers=("GP",), discipline="PT", services=("s1",), id="c1")


@dataclass(frozen=True, slots=True)
class Plain:
    """A record as the standard library makes it."""

    day: date
    label: str = field(kw_only=True)
    notes: list[str] = field(default_factory=list)
    units: int = 1


@swift
@dataclass(frozen=True, slots=True)
class Swift:
    """The same, made fast."""

    day: date
    label: str = field(kw_only=True)
    notes: list[str] = field(default_factory=list)
    units: int = 1


DAY = date(2026, 3, 2)


def test_a_record_takes_what_a_dataclass_takes_and_has_the_same_defaults() -> None:
    for make in (Plain, Swift, making(Swift)):
        made = make(DAY, label="x")
        assert (made.day, made.label, made.notes, made.units) == (DAY, "x", [], 1)
        made = make(DAY, ["a"], 3, label="y")
        assert (made.day, made.label, made.notes, made.units) == (DAY, "y", ["a"], 3)


@pytest.mark.parametrize("make", [Plain, Swift, making(Swift)])
@pytest.mark.parametrize(
    ("placed", "named"), [((), {}), ((DAY,), {}), ((DAY, [], 1, "x"), {}), ((DAY,), {"lable": ""})]
)
def test_a_record_refuses_what_a_dataclass_refuses(
    make: Callable[..., object], placed: tuple[object, ...], named: dict[str, str]
) -> None:
    with pytest.raises(TypeError):
        make(*placed, **named)


def test_what_is_made_anew_is_not_shared() -> None:
    one, two = (Visit(date_of_service=DAY) for _ in range(2))
    assert one.memo is not two.memo


def test_no_field_can_be_changed_or_removed() -> None:
    for made in (LINE, LINE.carrying(()), replace(LINE, units=1), Fix("Drop it"), Service()):
        name = fields(made)[0].name
        with pytest.raises(FrozenInstanceError):
            setattr(made, name, "")
        with pytest.raises(FrozenInstanceError):
            delattr(made, name)


def test_copies_are_equal_and_hash_alike_and_differ_in_what_was_changed_alone() -> None:
    stored = pickle.loads(pickle.dumps(LINE))  # noqa: S301 - our own
    for same in (LINE.carrying(("GP",)), replace(LINE), stored):
        assert (same, hash(same), type(same), repr(same)) == (LINE, hash(LINE), Line, repr(LINE))
    assert LINE.carrying(("GO",)) == replace(LINE, modifiers=("GO",)) != LINE


def test_a_visit_billed_anew_keeps_everything_but_its_lines() -> None:
    visit = Visit(date_of_service=DAY, place="11", services=(Service(id="s1"),), drafted=True)
    billed = visit.billed((LINE,))
    assert billed == replace(visit, lines=(LINE,))
    assert billed.memo is visit.memo
    assert visit.billed((), drafted=False) == replace(visit, drafted=False)
