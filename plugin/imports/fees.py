"""Relative values of the physician fee schedule, and what they are worth where."""

import re
from collections.abc import Iterator
from itertools import islice

from plugin.imports.drafts import Cells, Draft, Given, chosen, gathered, spanned
from plugin.imports.headers import LAYOUT, SEARCHED, Layout, Record, sheet
from plugin.imports.quarters import MONTHS, Span, rest_of_year
from plugin.imports.rows import lines
from plugin.imports.sources import Member

FACTORS = ("standard", "apm")
"""From 2026 on, clinicians in an advanced payment model have a conversion factor of their own."""
SPLIT = "2026"
RVU = Layout(
    columns={
        "code": r"hcpcs",
        "modifier": r"mod",
        "status": r"status code",
        "work": r"work rvu",
        "pe_office": r"non-fac pe rvu",
        "pe_facility": r"facility pe rvu",
        "malpractice": r"mp rvu",
        "pctc": r"pctc ind",
        "mult_proc": r"mult proc",
        "factor": r"conv factor",
    },
    anchor=(r"hcpcs", r"mod"),
    above=3,
)
TITLE = re.compile(r"(20\d\d) national physician fee schedule relative value file (\w+) release")
NAME = re.compile(r"pprrvu(\d{2}|20\d\d)_([a-z]{3})", re.IGNORECASE)
FIXED = {
    "code": (1, 5),
    "modifier": (6, 7),
    "status": (58, 58),
    "work": (60, 65),
    "pe_office": (67, 72),
    "pe_facility": (76, 81),
    "malpractice": (85, 89),
    "pctc": (103, 103),
    "mult_proc": (116, 116),
    "factor": (133, 140),
}
"""Places of the fixed text, from 1, both ends inclusive; the same to the end of 2025."""
GPCI = Layout(
    columns={
        "carrier": r"medicare administrative contractor( \(mac\))?",
        "state": r"state",
        "locality": r"locality number",
        "name": r"locality name",
        "work": r"20\d\d pw gpci.*",
        "pe": r"20\d\d pe gpci.*",
        "malpractice": r"20\d\d mp gpci.*",
    },
    anchor=(r"state", r"locality number"),
)
GPCI_FIXED = {
    "carrier": (1, 5),
    "state": (17, 18),
    "locality": (25, 26),
    "name": (30, 121),
    "work": (122, 126),
    "pe": (134, 138),
    "malpractice": (146, 150),
}
RVU_COLUMNS = tuple(FIXED)
GPCI_COLUMNS = ("carrier", "locality", "state", "name", "work", "pe", "malpractice")


def read_rvu(member: Member, given: Given) -> Draft:
    """Return the draft of a file of relative values."""
    if fixed := _is_fixed(member):
        heading, records = "", _fixed(member, FIXED, "HDR")
    else:
        table = sheet(member, RVU)
        heading, records = " ".join(table.before), iter(table)
    known = _release(heading, member.name)
    span = spanned(member, given, known)
    if fixed and span.first >= SPLIT:
        reason = "the fixed text of 2026 and later has no layout that could be verified"
        raise member.refuse(reason, "Import the CSV of the same zip")
    return Draft(
        kind="rvu",
        setting=chosen(member, given, _factor(member.name, span), FACTORS),
        name=f"{span.first[:4]} {MONTHS[int(span.first[5:7])].title()}",
        span=span,
        members=(member,),
        rows=gathered(records, _values),
    )


def _release(heading: str, name: str) -> Span | None:
    """Return the days from a release's month to the end of its year."""
    found = TITLE.search(heading) or NAME.search(name)
    if not found or (month := found[2][:3].lower()) not in MONTHS[1:]:
        return None
    year = int(found[1])
    return rest_of_year(year if year > 99 else 2000 + year, MONTHS.index(month))  # noqa: PLR2004


def _factor(name: str, span: Span) -> str:
    name = name.lower()
    if "nonqpp" in name:
        return "standard"
    if "qpp" in name:
        return "apm"
    return "standard" if span.first < SPLIT else ""


def _values(record: Record) -> Cells:
    numbers = ("work", "pe_office", "pe_facility", "malpractice", "factor")
    for name in numbers:
        record.number(name)
    record.code("code")
    record.match("modifier", r"[0-9A-Z]{0,2}", "a modifier or empty")
    record.match("status", r"[A-Z]", "one letter")
    record.match("mult_proc", r"[0-9]", "one digit")
    return tuple(record.text(name) for name in RVU_COLUMNS)


def read_gpci(member: Member, given: Given) -> Draft:
    """Return the draft of a table of geographic indices."""
    if _is_fixed(member):
        heading = " ".join(line for _, line in islice(lines(member), SEARCHED))
        records = _fixed(member, GPCI_FIXED, "")
    else:
        table = sheet(member, GPCI)
        heading, records = " ".join(table.titles), iter(table)
    found = re.search(r"(20\d\d) pw gpci", heading, re.IGNORECASE)
    span = spanned(member, given, rest_of_year(int(found[1]), 1) if found else None)
    named = (record for record in records if record.text("locality") + record.text("state"))
    return Draft(
        kind="gpci",
        name=span.first[:4],
        span=span,
        members=(member,),
        rows=gathered(named, _indices),
    )


def _indices(record: Record) -> Cells:
    """Return one locality; a workbook may have lost the zero before its number."""
    return (
        record.match("carrier", r"[0-9A-Z]{5}", "a contractor's number of five digits"),
        record.match("locality", r"\d{1,2}", "a number of two digits").zfill(2),
        record.match("state", r"[A-Z]{2}", "a state"),
        record.text("name").rstrip("*"),
        record.number("work"),
        record.number("pe"),
        record.number("malpractice"),
    )


def _is_fixed(member: Member) -> bool:
    return not member.workbook and member.name.lower().endswith(".txt")


def _fixed(member: Member, places: dict[str, tuple[int, int]], skipped: str) -> Iterator[Record]:
    """Yield the lines of a fixed text that begin as data does: with five characters of a code."""
    columns = {name: number for number, name in enumerate(places)}
    width = max(last for _, last in places.values())
    seen = False
    for number, line in lines(member):
        if not line.strip() or (skipped and line.startswith(skipped)):
            continue
        if not line[:5].isalnum() or len(line) < width:
            if seen and line[:5].isalnum():
                record = Record(member, number, (), {})
                raise record.refuse(f"has {len(line)} characters where {width} or more belong")
            continue
        seen = True
        cells = [line[first - 1 : last] for first, last in places.values()]
        yield Record(member, number, cells, columns)
    if not seen:
        raise member.refuse("holds no line of the layout that CMS describes", LAYOUT)
