"""How far a long import has come: a bar on a terminal, else a plain line a second."""

import threading
from typing import TextIO

BAR = 30
OFTEN, SELDOM = 0.1, 1.0
"""Seconds between two looks: at a bar, and between lines."""


class Progress:
    """Writes how much has been read; a thread of its own does, whatever the import waits for."""

    def __init__(self, out: TextIO, total: int, what: str = "rows") -> None:
        """Begin; ``total`` is in bytes."""
        self._out, self._total, self._what = out, max(total, 1), what
        self._bar = out.isatty()
        self._size = self._rows = 0
        self._shown = False
        self._over = threading.Event()
        self._clock = threading.Thread(target=self._tell, name="progress", daemon=True)
        self._clock.start()

    def advance(self, size: int, rows: int) -> None:
        """Tell that so many more bytes and rows have been read."""
        self._size += size
        self._rows += rows

    def end(self) -> None:
        """Leave the bar."""
        self._over.set()
        self._clock.join()
        if self._bar and self._shown:
            print("\r\x1b[K", end="", file=self._out, flush=True)

    def _tell(self) -> None:
        while not self._over.wait(OFTEN if self._bar else SELDOM):
            self._show()

    def _show(self) -> None:
        share = min(self._size / self._total, 1.0)
        told = f"{share:4.0%}  {self._rows:,} {self._what}"
        self._shown = True
        if self._bar:
            bar = "#" * int(BAR * share)
            print(f"\r[{bar:<{BAR}}] {told}", end="", file=self._out, flush=True)
        else:
            print(f"reading: {told.strip()}", file=self._out, flush=True)
