"""The sites by name, read from their files, and again whenever a file changes.

A site is a file in profiles/tenants/, or in the folder of the setting ``tenants``, where its own
concept maps stand beside it. A file of that folder takes the place of a shipped one of its name.
"""

import logging
import os
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

from plugin import tables, tenants
from plugin.conceptmap import ConceptMap
from plugin.fhir import coding, concepts
from plugin.fhir.coding import Coder
from plugin.rulebook import ROOT
from plugin.tenants import Tenant
from rules.policy import RuleDataError

log = logging.getLogger(__name__)
PERIOD = 0.5
"""Seconds between looks at the files."""
SITE, MISNAMED, MAP, MAPS = ".yaml", ".yml", ".json", "ConceptMap-"
Stamp = tuple[int, int, int]
"""What changes whenever a file does."""
Stamps = Mapping[str, Stamp]
"""Files, as texts: they are compared twice a second."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """What a file said when it was last in order, and what is wrong with it now."""

    good: T | None
    fault: str = ""


class Sites(Mapping[str, Tenant]):
    """The sites as their files are now, or were at most a second ago.

    Asking costs no more than a dictionary. A file that cannot be used leaves its site as it was;
    where there was none, the name stays without a site.
    """

    def __init__(self, coder: Coder, folder: Path | None = None, root: Path = ROOT) -> None:
        """Read what is there; ``folder`` is the sites' own, None for shipped ones alone.

        Raises:
            RuleDataError: a shipped file cannot be used. Those of the folder are refused singly.

        """
        self._coder, self._read = coder, tenants.reader(root)
        self._folders = [root.joinpath(*tenants.FOLDER), *([folder] if folder else [])]
        self._looking = threading.Lock()
        self._seen: Stamps = {}
        self._taken: Stamps = {}
        self._maps: Mapping[Path, Kept[ConceptMap]] = {}
        self._files: Mapping[Path, Kept[Tenant]] = {}
        self._now: Mapping[str, Tenant] = {}
        self._refused: tuple[str, ...] = ()
        self.faults: tuple[str, ...] = ()
        """What is wrong with the files: file, place and reason of each."""
        self.look()
        self.look()
        for path, kept in self._files.items():
            if kept.fault and path.parent == self._folders[0]:
                raise RuleDataError(kept.fault)

    def __getitem__(self, name: str) -> Tenant:
        return self._now[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now)

    def __len__(self) -> int:
        return len(self._now)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a site, without the detour of an exception where there is none."""
        return self._now.get(name, default)

    def path(self, name: str) -> Path:
        """Return the file of a site, that of the folder where there are two; KeyError for none."""
        return _chosen(self._files, self._folders)[name]

    def follow(self) -> None:
        """Look every half second, in a thread that ends when nobody holds the sites any more."""
        own = (weakref.ref(self),)
        threading.Thread(target=_follow, args=own, name="sites", daemon=True).start()

    def look(self) -> None:
        """Take in what has changed; a file counts once two looks in a row found it the same.

        So nobody's file is read while it is being written, nor missed while it is being replaced.
        """
        with self._looking:
            try:
                found = _found(self._folders, self._seen)
            except OSError as error:
                self.faults = (f"{error.filename}: cannot be read: {error.strerror}",)
                return
            seen, self._seen = self._seen, found
            if found != self._taken and (due := _settled(found, seen, self._taken)) != self._taken:
                self._take(due)
            self.faults = self._refused

    def _take(self, due: Stamps) -> None:
        """Read the files that are new or have changed, and let all sites change at once."""
        changed = {Path(name) for name, _ in due.items() ^ self._taken.items()}
        paths = [Path(name) for name in sorted(due)]
        maps = [path for path in paths if path.suffix == MAP]
        self._maps = _renewed(self._maps, maps, changed, self._map)
        if any(path.suffix == MAP for path in changed):
            changed.update(paths)
        files = [path for path in paths if path.suffix != MAP]
        self._files = _renewed(self._files, files, changed, self._site)
        chosen = {name: self._files[p] for name, p in _chosen(self._files, self._folders).items()}
        self._now = {name: kept.good for name, kept in chosen.items() if kept.good}
        self._refused = _faults(self._maps, self._files)
        self._taken = due

    def _map(self, path: Path) -> ConceptMap:
        return concepts.read(path, self._coder.codes)

    def _site(self, path: Path) -> Tenant:
        if path.suffix == MISNAMED:
            raise RuleDataError(f"{path.name}: the name of the file: should end in {SITE}")
        own = {kept.good.id: kept.good for kept in self._maps.values() if kept.good}
        return concepts.fitted(self._read(path), own, self._coder.maps)


def load(folder: Path | None) -> Sites:
    """Return the sites for a command, which needs no more of the rules than the table of codes.

    Raises:
        RuleDataError: a shipped file cannot be used.

    """
    return Sites(coding.load(tables.load(ROOT).codes, {}), folder)


def _follow(held: "weakref.ref[Sites]") -> None:
    pause, told = threading.Event(), frozenset[str]()
    while (sites := held()) is not None:
        try:
            sites.look()
        except Exception:
            log.exception("the files of the sites could not be looked at")
        for fault in sites.faults:
            if fault not in told:
                log.error("a file of the sites is refused, what stood before holds: %s", fault)
        told = frozenset(sites.faults)
        del sites
        pause.wait(PERIOD)


def _found(folders: Iterable[Path], before: Stamps) -> dict[str, Stamp]:
    """Return what stands in folders; one that was never there is empty.

    Raises:
        OSError: a folder that had files cannot be read, or is there no more.

    """
    found: dict[str, Stamp] = {}
    for folder in folders:
        try:
            found |= _stamped(folder)
        except FileNotFoundError:
            if any(Path(name).parent == folder for name in before):
                raise
    return found


def _stamped(folder: Path) -> Iterator[tuple[str, Stamp]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            mine = name.endswith((SITE, MISNAMED)) or (name.endswith(MAP) and name.startswith(MAPS))
            if mine and not name.startswith("."):
                try:
                    own = entry.stat()
                except FileNotFoundError:  # gone since, or a link to nowhere
                    continue
                yield entry.path, (own.st_ino, own.st_mtime_ns, own.st_size)


def _settled(found: Stamps, seen: Stamps, taken: Stamps) -> dict[str, Stamp]:
    """Return what to go by: what two looks agree on, and of the rest what was taken before."""
    settled = {}
    for name in found.keys() | seen.keys():
        same = found.get(name) == seen.get(name)
        stamp = (found if same else taken).get(name)
        if stamp:
            settled[name] = stamp
    return settled


def _renewed(
    before: Mapping[Path, Kept[T]],
    paths: Iterable[Path],
    changed: Set[Path],
    read: Callable[[Path], T],
) -> dict[Path, Kept[T]]:
    again = partial(_again, before, read)
    return {path: again(path) if path in changed else before[path] for path in paths}


def _again(before: Mapping[Path, Kept[T]], read: Callable[[Path], T], path: Path) -> Kept[T]:
    """Read a file; where that fails, what it said before holds."""
    try:
        return Kept(read(path))
    except RuleDataError as error:
        return Kept(before[path].good if path in before else None, f"{path.parent}/{error}")


def _chosen(files: Iterable[Path], folders: Iterable[Path]) -> dict[str, Path]:
    """Return the file of each site: of two with one name, that of the later folder."""
    mine = [path for path in files if path.suffix == SITE]
    return {path.stem: path for folder in folders for path in mine if path.parent == folder}


def _faults(*kept: Mapping[Path, Kept[Any]]) -> tuple[str, ...]:
    return tuple(one.fault for each in kept for one in each.values() if one.fault)
