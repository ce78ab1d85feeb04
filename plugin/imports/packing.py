"""Rows of PTP text held to what they must be, and packed into sorted numbers."""

from array import array
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from plugin.imports.faults import RefusedFileError
from plugin.imports.frames import FIELDS, frames
from plugin.imports.pairs import CODE, CODE_BITS, KEYS, SHIFTS, WINDOWS, code_of, number
from plugin.imports.quarters import iso
from plugin.imports.sources import Member

if TYPE_CHECKING:
    import polars

SLICE = 1 << 16
MOST_RATIONALES = 255
OPEN = "*"
REMEDY = "If a column has shifted, download the file again and do not edit it"
ONCE = "Give each part once, as CMS published it"
Fits = Callable[[str], object]


@dataclass(slots=True)
class Packed:
    """Rows as pairs of numbers: pieces while they are read, then one sorted frame."""

    pieces: "list[polars.DataFrame]" = field(default_factory=list)
    rationales: dict[str, int] = field(default_factory=dict)
    overlapping: int = 0
    """Rows that begin on the same day as the row before, for the same pair."""

    def add(self, frame: "polars.DataFrame", member: Member, last: str) -> None:
        """Check and pack rows of a member, which must begin by the edition's last day.

        Raises:
            RefusedFileError: a row holds what cannot be; names its line.

        """
        import polars as pl  # noqa: PLC0415 - only an import needs it

        frame = _clean(frame)
        checks: dict[str, tuple[Fits, str]] = {
            "one": (CODE.fullmatch, "a code of five characters"),
            "two": (CODE.fullmatch, "a code of five characters"),
            "prior": (("", OPEN).__contains__, "* or empty"),
            "effective": (lambda day: "" < (iso(day) or "") <= last, f"a day up to {last}"),
            "deletion": (lambda day: day == OPEN or iso(day), "a day YYYYMMDD or *"),
            "indicator": (("0", "1", "9").__contains__, "0, 1 or 9"),
            "rationale": (self._rationale, f"one of {MOST_RATIONALES} texts or less"),
        }
        for name, (fits, what) in checks.items():
            _hold(frame, member, name, (fits, what))
        packed = frame.select(pl.col("line"), _key().alias("key"), self._window().alias("window"))
        backwards = frame.filter(
            (pl.col("deletion") != OPEN) & (pl.col("deletion") < pl.col("effective"))
        )
        if backwards.height:
            reason = "the deletion date lies before the effective date"
            raise member.refuse(reason, REMEDY, backwards["line"][0])
        self.pieces.append(packed.drop("line"))

    def settle(self, members: Sequence[Member]) -> None:
        """Sort the rows.

        Raises:
            RefusedFileError: a row stands twice.

        """
        import polars as pl  # noqa: PLC0415

        frame = pl.concat(self.pieces) if self.pieces else _none()
        self.pieces.clear()
        frame = frame.sort("key", "window")
        first = 1 << SHIFTS["effective"]
        same = pl.col("key") == pl.col("key").shift(1)
        twice = frame.filter(same & (pl.col("window") == pl.col("window").shift(1)))
        if twice.height:
            raise _twice(twice["key"][0], members)
        begun = pl.col("window") // first
        self.overlapping = frame.select((same & (begun == begun.shift(1))).sum()).item()
        self.pieces.append(frame)

    @property
    def rows(self) -> int:
        """How many rows have been packed."""
        return sum(piece.height for piece in self.pieces)

    def lacking(self, pairs: Collection[tuple[str, str]]) -> list[str]:
        """Return those of some pairs that are not there."""
        import polars as pl  # noqa: PLC0415

        keys = {number(one) << CODE_BITS | number(two): f"{one}/{two}" for one, two in pairs}
        wanted = pl.Series(list(keys), dtype=pl.UInt64)
        found: set[int] = set()
        for piece in self.pieces:
            found.update(piece.filter(pl.col("key").is_in(wanted.implode()))["key"].to_list())
        return [pair for key, pair in keys.items() if key not in found]

    def write(self, folder: Path, keep: Collection[str] | None) -> int:
        """Write the rows whose codes are both to be kept, and return how many those are."""
        frame = _kept(self.pieces[0], keep)
        self.pieces.clear()
        with (folder / KEYS).open("wb") as keys, (folder / WINDOWS).open("wb") as windows:
            for part in frame.iter_slices(SLICE):
                keys.write(array("Q", part["key"].to_list()))
                windows.write(array("Q", part["window"].to_list()))
        return frame.height

    def _rationale(self, text: str) -> bool:
        self.rationales.setdefault(text, len(self.rationales))
        return bool(text) and len(self.rationales) <= MOST_RATIONALES

    def _window(self) -> "polars.Expr":
        import polars as pl  # noqa: PLC0415

        day = pl.col("deletion").replace(OPEN, "0")
        numbers = {
            "effective": pl.col("effective").cast(pl.UInt64),
            "deletion": day.cast(pl.UInt64),
            "rationale": pl.col("rationale").replace_strict(
                self.rationales, return_dtype=pl.UInt64
            ),
            "indicator": pl.col("indicator").cast(pl.UInt64),
            "prior": (pl.col("prior") == OPEN).cast(pl.UInt64),
        }
        return pl.sum_horizontal(own * (1 << SHIFTS[name]) for name, own in numbers.items())


def _key() -> "polars.Expr":
    import polars as pl  # noqa: PLC0415

    one, two = (pl.col(name).str.to_integer(base=36, dtype=pl.UInt64) for name in ("one", "two"))
    return one * (1 << CODE_BITS) + two


def _clean(frame: "polars.DataFrame") -> "polars.DataFrame":
    """Take the blanks off, in the columns that have any."""
    import polars as pl  # noqa: PLC0415

    names = [name for name in frame.columns if name != "line"]
    spaced = [name for name in names if any(v != v.strip() for v in frame[name].unique().to_list())]
    return frame.with_columns(pl.col(spaced).str.strip_chars()) if spaced else frame


def _hold(frame: "polars.DataFrame", member: Member, name: str, must: tuple[Fits, str]) -> None:
    """Refuse a column with a value that does not fit; each value is looked at once."""
    import polars as pl  # noqa: PLC0415

    fits, what = must
    if wrong := [value for value in frame[name].unique().to_list() if not fits(value)]:
        row = frame.filter(pl.col(name).is_in(wrong))
        reason = f"{name} should be {what}, is {row[name][0][:40]!r}"
        raise member.refuse(reason, REMEDY, row["line"][0])


def _kept(frame: "polars.DataFrame", keep: Collection[str] | None) -> "polars.DataFrame":
    import polars as pl  # noqa: PLC0415

    if keep is None:
        return frame
    codes = pl.Series([number(code) for code in keep], dtype=pl.UInt64).implode()
    two = pl.col("key") % (1 << CODE_BITS)
    return frame.filter((pl.col("key") // (1 << CODE_BITS)).is_in(codes) & two.is_in(codes))


def _twice(key: int, members: Sequence[Member]) -> RefusedFileError:
    """Return the error for a row that stands twice, with the line of its second time."""
    import polars as pl  # noqa: PLC0415

    one, two = code_of(key >> CODE_BITS), code_of(key & (1 << CODE_BITS) - 1)
    reason = f"{one}/{two} stands twice with the same dates"
    seen: set[tuple[str, ...]] = set()
    for member in members:
        for frame, _ in frames(member):
            own = frame.filter((pl.col("one") == one) & (pl.col("two") == two))
            for line, *cells in own.select("line", *FIELDS).iter_rows():
                if tuple(cells) in seen:
                    return member.refuse(reason, ONCE, line)
                seen.add(tuple(cells))
    return members[0].refuse(reason, ONCE)


def _none() -> "polars.DataFrame":
    import polars as pl  # noqa: PLC0415

    return pl.DataFrame(schema={"key": pl.UInt64, "window": pl.UInt64})
