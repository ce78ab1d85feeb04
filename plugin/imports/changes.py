"""What a new edition says otherwise than the one before, about therapy codes."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from plugin.imports.kinds import KINDS
from plugin.imports.snapshot import Loaded
from rules.policy import Edit

Content = Mapping[tuple[str, ...], tuple[str, ...]]
"""What a table says, by what it says it of."""
SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What came, went and altered."""

    kind: str
    before: int
    added: Content
    removed: Content
    altered: Mapping[tuple[str, ...], tuple[tuple[str, ...], tuple[str, ...]]]
    """What it said, and what it says."""

    @property
    def share(self) -> float:
        """How much of the edition before is no longer so; values count where they are steady."""
        count = len(self.added) + len(self.removed)
        if KINDS[self.kind].steady:
            count += len(self.altered)
        return count / max(self.before, 1)

    def lines(self) -> Iterator[str]:
        """Yield the changes for people, the first of each sort."""
        counts = (
            f"{len(self.added)} added, {len(self.removed)} removed, {len(self.altered)} changed"
        )
        yield f"therapy rows: {counts} ({self.before} before)"
        for sign, own in (("+", self.added), ("-", self.removed)):
            told = [f"{sign} {' '.join(key)}: {' '.join(own[key])}" for key in sorted(own)]
            yield from _first(told)
        yield from _first(
            [
                f"~ {' '.join(key)}: {' '.join(was)} -> {' '.join(now)}"
                for key, (was, now) in sorted(self.altered.items())
            ]
        )


def compare(before: Loaded | None, after: Loaded, therapy: Collection[str]) -> Changes:
    """Return what changed for therapy codes."""
    kind = after.edition.kind
    old = content(before, therapy) if before else {}
    new = content(after, therapy)
    both = old.keys() & new.keys()
    return Changes(
        kind=kind,
        before=len(old),
        added={key: new[key] for key in new.keys() - old.keys()},
        removed={key: old[key] for key in old.keys() - new.keys()},
        altered={key: (old[key], new[key]) for key in both if old[key] != new[key]},
    )


def content(loaded: Loaded, therapy: Collection[str]) -> Content:
    """Return what an edition says of therapy codes, or of everything where it names none."""
    kind = KINDS[loaded.edition.kind]
    if loaded.pairs is not None:
        return {
            (one, two): tuple(_window(edit) for edit in windows)
            for one in sorted(therapy)
            for two, windows in loaded.pairs.get(one, {}).items()
            if two in therapy
        }
    return {
        row[: kind.keys]: row[kind.keys :]
        for rows in loaded.rows.values()
        for row in rows
        if all(row[place] in therapy for place in kind.codes)
    }


def _window(edit: Edit) -> str:
    return f"{edit.indicator} {edit.effective}..{edit.deletion}"


def _first(told: list[str]) -> list[str]:
    more = len(told) - SHOWN
    return [*told[:SHOWN], *([f"  ... and {more} more"] if more > 0 else [])]
