"""Two disciplines that treat a patient over the same minutes share the units of those minutes.

Medicare Part B pays for the time of the patient, not of the therapists: one of them bills all of
it, or they divide its units. Which, is theirs to choose, so nothing is put right here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from rules.chart import Chart, Pool, chart_of
from rules.model import Finding, Service, Visit
from rules.policy import Policy
from rules.units.clock import Span, clock, joined, length, overlap, shared, span, told
from rules.units.counting import earning, plural, units_for
from rules.words import Discipline, Indicator

ID = "co_treatment"


@dataclass(frozen=True, slots=True)
class Side:
    """What one discipline charted and bills in timed codes."""

    name: Discipline
    services: tuple[Service, ...]
    minutes: int
    units: int

    def spans(self) -> list[Span] | None:
        """Return when it treated; None unless the times of all its services hold their minutes."""
        found = [span(service) for service in self.services]
        known = joined([x for x in found if x])
        return known if all(found) and length(known) >= self.minutes else None


@dataclass(frozen=True, slots=True)
class Time:
    """The minutes that each of two treated without the other, and those of both."""

    one: int
    two: int
    both: int

    @property
    def actual(self) -> int:
        """How long the patient was treated."""
        return self.one + self.two + self.both

    def earns(self) -> int:
        """Return the most units that it earns, whoever bills what.

        Time apart is each discipline's own; whole units of the common time may go to either.

        >>> Time(0, 0, 30).earns(), Time(0, 0, 16).earns(), Time(23, 23, 0).earns()
        (2, 1, 4)
        """
        return max(
            units_for(self.actual),
            units_for(self.one + self.both) + units_for(self.two),
            units_for(self.one) + units_for(self.two + self.both),
        )


def check(visit: Visit, policy: Policy) -> Iterable[Finding]:
    """Compare what two disciplines bill with the time in which the patient was treated."""
    chart = chart_of(visit, policy)
    return _compared(visit, chart, policy) if chart.several else ()


def _compared(visit: Visit, chart: Chart, policy: Policy) -> Iterator[Finding]:
    sides = [
        _side(visit, chart, discipline, pool)
        for discipline, pool in chart.pools.items()
        if discipline and not pool.missing
    ]
    for one, two in combinations(sorted(sides, key=lambda x: x.name), 2):
        if one.units and two.units:
            yield from _by_clock(one, two, policy) or _by_length(one, two, visit, policy)
    yield from _sessions(visit, chart, policy)


def _side(visit: Visit, chart: Chart, discipline: Discipline, pool: Pool) -> Side:
    mine = [
        service for key, found in chart.by_code.items() if key[0] == discipline for service in found
    ]
    billed = [x for x in visit.lines if x.discipline == discipline and x.code in pool.minutes]
    return Side(
        discipline,
        tuple(service for service in mine if service.code in pool.minutes),
        sum(pool.minutes.values()),
        sum(line.units for line in billed),
    )


def _by_clock(one: Side, two: Side, policy: Policy) -> Sequence[Finding]:
    """Judge two disciplines by when they treated, if the chart says."""
    mine, theirs = one.spans(), two.spans()
    if not mine or not theirs:
        return ()
    both = shared(mine, theirs)
    time = Time(length(mine) - both, length(theirs) - both, both)
    if not both or one.units + two.units <= time.earns():
        return ()
    says = (
        f"{one.name} {_from_to(mine)} and {two.name} {_from_to(theirs)} share {both} min: "
        f"{time.actual} actual minutes earn {plural(time.earns())}, {one.units + two.units} billed"
    )
    return (_judged(says, (one, two), time, policy),)


def _by_length(one: Side, two: Side, visit: Visit, policy: Policy) -> Iterator[Finding]:
    """Judge them by the visit's length, if either's times are not known and both exceed it."""
    over = one.minutes + two.minutes - (visit.length or 0)
    if visit.length is None or over <= visit.tolerance or (one.spans() and two.spans()):
        return
    both = min(over, one.minutes, two.minutes)
    time = Time(one.minutes - both, two.minutes - both, both)
    if one.units + two.units <= time.earns():
        return
    says = (
        f"{one.name} {one.minutes} and {two.name} {two.minutes} timed minutes in a visit of "
        f"{visit.length}: if treated together, {time.actual} minutes earn {plural(time.earns())}, "
        f"{one.units + two.units} billed"
    )
    yield _judged(says, (one, two), time, policy)


def _judged(says: str, sides: tuple[Side, Side], time: Time, policy: Policy) -> Finding:
    one, two = sides
    codes = dict.fromkeys(service.code for side in sides for service in side.services)
    return _finding(says, tuple(codes), policy, worked=(*_charted(sides), *_worked(one, two, time)))


def _charted(sides: tuple[Side, Side]) -> Iterator[str]:
    for side in sides:
        charted = ", ".join(f"{told(s)} ({s.minutes} min)" for s in side.services)
        yield f"{side.name}: {charted}"


def _worked(one: Side, two: Side, time: Time) -> Iterator[str]:
    earned = time.earns()
    yield f"Shared: {time.both} minutes; actual time: {time.actual} minutes"
    if earned == units_for(time.actual):
        yield earning(earned)
    else:
        yield f"Parts of it treated apart: at most {plural(earned)}, however they are divided"
    yield f"Billed: {one.name} {one.units} + {two.name} {two.units} = {one.units + two.units}"
    yield "One discipline bills the shared time, or both divide its units"


def _from_to(spans: list[Span]) -> str:
    return clock((spans[0][0], spans[-1][1]))


def _sessions(visit: Visit, chart: Chart, policy: Policy) -> Iterator[Finding]:
    """Say that a speech session shared time with another discipline: views on it differ."""
    billed = {(line.discipline, line.code) for line in visit.lines}
    for (discipline, code), services in chart.by_code.items():
        kind = policy.codes[code]
        if discipline != "SLP" or kind.kind != "untimed" or kind.contact != "one_on_one":
            continue
        for key, others in chart.by_code.items():
            timed = key[0] not in (None, "SLP") and policy.codes[key[1]].kind == "timed"
            if not timed or not billed.issuperset({(discipline, code), key}):
                continue
            pair = _common(services, others, visit.tolerance)
            if pair:
                says = f"{told(pair[0])} and {told(pair[1])} ({key[0]}) overlap: "
                says += "contractors differ on billing a speech session beside shared time"
                yield _finding(says, (code, key[1]), policy, "info")


def _common(
    ones: Sequence[Service], twos: Sequence[Service], slack: int
) -> tuple[Service, Service] | None:
    return next(((a, b) for a in ones for b in twos if overlap(a, b, slack)), None)


def _finding(
    says: str,
    codes: tuple[str, ...],
    policy: Policy,
    indicator: Indicator = "warning",
    worked: tuple[str, ...] = (),
) -> Finding:
    name = "co_treatment.applies" if indicator == "warning" else "co_treatment.sessions"
    return Finding(
        rule=ID,
        says=says,
        codes=codes,
        cite=policy.cite(name),
        indicator=indicator,
        worked=worked,
    )
