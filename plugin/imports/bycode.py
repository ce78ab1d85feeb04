"""A table by code, made of the rows of editions as it is asked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from plugin.imports.quarters import Span

Cells = tuple[str, ...]
Piece = tuple[Mapping[str, Sequence[Cells]], Span]
"""An edition's rows by code, and the days for which they speak."""
T = TypeVar("T")


class ByCode(Mapping[str, Sequence[T]], Generic[T]):
    """Rows by code; a service reads few of the many, so each is made when it is first asked."""

    __slots__ = ("_made", "_make", "_pieces")

    def __init__(
        self, pieces: Sequence[Piece], make: Callable[[Sequence[Cells], Span], list[T]]
    ) -> None:
        self._pieces, self._make = pieces, make
        self._made: dict[str, list[T]] = {}

    def __getitem__(self, code: str) -> Sequence[T]:
        """Return all rows of a code."""
        found = self._made.get(code)
        if found is None:
            if code not in self:
                raise KeyError(code)
            found = self._made[code] = [
                row for rows, span in self._pieces for row in self._make(rows.get(code, ()), span)
            ]
        return found

    def __contains__(self, code: object) -> bool:
        return any(code in rows for rows, _ in self._pieces)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(code for rows, _ in self._pieces for code in rows))

    def __len__(self) -> int:
        return sum(1 for _ in self)
