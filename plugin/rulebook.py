"""Read rules/ and profiles/ once, refuse what is wrong, and answer by payer, day and setting."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from rules import RULES
from rules.model import Cite
from rules.policy import (
    AddOn,
    Code,
    Dated,
    Edit,
    Fee,
    Mue,
    Policy,
    Rows,
    RuleDataError,
    Tables,
    pick,
)
from rules.words import Setting

ROOT = Path(__file__).parents[1]
UNKNOWN_PAYER = "unknown"
BASE_PAYER = "medicare_part_b"
KEPT_POLICIES = 512
KINDS = ("rule", "payer", "tenant", "mac")
"""Kinds of data file, in the order of the schema's branches."""


@dataclass(frozen=True, slots=True)
class About:
    """What a rule says of itself, for cards and for people."""

    title: str
    indicator: str
    statement: str
    cites: tuple[Cite, ...]


PolicyKey = tuple[str, date, Setting, str]


@dataclass(slots=True)
class Rulebook:
    """All rule data of all dates; Medicare Part B is the base that every payer inherits."""

    about: Mapping[str, About]
    base: Rows
    payers: Mapping[str, Rows]
    macs: Mapping[str, Rows]
    """Local coverage, by Medicare contractor; a site names its own, or none."""
    tables: Tables
    fingerprint: str
    """Changes whenever any rule, payer or table does."""
    _policies: dict[tuple[str, date, Setting, str], Policy] = field(
        default_factory=dict, repr=False
    )

    def policy(
        self, payer: str, on: date, setting: Setting = "practitioner", mac: str = ""
    ) -> Policy:
        """Return the payer's own values over Medicare's, for one date of service and setting.

        A payer without a profile is the ``unknown`` one. ``mac`` names the Medicare contractor
        whose local coverage is added; it speaks for Medicare Part B alone.
        """
        payer = payer if payer in self.payers else UNKNOWN_PAYER
        local = self.macs.get(mac, {}) if payer == BASE_PAYER else {}
        key = (payer, on, setting, mac)
        known = self._policies.get(key)
        if known is None:
            if len(self._policies) >= KEPT_POLICIES:
                self._policies.clear()
            layers = (local, self.payers[payer], self.base)
            known = self._policies[key] = Policy(payer, on, setting, layers, self.tables)
        return known


def load(root: Path = ROOT) -> Rulebook:
    """Load and validate everything.

    Raises:
        RuleDataError: a file is missing, malformed, overlapping, or names what does not exist; the
            message says which file, where and why. Nothing is skipped.

    """
    validator = schema(root)
    about: dict[str, About] = {}
    base: dict[str, Sequence[Dated]] = {}
    for rule in RULES:
        path = root.joinpath(*rule.__name__.split(".")).with_suffix(".yaml")
        data = read_valid(path, validator)
        if data.get("rule") != rule.ID:
            raise RuleDataError(f"{path.name}: rule: should be {rule.ID}, as the module says")
        base |= _rows(path, data, f"{rule.ID}.")
        about[rule.ID] = About(
            data["title"], data["indicator"], data["statement"], tuple(_cites(data).values())
        )
    payers = dict(_layers(root, "payer", validator, base))
    macs = dict(_layers(root, "mac", validator, base))
    tables = Tables(
        codes=_codes(root / "rules" / "tables" / "codes.csv"),
        edits=_edits(root / "rules" / "tables" / "ptp.csv"),
        mues=_mues(root / "rules" / "tables" / "mue.csv"),
        add_ons=_add_ons(root / "rules" / "tables" / "add_on.csv"),
        fees=_fees(root / "rules" / "tables" / "fees.csv"),
    )
    return Rulebook(about, base, payers, macs, tables, _fingerprint(root))


def schema(root: Path = ROOT) -> jsonschema_rs.Validator:
    """Return the validator of every YAML file in rules/ and profiles/."""
    return jsonschema_rs.validator_for(
        json.loads((root / "rules" / "schema.json").read_text(encoding="utf-8")),
        validate_formats=True,
    )


def read_valid(path: Path, validator: jsonschema_rs.Validator) -> dict[str, Any]:
    """Read one YAML file against the schema.

    Raises:
        RuleDataError: the file cannot be read, or breaks the schema; names file, place and reason.

    """
    try:
        data: dict[str, Any] = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise RuleDataError(f"{path.name}: cannot be read: {error}") from error
    kind = next((k for k in KINDS if k in (data or ())), "")
    if not kind:
        raise RuleDataError(f"{path.name}: is none of these: {', '.join(KINDS)}")
    for fault in _faults(data, kind, validator):
        raise RuleDataError(f"{path.name}: {fault}")
    return data


def _faults(data: dict[str, Any], kind: str, validator: jsonschema_rs.Validator) -> Iterator[str]:
    """Say what is wrong in words about this kind of file, not about all kinds at once."""
    for error in validator.iter_errors(data):
        branch = KINDS.index(kind)
        context = getattr(error.kind, "context", None)
        inner = context[branch] if context else [error]
        for fault in inner:
            where = ".".join(str(step) for step in fault.instance_path) or "top level"
            yield f"{where}: {fault.message}"


def _layers(
    root: Path, kind: str, validator: jsonschema_rs.Validator, base: Rows
) -> Iterator[tuple[str, Rows]]:
    """Read all payers, or all Medicare contractors: what differs from the base."""
    for path in sorted((root / "profiles" / f"{kind}s").glob("*.yaml")):
        data = read_valid(path, validator)
        if data.get(kind) != path.stem:
            raise RuleDataError(f"{path.name}: {kind}: should be {path.stem}, as the file is named")
        rows = _rows(path, data) if "values" in data else {}
        if strange := sorted(rows.keys() - base.keys()):
            raise RuleDataError(f"{path.name}: values: no rule has a value {', '.join(strange)}")
        for name, own in rows.items():
            _same_kind(path, name, own, base[name])
        yield path.stem, rows


def _same_kind(path: Path, name: str, own: Sequence[Dated], base: Sequence[Dated]) -> None:
    kinds = {type(row.value) for row in base}
    for row in own:
        if type(row.value) not in kinds:
            expected = "/".join(sorted(kind.__name__ for kind in kinds))
            raise RuleDataError(f"{path.name}: values.{name}: should be {expected}")


def _cites(data: dict[str, Any]) -> dict[str, Cite]:
    return {c["id"]: Cite(**c) for c in data["cites"]}


def _rows(path: Path, data: dict[str, Any], prefix: str = "") -> dict[str, Sequence[Dated]]:
    """Build the dated rows of one file, refusing two in force on the same day."""
    cites = _cites(data)
    made: dict[str, Sequence[Dated]] = {}
    for name, rows in data["values"].items():
        place = f"{path.name}: values.{name}"
        dated = tuple(_dated(row, cites, place) for row in rows)
        for row in dated:
            if row.ending and row.ending < row.effective:
                raise RuleDataError(f"{place}: ends on {row.ending}, before {row.effective}")
            try:
                pick(dated, row.effective)
            except RuleDataError as error:
                raise RuleDataError(f"{place}: {error}") from error
        made[prefix + name] = dated
    return made


def _dated(row: Mapping[str, Any], cites: Mapping[str, Cite], place: str) -> Dated:
    cite = cites.get(row["cite"])
    if cite is None:
        raise RuleDataError(f"{place}: cites {row['cite']}, which the file does not list")
    ending = date.fromisoformat(row["ending"]) if row["ending"] else None
    own = replace(cite, effective=row["effective"])
    return Dated(date.fromisoformat(row["effective"]), ending, row["value"], own)


def _table(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Read a table whose first line is its provenance; yields line numbers for messages."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            if not file.readline().startswith("#"):
                raise RuleDataError(f"{path.name}: line 1: should say where the table is from")
            yield from enumerate(csv.DictReader(file), start=3)
    except OSError as error:
        raise RuleDataError(f"{path.name}: cannot be read: {error}") from error


def _codes(path: Path) -> dict[str, Code]:
    made = {}
    for number, row in _table(path):
        try:
            made[row["code"]] = Code(
                code=row["code"],
                label=row["label"],
                kind=row["kind"],
                minutes=int(row["minutes"]) if row["minutes"] else None,
                add_on_to=row["add_on_to"],
                therapy=row["therapy"],
                confidence=row["confidence"],
                only=row["only"],
                disciplines=frozenset(row["disciplines"].split("|")),
                contact=row["contact"],
                status=row["status"],
                effective=row["effective"],
                ending=row["ending"],
                successors=tuple(filter(None, row["successors"].split("|"))),
            )
        except (KeyError, ValueError) as error:
            raise RuleDataError(f"{path.name}: line {number}: {error}") from error
    return made


def _edits(path: Path) -> dict[str, dict[str, dict[str, list[Edit]]]]:
    made: dict[str, dict[str, dict[str, list[Edit]]]] = {}
    for number, row in _table(path):
        if row["modifier_indicator"] not in {"0", "1", "9"}:
            raise RuleDataError(f"{path.name}: line {number}: modifier_indicator: not 0, 1 or 9")
        edit = Edit(row["modifier_indicator"], row["effective"], row["deletion"], row["basis"])
        pairs = made.setdefault(row["setting"], {}).setdefault(row["column_1"], {})
        pairs.setdefault(row["column_2"], []).append(edit)
    return made


def _mues(path: Path) -> dict[str, dict[str, list[Mue]]]:
    made: dict[str, dict[str, list[Mue]]] = defaultdict(lambda: defaultdict(list))
    for number, row in _table(path):
        try:
            mue = Mue(int(row["mue_value"]), row["mai"], row["effective"], row["ending"])
        except ValueError as error:
            raise RuleDataError(f"{path.name}: line {number}: mue_value: {error}") from error
        made[row["setting"]][row["code"]].append(mue)
    return {setting: dict(codes) for setting, codes in made.items()}


def _add_ons(path: Path) -> dict[str, list[AddOn]]:
    made: dict[str, list[AddOn]] = {}
    for _, row in _table(path):
        made.setdefault(row["add_on"], []).append(
            AddOn(row["primary"], row["effective"], row["ending"])
        )
    return made


def _fees(path: Path) -> dict[str, list[Fee]]:
    made: dict[str, list[Fee]] = {}
    for number, row in _table(path):
        try:
            fee = Fee(
                effective=row["effective"],
                ending=row["ending"],
                work=Decimal(row["work"]),
                office=Decimal(row["pe_office"]),
                facility=Decimal(row["pe_facility"]),
                malpractice=Decimal(row["malpractice"]),
                reduced=row["mult_proc"] == "5",
                factor=Decimal(row["factor"]),
            )
        except InvalidOperation as error:
            raise RuleDataError(f"{path.name}: line {number}: is no number") from error
        made.setdefault(row["code"], []).append(fee)
    return made


def _fingerprint(root: Path) -> str:
    """Hash every file that can change an answer."""
    digest = blake2b(digest_size=8)
    profiles = [(root / "profiles" / kind).glob("*") for kind in ("payers", "macs")]
    files = [*(root / "rules").rglob("*"), *chain(*profiles)]
    for path in sorted(files):
        if path.suffix in {".py", ".yaml", ".csv"}:
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
