"""Rows of any table that CMS publishes, each with its line, whatever it is written in."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from plugin.imports.sources import AGAIN, Member, hold_inner

if TYPE_CHECKING:
    import python_calamine

Row = tuple[int, Sequence[str]]
"""A line number, from 1, and its cells."""
BOM = b"\xef\xbb\xbf"


def text(member: Member) -> str:
    """Return a member as text: UTF-8 where it is, else latin-1, as CMS writes."""
    return decoded(member.content())


def decoded(content: bytes) -> str:
    r"""Return bytes as text.

    >>> decoded(b"\xef\xbb\xbfCPT\xc2\xae"), decoded(b"CPT\xae")
    ('CPT®', 'CPT®')
    """
    try:
        return content.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def lines(member: Member) -> Iterator[tuple[int, str]]:
    """Yield the lines of a fixed-width text; CRLF and LF are the same."""
    for number, line in enumerate(text(member).split("\n"), 1):
        yield number, line.removesuffix("\r")


def rows(member: Member) -> Iterator[Row]:
    """Yield the rows of a text or of a workbook's first sheet that holds more than one.

    Raises:
        RefusedFileError: the member cannot be read.

    """
    return workbook(member)[1] if member.workbook else _texts(member)


def workbook(member: Member) -> tuple[int, Iterator[Row]]:
    """Open a workbook's first sheet that holds more than one row: how many, and these.

    Raises:
        RefusedFileError: the member cannot be read.

    """
    import python_calamine  # noqa: PLC0415 - only an import needs it

    try:
        with _opened(member) as book:
            for name in book.sheet_names:
                sheet = book.get_sheet_by_name(name)
                if sheet.total_height > 1:
                    return sheet.total_height, _cells(sheet)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise member.refuse("is no workbook that can be read", AGAIN) from error
    return 0, iter(())


def separated(content: str, mark: str, member: Member) -> Iterator[Row]:
    """Yield the rows of a separated text; a row's line is the one it begins on."""
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=mark)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise member.refuse(f"is no table: {error}", AGAIN, line) from error


def _texts(member: Member) -> Iterator[Row]:
    content = text(member)
    if "\0" in content:
        raise member.refuse("is no text", "Take the zip, TXT, CSV or XLSX that CMS publishes")
    start = content[:20_000]
    return separated(content, "\t" if start.count("\t") > start.count(",") else ",", member)


def _opened(member: Member) -> "python_calamine.CalamineWorkbook":
    import python_calamine  # noqa: PLC0415

    if not member.inside:
        return python_calamine.CalamineWorkbook.from_path(str(member.path))
    content = member.content()
    hold_inner(content, member.place)
    return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))


def _cells(sheet: "python_calamine.CalamineSheet") -> Iterator[Row]:
    for line, cells in enumerate(sheet.iter_rows(), 1):
        yield line, [cell if type(cell) is str else written(cell) for cell in cells]


def written(cell: object) -> str:
    """Return a cell of a workbook as text.

    >>> written(54.0), written("00"), written(date(2026, 7, 1)), written(1.05)
    ('54', '00', '20260701', '1.05')
    """
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):
        return cell.strftime("%Y%m%d")
    return str(cell)
