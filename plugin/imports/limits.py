"""NCCI medically unlikely edits and add-on code edits."""

import re

from plugin.imports.drafts import Cells, Draft, Given, chosen, gathered, spanned
from plugin.imports.headers import Layout, Record, sheet
from plugin.imports.quarters import Span, iso, named, ordinal, plain, quarter_of, title
from plugin.imports.sources import Member

SETTINGS = ("practitioner", "hospital")
DAY = re.compile(r"eff[-_ ]?(\d\d)-(\d\d)-(\d{4})", re.IGNORECASE)
MUE = Layout(
    columns={
        "code": r"hcpcs ?/ ?cpt code",
        "mue_value": r".*mue values?",
        "mai": r"mue adjudication indicator",
        "rationale": r"mue rationale",
    },
    anchor=(r"hcpcs ?/ ?cpt code", r"mue adjudication indicator"),
)
ADD_ON = Layout(
    columns={
        "edit_type": r"aoc_edit_type",
        "add_on": r"add-?on_code",
        "add_on_deletion": r"aoc_deldt",
        "primary": r"primary_code",
        "primary_deletion": r"primary_code_deldt",
        "effective": r"aoc_edit_effdt",
        "deletion": r"aoc_edit_deldt",
        "note": r"special_instruction_notes",
    },
    anchor=(r"add-?on_code", r"primary_code"),
)
BY_CONTRACTOR = "CCCCC"
"""Stands for primary codes that each Medicare contractor defines."""


def read_mue(member: Member, given: Given) -> Draft:
    """Return the draft of a table of unit limits."""
    table = sheet(member, MUE)
    values = table.titles[table.columns["mue_value"]]
    setting = chosen(member, given, _setting(member, values), SETTINGS)
    names = f"{member.name} {member.path.name}"
    found = DAY.search(names)
    day = plain(f"{found[3]}-{found[1]}-{found[2]}") if found else None
    span = spanned(member, given, quarter_of(day) if day else named(names))
    return Draft(
        kind="mue",
        setting=setting,
        name=title(span),
        span=span,
        members=(member,),
        rows=gathered(table, _limit),
    )


def _limit(record: Record) -> Cells:
    """Return one limit; its adjudication indicator is the leading digit of some words."""
    mai = record.match("mai", r"[123]( .*)?", "1, 2 or 3 and its words")
    units = record.match("mue_value", r"[0-9]{1,7}", "a whole number")
    return record.code("code"), str(int(units)), mai[0], record.text("rationale")


def _setting(member: Member, values: str) -> str:
    """Return the setting of a table of unit limits, by the name of its column, else of its file."""
    for words in (values, member.name.lower(), member.path.name.lower()):
        if "dme" in words:
            reason = "is the table for suppliers of equipment, who bill no therapy"
            raise member.refuse(reason, "Take the practitioner or the hospital table")
        for word, setting in (("practitioner", "practitioner"), ("hospital", "hospital")):
            if word in words:
                return setting
    return ""


def read_add_on(member: Member, given: Given) -> Draft:
    """Return the draft of the add-on code edits; its days are ordinal, YYYYDDD."""
    table = sheet(member, ADD_ON)
    found = re.search(r"v(20\d\d)q([1-4])", member.name, re.IGNORECASE)
    known = named(found[0][1:]) if found else named(f"{member.name} {member.path.name}")
    span = spanned(member, given, known)
    rows = gathered(table, _pair)
    first = min((row[3] for _, row in rows), default=span.first)
    return Draft(
        kind="add-on",
        name=title(span),
        span=Span(min(first, span.first), span.last),
        members=(member,),
        rows=rows,
    )


def _pair(record: Record) -> Cells:
    """Return one pair; it ends when the pair, or either of its codes, is deleted."""
    ends = [_day(record, name) for name in ("deletion", "add_on_deletion", "primary_deletion")]
    effective = _day(record, "effective")
    ending = min(filter(None, ends), default="")
    if not effective:
        raise record.refuse("effective is empty")
    if ending and ending < effective:
        ending = effective
    return (
        record.code("add_on"),
        record.code("primary"),
        record.match("edit_type", r"[123]", "1, 2 or 3"),
        effective,
        ending,
        record.text("note"),
    )


def _day(record: Record, name: str) -> str:
    said = record.text(name)
    day = ordinal(said) or iso(said) if said else ""
    if day is None:
        raise record.refuse(f"{name.replace('_', ' ')} should be a day YYYYDDD, is {said[:40]!r}")
    return day
