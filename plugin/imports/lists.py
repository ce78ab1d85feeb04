"""ZIP codes by Medicare locality, CMS's therapy code list, and the NUCC's provider taxonomy."""

import re

from plugin.imports.drafts import Cells, Draft, Given, Numbered, gathered, spanned
from plugin.imports.headers import LAYOUT, Layout, Record, sheet
from plugin.imports.quarters import Span, quarter, rest_of_year, title
from plugin.imports.rows import lines
from plugin.imports.sources import Member

ZIP_WIDTH = 80
THERAPY = Layout(
    columns={
        "code": r"(hcpcs|cpt)( ?/ ?(hcpcs|cpt))?( ?codes?)?|code",
        "disposition": r".*(disposition|designation|category|always|sometimes).*",
    },
    anchor=(
        r"(hcpcs|cpt)( ?/ ?(hcpcs|cpt))?( ?codes?)?|code",
        r".*(disposition|designation|category|always|sometimes).*",
    ),
)
NUCC = Layout(
    columns={
        "code": r"code",
        "grouping": r"grouping",
        "classification": r"classification",
        "specialization": r"specialization",
    },
    anchor=(r"code", r"classification"),
)
YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


def read_zip(member: Member, given: Given) -> Draft:
    """Return the draft of a file of ZIP codes: fixed lines of 80 characters."""
    rows: list[Numbered] = []
    stamp = ""
    for number, line in lines(member):
        if not line.strip():
            continue
        cells, own = _zip_line(member, number, line)
        if own != (stamp := stamp or own):
            reason = f"is of {own[:4]}Q{own[4]}, the lines before of {stamp[:4]}Q{stamp[4]}"
            raise member.refuse(reason, "Give the file of one quarter", number)
        rows.append((number, cells))
    known = quarter(int(stamp[:4]), int(stamp[4])) if stamp else None
    span = spanned(member, given, known)
    return Draft(
        kind="zip",
        name=title(span),
        span=span,
        members=(member,),
        rows=rows,
    )


def _zip_line(member: Member, number: int, line: str) -> tuple[Cells, str]:
    if len(line) != ZIP_WIDTH:
        reason = f"has {len(line)} characters where ZIP5 has {ZIP_WIDTH}"
        raise member.refuse(reason, LAYOUT, number)
    parts = line[:2], line[2:7], line[7:12], line[12:14], line[14], line[20], line[75:80]
    state, code, carrier, locality, rural, plus_four, stamp = parts
    fits = (
        re.fullmatch(r"[A-Z]{2}\d{5}", state + code)
        and re.fullmatch(r"[0-9A-Z]{5}[0-9A-Z]{2}", carrier + locality)
        and re.fullmatch(r"20\d\d[1-4]", stamp)
    )
    if not fits:
        reason = "is no line of ZIP5: state, ZIP, carrier, locality ... year and quarter"
        raise member.refuse(reason, LAYOUT, number)
    return (code, state, carrier, locality, rural.strip(), plus_four.strip()), stamp


def read_therapy(member: Member, given: Given) -> Draft:
    """Return the draft of a therapy code list; its layout is not verified against CMS's."""
    table = sheet(member, THERAPY)
    found = YEAR.search(member.name) or YEAR.search(" ".join(table.before))
    span = spanned(member, given, rest_of_year(int(found[1]), 1) if found else None)
    return Draft(
        kind="therapy-list",
        name=span.first[:4],
        span=span,
        members=(member,),
        rows=gathered((record for record in table if record.text("code")), _disposition),
    )


def _disposition(record: Record) -> Cells:
    words = record.text("disposition").lower()
    found = next((word for word in ("always", "sometimes") if word in words), "")
    if not found:
        raise record.refuse(f"disposition should say always or sometimes, is {words[:40]!r}")
    return record.code("code"), found


def read_nucc(member: Member, given: Given) -> Draft:
    """Return the draft of a provider taxonomy; definitions are left behind."""
    found = re.search(r"taxonomy_(\d\d)([01])", member.name, re.IGNORECASE)
    year, half = (2000 + int(found[1]), int(found[2])) if found else (0, 0)
    known = Span(f"{year}-{'07' if half else '01'}-01", "") if found else None
    span = spanned(member, given, known)
    return Draft(
        kind="nucc",
        name=f"{int(found[1])}.{half}" if found else span.first,
        span=span,
        members=(member,),
        rows=gathered(sheet(member, NUCC), _taxon),
    )


def _taxon(record: Record) -> Cells:
    return (
        record.match("code", r"[0-9A-Z]{9}X", "a code of ten characters, the last an X"),
        record.text("grouping"),
        record.text("classification"),
        record.text("specialization"),
    )
