"""The kinds of table that can be imported: how each is read, and what every release of it holds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from plugin.imports import fees, limits, lists
from plugin.imports.drafts import Draft, Given
from plugin.imports.sources import Member

Read = Callable[[Member, Given], Draft]
TABLE = r"\.(csv|txt|xlsx)$"
BY_CODE = ("97110", "97140", "97530", "97161", "92507", "G0283")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of table."""

    name: str
    members: str = TABLE
    """Pattern of the names of its files inside a zip."""
    read: Read | None
    """None for pairs, which are read another way."""
    columns: tuple[str, ...]
    keys: int
    """How many of the first columns tell one row from another."""
    codes: tuple[int, ...] = ()
    """Columns that must all name therapy codes for a row to be kept; none keeps every row."""
    fewest: int
    """Rows that no whole release has had less of."""
    canaries: Sequence[Mapping[str, str]]
    """Rows that every release holds, by some of their columns."""
    steady: bool = True
    """Whether values, and not only rows, stay mostly the same from one edition to the next."""


def _coded(*codes: str) -> tuple[dict[str, str], ...]:
    return tuple({"code": code} for code in codes)


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            name="ptp",
            members=r"\.(txt|xlsx)$",
            read=None,
            columns=("column_1", "column_2", "windows"),
            keys=2,
            codes=(0, 1),
            fewest=1_000_000,
            canaries=tuple(
                {"column_1": one, "column_2": two}
                for one, two in (
                    ("20561", "20560"),  # in part 1 of 4
                    ("29881", "29870"),  # 2
                    ("45385", "45378"),  # 3
                    ("97140", "97124"),  # 4
                    ("97150", "97110"),
                    ("97161", "97164"),
                )
            ),
        ),
        Kind(
            name="mue",
            read=limits.read_mue,
            columns=("code", "mue_value", "mai", "rationale"),
            keys=1,
            codes=(0,),
            fewest=5_000,
            canaries=_coded(*BY_CODE),
        ),
        Kind(
            name="add-on",
            members=r"aoc.*\.(csv|txt|xlsx)$",
            read=limits.read_add_on,
            columns=("add_on", "primary", "edit_type", "effective", "ending", "note"),
            keys=4,
            codes=(0, 1),
            fewest=1_000,
            canaries=(
                {"add_on": "97546", "primary": "97545"},
                {"add_on": "92608", "primary": "92607"},
                {"add_on": "97598", "primary": "97597"},
            ),
        ),
        Kind(
            name="rvu",
            members=r"pprrvu.*\.(csv|txt|xlsx)$",
            read=fees.read_rvu,
            columns=fees.RVU_COLUMNS,
            keys=2,
            codes=(0,),
            fewest=10_000,
            canaries=(
                {"code": "97110", "modifier": "", "status": "A", "mult_proc": "5"},
                {"code": "97140", "modifier": "", "status": "A", "mult_proc": "5"},
                {"code": "99213", "modifier": "", "status": "A", "mult_proc": "0"},
            ),
            steady=False,
        ),
        Kind(
            name="gpci",
            members=r"gpci.*\.(csv|txt|xlsx)$",
            read=fees.read_gpci,
            columns=fees.GPCI_COLUMNS,
            keys=2,
            fewest=80,
            canaries=({"state": "AL", "locality": "00"}, {"state": "AK", "locality": "01"}),
            steady=False,
        ),
        Kind(
            name="zip",
            members=r"zip5(?!.*lyout).*\.txt$",
            read=lists.read_zip,
            columns=("zip", "state", "carrier", "locality", "rural", "plus_four"),
            keys=2,
            fewest=30_000,
            canaries=({"zip": "99501", "state": "AK"}, {"zip": "10001", "state": "NY"}),
        ),
        Kind(
            name="therapy-list",
            read=lists.read_therapy,
            columns=("code", "disposition"),
            keys=1,
            fewest=40,
            canaries=_coded("97110", "97140", "92507", "97530"),
        ),
        Kind(
            name="nucc",
            members=r"nucc.*\.csv$",
            read=lists.read_nucc,
            columns=("code", "grouping", "classification", "specialization"),
            keys=1,
            fewest=700,
            canaries=_coded("225100000X", "225X00000X", "235Z00000X"),
        ),
    )
}
