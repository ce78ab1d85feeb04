"""Every table that answers: which edition, where from, how old, for which days."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from plugin.imports.editions import Edition, File
from plugin.imports.snapshot import NCCI
from plugin.moment import Moment
from plugin.rulebook import ROOT
from plugin.tables import FOLDER

COMPILED = re.compile(r"Compiled (\d{4}-\d{2}-\d{2})")
SHIPPED = (
    ("codes", "", "code_in_force.edition", "codes.csv"),
    *(("ptp", own, "ptp_edit.edition", "ptp.csv") for own in NCCI),
    *(("mue", own, "mue.edition", "mue.csv") for own in NCCI),
    ("add-on", "", "add_on_code.edition", "add_on.csv"),
)
"""What comes with the service: table, setting, the value that names its edition, and its file."""
FEES = ("rvu", "standard")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One edition of one table."""

    table: str
    setting: str
    edition: str
    files: tuple[File, ...]
    """What it was imported from; none for what comes with the service."""
    since: str
    """The day on which it was imported, or compiled."""
    first: str
    last: str
    """Last day of service that it speaks for; empty when it has no end."""

    @property
    def slot(self) -> str:
        """The table with its setting."""
        return f"{self.table}-{self.setting}" if self.setting else self.table

    def covers(self, day: str) -> bool:
        """Tell whether it speaks for a day of service."""
        return self.first <= day and (not self.last or day <= self.last)

    def plain(self, today: date) -> dict[str, Any]:
        """Return it as plain JSON; of what was imported the files and their hashes too."""
        age = max(0, (today - date.fromisoformat(self.since)).days)
        said: dict[str, Any] = {
            "table": self.table,
            "edition": self.edition,
            "source": ", ".join(file.file for file in self.files) or "shipped",
            "ageDays": age,
            "effective": self.first,
            "ending": self.last or None,
            "ended": bool(self.last) and self.last < today.isoformat(),
        }
        if self.setting:
            said["setting"] = self.setting
        if self.files:
            said["files"] = [
                {"file": file.file, "member": file.member, "sha256": file.sha256}
                for file in self.files
            ]
        return said


def tables(moment: Moment, root: Path = ROOT) -> list[Told]:
    """Return every edition that answers now: loaded ones, and the shipped ones they left."""
    loaded = [own.edition for each in moment.snapshot.slots.values() for own in each]
    taken = {edition.slot for edition in loaded}
    shipped = [own for own in _shipped(moment, root / FOLDER) if own.slot not in taken]
    return [*shipped, *map(_loaded, loaded)]


def uncovered(told: Sequence[Told], today: date) -> list[str]:
    """Return the tables of which no edition speaks for services of today."""
    covered = {own.slot for own in told if own.covers(today.isoformat())}
    return sorted({own.slot for own in told} - covered)


def answering(moment: Moment, slots: Collection[str], day: date, today: date) -> list[Any]:
    """Return, as plain JSON, the edition of each of some tables that speaks for a day."""
    on = day.isoformat()
    found = {own.slot: own for own in tables(moment) if own.slot in slots and own.covers(on)}
    return [own.plain(today) for own in found.values()]


def _loaded(edition: Edition) -> Told:
    return Told(
        table=edition.kind,
        setting=edition.setting,
        edition=edition.name,
        files=edition.files,
        since=edition.imported_at[:10],
        first=edition.effective,
        last=edition.ending,
    )


def _shipped(moment: Moment, folder: Path) -> Iterator[Told]:
    for table, setting, name, file in SHIPPED:
        for row in moment.shipped.base[name]:
            yield Told(
                table=table,
                setting=setting,
                edition=row.value,
                files=(),
                since=_compiled(folder / file),
                first=row.effective.isoformat(),
                last=row.ending.isoformat() if row.ending else "",
            )
    for factor in moment.shipped.tables.factors:
        if factor.edition:
            yield Told(
                table=FEES[0],
                setting=FEES[1],
                edition=factor.edition,
                files=(),
                since=_compiled(folder / "fees.csv"),
                first=factor.effective,
                last=factor.ending,
            )


@cache
def _compiled(path: Path) -> str:
    """Return the day that a table says it was compiled on, in its first line."""
    with path.open(encoding="utf-8") as file:
        found = COMPILED.search(file.readline())
    return found[1] if found else date.min.isoformat()
