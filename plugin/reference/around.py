"""What stands around a code on a day: its NCCI pairs, its unit limits, the codes it adds to."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from plugin.reference.library import SETTINGS, Library
from plugin.reference.pairs import judged
from plugin.reference.statements import Said, kept, listed, said
from plugin.reference.windows import MEANS, holding
from rules.bundling.mue import MEANS as LIMITS
from rules.policy import Code, Policy
from rules.words import Setting


def pairs(whole: Code, library: Library, day: date) -> Said:
    """Return every pair of a code in force on a day, those that both settings share once.

    Codes that are not valid on the day are left out: they cannot be billed beside anything.
    """
    code = whole.code
    policies = {setting: library.policy(day, setting) for setting in SETTINGS}
    first = policies["practitioner"]
    if first.find("ptp_edit.edition") is None:
        return kept(says=f"no edition of the NCCI edits covers {first.day}", checked=False)
    cite = first.cite("ptp_edit.edition")
    cite = replace(cite, effective="", edition=first.get("ptp_edit.edition", str))
    if code not in library.in_pairs:
        says = f"pairs could not be checked: the edition loaded here holds no row of {code}"
        return said(says, cite, checked=False)
    if not whole.in_force(first.day):
        return said(f"{code} is no valid code on {first.day}, so no pair of it arises", cite)
    found: dict[tuple[str, str, str], list[Setting]] = {}
    for setting, policy in policies.items():
        for joined in _joined(code, setting, policy, library):
            found.setdefault(joined, []).append(setting)
    rows = [_row(code, joined, found[joined], library, day) for joined in sorted(found)]
    return said(_count(code, rows, first.day), cite, rows=rows)


def _joined(
    code: str, setting: Setting, policy: Policy, library: Library
) -> Iterator[tuple[str, str, str]]:
    """Return column one, column two and indicator of every pair in force between valid codes."""
    for other in library.in_pairs:
        row = policy.code(other)
        if row and not row.in_force(policy.day):
            continue
        held = holding(library.windows(code, other, setting), policy.day)
        if held:
            one, two, edit = held
            yield one, two, edit.indicator


def _row(
    code: str,
    pair: tuple[str, str, str],
    settings: list[Setting],
    library: Library,
    day: date,
) -> Said:
    one, two, indicator = pair
    other = two if one == code else one
    known = library.book.tables.codes.get(other)
    return kept(
        code=other,
        label=known.label if known else "",
        columnOne=one,
        columnTwo=two,
        indicator=indicator,
        means=MEANS[indicator],
        settings=settings,
        link=f"/pairs/{code}/{other}?date={day}&setting={settings[0]}",
    )


def _count(code: str, rows: list[Said], day: str) -> str:
    if not rows:
        return f"no NCCI pair of {code} is in force on {day}"
    many = f"{len(rows)} pairs" if len(rows) > 1 else "one pair"
    return f"{code} stands in {many} in force on {day}"


def believed(code: str, library: Library, day: date) -> list[Said]:
    """Return the pairs that people believe in and that are none on a day, in either setting."""
    found = []
    for belief in library.beliefs:
        if code not in belief.codes:
            continue
        (other,) = belief.codes - {code}
        answers = {judged(library, (code, other), day, s).answer for s in SETTINGS}
        known = library.book.tables.codes.get(other)
        past = all(
            edit.deletion < day.isoformat()
            for setting in SETTINGS
            for *_, edit in library.windows(code, other, setting)
        )
        if answers == {"no edit"} and past:
            found.append(
                said(
                    belief.says,
                    belief.cite,
                    code=other,
                    label=known.label if known else "",
                    link=f"/pairs/{code}/{other}?date={day}",
                )
            )
    return found


def limits(code: str, library: Library, day: date) -> list[Said]:
    """Return the most units of a day or line in each setting (MUE), or why they are not known."""
    return [*(_limit(code, setting, library.policy(day, setting)) for setting in SETTINGS)]


def _limit(code: str, setting: Setting, policy: Policy) -> Said:
    row = policy.find("mue.edition")
    if row is None:
        says = f"no edition of the MUE tables covers {policy.day}"
        return {"setting": setting, "says": says, "checked": False}
    cite = replace(row.cite, edition=row.value)
    limit = policy.mue(code)
    if limit is None:
        says = f"no limit is published here for {code}"
        return said(says, cite, setting=setting)
    says = f"at most {limit.units}: {LIMITS[limit.mai]} (MAI {limit.mai})"
    if not limit.units:
        says = f"0: Medicare expects to pay no unit (MAI {limit.mai})"
    cite = replace(cite, effective=limit.effective)
    return said(says, cite, setting=setting, units=limit.units, mai=limit.mai)


def added_to(code: Code, policy: Policy) -> Said | None:
    """Say which codes an add-on code stands beside, or which further codes a code takes."""
    primaries = policy.primaries(code.code)
    further = sorted(c for c in policy.codes if code.code in policy.primaries(c))
    if not primaries and not further:
        return None
    row = policy.find("add_on_code.edition")
    if row is None:
        says = f"no edition of the add-on code edits covers {policy.day}"
        return {"says": says, "checked": False}
    parts = []
    if primaries:
        named = listed(sorted(primaries), "or")
        parts.append(f"{code.code} is an add-on code: never paid without {named}")
    if further:
        parts.append(f"{listed(further)} may be added to {code.code}")
    cite = replace(row.cite, edition=row.value)
    return said("; ".join(parts), cite, beside=sorted(primaries), further=further)
