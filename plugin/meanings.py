"""What each code means in our own words: read from rules/coding/meanings.yaml, and held whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plugin.datafile import reader
from plugin.rulebook import ROOT, Rulebook
from rules.model import Cite
from rules.policy import RuleDataError

FILE = Path("rules", "coding", "meanings.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Confused:
    """A code that is taken for another, and what tells the two apart."""

    code: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One code in plain words."""

    meaning: str
    counts: tuple[str, ...]
    not_counted: tuple[str, ...]
    confused_with: tuple[Confused, ...]
    cite: Cite

    @property
    def words(self) -> str:
        """Everything that is said of the code, for searching."""
        apart = (other.by for other in self.confused_with)
        return " ".join((self.meaning, *self.counts, *self.not_counted, *apart))


def load(book: Rulebook, root: Path = ROOT) -> dict[str, Meaning]:
    """Read what every code of the table means.

    Raises:
        RuleDataError: the file is missing or malformed, leaves out a code of the table, names one
            that the table lacks, or cites what it does not list; names file, place and reason.

    """
    path = root / FILE
    data = reader("meanings", root)(path)
    cites = _cites(path, data, book)
    table, entries = book.tables.codes, data["codes"]
    if missing := sorted(table.keys() - entries.keys()):
        raise RuleDataError(f"{path.name}: codes: no entry for {', '.join(missing)}")
    named = {other["code"] for entry in entries.values() for other in entry["confused_with"]}
    if strange := sorted((entries.keys() | named) - table.keys()):
        raise RuleDataError(f"{path.name}: codes: not in the table of codes: {', '.join(strange)}")
    return {code: _meaning(path, code, entries[code], cites) for code in table}


def _cites(path: Path, data: Mapping[str, Any], book: Rulebook) -> dict[str, Cite]:
    """Return the file's citations, none of which may mean something else to a rule."""
    known = {cite.id: cite for about in book.about.values() for cite in about.cites}
    cites: dict[str, Cite] = {}
    for listed in data["cites"]:
        cite = Cite(**listed)
        other = known.get(cite.id, cite)
        if cite.id in cites:
            raise RuleDataError(f"{path.name}: cites: {cite.id} is listed twice")
        if (other.title, other.url) != (cite.title, cite.url):
            raise RuleDataError(f"{path.name}: cites: {cite.id} has another title or address")
        cites[cite.id] = cite
    used = {entry["cite"] for entry in data["codes"].values()}
    if idle := sorted(cites.keys() - used):
        raise RuleDataError(f"{path.name}: cites: no code cites {', '.join(idle)}")
    return cites


def _meaning(path: Path, code: str, entry: Mapping[str, Any], cites: Mapping[str, Cite]) -> Meaning:
    cite = cites.get(entry["cite"])
    if cite is None:
        place = f"{path.name}: codes.{code}"
        raise RuleDataError(f"{place}: cites {entry['cite']}, which the file does not list")
    return Meaning(
        meaning=entry["meaning"],
        counts=tuple(entry["counts"]),
        not_counted=tuple(entry["not_counted"]),
        confused_with=tuple(Confused(**other) for other in entry["confused_with"]),
        cite=cite,
    )
