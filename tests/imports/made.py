"""Small files in CMS's layouts, of our own making, and imports of them."""

import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import escape

from plugin.imports.drafts import Given
from plugin.imports.follow import Editions
from plugin.imports.importing import Imported, Order, bring
from plugin.imports.snapshot import Snapshot

THERAPY = frozenset(["97110", "97112", "97116", "97124", "97140", "97150", "97530", "G0283"])
CODE = re.compile("[0-9A-Z]{5}")
CRLF = "\r\n"
PREAMBLE = (
    "CPT only copyright 2025 American Medical Association.  All rights reserved.\t\t\t\t\t\t",
    "Column1/Column2 Edits\t\t\t\t\t\t",
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale",
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t",
    "\t\t\t\t*=no data\t1=allowed\t",
    "\t\t\t\t\t9=not applicable\t",
)
ROW = "97140\t97530\t\t20200101\t*\t1\tMisuse of Column Two code with Column One code"
MUE_NOTICE = (
    '"CPT codes are copyright 2025 American Medical Association.\n\n'
    'CPT\xae is a registered trademark.",,,'
)
MUE_HEADER = '"HCPCS/\nCPT Code",{} Services MUE Values,MUE Adjudication Indicator,MUE Rationale'
MUE_ROW = "97110,6,3 Date of Service Edit: Clinical,Clinical: Data"
RVU_2025 = (
    ",,2025 National Physician Fee Schedule Relative Value File October Release,,,,,,,,,,",
    ",,CPT codes and descriptions only are copyright 2024 AMA.,,,,,,,,,,",
    ",,,,NOT USED,,,,,,,,",
    ",,,,FOR,,,NON-FAC,,FACILITY ,,,",
    ",,,STATUS,MEDICARE ,WORK,NON-FAC,NA,FACILITY,NA,MP,PCTC,MULT,CONV",
    "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,IND,PROC,FACTOR",
    "97110,,A DESCRIPTOR,A,,0.45,0.43,,0.43,NA,0.01,7,5,32.3465",
    "97110,26,A DESCRIPTOR,A,,9.45,9.43,,0.43,NA,0.01,7,5,32.3465",
)


def text(folder: Path, name: str, *lines: str) -> Path:
    """Write a text as CMS does: latin-1, CRLF."""
    path = folder / name
    path.write_bytes("".join(f"{line}{CRLF}" for line in lines).encode("latin-1"))
    return path


def ptp(folder: Path, *rows: str, name: str = "ccipra-v322r0-f1.TXT") -> Path:
    return text(folder, name, *PREAMBLE, *rows)


def pair(one: str, two: str, first: str = "20200101", last: str = "*", indicator: str = "1") -> str:
    return f"{one}\t{two}\t\t{first}\t{last}\t{indicator}\tMutually exclusive procedures"


def mue(folder: Path, *rows: str, setting: str = "Practitioner", day: str = "04-01-2026") -> Path:
    name = {"Practitioner": "PractitionerServices", "Hospital": "OutpatientHospitalServices"}
    heads = MUE_NOTICE, MUE_HEADER.format(setting)
    return text(folder, f"MCR_MUE_{name[setting]}_Eff_{day}.csv", *heads, *rows)


def zipped(path: Path, *files: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
    return path


def workbook(path: Path, rows: Iterable[Sequence[str | float]]) -> Path:
    """Write a workbook of one sheet; numbers stay numbers."""
    cells = "".join(
        f'<row r="{n}">{"".join(_cell(value) for value in row)}</row>'
        for n, row in enumerate(rows, 1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{rels}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{rels}"><sheets>'
        '<sheet name="one" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{rels}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData>'
        "</worksheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f"<c><v>{value}</v></c>"


ORDER = Order(
    kind="ptp", paths=(), therapy=THERAPY, by="a tester", given=Given(excerpt=True), changed=True
)


def brought(home: Path, kind: str, *paths: Path, **how: object) -> list[Imported]:
    """Import files as an excerpt, or as is said."""
    order = replace(ORDER, kind=kind, paths=paths, **how)  # type: ignore[arg-type]
    return bring(home, order, lambda _: lambda _size, _rows: None)


def snapshot(home: Path) -> Snapshot:
    return Editions(home).snapshot()
