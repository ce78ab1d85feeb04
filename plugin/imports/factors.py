"""Conversion factors: those of the imported editions, each on the days for which it speaks."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from plugin.imports.snapshot import Loaded, Snapshot, after, before
from plugin.rows import OPEN
from rules.payment.schedule import Factor

SCHEDULE = "pfs"
"""The citation of the schedule, whatever edition."""
COLUMN = 9
"""Of the conversion factor in a row of relative values."""


def factors(snapshot: Snapshot, shipped: Sequence[Factor]) -> tuple[Factor, ...]:
    """Return the conversion factors in the order of their days.

    An imported schedule takes the place of the shipped one: on days for which none speaks only the
    factor itself is known any more, and no edition.
    """
    found = [*shipped]
    if "rvu-standard" in snapshot.slots:
        own = [*_loaded(snapshot, shipped)]
        found = sorted([*own, *_left(shipped, own)], key=lambda factor: factor.effective)
    return tuple([_with_apm(snapshot, factor) for factor in found])


def _loaded(snapshot: Snapshot, shipped: Sequence[Factor]) -> Iterator[Factor]:
    for loaded, span in snapshot.spans("rvu-standard"):
        if number := _number(loaded):
            known = next((factor for factor in shipped if factor.in_force(span.first)), None)
            yield Factor(
                effective=span.first,
                ending=span.last or OPEN,
                factor=number,
                apm=known.apm if known else None,
                announced=known.announced if known else None,
                edition=loaded.edition.name,
                cite=SCHEDULE,
                source=SCHEDULE,
                read=loaded.edition.imported_at[:10],
            )


def _number(loaded: Loaded) -> Decimal | None:
    """Return the factor of an edition: all of its rows have the same, or none."""
    every = (Decimal(row[COLUMN]) for rows in loaded.rows.values() for row in rows)
    return next((number for number in every if number), None)


def _left(shipped: Sequence[Factor], loaded: Sequence[Factor]) -> Iterator[Factor]:
    """Yield what imported editions leave of the shipped factors."""
    for factor in shipped:
        known = replace(factor, edition="", source="")
        first = factor.effective
        for own in loaded:
            if first <= own.ending and own.effective <= factor.ending:
                if first < own.effective:
                    yield replace(known, effective=first, ending=before(own.effective))
                first = own.ending if own.ending == OPEN else after(own.ending)
        if first <= factor.ending:
            yield replace(known, effective=first)


def _with_apm(snapshot: Snapshot, factor: Factor) -> Factor:
    loaded = snapshot.speaking("rvu-apm", factor.effective)
    return replace(factor, apm=_number(loaded)) if loaded else factor
