"""The files that somebody brought: which members of them to read, and never more than is sane."""

import copy
import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from plugin.imports.faults import RefusedFileError

LARGEST = 1 << 30
"""Bytes that a file may hold unpacked; the largest that CMS publishes holds a fifth of it."""
MOST_MEMBERS = 200
PIECE = 8 << 20
AGAIN = "Download it again from CMS"
WORKBOOK_MARK = "[Content_Types].xml"
STRANGERS = (
    (b"%PDF", "is a PDF", "Take the zip, TXT, CSV or XLSX of the same release"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook (.xls)", "Save it as .xlsx or take the text"),
    (b"\x1f\x8b", "is packed with gzip", "Take the zip as CMS publishes it"),
)
PAGE = re.compile(rb"\s*<(!doctype|html|\?xml)", re.IGNORECASE)
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What reading a member raises when it is cut short, altered, encrypted or oddly packed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One text or workbook to read: a file of its own, or inside a zip."""

    path: Path
    inside: str
    """Its name inside the zip; empty when the file is no zip."""
    workbook: bool
    sha256: str
    """Of the whole file that was brought."""
    size: int

    @property
    def name(self) -> str:
        """Its own name, without folders."""
        return Path(self.inside).name if self.inside else self.path.name

    @property
    def place(self) -> str:
        """How messages name it."""
        return f"{self.path.name}: {self.name}" if self.inside else self.path.name

    def chunks(self) -> Iterator[bytes]:
        """Yield its bytes, a bounded piece at a time.

        Raises:
            RefusedFileError: it cannot be read to its end, or is larger than it may be.

        """
        try:
            yield from self._zipped() if self.inside else self._plain()
        except DAMAGED as error:
            raise _damaged(self.place) from error
        except OSError as error:
            raise _unreadable(self.path, error) from error

    def content(self) -> bytes:
        """Return all its bytes."""
        return b"".join(self.chunks())

    def refuse(self, reason: str, remedy: str, line: int | None = None) -> RefusedFileError:
        """Return the error that names this member."""
        return RefusedFileError(self.place, reason, remedy, line)

    def _plain(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece

    def _zipped(self) -> Iterator[bytes]:
        with zipfile.ZipFile(self.path) as archive:
            yield from unpacked(archive, archive.getinfo(self.inside), self.place)


def unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: str) -> Iterator[bytes]:
    """Yield what a zip's member really holds, whatever size it claims.

    Raises:
        RefusedFileError: it holds more than may be, or not what it claims.

    """
    true = copy.copy(entry)
    true.file_size = LARGEST + 1  # read on past a size that is a lie
    seen = 0
    with archive.open(true) as file:
        while piece := file.read(PIECE):
            seen += len(piece)
            if seen > LARGEST:
                raise _too_large(place)
            yield piece
    if seen != entry.file_size:
        raise _damaged(place)


def members(paths: Sequence[Path], pattern: str) -> list[Member]:
    """Return what is to be read of the files, in their order.

    A zip often holds the same table as text and as a workbook: the text is taken.

    Raises:
        RefusedFileError: a file is missing, damaged, too large or no table at all, holds no member
            of such a name, or was given twice.

    """
    found: list[Member] = []
    given: dict[str, str] = {}
    for path in paths:
        digest = _digest(path)
        if digest in given:
            raise RefusedFileError(
                path.name, f"is the same file as {given[digest]}", "Give each file once"
            )
        given[digest] = path.name
        found += _of(path, digest, re.compile(pattern, re.IGNORECASE))
    return found


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error


def _of(path: Path, digest: str, pattern: re.Pattern[str]) -> list[Member]:
    with path.open("rb") as file:
        start = file.read(512)
    if not start.strip():
        raise RefusedFileError(path.name, "is empty", AGAIN)
    if start.startswith(b"PK"):
        return _zip(path, digest, pattern)
    for mark, what, remedy in STRANGERS:
        if start.startswith(mark):
            raise RefusedFileError(path.name, what, remedy)
    if PAGE.match(start):
        raise RefusedFileError(
            path.name,
            "is a web page, no table",
            "Accept the licence in a browser, then save the file behind it",
        )
    size = path.stat().st_size
    if size > LARGEST:
        raise _too_large(path.name)
    return [Member(path=path, inside="", workbook=False, sha256=digest, size=size)]


def _zip(path: Path, digest: str, pattern: re.Pattern[str]) -> list[Member]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MOST_MEMBERS or sum(e.file_size for e in entries) > LARGEST:
                raise _too_large(path.name)
            if any(entry.filename == WORKBOOK_MARK for entry in entries):
                _hold_workbook(archive, entries, path.name)
                size = path.stat().st_size
                return [Member(path=path, inside="", workbook=True, sha256=digest, size=size)]
    except DAMAGED as error:
        raise _damaged(path.name) from error
    fit = _best(entries, pattern)
    if not fit:
        raise RefusedFileError(
            path.name,
            f"holds no table of this kind (it holds {_listed(entries)})",
            "Check the kind that you named, or take another zip",
        )
    return [
        Member(
            path=path,
            inside=entry.filename,
            workbook=entry.filename.lower().endswith(".xlsx"),
            sha256=digest,
            size=entry.file_size,
        )
        for entry in fit
    ]


def _best(entries: Sequence[zipfile.ZipInfo], pattern: re.Pattern[str]) -> list[zipfile.ZipInfo]:
    """Return the members of fitting names, one for each table: CSV before TXT before XLSX."""
    chosen: dict[str, zipfile.ZipInfo] = {}
    for suffix in (".csv", ".txt", ".xlsx"):
        for entry in entries:
            name = Path(entry.filename)
            if name.suffix.lower() == suffix and pattern.search(name.name):
                chosen.setdefault(name.stem.lower(), entry)
    return [entry for entry in entries if entry in chosen.values()]


def _hold_workbook(
    archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo], place: str
) -> None:
    """Refuse a workbook that unpacks to more than it claims: its reader takes it on trust."""
    for entry in entries:
        for _ in unpacked(archive, entry, place):
            pass


def hold_inner(content: bytes, place: str) -> None:
    """Refuse a workbook from inside a zip that is damaged or unpacks to more than may be."""
    import io  # noqa: PLC0415 - rare

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > LARGEST:
                raise _too_large(place)
            _hold_workbook(archive, entries, place)
    except DAMAGED as error:
        raise _damaged(place) from error


def _listed(entries: Sequence[zipfile.ZipInfo]) -> str:
    names = [Path(entry.filename).name for entry in entries[:5]]
    return ", ".join(names) + (", ..." if len(entries) > 5 else "") if names else "nothing"  # noqa: PLR2004


def _damaged(place: str) -> RefusedFileError:
    return RefusedFileError(place, "is cut short or damaged", AGAIN)


def _too_large(place: str) -> RefusedFileError:
    reason = f"unpacks to more than {LARGEST >> 20} MiB, which no CMS table does"
    return RefusedFileError(place, reason, AGAIN)


def _unreadable(path: Path, error: OSError) -> RefusedFileError:
    reason = f"cannot be read: {error.strerror or error}"
    return RefusedFileError(path.name, reason, "Check the path and its permissions")
