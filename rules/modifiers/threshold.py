"""Where a visit stands against the year's KX threshold.

Shared by the rules that ask for KX and that question it. Authority: Social Security Act §1833(g)
as amended by the Bipartisan Budget Act of 2018, §50202.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rules.coverage import CHOSEN, unpaid
from rules.model import Line, Visit
from rules.payment.fee import allowed, price_of
from rules.people import OF_PLAN
from rules.policy import Policy
from rules.record import Record
from rules.words import Discipline

KX = "KX"
PT_SLP, OT = "PT and SLP", "OT"
POOLS: dict[Discipline | None, str] = {"PT": PT_SLP, "SLP": PT_SLP, "OT": OT}
VALUES = {PT_SLP: "kx_threshold.threshold_pt_slp", OT: "kx_threshold.threshold_ot"}
MARGIN = Decimal("1.5")
"""No locality's index makes more of a national amount than this (work in Alaska)."""
NOTHING = Decimal(0)
MEMO, LEAST = "standing", "least threshold"
UNREAD: tuple[Any, ...] = (None, None, None, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One pool of therapy dollars, and what this visit adds to it."""

    pool: str
    """``PT and SLP``, which share a threshold, or ``OT``."""
    used: Decimal | None
    """Dollars allowed this year before this visit; None when not known."""
    threshold: int | None
    """None when no amount is published here for the day."""
    lines: tuple[Line, ...]
    """The visit's lines that count, in an order that does not depend on the bill's."""
    amounts: tuple[Decimal | None, ...]
    """What each of these lines is allowed, estimated; None when not known."""
    over: tuple[Line, ...]
    """The line that passes the threshold and those after it; empty when that is not known."""

    lacking: tuple[Line, ...]
    """Those of them without KX; none while all lines without it fit below the threshold."""

    @property
    def estimate(self) -> Decimal:
        """What this visit adds at least: the amounts that are known."""
        return _sum(self.amounts)

    @property
    def below(self) -> bool:
        """Tell whether the visit stays below the threshold for sure, wherever it was furnished."""
        if self.used is None or self.threshold is None or None in self.amounts:
            return False
        return self.used + self.estimate * MARGIN <= self.threshold


def used_of(record: Record) -> dict[str, Decimal | None]:
    """Return the dollars used this year before the visit, by pool; None where not known."""
    return {PT_SLP: record.used_pt_slp, OT: record.used_ot}


def far_below(visit: Visit, policy: Policy) -> bool:
    """Tell at once that not even the full fees of all lines reach a threshold."""
    record = visit.record
    used = max(record.used_pt_slp or NOTHING, record.used_ot or NOTHING)
    for line in visit.lines:
        price = price_of(line.code, policy)
        if price is None:
            return False
        used += price.full * line.units
    least = policy.memo.get(LEAST)
    if least is None:
        rows = [policy.find(name) for name in VALUES.values()]
        least = policy.memo[LEAST] = min([row.value if row else 0 for row in rows])
    return used <= least


def standing(visit: Visit, policy: Policy) -> tuple[Standing, ...]:
    """Return where each pool of therapy dollars stands that this visit adds to.

    Lines that ask for a denial (GA, GX, GY, GZ) and codes never paid add nothing. Empty when the
    payer has no such threshold.
    """
    if not policy.applies("kx_threshold"):
        return ()
    found: tuple[Standing, ...]
    lines, record, under, found = visit.memo.get(MEMO, UNREAD)
    if lines is not visit.lines or record is not visit.record or under is not policy:
        found = tuple(_standings(visit, policy))
        visit.memo[MEMO] = (visit.lines, visit.record, policy, found)
    return found


def pool_of(line: Line, policy: Policy) -> str:
    """Return the pool that a line counts towards; empty when it counts towards none."""
    key = ("adds", line.code)
    adds = policy.memo.get(key)
    if adds is None and (code := policy.code(line.code)):
        adds = policy.memo[key] = code.therapy != "none" and not unpaid(code, (), policy)
    if not adds or not CHOSEN.isdisjoint(line.modifiers):
        return ""
    plan = line.discipline or next((OF_PLAN[m] for m in line.modifiers if m in OF_PLAN), None)
    return POOLS.get(plan, "")


def _standings(visit: Visit, policy: Policy) -> Iterator[Standing]:
    """Price all therapy lines of the day together, then tell them apart by pool."""
    counted = [(line, pool) for line in visit.lines if (pool := pool_of(line, policy))]
    counted.sort(key=_place)
    amounts = allowed([line for line, _ in counted], policy)
    for pool, used in used_of(visit.record).items():
        mine = [(line, x) for (line, p), x in zip(counted, amounts, strict=True) if p == pool]
        if not mine:
            continue
        row = policy.find(VALUES[pool])
        threshold = row.value if row else None
        over = _over(mine, used, threshold)
        yield Standing(
            pool=pool,
            used=used,
            threshold=threshold,
            lines=tuple([line for line, _ in mine]),
            amounts=tuple([x for _, x in mine]),
            over=over,
            lacking=_lacking(mine, over, used or NOTHING, threshold or 0),
        )


def _place(counted: tuple[Line, str]) -> tuple[str, str, tuple[str, ...], int, str]:
    """Order lines by what they say, leaving out KX: a line keeps its place when KX is added."""
    line = counted[0]
    modifiers = tuple([m for m in line.modifiers if m != KX])
    return line.code, str(line.discipline), modifiers, line.units, line.id


def _over(
    lines: Sequence[tuple[Line, Decimal | None]], used: Decimal | None, threshold: int | None
) -> tuple[Line, ...]:
    """Return the line that passes the threshold and those after; an unknown amount adds nothing."""
    if used is None or threshold is None:
        return ()
    for i, (_, amount) in enumerate(lines):
        total = used + (amount or NOTHING)
        if used >= threshold or total > threshold:
            return tuple([line for line, _ in lines[i:]])
        used = total
    return ()


def _lacking(
    lines: Sequence[tuple[Line, Decimal | None]],
    over: tuple[Line, ...],
    used: Decimal,
    threshold: int,
) -> tuple[Line, ...]:
    """Return the lines past the threshold without KX.

    Which of a day's lines passes it is the claim's affair: while those without KX fit, none lacks.
    """
    bare = _sum([x for line, x in lines if KX not in line.modifiers])
    if used < threshold and used + bare <= threshold:
        return ()
    return tuple([line for line in over if KX not in line.modifiers])


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum([x for x in amounts if x is not None], NOTHING)
