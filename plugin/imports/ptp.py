"""NCCI procedure-to-procedure edits: four parts a setting, as TXT or XLSX, millions of rows."""

import re
from collections.abc import Callable, Sequence

from plugin.imports.drafts import Draft, Given, chosen, spanned
from plugin.imports.frames import frames
from plugin.imports.packing import Packed
from plugin.imports.quarters import Span, named, quarter, title
from plugin.imports.sources import Member

FILE = re.compile(r"cci(pra|oph)-v(\d\d)([0-3])r\d+(?:-f([1-4]))?", re.IGNORECASE)
SETTINGS = {"pra": "practitioner", "oph": "hospital"}
WORDS = (("practitioner", "practitioner"), ("hospital", "hospital"), ("outpatient", "hospital"))
FIRST_DAY = "1996-01-01"
"""Of the oldest edits; the tables carry every deleted row since."""
PARTS = 4
Advance = Callable[[int, int], None]
"""Told how many more bytes and rows have been read."""


def read(members: Sequence[Member], given: Given, advance: Advance) -> list[Draft]:
    """Return one draft a setting and release.

    Raises:
        RefusedFileError: a file is not what it should be, or a part is missing.

    """
    groups: dict[tuple[str, Span], list[Member]] = {}
    for member in members:
        groups.setdefault(_about(member, given), []).append(member)
    return [_draft(key, own, given, advance) for key, own in groups.items()]


def _about(member: Member, given: Given) -> tuple[str, Span]:
    """Return the setting and the days of a file, by its name."""
    name = f"{member.path.name} {member.name}"
    found = FILE.search(member.name) or FILE.search(name)
    if found:
        setting = SETTINGS[found[1].lower()]
        known: Span | None = quarter(1994 + int(found[2]), int(found[3]) + 1)
    else:
        setting = next((own for word, own in WORDS if word in name.lower()), "")
        known = named(name)
    setting = chosen(member, given, setting, tuple(SETTINGS.values()))
    span = spanned(member, given, known)
    return setting, Span(FIRST_DAY, span.last)


def _draft(
    key: tuple[str, Span], members: Sequence[Member], given: Given, advance: Advance
) -> Draft:
    setting, span = key
    if not given.excerpt:
        _hold_parts(members)
    packed = Packed()
    for member in members:
        for frame, size in frames(member):
            packed.add(frame, member, span.last)
            advance(size, frame.height)
    packed.settle(members)
    found = FILE.search(members[0].name)
    return Draft(
        kind="ptp",
        setting=setting,
        name=found[0].split("-")[1].lower() if found else title(Span(span.last, span.last)),
        span=span,
        members=members,
        packed=packed,
    )


def _hold_parts(members: Sequence[Member]) -> None:
    """Refuse a set of files that is not whole, where their names tell which part each is."""
    parts = [found[4] for member in members if (found := FILE.search(member.name))]
    if any(part is None for part in parts) or len(parts) != len(members):
        return
    for part in range(1, PARTS + 1):
        if (count := parts.count(str(part))) != 1:
            reason = f"part f{part} of {PARTS} " + ("is missing" if not count else "stands twice")
            raise members[0].refuse(reason, "Give all four parts of one release in one command")
