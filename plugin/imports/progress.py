"""How far a long import has come: a bar on a terminal, else a plain line a second."""

import time
from typing import TextIO

BAR = 30


class Progress:
    """Writes how much has been read."""

    def __init__(self, out: TextIO, total: int, what: str = "rows") -> None:
        """Begin; ``total`` is in bytes."""
        self._out, self._total, self._what = out, max(total, 1), what
        self._bar = out.isatty()
        self._period = 0.1 if self._bar else 1.0
        self._next = time.monotonic() + self._period
        self._size = self._rows = 0

    def advance(self, size: int, rows: int) -> None:
        """Tell that so many more bytes and rows have been read."""
        self._size += size
        self._rows += rows
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + self._period
            self._show()

    def end(self) -> None:
        """Leave the bar."""
        if self._bar and self._rows:
            print("\r\x1b[K", end="", file=self._out, flush=True)

    def _show(self) -> None:
        share = min(self._size / self._total, 1.0)
        told = f"{share:4.0%}  {self._rows:,} {self._what}"
        if self._bar:
            bar = "#" * int(BAR * share)
            print(f"\r[{bar:<{BAR}}] {told}", end="", file=self._out, flush=True)
        else:
            print(f"reading: {told.strip()}", file=self._out, flush=True)
