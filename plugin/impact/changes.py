"""What changed between two sides, table by table, on the first day of the new edition."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from plugin.impact.contents import COLUMNS, Key, Spoken, Values, in_force, spoken
from plugin.impact.sides import SHIPPED, Sides, stretched
from plugin.imports.limits import BY_CONTRACTOR
from plugin.imports.pairs import PairTable
from plugin.tables import known_codes
from rules.policy import Edit, Tables

SORTS = ADDED, ENDED, CHANGED = ("added", "ended", "changed")
Pairs = Mapping[str, Mapping[str, Sequence[Edit]]]


@dataclass(frozen=True, slots=True)
class Change:
    """What was said of something, and what is said; None is nothing."""

    key: Key
    was: Values | None
    now: Values | None

    @property
    def sort(self) -> str:
        """Whether it was added, has ended or has changed."""
        if self.was is None:
            return ADDED
        return ENDED if self.now is None else CHANGED


@dataclass(slots=True, kw_only=True)
class TableChanges:
    """The changes of one table on one day; both editions as though they spoke for that day."""

    slot: str
    kind: str
    setting: str
    day: str
    old: str
    """The edition, or ``shipped``."""
    new: str
    therapy: list[Change] = field(default_factory=list)
    """In the order of their codes."""
    others: Counter[str] | None = None
    """How many changes of each sort there are without a therapy code; None: not compared."""
    listed: list[Change] = field(default_factory=list)
    """Those others, where they are wanted."""


def compare(
    sides: Sides, shipped: Tables, *, day: str = "", all_of: bool = False
) -> Iterator[TableChanges]:
    """Yield what changed in each table that the sides can differ in.

    Compared is what either side says of one day: of ``day``, else of the first day of the new
    edition. An edition whose own days have ended by then, or have not begun, is asked as though it
    spoke still, or already. A change is of therapy where it is about a therapy code; others are
    counted where both sides hold them, and listed when ``all_of`` is wanted.
    """
    for slot in sides.slots:
        own = day or sides.day(slot)
        old, new = (
            spoken(slot, loaded and stretched(loaded, own), shipped, own)
            for loaded in (side.loaded(slot, own) for side in (sides.old, sides.new))
        )
        found = TableChanges(
            slot=slot,
            kind=old.kind,
            setting=old.setting,
            day=own,
            old=_edition(old),
            new=_edition(new),
            others=Counter() if _alike(old, new) else None,
        )
        _sort(found, _changes(old, new, shipped), shipped.codes.keys(), all_of=all_of)
        yield found


def _edition(own: Spoken) -> str:
    """Return what an edition is called, and whether it lacks rows on purpose."""
    if own.loaded is None:
        return SHIPPED
    edition = own.loaded.edition
    return f"{edition.name} (an excerpt)" if edition.excerpt else edition.name


def _alike(old: Spoken, new: Spoken) -> bool:
    """Tell whether both sides hold rows of the same codes."""
    return bool(old.loaded and new.loaded) and _scope(old) == _scope(new)


def _scope(own: Spoken) -> str:
    return own.loaded.edition.scope if own.loaded else ""


def _sort(
    found: TableChanges, changes: Iterable[Change], therapy: Set[str], *, all_of: bool
) -> None:
    """Keep changes of therapy, and of the others no more than is wanted."""
    every = found.kind == "therapy-list" or not COLUMNS[found.kind].codes
    for change in changes:
        if every or not therapy.isdisjoint(change.key):
            found.therapy.append(change)
        elif found.others is not None:
            found.others[change.sort] += 1
            if all_of:
                found.listed.append(change)
    found.therapy.sort(key=lambda own: own.key)
    found.listed.sort(key=lambda own: own.key)


def _changes(old: Spoken, new: Spoken, shipped: Tables) -> Iterator[Change]:
    """Yield every change between what both sides hold."""
    columns = COLUMNS[old.kind]
    both = _alike(old, new) or not columns.codes or old.kind == "therapy-list"
    kept = None if both else known_codes(shipped) | {BY_CONTRACTOR}
    if columns.read is None:
        yield from _pair_changes(old, new, kept)
        return
    was, now = columns.read(old), columns.read(new)
    for key in was.keys() | now.keys():
        if kept is not None and not kept.issuperset(key):
            continue
        if was.get(key) != now.get(key):
            yield Change(key, was.get(key), now.get(key))


def _pair_changes(old: Spoken, new: Spoken, kept: frozenset[str] | None) -> Iterator[Change]:
    was, now = (own.tables.edits.get(own.setting, {}) for own in (old, new))
    for one, two in _pairs(was, now, kept):
        said, says = (in_force(_windows(own, one, two), old.day) for own in (was, now))
        if said != says and (kept is None or kept.issuperset((one, two))):
            yield Change((one, two), said, says)


def _pairs(was: Pairs, now: Pairs, kept: frozenset[str] | None) -> Iterable[tuple[str, str]]:
    """Return the pairs that may differ: between loaded tables those alone whose rows do."""
    if isinstance(was, PairTable) and isinstance(now, PairTable):
        return was.unlike(now)
    ones = was.keys() | now.keys() if kept is None else kept
    return {(one, two) for own in (was, now) for one in ones for two in own.get(one, ())}


def _windows(pairs: Pairs, one: str, two: str) -> Sequence[Edit]:
    if isinstance(pairs, PairTable):
        return pairs.windows(one, two)
    return pairs.get(one, {}).get(two, ())
