"""One-on-one minutes: as stated, as observed, or from start to end; never worked back."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise

from plugin.fhir import structure
from plugin.fhir.decode import Read
from plugin.fhir.elements import Encounter, Observation, Period, Procedure, Quantity
from plugin.fhir.scope import NOT_THEIRS, Scope, once
from plugin.fhir.times import minutes_between, moment

MINUTES = structure("service-minutes")
LONGEST = 24 * 60
UNIT = "min"
SLACK = timedelta(seconds=59)
VOID = frozenset({"entered-in-error", "cancelled"})


def minutes_of(reads: Sequence[Read[Procedure]], scope: Scope) -> list[int | None]:
    """Return each service's minutes; None where the chart does not say."""
    measured = _measured(scope)
    stated = [next((x for x in r.it.extension if x.url == MINUTES), None) for r in reads]
    timed = [
        None
        if said or (read.reference and read.reference in measured)
        else _spanned(read, read.it.performed_period, scope)
        for read, said in zip(reads, stated, strict=True)
    ]
    if any(timed) and _crowded(reads, timed, scope):
        timed = [None] * len(reads)
    return [
        _whole(said.valueQuantity, f"{read.where}.extension", scope)
        if said
        else measured[read.reference]
        if read.reference and read.reference in measured
        else span
        if span and span <= LONGEST
        else None
        for read, said, span in zip(reads, stated, timed, strict=True)
    ]


def _whole(quantity: Quantity | None, where: str, scope: Scope) -> int | None:
    """Return whole minutes; a part of a minute is not counted."""
    if quantity is None or quantity.value is None:
        return None
    if (quantity.code or quantity.unit) != UNIT:
        scope.decoder.omit(f"{where}.valueQuantity", "minutes should be in the unit min")
    elif not 0 <= quantity.value <= LONGEST:
        scope.decoder.omit(f"{where}.valueQuantity", "minutes are out of range")
    else:
        return int(quantity.value)
    return None


def _measured(scope: Scope) -> Mapping[str, int]:
    """Return the minutes that observations give, by the service they are part of."""
    minutes: dict[str, int] = {}
    for found in once(scope.gathered.under("minutes")):
        read = scope.decoder.optional(found, Observation)
        if read is None or read.it.status in VOID:
            continue
        if read.it.subject and not scope.theirs(read.it.subject):
            scope.decoder.omit(f"{read.where}.subject", NOT_THEIRS)
            continue
        quantity = read.it.value_quantity
        if quantity is None or UNIT not in (quantity.code, quantity.unit):
            continue  # an observation of something else
        value = _whole(quantity, read.where, scope)
        for part in read.it.part_of if value is not None else ():
            target = scope.aliases.target(part)
            minutes[target] = minutes.get(target, 0) + (value or 0)
    return minutes


def _spanned(
    read: Read[Procedure] | Read[Encounter], period: Period | None, scope: Scope
) -> int | None:
    """Return the minutes from a resource's start to its end."""
    if period is None or not period.start or not period.end:
        return None
    try:
        return minutes_between(period.start, period.end)
    except ValueError:
        return scope.decoder.refuse(read)


def _crowded(reads: Sequence[Read[Procedure]], timed: Sequence[int | None], scope: Scope) -> bool:
    """Tell whether start and end say when services were, but cannot say how long each took.

    Services that each span the whole visit add up to more than the visit.
    """
    length = _spanned(scope.encounter, scope.encounter.it.period, scope)
    spans = [read for read, span in zip(reads, timed, strict=True) if span]
    total = sum(span or 0 for span in timed)
    if length is None or total <= length or not _overlap(spans):
        return False
    why = "service times overlap and exceed the visit; not taken as minutes"
    scope.decoder.omit(scope.encounter.where, why)
    return True


def _overlap(reads: Sequence[Read[Procedure]]) -> bool:
    """Tell whether any two services ran at the same time."""
    spans = sorted(
        (begun, ended)
        for read in reads
        if (period := read.it.performed_period)
        and (begun := moment(period.start))
        and (ended := moment(period.end))
    )
    return any(later[0] + SLACK < earlier[1] for earlier, later in pairwise(spans))
