"""A telehealth line says how the patient was reached: 95 by live video, 93 by audio alone.

Authority: CMS list of telehealth services; physician fee schedule rules of 2020 to 2025; the acts
of Congress that let therapists furnish telehealth for Medicare.
"""

from collections.abc import Iterator, Sequence

from rules.chart import billed_of
from rules.model import Finding, Fix, Line, NotChecked, Said, Visit
from rules.modifiers.order import added
from rules.policy import Policy
from rules.words import Discipline, Indicator

ID = "telehealth"
HOW = {"95": "video", "93": "audio alone"}
MODES = frozenset(HOW)
SAYING = MODES | {"GT", "GQ", "FQ"}
"""Modifiers that say telehealth; GT is still right on some institutional claims."""
PLACES = frozenset({"02", "10"})
THERAPISTS: frozenset[Discipline | None] = frozenset({"PT", "OT", "SLP"})

Lines = tuple[Line, ...]


def check(visit: Visit, policy: Policy) -> Said:
    """Compare how the visit took place with what its lines say of it."""
    if visit.telehealth or visit.place in PLACES:
        return _remote(visit, policy)
    said = not MODES.isdisjoint(billed_of(visit).modifiers)
    return _in_person(visit, policy) if said else ()


def _remote(visit: Visit, policy: Policy) -> Said:
    """Judge a telehealth visit; remote monitoring and e-visits are no telehealth."""
    lines = tuple([line for line in visit.lines if _live(line, policy)])
    if not lines:
        return
    eligible = policy.find("telehealth.eligible")
    if eligible is None:
        yield NotChecked(rule=ID, why=f"no law on telehealth by therapists covers {policy.day}")
    elif not eligible.value:
        yield from _unpaid(lines, policy)
    else:
        yield from _listed(visit, lines, policy)
        if _in_office(visit, policy):
            says = (
                f"Telehealth has place of service 10 (at home) or 02 (elsewhere), not {visit.place}"
            )
            yield _finding(lines, says, "in_person_places", policy, indicator="info")


def _live(line: Line, policy: Policy) -> bool:
    code = policy.code(line.code)
    return code is not None and code.contact != "remote"


def _unpaid(lines: Lines, policy: Policy) -> Iterator[Finding]:
    mine = tuple([line for line in lines if line.discipline in THERAPISTS])
    if mine:
        says = f"{_codes(mine)}: therapists are not paid for telehealth on {policy.day}"
        yield _finding(mine, says, "eligible", policy, indicator="critical")


def _listed(visit: Visit, lines: Lines, policy: Policy) -> Said:
    """Ask for the modifier on codes that may be telehealth; an empty list means any may."""
    listed: frozenset[str] | None = policy.memo.get(ID)
    if listed is None:
        listed = policy.memo[ID] = frozenset(policy.get("telehealth.codes", list))
    off = tuple([line for line in lines if listed and line.code not in listed])
    if off:
        says = f"{_codes(off)}: not on the list of telehealth services, as remembered here"
        yield _finding(off, says, "codes", policy, indicator="info")
    on = tuple([line for line in lines if not listed or line.code in listed])
    if on:
        yield from _marked(visit, on, policy)


def _marked(visit: Visit, lines: Lines, policy: Policy) -> Said:
    """Find lines whose modifier is missing, or is not that of the way charted."""
    bare = tuple([line for line in lines if SAYING.isdisjoint(line.modifiers)])
    mode = visit.telehealth_mode
    if mode is None:
        yield from _asked(bare, policy)
        return
    modifier = policy.get("telehealth.modifiers", dict).get(mode)
    if modifier is None:
        yield NotChecked(
            rule=ID, why=f"no modifier for {mode} telehealth is known for {policy.day}"
        )
        return
    # Since 2024 some hold that the place of service says it by itself: then this is said softly.
    indicator: Indicator = "info" if visit.place in PLACES else "warning"
    yield from _missing(bare, modifier, policy, indicator)
    yield from _contradicted(lines, modifier, policy)


def _asked(lines: Lines, policy: Policy) -> Iterator[Finding]:
    """Ask which way it was: only the people who were there know."""
    if not lines:
        return
    facts = policy.get("telehealth.choices", dict)
    which = " or ".join([f"{modifier} ({HOW[modifier]})" for modifier in facts])
    fixes = [
        Fix(f"Add {modifier} to {_codes(lines)}", lines, _with(lines, modifier), fact)
        for modifier, fact in facts.items()
    ]
    says = f"{_codes(lines)}: telehealth carries {which}, and which it was is not charted"
    yield _finding(lines, says, "choices", policy, *fixes, indicator="info")


def _missing(
    lines: Lines, modifier: str, policy: Policy, indicator: Indicator
) -> Iterator[Finding]:
    """Add the modifier of the way charted, where a claim line has room for it."""
    room = policy.get("modifier_conflict.room", int)
    fits = tuple([line for line in lines if len(line.modifiers) < room])
    full = tuple([line for line in lines if len(line.modifiers) >= room])
    if fits:
        says = f"{_codes(fits)}: telehealth by {HOW[modifier]} carries {modifier}"
        fix = Fix(f"Add {modifier} to {_codes(fits)}", fits, _with(fits, modifier))
        yield _finding(fits, says, "modifiers", policy, fix, indicator=indicator)
    if full:
        says = f"{_codes(full)}: {modifier} is due, but {room} modifiers fill the line already"
        yield _finding(full, says, "modifiers", policy, indicator=indicator)


def _contradicted(lines: Lines, modifier: str, policy: Policy) -> Iterator[Finding]:
    """Find lines that say the other way; a person knows which is wrong, the chart or the line."""
    other = "93" if modifier == "95" else "95"
    against = tuple([line for line in lines if other in line.modifiers])
    if against:
        codes = _codes(against)
        says = f"{codes}: {other} says {HOW[other]}, but {HOW[modifier]} is charted ({modifier})"
        fact = policy.get("telehealth.choices", dict)[modifier]
        new = _with(against, modifier, without=other)
        fix = Fix(f"Replace {other} with {modifier} on {codes}", against, new, fact)
        yield _finding(against, says, "modifiers", policy, fix, indicator="warning")


def _in_person(visit: Visit, policy: Policy) -> Iterator[Finding]:
    """Question 95 and 93 where the patient was seen in the office or visited at home."""
    if _in_office(visit, policy):
        lines = tuple([x for x in visit.lines if not MODES.isdisjoint(x.modifiers)])
        stands = " and ".join(sorted(MODES & billed_of(visit).modifiers))
        says = f"{_codes(lines)}: {stands} for telehealth, place of service {visit.place} for none"
        yield _finding(lines, says, "in_person_places", policy, indicator="warning")


def _in_office(visit: Visit, policy: Policy) -> bool:
    """Tell whether the place of service contradicts telehealth; institutions bill without one."""
    places = policy.get("telehealth.in_person_places", list)
    return visit.setting == "practitioner" and visit.place in places


def _with(lines: Lines, modifier: str, without: str = "") -> Lines:
    """Return lines with one modifier more, and perhaps another less."""
    kept = [(x, tuple([m for m in x.modifiers if m != without])) for x in lines]
    return tuple([line.carrying(added(modifiers, modifier)) for line, modifiers in kept])


def _codes(lines: Sequence[Line]) -> str:
    return ", ".join(dict.fromkeys([line.code for line in lines]))


def _finding(
    lines: Lines, says: str, value: str, policy: Policy, *fixes: Fix, indicator: Indicator
) -> Finding:
    return Finding(
        rule=ID,
        says=says,
        codes=tuple(dict.fromkeys([line.code for line in lines])),
        cite=policy.cite(f"telehealth.{value}"),
        indicator=indicator,
        fixes=fixes,
    )
