"""PTP files as data frames of text, some megabytes at a time, each row with its line."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from plugin.imports.headers import Layout, Sheet, opened
from plugin.imports.rows import decoded, separated, workbook
from plugin.imports.sources import AGAIN, Member

if TYPE_CHECKING:
    import polars

FIELDS = ("one", "two", "prior", "effective", "deletion", "indicator", "rationale")
LAYOUT = Layout(
    columns={
        "one": r"column ?1",
        "two": r"column ?2",
        "prior": r"\*? ?= ?in existence prior to 1996",
        "effective": r"effective( date)?",
        "deletion": r"deletion( date)?( \*? ?= ?no data)?",
        "indicator": r"modifier( indicator)?( 0 ?= ?not allowed.*9 ?= ?not applicable)?",
        "rationale": r"(ptp )?edit rationale",
    },
    anchor=(r"column ?1", r"column ?2"),
    below=True,
)
HEAD = 100
"""Lines in which the header must have ended."""
PATIENCE = 20_000
"""Rows of a workbook that are taken at a time."""


def frames(member: Member) -> "Iterator[tuple[polars.DataFrame, int]]":
    """Yield frames of text with the columns of ``FIELDS`` and ``line``, and the bytes of each."""
    return _sheet_frames(member) if member.workbook else _text_frames(member)


def _sheet_frames(member: Member) -> "Iterator[tuple[polars.DataFrame, int]]":
    import polars as pl  # noqa: PLC0415

    height, source = workbook(member)
    head = opened(member, source, LAYOUT)
    rows = head.rows()
    half = size = member.size // 2  # opening it takes as long as all that follows
    while some := list(islice(rows, PATIENCE)):
        columns = list(zip(*(cells for _, cells in some), strict=True))
        data = {name: columns[place] for name, place in head.columns.items()}
        size += half * len(some) // height
        yield pl.DataFrame({**data, "line": [line for line, _ in some]}), size
        size = 0


def _text_frames(member: Member) -> "Iterator[tuple[polars.DataFrame, int]]":
    """Yield the rows of a TXT, some megabytes at a time."""
    pieces = member.chunks()
    kept = next(pieces, b"")
    head = opened(member, _head(kept, member), LAYOUT)
    start = _after(kept, head.line)
    line = head.line + 1
    kept = kept[start:]
    for piece in pieces:
        cut = kept.rfind(b"\n") + 1
        if cut:
            yield _table(kept[:cut], line, head), cut
            line += kept.count(b"\n", 0, cut)
        kept = kept[cut:] + piece
    if kept.strip():
        yield _table(kept, line, head), len(kept)


def _head(start: bytes, member: Member) -> Iterator[tuple[int, Sequence[str]]]:
    top = b"\n".join(start.split(b"\n", HEAD)[:HEAD])
    return separated(decoded(top), "\t", member)


def _after(content: bytes, line: int) -> int:
    """Return where the line after one begins."""
    place = 0
    for _ in range(line):
        place = content.find(b"\n", place) + 1 or len(content)
    return place


def _table(content: bytes, line: int, head: Sheet) -> "polars.DataFrame":
    import polars as pl  # noqa: PLC0415

    if not content.isascii():
        content = decoded(content).encode()
    content = content.rstrip(b"\r\n ")
    names = [f"field {n}" for n in range(head.width)]
    try:
        frame = pl.read_csv(
            content,
            separator="\t",
            has_header=False,
            quote_char=None,
            schema=dict.fromkeys(names, pl.String),
            empty_string_is_null=False,
        )
    except pl.exceptions.PolarsError as error:
        raise _ragged(content, line, head) from error
    if frame.height != content.count(b"\n") + 1:
        raise _ragged(content, line, head)
    frame = frame.select(pl.col(names[place]).alias(name) for name, place in head.columns.items())
    return frame.with_row_index("line", offset=line)


def _ragged(content: bytes, line: int, head: Sheet) -> Exception:
    """Find the line that has too many fields or none."""
    for number_, row in enumerate(content.split(b"\n"), line):
        fields = row.count(b"\t") + 1
        if fields != head.width:
            reason = f"has {fields} fields where the header has {head.width}"
            return head.member.refuse(reason, AGAIN, number_)
    return head.member.refuse("is no table of PTP edits", AGAIN, line)
