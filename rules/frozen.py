"""Records that nobody can change, made about as fast as those that anybody can.

A frozen dataclass fills each field of a new object through ``object.__setattr__``, which costs many
times a plain assignment. Here an object is filled while it still is of a twin class, with the same
slots, that can be assigned to; then it becomes a record. Nobody ever holds an unfinished one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, Field, fields
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
Fields = Sequence[Field[Any]]

OMITTED = object()
"""Stands for an argument whose default is made anew each time."""


def swift(cls: type[R]) -> type[R]:
    """Give a frozen dataclass with slots a constructor that does the same in less time.

    >>> from dataclasses import dataclass, replace
    >>> @swift
    ... @dataclass(frozen=True, slots=True, kw_only=True)
    ... class Box:
    ...     size: int
    ...     label: str = ""
    >>> box = Box(size=3)
    >>> replace(box, label="tall")
    Box(size=3, label='tall')
    >>> box.size = 4
    Traceback (most recent call last):
    dataclasses.FrozenInstanceError: cannot assign to field 'size'
    """
    parameters, filling, known = _filled(cls)
    body = ["change(self, '__class__', twin)", *filling]
    cls.__init__ = _function("__init__", ["self", *parameters], body, cls, known)  # type: ignore[method-assign]
    return cls


def making(cls: Callable[P, R]) -> Callable[P, R]:
    """Return a function that makes a record as its class would be called to, in half the time.

    For what is made at nearly every visit; it takes no arguments that the class does not take.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True, slots=True)
    ... class Box:
    ...     size: int
    ...     label: str = ""
    >>> making(Box)(3, label="tall")
    Box(size=3, label='tall')
    """
    parameters, filling, known = _filled(cls)
    body = ["self = twin()", *filling, "return self"]
    made: Callable[P, R] = _function("made", parameters, body, cls, known)
    return made


def changing(cls: type[R], *names: str) -> Callable[..., R]:
    """Return a function that copies a record with other values of these fields, in this order.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True, slots=True)
    ... class Box:
    ...     size: int
    ...     label: str
    >>> labelled = changing(Box, "label")
    >>> labelled(Box(3, "tall"), "wide")
    Box(size=3, label='wide')
    """
    every = [x.name for x in fields(cls)]  # type: ignore[arg-type] # it is a dataclass
    filled = [f"new.{x} = {x if x in names else f'old.{x}'}" for x in every]
    body = ["new = twin()", *filled, "new.__class__ = cls", "return new"]
    copied: Callable[..., R] = _function("copied", ["old", *names], body, cls, {})
    return copied


def listing(cls: type[R]) -> Callable[[R], tuple[Any, ...]]:
    """Return a function that gives what a record holds, in the order of its fields.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True, slots=True)
    ... class Box:
    ...     size: int
    ...     label: str
    >>> listing(Box)(Box(3, "tall"))
    (3, 'tall')
    """
    every = "".join(f"self.{x.name}, " for x in fields(cls))  # type: ignore[arg-type] # as above
    listed: Callable[[R], tuple[Any, ...]] = _function(
        "listed", ["self"], [f"return ({every})"], cls, {}
    )
    return listed


def _filled(cls: Any) -> tuple[list[str], list[str], dict[str, Any]]:
    """Write the parameters and lines that fill a record, and find the values that they name."""
    every = fields(cls)
    made = {x.name: x.default_factory for x in every if x.default_factory is not MISSING}
    known = {f"default_{x.name}": x.default for x in every}
    known |= {f"default_{name}": OMITTED for name in made}
    known |= {f"make_{name}": make for name, make in made.items()}
    filling = [
        *[f"if {name} is omitted: {name} = make_{name}()" for name in made],
        *[f"self.{x.name} = {x.name}" for x in every],
        "self.__class__ = cls",
    ]
    return _parameters(every, known), filling, known


def _parameters(every: Fields, known: dict[str, Any]) -> list[str]:
    """Write parameters as in a signature: what may stand by its place, then what must be named."""
    placed: list[str] = []
    named: list[str] = []
    for x in every:
        given = known[f"default_{x.name}"] is MISSING
        text = x.name if given else f"{x.name}=default_{x.name}"
        (named if x.kw_only else placed).append(text)
    return [*placed, "*", *named] if named else placed


def _function(
    name: str, parameters: Iterable[str], body: Iterable[str], cls: Any, known: dict[str, Any]
) -> Any:
    """Compile a function that may use the class, its twin, and values by their names."""
    twin = type(cls.__name__, (), {"__slots__": cls.__slots__})
    known |= {"cls": cls, "twin": twin, "change": object.__setattr__, "omitted": OMITTED}
    head = f"def {name}({', '.join(parameters)}):"
    exec("\n    ".join((head, *body)), known)  # noqa: S102 - as dataclasses itself does
    return known[name]
