"""What an edition is, and the one file that says which editions speak."""

import os
from pathlib import Path

import msgspec

from plugin.imports.faults import StoreError
from plugin.imports.quarters import Span

FOLDER, POINTER, ABOUT, TABLE = "editions", "current.json", "edition.json", "table.csv"
FORMAT = 1
REMEDY = "restore the folder from a backup, or remove it and import the tables again"


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file that an edition was read from."""

    file: str
    member: str
    """Its member that was read, where it is a zip."""
    sha256: str


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """One table as CMS published it once: what it is, where it is from, and when it speaks."""

    number: int
    """Never given twice."""
    batch: int
    """The same for what one command imported."""
    kind: str
    setting: str
    name: str
    effective: str
    ending: str
    """Last day of service that it speaks for, ISO; empty when it has no end."""
    files: tuple[File, ...]
    imported_at: str
    imported_by: str
    rows_read: int
    rows_kept: int
    scope: str
    """therapy: rows about therapy codes; all: every row."""
    excerpt: bool
    """Whether the files were parts of a release on purpose."""
    rationales: tuple[str, ...] = ()
    format: int = FORMAT

    @property
    def slot(self) -> str:
        """What it takes the place of: ``ptp-practitioner``, ``gpci``."""
        return f"{self.kind}-{self.setting}" if self.setting else self.kind

    @property
    def folder(self) -> str:
        """The name of its folder."""
        return f"{self.number:06}-{self.slot}"

    @property
    def span(self) -> Span:
        """The days of service that it speaks for."""
        return Span(self.effective, self.ending)

    @property
    def rank(self) -> tuple[str, int]:
        """Of two that hold a day the one of higher rank speaks: the newer, then the later read."""
        return self.effective, self.number


class Pointer(msgspec.Struct, frozen=True, kw_only=True):
    """Which editions are in use; the whole truth, replaced in one step."""

    serial: int = 0
    """Rises with every change."""
    editions: tuple[str, ...] = ()
    """Folders, in the order in which they were imported."""
    numbered: int = 0
    """The last number that was given to an edition."""
    format: int = FORMAT


def read_pointer(root: Path) -> Pointer:
    """Return which editions are in use; none before the first import.

    Raises:
        StoreError: the file is there and cannot be understood.

    """
    try:
        content = (root / POINTER).read_bytes()
    except FileNotFoundError:
        return Pointer()
    except OSError as error:
        raise StoreError(f"{root / POINTER}: cannot be read: {error.strerror}") from error
    try:
        found = msgspec.json.decode(content, type=Pointer)
    except msgspec.MsgspecError as error:
        raise StoreError(f"{root / POINTER}: is damaged; {REMEDY}") from error
    if found.format != FORMAT:
        raise StoreError(f"{root / POINTER}: is of another version of Countersign; upgrade it")
    return found


def read_edition(folder: Path) -> Edition:
    """Return what an edition says of itself.

    Raises:
        StoreError: it is missing or damaged.

    """
    try:
        return msgspec.json.decode((folder / ABOUT).read_bytes(), type=Edition)
    except (OSError, msgspec.MsgspecError) as error:
        raise StoreError(f"{folder / ABOUT}: is missing or damaged; {REMEDY}") from error


def shadowed(edition: Edition, among: tuple[Edition, ...]) -> bool:
    """Tell whether others of higher rank hold every day of an edition from its first on."""
    return any(
        other.slot == edition.slot
        and other.rank > edition.rank
        and other.effective == edition.effective
        and (not other.ending or (bool(edition.ending) and other.ending >= edition.ending))
        for other in among
    )


def stamp(root: Path) -> tuple[int, int, int]:
    """Return what changes whenever the pointer does; a stat, no reading."""
    try:
        found = os.stat(root / POINTER)  # noqa: PTH116 - half the time of Path.stat
    except OSError:
        return 0, 0, 0
    return found.st_ino, found.st_mtime_ns, found.st_size
