"""The rules as they are at one moment: the shipped data, with loaded editions in its place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import blake2b

from plugin.imports.editions import Edition
from plugin.imports.factors import factors
from plugin.imports.quarters import Span
from plugin.imports.snapshot import NCCI, Snapshot
from rules.policy import Dated, Policy, Rows, Tables
from rules.words import Setting

UNKNOWN_PAYER = "unknown"
BASE_PAYER = "medicare_part_b"
KEPT_POLICIES = 512
KINDS = {"ptp_edit": "ptp", "mue": "mue", "add_on_code": "add-on"}
"""The kind of edition that each rule reads; ``<rule>.edition`` says for which days it is there."""
DECIDING = ("ptp-", "mue-", "add-on", "rvu-standard")
"""Slots whose editions can change an answer."""
FEES = frozenset({"rvu-standard", "rvu-apm"})
"""Slots that hold a conversion factor."""

PolicyKey = tuple[str, date, Setting, str, frozenset[str]]
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """All rule data that comes with the service, of all dates."""

    base: Rows
    payers: Mapping[str, Rows]
    macs: Mapping[str, Rows]
    """Local coverage, by Medicare contractor; a site names its own, or none."""
    tables: Tables
    fingerprint: str


@dataclass(slots=True)
class Moment:
    """What answers while the same editions are loaded; ask one for all of a visit."""

    shipped: Shipped
    snapshot: Snapshot
    tables: Tables = field(init=False)
    """For pages that show more than one day; a policy holds those of its own day."""
    fingerprint: str = field(init=False)
    """Changes whenever any rule, payer or table does."""
    _rows: dict[str, tuple[Rows, Mapping[str, Rows]]] = field(init=False, repr=False)
    _loaded: bool = field(init=False, repr=False)
    _policies: dict[PolicyKey, Policy] = field(init=False, default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Let loaded editions take the place of what was shipped."""
        deciding = tuple(deciding_in(self.snapshot))
        self._loaded = bool(deciding)
        self.tables, self.fingerprint = self.shipped.tables, self.shipped.fingerprint
        if deciding:
            self.tables = self.snapshot.tables(self.shipped.tables)
            self.fingerprint = _fingerprint(self.shipped.fingerprint, deciding)
        if {*self.snapshot.slots} & FEES:
            own = factors(self.snapshot, self.shipped.tables.factors)
            self.tables = replace(self.tables, factors=own)
        self._rows = {own: self._rows_in(own) for own in NCCI}

    def policy(
        self,
        payer: str,
        on: date,
        setting: Setting = "practitioner",
        mac: str = "",
        off: frozenset[str] = NONE,
    ) -> Policy:
        """Return the payer's own values over Medicare's, for one date of service and setting.

        A payer without a profile is the ``unknown`` one. ``mac`` names the Medicare contractor
        whose local coverage is added; it speaks for Medicare Part B alone. Rules that are ``off``
        are left out.
        """
        payer = payer if payer in self.shipped.payers else UNKNOWN_PAYER
        key = (payer, on, setting, mac, off)
        known = self._policies.get(key)
        if known is None:
            if len(self._policies) >= KEPT_POLICIES:
                self._policies.clear()
            local = self.shipped.macs.get(mac, {}) if payer == BASE_PAYER else {}
            base, payers = self._rows["practitioner" if setting == "practitioner" else "hospital"]
            layers = (local, payers[payer], base)
            known = Policy(payer, on, setting, layers, self._tables_on(on)).without(off)
            self._policies[key] = known
        return known

    def _tables_on(self, on: date) -> Tables:
        if not self._loaded:
            return self.shipped.tables
        return self.snapshot.tables(self.shipped.tables, on.isoformat())

    def _rows_in(self, setting: str) -> tuple[Rows, Mapping[str, Rows]]:
        """Return Medicare's values and the payers' own, with the editions of an NCCI setting."""
        base, payers = self.shipped.base, self.shipped.payers
        for rule, kind in KINDS.items():
            slot = kind if kind == "add-on" else f"{kind}-{setting}"
            spans = [(loaded.edition, span) for loaded, span in self.snapshot.spans(slot)]
            if spans:
                own = dict(_spoken(rule, base, spans))
                base = {**base, **own}
                name = f"{rule}.edition"
                payers = {
                    payer: {**rows, name: _theirs(rows[name], self.shipped.base[name], own[name])}
                    if name in rows
                    else rows
                    for payer, rows in payers.items()
                }
        return base, payers


def deciding_in(snapshot: Snapshot) -> Iterator[Edition]:
    """Yield the editions that can change an answer."""
    for slot in sorted(snapshot.slots):
        if slot.startswith(DECIDING):
            yield from (loaded.edition for loaded in snapshot.slots[slot])


def _spoken(
    rule: str, base: Rows, spans: Sequence[tuple[Edition, Span]]
) -> Iterator[tuple[str, Sequence[Dated]]]:
    """Yield the values that an edition stands for, on the days for which it speaks alone."""
    name = f"{rule}.edition"
    rows = [_dated(edition, span, base[name][-1]) for edition, span in spans]
    yield name, rows
    if rule == "ptp_edit":  # an official release prints first days, and holds every code
        yield "ptp_edit.released", [replace(row, value=_last(row)) for row in rows]
        unread = base["unneeded_modifier.edits_not_read"][-1].value
        yield (
            "unneeded_modifier.edits_not_read",
            [
                replace(row, value=unread if edition.excerpt else [])
                for row, (edition, _) in zip(rows, spans, strict=True)
            ],
        )


def _dated(edition: Edition, span: Span, shipped: Dated) -> Dated:
    cite = replace(
        shipped.cite,
        edition=edition.name,
        effective=span.first,
        checked=edition.imported_at[:10],
    )
    ending = date.fromisoformat(span.last) if span.last else None
    return Dated(date.fromisoformat(span.first), ending, edition.name, cite)


def _last(row: Dated) -> str:
    return (row.ending or date.max).isoformat()


def _theirs(
    own: Sequence[Dated], shipped: Sequence[Dated], loaded: Sequence[Dated]
) -> Sequence[Dated]:
    """Return what a payer says of a table that it has in common with Medicare, once more."""
    first, says, was = own[0].effective, own[-1], str(shipped[-1].value)
    return [
        replace(
            row,
            effective=max(first, row.effective),
            value=str(says.value).replace(was, str(row.value)),
            cite=replace(says.cite, edition=row.cite.edition),
        )
        for row in loaded
        if row.ending is None or first <= row.ending
    ]


def _fingerprint(shipped: str, editions: Sequence[Edition]) -> str:
    """Hash what was shipped and what was loaded; what was taken back leaves no trace."""
    digest = blake2b(shipped.encode(), digest_size=8)
    for edition in editions:
        said = (edition.folder, edition.name, edition.effective, edition.ending, edition.scope)
        files = [file.sha256 for file in edition.files]
        digest.update("\0".join([*said, *files, ""]).encode())
    return digest.hexdigest()
