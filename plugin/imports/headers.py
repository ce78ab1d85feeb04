"""Columns by name: a header is found by what it says, wherever it stands and in whatever order."""

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from plugin.imports.faults import RefusedFileError
from plugin.imports.rows import Row, rows
from plugin.imports.sources import Member

SEARCHED = 80
"""Lines in which a header must have come."""
CODE = re.compile(r"[0-9A-Z]{5}")
LAYOUT = "Check that the kind is right; if CMS has changed the layout, tell the maintainers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a table's header reads: patterns that match the whole of a column's words."""

    columns: Mapping[str, str]
    anchor: tuple[str, str]
    """Two patterns that cells of one header row match; never data."""
    above: int = 0
    """Rows over that one which hold the beginnings of names."""
    below: bool = False
    """Whether rows under it, their first two cells empty, hold the ends of names."""


@dataclass(slots=True)
class Record:
    """One row of a table, by column name."""

    member: Member
    line: int
    cells: Sequence[str]
    columns: Mapping[str, int]

    def text(self, name: str) -> str:
        """Return a cell without the blanks around it; empty where there is no such column."""
        place = self.columns.get(name)
        return "" if place is None else self.cells[place].strip()

    def match(self, name: str, pattern: str, what: str) -> str:
        """Return a cell that must match a pattern whole.

        Raises:
            RefusedFileError: it does not; the row may have slipped by a column.

        """
        said = self.text(name)
        if not re.fullmatch(pattern, said):
            raise self.refuse(f"{name.replace('_', ' ')} should be {what}, is {said[:40]!r}")
        return said

    def code(self, name: str) -> str:
        """Return a cell that holds a code of five characters."""
        return self.match(name, r"[0-9A-Z]{5}", "a code of five characters")

    def number(self, name: str) -> str:
        """Return a cell that holds a number that is not negative."""
        return self.match(name, r"\d*\.?\d+|\d+\.", "a number")

    def refuse(self, reason: str) -> RefusedFileError:
        """Return the error that names this row."""
        remedy = "If a column has shifted, download the file again and do not edit it"
        return self.member.refuse(reason, remedy, self.line)


@dataclass(slots=True)
class Sheet:
    """A table whose header has been found."""

    member: Member
    line: int
    """The last line of the header."""
    columns: Mapping[str, int]
    width: int
    before: Sequence[str]
    """What the lines over the header say, each as one text."""
    titles: Sequence[str]
    """The header's words, column by column."""
    rest: Iterator[Row]

    def __iter__(self) -> Iterator[Record]:
        """Yield the rows that are not blank, as ``rows`` does, with the columns' names."""
        for line, cells in self.rows():
            yield Record(self.member, line, cells, self.columns)

    def rows(self) -> Iterator[Row]:
        """Yield the rows that are not blank.

        Raises:
            RefusedFileError: a row has more or fewer cells than the header.

        """
        for line, cells in self.rest:
            if not any(cells):
                continue
            if len(cells) != self.width:
                reason = f"has {len(cells)} fields where the header has {self.width}"
                raise Record(self.member, line, cells, {}).refuse(reason)
            yield line, cells


def sheet(member: Member, layout: Layout) -> Sheet:
    """Open a member at its header.

    Raises:
        RefusedFileError: there is no such header, or a column is missing or stands twice.

    """
    return opened(member, rows(member), layout)


def opened(member: Member, source: Iterator[Row], layout: Layout) -> Sheet:
    """Open rows at their header."""
    before: list[str] = []
    above: deque[Sequence[str]] = deque(maxlen=layout.above)
    for line, cells in islice(source, SEARCHED):
        if _anchored(cells, layout.anchor):
            stacked, end, rest = _below(source, cells, line) if layout.below else ([], line, source)
            titles = _titles([*above, cells, *stacked], len(cells))
            columns = _columns(member, line, titles, layout)
            return Sheet(member, end, columns, len(cells), before, titles, rest)
        before.append(normal(" ".join(cells)))
        above.append(cells)
    names = ", ".join(name.replace("_", " ") for name in layout.columns)
    reason = f"has no header with the columns {names} in its first {SEARCHED} lines"
    raise member.refuse(reason, LAYOUT)


def normal(words: str) -> str:
    r"""Return words in lower case, one blank between them.

    >>> normal("HCPCS/\nCPT  Code ")
    'hcpcs/ cpt code'
    """
    return " ".join(words.split()).lower()


def _anchored(cells: Sequence[str], anchor: tuple[str, str]) -> bool:
    said = [normal(cell) for cell in cells]
    return all(any(re.fullmatch(pattern, cell) for cell in said) for pattern in anchor)


def _below(
    source: Iterator[Row], header: Sequence[str], line: int
) -> tuple[list[Sequence[str]], int, Iterator[Row]]:
    """Return the rows that go on with a header, the line of the last, and the rows after it."""
    found: list[Sequence[str]] = []
    for number, cells in source:
        if len(cells) != len(header) or any(cells[:2]) or not any(cells):
            return found, line, chain([(number, cells)], source)
        found.append(cells)
        line = number
    return found, line, iter(())


def _titles(stack: Sequence[Sequence[str]], width: int) -> list[str]:
    return [
        normal(" ".join(cells[place] for cells in stack if place < len(cells)))
        for place in range(width)
    ]


def _columns(member: Member, line: int, titles: Sequence[str], layout: Layout) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, pattern in layout.columns.items():
        places = [n for n, title in enumerate(titles) if re.fullmatch(pattern, title)]
        if len(places) != 1:
            count = "no column" if not places else f"{len(places)} columns"
            words = " | ".join(title for title in titles if title)
            reason = f"the header has {count} for {name.replace('_', ' ')}; it reads: {words[:400]}"
            raise member.refuse(reason, LAYOUT, line)
        found[name] = places[0]
    return found
