"""Where editions are kept: written beside, made safe on the disk, and switched in one step."""

import csv
import fcntl
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from plugin.imports.drafts import Draft
from plugin.imports.editions import (
    ABOUT,
    FOLDER,
    POINTER,
    TABLE,
    Edition,
    Pointer,
    read_edition,
    read_pointer,
    shadowed,
)
from plugin.imports.faults import StoreError
from plugin.imports.kinds import KINDS

NEW = ".new-"
LOCK = "lock"
KEPT = 2
"""Editions of a slot that are kept after they stopped speaking, to go back to."""


@dataclass(frozen=True, slots=True)
class Staged:
    """An edition that is written but does not speak yet."""

    edition: Edition
    folder: Path


class Shelf:
    """The folder of editions, for whoever changes it; only one at a time may."""

    def __init__(self, home: Path) -> None:
        self.root = home / FOLDER

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other imports away, and clear what an interrupted one left.

        Raises:
            StoreError: another import is at work, or the folder or its disk refuses.

        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with (self.root / LOCK).open("a") as lock:
                _lock(lock.fileno(), self.root)
                self._sweep()
                try:
                    yield
                finally:
                    self._drop_new()
        except OSError as error:
            reason = f"{error.filename or self.root}: cannot be written: {error.strerror or error}"
            remedy = "free some space, or set COUNTERSIGN_HOME to a folder on another disk"
            raise StoreError(f"{reason}; nothing was changed; {remedy}") from error

    def pointer(self) -> Pointer:
        """Return which editions are in use."""
        return read_pointer(self.root)

    def editions(self) -> tuple[Edition, ...]:
        """Return the editions in use, in the order in which they were imported."""
        return tuple(read_edition(self.root / name) for name in self.pointer().editions)

    def stage(self, draft: Draft, edition: Edition, keep: Collection[str] | None) -> Staged:
        """Write an edition beside those in use."""
        folder = Path(tempfile.mkdtemp(prefix=NEW, dir=self.root))
        if draft.packed is None:
            kept = _kept(draft, keep)
            count = len(kept)
            _write_rows(folder / TABLE, KINDS[draft.kind].columns, kept)
        else:
            count = draft.packed.write(folder, keep)
        edition = msgspec.structs.replace(edition, rows_kept=count)
        (folder / ABOUT).write_bytes(msgspec.json.format(msgspec.json.encode(edition)))
        for path in folder.iterdir():
            _sync(path)
        _sync(folder)
        return Staged(edition, folder)

    def switch(self, staged: Sequence[Staged]) -> None:
        """Let new editions speak, all at once."""
        for own in staged:
            own.folder.rename(self.root / own.edition.folder)
        _sync(self.root)
        before = self.pointer()
        names = (*before.editions, *(own.edition.folder for own in staged))
        last = max([before.numbered, *(own.edition.number for own in staged)])
        self._point(before, names, last)

    def withdraw(self, editions: Collection[Edition]) -> None:
        """Let editions speak no longer, all at once."""
        before = self.pointer()
        gone = {edition.folder for edition in editions}
        self._point(before, [n for n in before.editions if n not in gone], before.numbered)

    def _point(self, before: Pointer, names: Sequence[str], numbered: int) -> None:
        """Replace the pointer, then remove the folders that it no longer names."""
        names = tuple(self._spared(names))
        after = Pointer(serial=before.serial + 1, editions=names, numbered=numbered)
        new = self.root / f"{NEW}{POINTER}"
        new.write_bytes(msgspec.json.encode(after))
        _sync(new)
        new.replace(self.root / POINTER)
        _sync(self.root)
        self._sweep()

    def _spared(self, names: Sequence[str]) -> list[str]:
        """Leave out editions that neither speak nor are recent enough to go back to."""
        all_of = tuple(read_edition(self.root / name) for name in names)
        silent: dict[str, list[Edition]] = {}
        for edition in all_of:
            if shadowed(edition, all_of):
                silent.setdefault(edition.slot, []).append(edition)
        old = {edition.folder for own in silent.values() for edition in own[:-KEPT]}
        return [name for name in names if name not in old]

    def _sweep(self) -> None:
        """Remove what nobody points to: the remains of an interrupted import, and the withdrawn."""
        known = {*self.pointer().editions, LOCK, POINTER}
        for path in self.root.iterdir():
            if path.name in known:
                continue
            if path.name.startswith(NEW) or path.name[:6].isdigit():
                _remove(path)

    def _drop_new(self) -> None:
        for path in self.root.glob(f"{NEW}*"):
            _remove(path)


def _kept(draft: Draft, keep: Collection[str] | None) -> list[tuple[str, ...]]:
    places = KINDS[draft.kind].codes
    if keep is None or not places:
        return sorted(row for _, row in draft.rows)
    return sorted(row for _, row in draft.rows if all(row[place] in keep for place in places))


def _write_rows(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _lock(descriptor: int, root: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise StoreError(f"{root}: another import is at work; wait for it to end") from error


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
