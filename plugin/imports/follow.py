"""A running service follows the editions: it notices a change, and reads it beside its work."""

import logging
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from plugin.imports.editions import (
    FOLDER,
    Edition,
    Pointer,
    read_edition,
    read_pointer,
    shadowed,
    stamp,
)
from plugin.imports.faults import StoreError
from plugin.imports.snapshot import Loaded, Snapshot, load

log = logging.getLogger(__name__)
PERIOD = 1.0
"""Seconds between looks at the pointer."""
ATTEMPTS = 5
"""Readings before an edition counts as missing: it may be withdrawn while it is read."""


class Editions:
    """The editions of a home folder, as they are now, or were at most a second ago.

    Asking costs nothing but a look at the clock; once a second it costs a stat. What has changed
    is read by a thread of its own, and until it has all been read the editions before it speak.
    """

    def __init__(self, home: Path) -> None:
        """Read what is there.

        Raises:
            StoreError: an edition that should speak cannot be read.

        """
        self._root = home / FOLDER
        self._stamp = stamp(self._root)
        self._snapshot = _read(self._root, Snapshot())
        self._next = time.monotonic() + PERIOD
        self._busy = threading.Lock()
        self.problem = ""
        """Why the newest editions could not be read, for health; empty when they could."""

    def snapshot(self) -> Snapshot:
        """Return the editions in use; keep it for as long as one visit takes."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + PERIOD
            self._look()
        return self._snapshot

    def current(self, kind: str, setting: str = "") -> Edition | None:
        """Return the newest edition of a table, or None before the first import."""
        slot = f"{kind}-{setting}" if setting else kind
        own = self.snapshot().slots.get(slot, ())
        return own[-1].edition if own else None

    def _look(self) -> None:
        found = stamp(self._root)
        if found != self._stamp and self._busy.acquire(blocking=False):
            self._stamp = found
            threading.Thread(target=self._renew, name="editions", daemon=True).start()

    def _renew(self) -> None:
        try:
            self._snapshot = _read(self._root, self._snapshot)
            self.problem = ""
        except StoreError as error:
            if self.problem != str(error):
                log.exception("editions cannot be read")
            self.problem = str(error)
            self._stamp = (0, 0, 0)  # look again
        finally:
            self._busy.release()


def _read(root: Path, before: Snapshot) -> Snapshot:
    """Return the editions that the pointer names, reading only what is not loaded already."""
    known = {loaded.edition.folder: loaded for own in before.slots.values() for loaded in own}
    for attempt in range(ATTEMPTS):
        pointer = read_pointer(root)
        try:
            return _loaded(root, pointer, known)
        except StoreError:
            if attempt == ATTEMPTS - 1 or read_pointer(root).serial == pointer.serial:
                raise
    raise AssertionError("the last attempt answers or raises")


def _loaded(root: Path, pointer: Pointer, known: dict[str, Loaded]) -> Snapshot:
    about = {
        name: known[name].edition if name in known else read_edition(root / name)
        for name in pointer.editions
    }
    among = tuple(about.values())
    speaking = [name for name, edition in about.items() if not shadowed(edition, among)]
    return Snapshot(pointer.serial, _slots(known.get(n) or load(root / n) for n in speaking))


def _slots(all_of: Iterable[Loaded]) -> dict[str, list[Loaded]]:
    slots: dict[str, list[Loaded]] = {}
    for loaded in sorted(all_of, key=lambda own: own.edition.rank):
        slots.setdefault(loaded.edition.slot, []).append(loaded)
    return slots
