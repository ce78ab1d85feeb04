"""Read rules/ and profiles/ once, refuse what is wrong, and answer by payer, day and setting."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any

from plugin import moment, tables
from plugin.datafile import reader
from plugin.imports.follow import Editions
from plugin.imports.snapshot import Snapshot
from plugin.moment import Moment, Shipped
from plugin.values import Sources, hold_codes, hold_layer, hold_rule, rows_of
from rules import RULES
from rules.model import Cite
from rules.payment import estimate
from rules.policy import Dated, Policy, Rows, RuleDataError, Tables
from rules.words import Setting

ROOT = Path(__file__).parents[1]
UNKNOWN_PAYER, BASE_PAYER = moment.UNKNOWN_PAYER, moment.BASE_PAYER
NOTHING = Snapshot()
Raw = list[dict[str, Any]]
LAYERS = ("payer", "mac")
"""Kinds that say what differs from the base."""


@dataclass(frozen=True, slots=True)
class About:
    """What a rule says of itself, for cards and for people."""

    title: str
    indicator: str
    statement: str
    cites: tuple[Cite, ...]


@dataclass(slots=True)
class Rulebook:
    """All rule data of all dates; Medicare Part B is the base that every payer inherits."""

    about: Mapping[str, About]
    shipped: Shipped
    editions: Editions | None = None
    """Official tables that were imported, in place of the shipped ones; None follows none."""
    _moment: Moment = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Begin with what is loaded now."""
        self._moment = Moment(self.shipped, self._snapshot())

    def now(self) -> Moment:
        """Return the rules with the editions loaded now; keep it for as long as a visit takes."""
        snapshot = self._snapshot()
        if snapshot is not self._moment.snapshot:
            own = self._moment = Moment(self.shipped, snapshot)
            return own
        return self._moment

    def policy(
        self, payer: str, on: date, setting: Setting = "practitioner", mac: str = ""
    ) -> Policy:
        """Return what ``Moment.policy`` does, with the editions loaded now."""
        return self.now().policy(payer, on, setting, mac)

    def _snapshot(self) -> Snapshot:
        return self.editions.snapshot() if self.editions else NOTHING

    @property
    def base(self) -> Rows:
        """Medicare's values, as shipped."""
        return self.shipped.base

    @property
    def payers(self) -> Mapping[str, Rows]:
        """What each payer says otherwise, as shipped."""
        return self.shipped.payers

    @property
    def macs(self) -> Mapping[str, Rows]:
        """Local coverage, by Medicare contractor."""
        return self.shipped.macs

    @property
    def tables(self) -> Tables:
        """The tables in use now."""
        return self.now().tables

    @property
    def fingerprint(self) -> str:
        """Changes whenever any rule, payer or table does."""
        return self.now().fingerprint


def load(root: Path = ROOT, editions: Editions | None = None) -> Rulebook:
    """Load and validate everything; ``editions`` are imported tables, to be followed.

    Raises:
        RuleDataError: a file is missing or malformed, contradicts itself or another, says what is
            never heard, or names what does not exist; the message says which file, where and why.
            Nothing is skipped.

    """
    read, sources, known = reader("rule", root), Sources(), tables.load(root)
    about: dict[str, About] = {}
    base: dict[str, Sequence[Dated]] = {}
    for rule in (*RULES, estimate):
        path = root.joinpath(*rule.__name__.split(".")).with_suffix(".yaml")
        data = read(path)
        if data["rule"] != rule.ID:
            raise RuleDataError(f"{path.name}: rule: should be {rule.ID}, as the module says")
        cites = sources.read(path, data)
        rows = rows_of(path, data, cites)
        hold_rule(path, rows)
        base |= {f"{rule.ID}.{name}": own for name, own in rows.items()}
        about[rule.ID] = About(
            data["title"], data["indicator"], data["statement"], tuple(cites.values())
        )
    layers: dict[str, dict[str, Rows]] = {kind: {} for kind in LAYERS}
    for kind, own in layers.items():
        for path, rows in _layers(root, kind, base, sources):
            hold_codes(path, rows, known.codes)
            own[path.stem] = rows
    shipped = Shipped(
        base=base,
        payers=layers["payer"],
        macs=layers["mac"],
        tables=known,
        fingerprint=_fingerprint(root),
    )
    return Rulebook(about, shipped, editions)


def _layers(root: Path, kind: str, base: Rows, sources: Sources) -> Iterator[tuple[Path, Rows]]:
    """Read all payers, or all Medicare contractors: what differs from the base."""
    read = reader(kind, root)
    for path in sorted((root / "profiles" / f"{kind}s").glob("*.yaml")):
        data = read(path)
        if data[kind] != path.stem:
            raise RuleDataError(f"{path.name}: {kind}: should be {path.stem}, as the file is named")
        data["values"] = data.get("values", {}) | dict(_switched_off(path, data, base))
        rows = rows_of(path, data, sources.read(path, data))
        hold_layer(path, rows, base)
        yield path, rows


def _switched_off(path: Path, data: Mapping[str, Any], base: Rows) -> Iterator[tuple[str, Raw]]:
    """Write out which rules a payer does not follow: ``applies`` is false from the first day on."""
    seen = set(data.get("values", ()))
    for group in data.get("switched_off", ()):
        for rule in group["rules"]:
            name = f"{rule}.applies"
            if name not in base:
                raise RuleDataError(f"{path.name}: switched_off: there is no rule {rule}")
            if name in seen:
                raise RuleDataError(
                    f"{path.name}: switched_off: {rule} stands twice, or in values too"
                )
            seen.add(name)
            first = min(row.effective for row in base[name]).isoformat()
            row = {"effective": first, "ending": None, "value": False, "cite": group["cite"]}
            yield name, [row]


def _fingerprint(root: Path) -> str:
    """Hash every file that can change an answer."""
    digest = blake2b(digest_size=8)
    profiles = [(root / "profiles" / kind).glob("*") for kind in ("payers", "macs")]
    files = [*(root / "rules").rglob("*"), *chain(*profiles)]
    for path in sorted(files):
        if path.suffix in {".py", ".yaml", ".csv"}:
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
