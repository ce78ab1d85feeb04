"""Remote therapeutic monitoring (RTM): set-up, device and management, each on its own clock.

Set-up counts once for an episode of care, a device once in 30 days by the days that sent data, and
management once in a calendar month by its minutes, with a live contact. No midpoint here: every
period is a full one.
"""

from collections.abc import Iterable, Iterator

from rules.chart import billed_of
from rules.model import Finding, NotChecked, Said, Visit
from rules.policy import Policy
from rules.record import Past
from rules.units.counting import shown
from rules.units.rewriting import Count, Found, charted, compare
from rules.words import Discipline, Indicator

ID = "remote_monitoring"
SETUP = "98975"
DEVICES = {"98976": "98984", "98977": "98985", "98978": "98986"}
"""By body system: the code for many days of data, and the code for few."""
SUPPLIES = frozenset({*DEVICES, *DEVICES.values()})
BRIEF, FIRST, FURTHER = MANAGEMENT = ("98979", "98980", "98981")
ONE_OF = frozenset({BRIEF, FIRST})
CODES = frozenset({SETUP, *SUPPLIES, *MANAGEMENT})
FAMILIES = {
    code: frozenset(family)
    for family in ((SETUP,), *DEVICES.items(), MANAGEMENT)
    for code in family
}

UNKNOWN = NotChecked(rule=ID, why="monitoring charted at other visits is not known", quiet=True)
NO_DAYS = NotChecked(rule=ID, why=f"days of data for {SETUP} are not charted", quiet=True)


def about(_: Policy) -> Iterable[str]:
    """Return the codes of remote monitoring."""
    return CODES


def check(visit: Visit, policy: Policy) -> Said:
    """Compare billed monitoring with the days, minutes and contacts that are charted."""
    found = charted(visit, policy, ID, CODES)
    billed = CODES & billed_of(visit).codes
    if not found and not billed:
        return
    history = visit.record.history
    if history is None:
        yield UNKNOWN
    past = [x for x in history or () if x.code in CODES]
    earlier = _earlier(past, visit, policy)
    for discipline, services in found.items():
        yield from _setup(discipline, services, visit, policy)
        yield from _devices(discipline, services, visit, policy)
        if earlier is not None:
            yield from _management(discipline, services, earlier, visit, policy)
    named = frozenset(code for services in found.values() for code in services)
    yield from _again(billed | named, past, earlier, visit, policy)
    yield from _uncharted(billed, named, policy)


def _setup(
    discipline: Discipline | None, found: Found, visit: Visit, policy: Policy
) -> Iterator[Finding | NotChecked]:
    """Bill set-up once, unless it is charted that too few days sent data."""
    mine = {SETUP: found[SETUP]} if SETUP in found else {}
    if not mine:
        return
    days, least = _days(mine), policy.get("remote_monitoring.least_days", int)
    if days is None:
        yield NO_DAYS
    enough = days is None or days >= least
    says = f"{SETUP} is charted: 1 unit, once for each episode of care"
    if not enough:
        says = _short(SETUP, least, "of 30 days with data", days)
    count = Count(
        rule=ID,
        cite="remote_monitoring.applies" if enough else "remote_monitoring.least_days",
        discipline=discipline,
        found=mine,
        right={SETUP: int(enough)},
        says=says,
        indicator=_grave(enough),
    )
    yield from compare(count, visit, policy)


def _devices(
    discipline: Discipline | None, found: Found, visit: Visit, policy: Policy
) -> Iterator[Finding | NotChecked]:
    """Judge each body system's device."""
    for pair in DEVICES.items():
        mine = {code: found[code] for code in pair if code in found}
        days = _days(mine)
        if mine and days is None:
            listed, billed = ", ".join(mine), not billed_of(visit).codes.isdisjoint(pair)
            why = f"days of data for {listed} are not charted; enter its units by hand"
            yield NotChecked(rule=ID, why=why, quiet=billed)
        elif days is not None:
            yield from compare(_device(discipline, mine, pair, days, policy), visit, policy)


def _device(
    discipline: Discipline | None,
    mine: Found,
    pair: tuple[str, str],
    days: int,
    policy: Policy,
) -> Count:
    """Choose the code by the days of 30 that sent data."""
    least = policy.get("remote_monitoring.least_days", int)
    many = policy.get("remote_monitoring.many_days", int)
    right = {pair[0]: int(days >= many), pair[1]: int(least <= days < many)}
    enough = days >= least
    says = f"{days} of 30 days sent data: {shown(right)}"
    if not enough:
        says = _short(" and ".join(mine), least, "of 30 days with data", days)
    few = f"{pair[1]} for {least}–{many - 1} days, " if least < many else ""
    return Count(
        rule=ID,
        cite="remote_monitoring.least_days",
        discipline=discipline,
        found=mine,
        right=right,
        says=says,
        worked=(f"{days} days: {few}{pair[0]} for {many}–30",),
        indicator=_grave(enough),
    )


def _days(mine: Found) -> int | None:
    """Return the most days of data that any service names."""
    named = [s.data_days for services in mine.values() for s in services]
    return max((days for days in named if days is not None), default=None)


def _short(code: str, least: int, what: str, known: int | None) -> str:
    return f"{code} needs {least} {what}, {known} charted: it cannot be billed"


def _grave(enough: bool) -> Indicator:  # noqa: FBT001 - one yes or no
    return "warning" if enough else "critical"


def _management(
    discipline: Discipline | None,
    found: Found,
    earlier: int,
    visit: Visit,
    policy: Policy,
) -> Iterator[Finding | NotChecked]:
    """Judge the calendar month's minutes, and whether there was a live contact."""
    mine = {code: found[code] for code in MANAGEMENT if code in found}
    minutes = [s.minutes for services in mine.values() for s in services]
    known = [m for m in minutes if m is not None]
    if len(known) < len(minutes):
        why = f"minutes missing for {', '.join(mine)}: units could not be checked"
        yield NotChecked(rule=ID, why=why)
    elif mine:
        contacts = {s.live_contact for services in mine.values() for s in services}
        if True not in contacts and False in contacts:
            yield from compare(_untouched(discipline, mine), visit, policy)
            return
        if True not in contacts:
            listed, billed = ", ".join(mine), not billed_of(visit).codes.isdisjoint(MANAGEMENT)
            why = f"whether {listed} had a live contact in the month is not charted"
            yield NotChecked(rule=ID, why=why, quiet=billed)
        yield from compare(_month(discipline, mine, sum(known), earlier, policy), visit, policy)


def _untouched(discipline: Discipline | None, mine: Found) -> Count:
    listed = ", ".join(mine)
    return Count(
        rule=ID,
        cite="remote_monitoring.applies",
        discipline=discipline,
        found=mine,
        right=dict.fromkeys(MANAGEMENT, 0),
        says=f"{listed} cannot be billed: the chart says that the month had no live contact",
        indicator="critical",
    )


def _month(
    discipline: Discipline | None, mine: Found, minutes: int, earlier: int, policy: Policy
) -> Count:
    """Count the month's minutes: the first full period, and each further full one."""
    least = policy.get("remote_monitoring.least_minutes", int)
    full = policy.get("remote_monitoring.full_minutes", int)
    total = minutes + earlier
    right = {
        BRIEF: int(least <= total < full),
        FIRST: int(total >= full),
        FURTHER: max(0, total - full) // full,
    }
    enough = total >= least
    says = f"{total} minutes in the calendar month earn {shown(right)}"
    if not enough:
        says = _short(" and ".join(mine), least, "minutes in the calendar month", total)
    worked = [f"{earlier} minutes at other visits + {minutes} = {total}"] if earlier else []
    worked += [f"{BRIEF}: {least}–{full - 1} minutes"] if least < full else []
    worked += [f"{FIRST}: the first {full} minutes; {FURTHER}: each further full {full}"]
    return Count(
        rule=ID,
        cite="remote_monitoring.least_minutes",
        discipline=discipline,
        found=mine,
        right=right,
        says=says,
        worked=tuple(worked),
        indicator=_grave(enough),
    )


def _earlier(past: Iterable[Past], visit: Visit, policy: Policy) -> int | None:
    """Return the month's minutes charted at other visits; None where they may be billed already.

    Too few for 98980, they were part of a month still to be billed.
    """
    month = visit.date_of_service.replace(day=1)
    mine = [x for x in past if x.code in MANAGEMENT and x.day.replace(day=1) == month]
    known = [x.minutes for x in mine if x.minutes is not None and x.code == FIRST]
    whole = len(known) == len(mine)
    full = policy.get("remote_monitoring.full_minutes", int)
    return sum(known) if whole and sum(known) < full else None


def _again(
    codes: frozenset[str],
    past: Iterable[Past],
    earlier: int | None,
    visit: Visit,
    policy: Policy,
) -> Said:
    """Say what another visit charted too, where a clock allows it once."""
    clock = policy.get("remote_monitoring.device_clock", int)
    lately = [x for x in past if (visit.date_of_service - x.day).days < clock]
    if SETUP in codes and any(x.code == SETUP for x in past):
        says = f"{SETUP} counts once for each episode of care, and another visit has it too"
        yield _repeated(says, (SETUP,), policy, "info")
    if (supplies := _sorted(codes & SUPPLIES)) and any(x.code in SUPPLIES for x in lately):
        says = f"{', '.join(supplies)}: a device counts once in {clock} days, and another visit"
        yield _repeated(f"{says} of these days has one too", supplies, policy)
    if earlier is None and (monthly := _sorted(codes & FAMILIES[FIRST])):
        says = f"{', '.join(monthly)}: a calendar month is billed once, and another visit of it"
        yield _repeated(f"{says} has management too", monthly, policy)


def _repeated(
    says: str, codes: tuple[str, ...], policy: Policy, indicator: Indicator = "warning"
) -> Finding:
    cite = policy.cite("remote_monitoring.device_clock")
    return Finding(rule=ID, says=says, codes=codes, cite=cite, indicator=indicator)


def _uncharted(billed: frozenset[str], named: frozenset[str], policy: Policy) -> Said:
    """Name lines of which nothing is charted; two of them may exclude one another all the same."""
    loose = _sorted(code for code in billed if FAMILIES[code].isdisjoint(named))
    if ONE_OF.issubset(loose):
        yield Finding(
            rule=ID,
            says=f"{BRIEF} and {FIRST} exclude one another: a calendar month earns one of them",
            codes=(BRIEF, FIRST),
            cite=policy.cite("remote_monitoring.least_minutes"),
        )
    if loose:
        why = f"{', '.join(loose)} billed, but no such monitoring is charted"
        yield NotChecked(rule=ID, why=why, quiet=True)


def _sorted(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(codes))
