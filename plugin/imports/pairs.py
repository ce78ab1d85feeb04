"""Pairs of codes as sorted numbers in a mapped file: workers share them, a look-up halves its way.

Each row of a PTP table is two 64-bit numbers, at the same place of two files: the key holds both
codes in base 36, the window its days, its indicator and its rationale. Rows are sorted by both, so
the windows of a pair stand together, the earliest first.
"""

import mmap
import re
import sys
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from plugin.imports.faults import REMEDY, StoreError
from rules.policy import Edit

KEYS, WINDOWS = "keys.u64", "windows.u64"
WIDTH = 8
CODE_BITS = 26
"""36 to the fifth power is less than 2 to the 26th."""
SHIFTS = {"effective": 38, "deletion": 13, "rationale": 5, "indicator": 1, "prior": 0}
"""Days are YYYYMMDD, in 25 bits; deletion 0 is open."""
DAY_MASK, RATIONALE_MASK, INDICATOR_MASK = (1 << 25) - 1, 0xFF, 0xF
RULED = ((1 << 8 * WIDTH) - 1) ^ (RATIONALE_MASK << SHIFTS["rationale"]) ^ 1
"""The bits of a window without its rationale and its mark of great age."""
NOWHERE = (0, 0)
CODE = re.compile(r"[0-9A-Z]{5}")
KEPT_GROUPS = 256


@lru_cache(maxsize=1 << 14)
def number(code: str) -> int:
    """Return a code as a number that sorts as its text does; -1 for what is no code.

    >>> number("00001"), number("97110") < number("97112") < number("G0283"), number("97x10")
    (1, True, -1)
    """
    return int(code, 36) if CODE.fullmatch(code) else -1


@lru_cache(maxsize=1 << 14)
def code_of(digits: int) -> str:
    """Return the code of a number.

    >>> code_of(number("G0283"))
    'G0283'
    """
    text = ""
    for _ in range(5):
        digits, place = divmod(digits, 36)
        text = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[place] + text
    return text


@lru_cache(maxsize=1 << 14)
def edit_of(window: int) -> Edit:
    """Return a window as the rules know it; few windows differ, so each is made once."""
    return Edit(
        str(window >> SHIFTS["indicator"] & INDICATOR_MASK),
        _day(window >> SHIFTS["effective"]),
        _day(window >> SHIFTS["deletion"] & DAY_MASK),
        "read",
    )


def _day(digits: int) -> str:
    text = str(digits)
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if digits else ""


Edits = Mapping[str, Mapping[str, Sequence[Edit]]]
"""Windows by column one and then by column two."""


class PairTable(Edits):
    """The pairs of one setting, by column one and then by column two."""

    __slots__ = ("_groups", "_keys", "_ranges", "_windows")

    def __init__(self, folder: Path, rows: int) -> None:
        """Map the files.

        Raises:
            StoreError: they are missing, or do not hold so many rows.

        """
        self._keys = _mapped(folder / KEYS)
        self._windows = _mapped(folder / WINDOWS)
        self._groups: dict[str, dict[str, list[Edit]]] = {}
        self._ranges: dict[str, tuple[int, int, int]] = {}
        if len(self._keys) != rows or len(self._windows) != rows:
            raise StoreError(f"{folder}: is not of {rows} rows; {REMEDY}")

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self._keys)

    def windows(self, one: str, two: str) -> list[Edit]:
        """Return every window of a pair in this direction, the earliest first."""
        place, end, first = self._range(one)
        key = first | number(two)
        place = bisect_left(self._keys, key, place, end)
        end = bisect_left(self._keys, key + 1, place, end)
        return [edit_of(window) for window in self._windows[place:end]]

    def edit(self, one: str, two: str, day: str) -> Edit | None:
        """Return the edit in force between two codes in this direction on a day (ISO), or None.

        Where windows overlap the one with the later first day speaks.
        """
        place, end, first = self._ranges.get(one) or self._range(one)
        keys, key = self._keys, first | number(two)
        place = bisect_left(keys, key, place, end)
        found = None
        while place < end and keys[place] == key:
            edit = edit_of(self._windows[place])
            if edit.in_force(day):
                found = edit
            place += 1
        return found

    def unlike(self, other: "PairTable") -> Iterator[tuple[str, str]]:
        """Yield the pairs whose rows another table does not have just so, in their order.

        Rationales and the mark of great age do not count: no rule reads them.
        """
        mine, theirs = dict(self.spans()), dict(other.spans())
        for one in sorted(mine.keys() | theirs.keys()):
            own, their = mine.get(one, NOWHERE), theirs.get(one, NOWHERE)
            if self.said(*own) != other.said(*their):
                for key in sorted({key for key, _ in self.rows_in(*own) ^ other.rows_in(*their)}):
                    yield code_of(one), code_of(key & (1 << CODE_BITS) - 1)

    def spans(self) -> Iterator[tuple[int, tuple[int, int]]]:
        """Yield each column one code, as a number, and where its rows begin and end."""
        place = 0
        while place < len(self._keys):
            one = self._keys[place] >> CODE_BITS
            end = bisect_left(self._keys, (one + 1) << CODE_BITS, place)
            yield one, (place, end)
            place = end

    def said(self, place: int, end: int) -> tuple[bytes, int]:
        """Return rows for comparison: many numbers as one cost what a few do."""
        keys, windows = (bytes(own[place:end]) for own in (self._keys, self._windows))
        mask = int.from_bytes(RULED.to_bytes(WIDTH, sys.byteorder) * (end - place), sys.byteorder)
        return keys, int.from_bytes(windows, sys.byteorder) & mask

    def rows_in(self, place: int, end: int) -> set[tuple[int, int]]:
        """Return rows by key and window, without what no rule reads."""
        windows = [window & RULED for window in self._windows[place:end]]
        return set(zip(self._keys[place:end], windows, strict=True))

    def _range(self, one: str) -> tuple[int, int, int]:
        """Return where the rows of a column one code begin and end, and its part of their keys."""
        if (known := self._ranges.get(one)) is not None:
            return known
        if (digits := number(one)) < 0:
            return 0, 0, 0
        first = digits << CODE_BITS
        place = bisect_left(self._keys, first)
        end = bisect_left(self._keys, first + (1 << CODE_BITS), place)
        if place < end:  # codes that are not there could be without number
            self._ranges[one] = place, end, first
        return place, end, first

    def __getitem__(self, one: str) -> Mapping[str, Sequence[Edit]]:
        """Return the windows of every pair under a column one code."""
        if one not in self._groups:
            found = self._group(one)
            if not found:
                raise KeyError(one)
            if len(self._groups) >= KEPT_GROUPS:
                self._groups.clear()
            self._groups[one] = found
        return self._groups.get(one) or self._group(one)

    def __iter__(self) -> Iterator[str]:
        return (code_of(one) for one, _ in self.spans())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return bool(self._keys)  # else the whole table would be counted

    def _group(self, one: str) -> dict[str, list[Edit]]:
        place, end, _ = self._range(one)
        found: dict[str, list[Edit]] = {}
        for key, window in zip(self._keys[place:end], self._windows[place:end], strict=True):
            two = code_of(key & (1 << CODE_BITS) - 1)
            found.setdefault(two, []).append(edit_of(window))
        return found


def windows_of(edits: Edits, one: str, two: str) -> Sequence[Edit]:
    """Return every window of a pair, without making those of all pairs under column one."""
    if isinstance(edits, PairTable):
        return edits.windows(one, two)
    return edits.get(one, {}).get(two, ())


def _mapped(path: Path) -> Sequence[int]:
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            if size % WIDTH:
                raise StoreError(f"{path}: is cut short; {REMEDY}")
            if not size:
                return ()
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)).cast("Q")
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from error
