"""One import: read whole, checked whole, then switched at once; or nothing at all."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from plugin.imports import ptp
from plugin.imports.changes import Changes, compare
from plugin.imports.drafts import Draft, Given
from plugin.imports.editions import Edition, File, shadowed
from plugin.imports.faults import RefusedFileError, StoreError
from plugin.imports.kinds import KINDS, Kind
from plugin.imports.limits import BY_CONTRACTOR
from plugin.imports.shelf import Shelf, Staged
from plugin.imports.snapshot import load
from plugin.imports.sources import Member, members

MOST_CHANGED = 0.25
"""Share of the therapy rows that may differ from the edition before without a second look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants imported, and how."""

    kind: str
    paths: Sequence[Path]
    therapy: Collection[str]
    """The therapy codes, whose rows are kept."""
    by: str
    given: Given = field(default_factory=Given)
    everything: bool = False
    """Whether rows about other codes are kept too."""
    past: bool = False
    """Whether an edition older than the one in use is wanted."""
    changed: bool = False
    """Whether many changes are meant."""


@dataclass(frozen=True, slots=True)
class Imported:
    """One edition that now speaks, and what it says otherwise than the one before."""

    edition: Edition
    before: Edition | None
    changes: Changes
    overlapping: int


def bring(home: Path, order: Order, watch: Callable[[int], ptp.Advance]) -> list[Imported]:
    """Import files; ``watch`` is told the bytes to come, and returns what is told of each piece.

    Raises:
        RefusedFileError: a file is not what it should be.
        StoreError: the folder of editions cannot be read or written.

    """
    kind = KINDS[order.kind]
    found = members(order.paths, kind.members)
    shelf = Shelf(home)
    with shelf.held():
        known = shelf.editions()
        drafts = _read(kind, found, order.given, watch(sum(member.size for member in found)))
        _hold_new(drafts, known, order)
        _hold_apart(drafts)
        for draft in drafts:
            _hold_whole(draft, kind, order.given)
        before = [_before(draft, known, order) for draft in drafts]
        pointer = shelf.pointer()
        staged = []
        for place, draft in enumerate(drafts, 1):
            edition = _edition(draft, order, pointer.numbered + place, pointer.serial + 1)
            staged.append(shelf.stage(draft, edition, _keep(order)))
        done = [
            _checked(shelf, own, draft, (old, order))
            for own, draft, old in zip(staged, drafts, before, strict=True)
        ]
        shelf.switch(staged)
    return done


def take_back(home: Path, kind: str) -> list[Edition]:
    """Withdraw what the last import of a kind brought, and return it.

    Raises:
        StoreError: nothing of the kind was imported, or the folder cannot be written.

    """
    shelf = Shelf(home)
    with shelf.held():
        own = [edition for edition in shelf.editions() if kind in (edition.kind, edition.slot)]
        if not own:
            raise StoreError(f"{shelf.root}: holds no edition of {kind}; nothing was changed")
        last = max(edition.batch for edition in own)
        gone = [edition for edition in own if edition.batch == last]
        shelf.withdraw(gone)
    return gone


def _read(kind: Kind, found: Sequence[Member], given: Given, advance: ptp.Advance) -> list[Draft]:
    if kind.read is None:
        return ptp.read(found, given, advance)
    drafts = []
    for member in found:
        drafts.append(kind.read(member, given))
        advance(member.size, drafts[-1].rows_read)
    return drafts


def _keep(order: Order) -> frozenset[str] | None:
    return None if order.everything else frozenset([*order.therapy, BY_CONTRACTOR])


def _scope(order: Order) -> str:
    return "all" if order.everything or not KINDS[order.kind].codes else "therapy"


def _hold_new(drafts: Sequence[Draft], known: tuple[Edition, ...], order: Order) -> None:
    """Refuse files that speak already, all of them, for the same days and as asked for now.

    CMS publishes a table once more for other days, when nothing in it has changed.
    """
    loaded = {
        (edition.slot, edition.span, frozenset(file.sha256 for file in edition.files)): edition
        for edition in known
        if edition.scope == _scope(order) and not shadowed(edition, known)
    }
    same = [loaded.get((d.slot, d.span, frozenset(m.sha256 for m in d.members))) for d in drafts]
    if (edition := same[0]) and all(same):
        when = edition.imported_at[:10]
        reason = f"is loaded already, as {edition.slot} {edition.name}, since {when}"
        raise RefusedFileError(drafts[0].members[0].path.name, reason, "There is nothing to do")


def _hold_apart(drafts: Sequence[Draft]) -> None:
    """Refuse two tables for the same days."""
    counts = Counter((draft.slot, draft.span.first, draft.span.last) for draft in drafts)
    for draft in drafts:
        if counts[draft.slot, draft.span.first, draft.span.last] > 1:
            reason = f"is one of two {draft.slot} tables for the same days"
            raise draft.members[0].refuse(reason, "Import one of them")


def _hold_whole(draft: Draft, kind: Kind, given: Given) -> None:
    """Refuse rows that stand twice, and a table that lacks what every release holds."""
    _hold_once(draft, kind)
    if not draft.rows_read:
        raise draft.members[0].refuse("holds no rows", "Take the file as CMS published it")
    if given.excerpt:
        return
    remedy = "Take the whole release; if a part of it is meant, add --excerpt"
    if draft.rows_read < kind.fewest:
        reason = f"holds {draft.rows_read:,} rows where every release has {kind.fewest:,} or more"
        raise draft.members[0].refuse(reason, remedy)
    if lacking := _lacking(draft, kind):
        reason = f"lacks {lacking[0]}, which every release holds"
        raise draft.members[0].refuse(reason, remedy)


def _hold_once(draft: Draft, kind: Kind) -> None:
    seen: dict[tuple[str, ...], int] = {}
    for line, row in draft.rows:
        if first := seen.setdefault(row[: kind.keys], line) - line:
            reason = f"{' '.join(row[: kind.keys]).strip()} stands in line {line + first} already"
            raise draft.members[0].refuse(reason, "Take the file as CMS published it", line)


def _lacking(draft: Draft, kind: Kind) -> list[str]:
    if draft.packed:
        return draft.packed.lacking([(own["column_1"], own["column_2"]) for own in kind.canaries])
    places = {name: place for place, name in enumerate(kind.columns)}
    return [
        " ".join(f"{name} {value}" for name, value in canary.items() if value)
        for canary in kind.canaries
        if not any(all(row[places[n]] == v for n, v in canary.items()) for _, row in draft.rows)
    ]


def _before(draft: Draft, known: Sequence[Edition], order: Order) -> Edition | None:
    """Return the edition that a draft follows.

    Raises:
        RefusedFileError: the draft is older, and nobody said that it is wanted.

    """
    own = [edition for edition in known if edition.slot == draft.slot]
    if not own:
        return None
    newest = max(own, key=lambda edition: edition.rank)
    days = (draft.span.first, draft.span.last or "9")
    if days < (newest.effective, newest.ending or "9") and not order.past:
        reason = f"is {draft.name}, older than {newest.name}, which is in use"
        remedy = "Add --past to load it for the days before; `countersign editions` lists all"
        raise draft.members[0].refuse(reason, remedy)
    return newest


def _edition(draft: Draft, order: Order, number: int, batch: int) -> Edition:
    return Edition(
        number=number,
        batch=batch,
        kind=draft.kind,
        setting=draft.setting,
        name=draft.name,
        effective=draft.span.first,
        ending=draft.span.last,
        files=tuple(
            File(file=own.path.name, member=own.inside, sha256=own.sha256) for own in draft.members
        ),
        imported_at=datetime.now(UTC).isoformat(timespec="seconds"),
        imported_by=order.by,
        rows_read=draft.rows_read,
        rows_kept=0,
        scope=_scope(order),
        excerpt=order.given.excerpt,
        rationales=tuple(draft.packed.rationales) if draft.packed else (),
    )


def _checked(
    shelf: Shelf, staged: Staged, draft: Draft, against: tuple[Edition | None, Order]
) -> Imported:
    """Read an edition back as the service will, and hold it against the one before."""
    before, order = against
    old = load(shelf.root / before.folder) if before else None
    changes = compare(old, load(staged.folder), order.therapy)
    if not staged.edition.rows_kept:
        reason = "holds no row about therapy codes, so nothing of it would be kept"
        raise draft.members[0].refuse(reason, "Take the whole release, or add --all")
    if before and not (order.changed or before.excerpt) and changes.share > MOST_CHANGED:
        reason = f"{changes.share:.0%} of the therapy rows differ from {before.name}"
        remedy = "If that is as CMS announced, add --accept-changes"
        raise draft.members[0].refuse(reason, remedy)
    overlapping = draft.packed.overlapping if draft.packed else 0
    return Imported(staged.edition, before, changes, overlapping)
