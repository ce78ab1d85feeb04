"""What a reader makes of files: one edition of one table, not yet checked or kept."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.imports.faults import RefusedFileError
from plugin.imports.headers import Record
from plugin.imports.quarters import Span, plain, quarter_of
from plugin.imports.sources import Member

if TYPE_CHECKING:
    from plugin.imports.packing import Packed

Cells = tuple[str, ...]
Numbered = tuple[int, Cells]
"""A row, and its line in the first of the members."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the person who imports says beyond the files."""

    setting: str = ""
    effective: str = ""
    ending: str = ""
    excerpt: bool = False
    """Whether the files are parts on purpose: nothing is said about what they lack."""


@dataclass(slots=True, kw_only=True)
class Draft:
    """One edition, as read."""

    kind: str
    setting: str = ""
    """practitioner or hospital; standard or apm for relative values; else empty."""
    name: str
    span: Span
    members: Sequence[Member]
    rows: Sequence[Numbered] = ()
    packed: "Packed | None" = None
    """Pairs, which are too many for rows."""

    @property
    def slot(self) -> str:
        """What the edition takes the place of: ``ptp-practitioner``, ``gpci``."""
        return f"{self.kind}-{self.setting}" if self.setting else self.kind

    @property
    def rows_read(self) -> int:
        """How many rows the members hold; to be asked before they are written."""
        return self.packed.rows if self.packed else len(self.rows)


def gathered(records: Iterable[Record], make: Callable[[Record], Cells]) -> list[Numbered]:
    """Return what is made of each record, with its line."""
    return [(record.line, make(record)) for record in records]


def spanned(member: Member, given: Given, known: Span | None) -> Span:
    """Return the days that an edition is for: as said, else as known from the file.

    Raises:
        RefusedFileError: neither says, or a day that was said is none.

    """
    for said in (given.effective, given.ending):
        if said and not plain(said):
            raise RefusedFileError(member.place, f"{said} is no day", "Write days as 2026-07-01")
    if given.effective:
        known = Span(given.effective, given.ending or quarter_of(given.effective).last)
    elif known and given.ending:
        known = Span(known.first, given.ending)
    if known is None:
        reason = "neither its name nor its text says for which days it is"
        remedy = "Keep the name that CMS gave it, or add --effective DAY (and --ending DAY)"
        raise member.refuse(reason, remedy)
    if known.last and known.last < known.first:
        raise member.refuse(f"would end on {known.last}, before {known.first}", "Check --ending")
    return known


def chosen(member: Member, given: Given, known: str, may_be: Sequence[str]) -> str:
    """Return the setting of a table: as said, else as known from the file.

    Raises:
        RefusedFileError: neither says, they differ, or there is no such setting.

    """
    words = " or ".join(may_be)
    if given.setting and given.setting not in may_be:
        raise member.refuse(f"the setting cannot be {given.setting}", f"Say --setting {words}")
    if known and given.setting and known != given.setting:
        raise member.refuse(f"is a {known} table", f"Leave out --setting {given.setting}")
    if not (found := known or given.setting):
        reason = "neither its name nor its text says for which setting it is"
        raise member.refuse(reason, f"Say --setting {words}")
    return found
