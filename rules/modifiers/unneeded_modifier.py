"""59, XE, XP, XS and XU without an NCCI pair to set apart, and KX below the year's threshold.

Authority: CMS MLN1783722; NCCI procedure-to-procedure files; for KX, Social Security Act §1833(g).
"""

from collections.abc import Iterable, Iterator, Sequence

from rules.chart import billed_of, chart_of
from rules.model import Finding, Fix, Line, NotChecked, Said, Visit
from rules.modifiers.threshold import KX, VALUES, standing
from rules.policy import Policy

ID = "unneeded_modifier"
APART = frozenset({"59", "XE", "XP", "XS", "XU"})
ELSEWHERE = frozenset({"XE", "XP"})
"""These point to another encounter or practitioner of the day, whose codes may not be at hand."""
NAMED = 3
"""More codes than this are not listed one by one."""


def about(_: Policy) -> Iterable[str]:
    """Return the modifiers that may be needless."""
    return APART | {KX}


def check(visit: Visit, policy: Policy) -> Said:
    """Find modifiers that assert what nothing on the day asks for."""
    modifiers = billed_of(visit).modifiers
    if not APART.isdisjoint(modifiers):
        yield from _apart(visit, policy)
    if KX in modifiers:
        yield from _below(visit, policy)


def _apart(visit: Visit, policy: Policy) -> Said:
    """Find lines that are set apart from nothing; a code whose edits were not read may explain it.

    Where no edition covers the day, ``ptp_edit`` says so.
    """
    if not policy.applies("ptp_edit") or policy.find("ptp_edit.edition") is None:
        return
    candidates = _candidates(visit)
    if not candidates:
        return
    codes = _codes_of_the_day(visit, policy)
    suspects = [(line, gone) for line, gone in candidates if not _paired(line.code, codes, policy)]
    unread = _unread(codes, policy) if suspects else []
    if unread:
        named = ", ".join([code or "a service that could not be read" for code in unread])
        why = f"no NCCI edits are known here of {named}, which a modifier may be for"
        yield NotChecked(rule=ID, why=why, quiet=True)
        return
    for line, gone in suspects:
        yield _apart_from_nothing(line, gone, visit, policy)


def _candidates(visit: Visit) -> list[tuple[Line, tuple[str, ...]]]:
    """Return lines with the modifiers that would set them apart.

    A code on two lines is let be: the modifier may tell one line from the other.
    """
    every = [line.code for line in visit.lines]
    judged = APART if visit.record.history is not None else APART - ELSEWHERE
    return [
        (line, tuple([m for m in line.modifiers if m in judged]))
        for line in visit.lines
        if not judged.isdisjoint(line.modifiers) and every.count(line.code) == 1
    ]


def _codes_of_the_day(visit: Visit, policy: Policy) -> set[str]:
    """Return every code that is or may be billed on the day, this visit's and other visits'."""
    codes = {line.code for line in visit.lines}
    chart = chart_of(visit, policy)
    codes.update(chart.unread, [code for _, code in chart.by_code])
    history = visit.record.history or ()
    codes.update([past.code for past in history if past.day == visit.date_of_service])
    return codes


def _paired(code: str, codes: set[str], policy: Policy) -> bool:
    """Tell whether an edit is in force between a code and any of others, in either direction."""
    return any(policy.edit(code, other) or policy.edit(other, code) for other in codes)


def _unread(codes: set[str], policy: Policy) -> list[str]:
    """Return the codes of the day whose edits no table here holds."""
    without = policy.get("unneeded_modifier.edits_not_read", list)
    return sorted([code for code in codes if code in without or policy.code(code) is None])


def _apart_from_nothing(line: Line, gone: tuple[str, ...], visit: Visit, policy: Policy) -> Finding:
    listed = " and ".join(gone)
    others = sorted({x.code for x in visit.lines} - {line.code})
    kept = tuple([m for m in line.modifiers if m not in gone])
    fix = Fix(f"Remove {listed} from {line.code}", (line,), (line.carrying(kept),))
    return Finding(
        rule=ID,
        says=f"{_no_pair(line.code, others)} on {policy.day}, so there is nothing for {listed}",
        codes=(line.code,),
        cite=policy.cite("unneeded_modifier.applies"),
        fixes=(fix,),
    )


def _no_pair(code: str, others: Sequence[str]) -> str:
    if not others:
        return f"{code} stands alone"
    if len(others) == 1:
        return f"{code} and {others[0]} are no NCCI pair"
    named = " or ".join(others) if len(others) <= NAMED else "any other code billed"
    return f"{code} is no NCCI pair with {named}"


def _below(visit: Visit, policy: Policy) -> Iterator[Finding]:
    """Find KX where the dollars used and the visit's own are both known and do not reach it."""
    if visit.record.used_pt_slp is None and visit.record.used_ot is None:
        return
    for pool in standing(visit, policy):
        lines = tuple([line for line in pool.lines if KX in line.modifiers])
        if lines and pool.below:
            codes = tuple(dict.fromkeys([line.code for line in lines]))
            new = tuple([x.carrying(tuple([m for m in x.modifiers if m != KX])) for x in lines])
            amount = f"${pool.threshold:,}"
            yield Finding(
                rule=ID,
                says=f"{', '.join(codes)}: KX is not due, {pool.pool} therapy is below {amount}",
                codes=codes,
                cite=policy.cite(VALUES[pool.pool]),
                worked=(f"{pool.pool}: ${pool.used:,.2f} used this year before this visit",),
                fixes=(Fix(f"Remove KX from {', '.join(codes)}", lines, new),),
            )
