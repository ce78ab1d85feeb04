"""Therapy past the year's threshold carries KX, by which a person says that it is needed.

The dollars are Medicare's own measure here. They come from the payer's or the EHR's count before
the visit, and from an estimate of what the visit adds (``rules.payment.fee``).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from rules.model import Cite, Finding, Fix, NotChecked, Said, Visit
from rules.modifiers.order import added
from rules.modifiers.threshold import (
    KX,
    POOLS,
    VALUES,
    Standing,
    far_below,
    standing,
    used_of,
)
from rules.policy import Policy

ID = "kx_threshold"
REVIEW = "kx_threshold.review"
ATTESTS = "the services are medically necessary past the threshold, and the record shows why"
UNKNOWN = NotChecked(rule=ID, why="therapy dollars used this year are unknown", quiet=True)


def check(visit: Visit, policy: Policy) -> Said:
    """Ask for KX on the line that passes the threshold and on those after it.

    Physical and speech therapy share one threshold; occupational therapy has its own. All settings
    count, hospitals and critical access hospitals too (Social Security Act §1833(g)).
    """
    if visit.planned:
        return tuple(_before(visit, policy))
    record = visit.record
    if record.used_pt_slp is None and record.used_ot is None:
        return (UNKNOWN,) if any(line.discipline in POOLS for line in visit.lines) else ()
    used = used_of(record)
    pools = {POOLS.get(line.discipline, "") for line in visit.lines}
    unknown = not pools.isdisjoint([pool for pool, x in used.items() if x is None])
    said = (UNKNOWN,) if unknown else ()
    if far_below(visit, policy):
        return said
    return (*said, *_judged(standing(visit, policy), policy))


def _before(visit: Visit, policy: Policy) -> Said:
    """Tell before treatment that a threshold is passed already: what is billed will need KX."""
    used = used_of(visit.record)
    for pool in sorted({POOLS[s.discipline] for s in visit.services if s.discipline in POOLS}):
        amount, row = used[pool], policy.find(VALUES[pool])
        if amount is None:
            yield UNKNOWN
        elif row is None:
            yield _unpublished(policy)
        elif amount >= row.value:
            past = f"{pool} therapy is past this year's ${row.value:,} threshold"
            yield Finding(
                rule=ID,
                says=f"{past}: charges need KX, and a record that shows why",
                codes=(),
                cite=_cite(VALUES[pool], policy),
                worked=(f"{pool}: ${amount:,.2f} used this year, against ${row.value:,}",),
            )


def _unpublished(policy: Policy) -> NotChecked:
    return NotChecked(rule=ID, why=f"no KX threshold is published here for {policy.day}")


def _judged(pools: Sequence[Standing], policy: Policy) -> Said:
    """Judge each pool; without fees for the day only what was used before can tell."""
    known = [(pool, pool.used) for pool in pools if pool.used is not None]
    if any(pool.threshold is None for pool, _ in known):
        yield _unpublished(policy)
    for pool, used in known:
        if pool.threshold is not None:
            yield from _past(pool, used, pool.threshold, policy)
        if policy.find(REVIEW):
            yield from _review(pool, used, policy)


def _past(pool: Standing, used: Decimal, threshold: int, policy: Policy) -> Said:
    """Ask for KX where it is lacking, or own up to lines without it that have no fee."""
    each = zip(pool.lines, pool.amounts, strict=True)
    unpriced = [line.code for line, x in each if x is None and KX not in line.modifiers]
    if pool.lacking:
        yield _asked(pool, used, threshold, policy)
    elif unpriced:
        listed = ", ".join(dict.fromkeys(unpriced))
        why = f"therapy dollars of this visit are unknown: no fee here for {listed}"
        yield NotChecked(rule=ID, why=why, quiet=True)


def _asked(pool: Standing, used: Decimal, threshold: int, policy: Policy) -> Finding:
    lacking = pool.lacking
    codes = tuple(dict.fromkeys(line.code for line in lacking))
    listed = ", ".join(codes)
    verb = "needs" if len(codes) == 1 else "need"
    how = "is past" if used >= threshold else "by estimate passes"
    new = tuple(line.carrying(added(line.modifiers, KX)) for line in lacking)
    return Finding(
        rule=ID,
        says=f"{listed} {verb} KX: {pool.pool} therapy {how} this year's ${threshold:,} threshold",
        codes=codes,
        cite=_cite(VALUES[pool.pool], policy),
        worked=tuple(_worked(pool, used, threshold)),
        fixes=(Fix(f"Add KX to {listed}", lacking, new, ATTESTS),),
    )


def _review(pool: Standing, used: Decimal, policy: Policy) -> Said:
    """Tell once that claims may be reviewed: when the level is passed, or while KX is missing."""
    level = policy.get(REVIEW, int)
    total = used + pool.estimate
    if total > level and (used <= level or pool.lacking):
        yield Finding(
            rule=ID,
            says=f"{pool.pool} therapy passes ${level:,} this year: Medicare may review its claims",
            codes=tuple(dict.fromkeys(line.code for line in pool.lines)),
            cite=_cite(REVIEW, policy),
            indicator="info",
            worked=tuple(_worked(pool, used, level)),
        )


def _worked(pool: Standing, used: Decimal, level: int) -> Iterator[str]:
    """Show the sum: national fees after the multiple procedure reduction."""
    yield f"{pool.pool}: ${used:,.2f} used this year before this visit"
    for line, amount in zip(pool.lines, pool.amounts, strict=True):
        said = "fee not known" if amount is None else f"${amount:,.2f}, estimated"
        yield f"{line.code} ×{line.units}: {said}"
    yield f"{pool.pool}: ${used + pool.estimate:,.2f} with this visit, against ${level:,}"


def _cite(name: str, policy: Policy) -> Cite:
    return replace(policy.cite(name), edition=f"calendar year {policy.day[:4]}")
