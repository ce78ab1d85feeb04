"""One-on-one minutes: as stated, as observed, or from start to end; never worked back."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

from plugin.fhir import structure
from plugin.fhir.charted import Charted
from plugin.fhir.decode import Read
from plugin.fhir.elements import Extension, Observation, Period, Quantity
from plugin.fhir.scope import Scope, once
from plugin.fhir.times import DAY, legible, minutes_between, moment
from rules.words import Discipline

MINUTES = structure("service-minutes")
LONGEST = 24 * 60
UNIT = "min"
SLACK = timedelta(seconds=59)
Span = tuple[int, Period, int]
"""Which service, from when to when it was, and how many minutes that is."""
VOID = frozenset({"entered-in-error", "cancelled"})


def minutes_of(
    charted: Sequence[Charted], disciplines: Sequence[Discipline | None], scope: Scope
) -> list[int | None]:
    """Return each service's minutes; None where the chart does not say."""
    measured = _measured(scope)
    said: list[int | None] = []
    spans: list[Span] = []
    for i, service in enumerate(charted):
        read = service.read
        stated = stated_in(read.it.extension) if read.it.extension else None
        if stated:
            said.append(in_minutes(stated.valueQuantity, read, ".extension", scope))
        elif measured and read.reference and read.reference in measured:
            said.append(measured[read.reference])
        else:
            said.append(None)
            _add_span(spans, i, service, scope)
    for discipline in dict.fromkeys([disciplines[i] for i, *_ in spans]):
        # Two disciplines may treat at once; each one's times are judged by themselves.
        mine = [span for span in spans if disciplines[span[0]] == discipline]
        if not _crowded(mine, scope):
            for i, _, took in mine:
                said[i] = took
    return said


def stated_in(extensions: Sequence[Extension]) -> Extension | None:
    """Return the extension that states minutes, if there is one."""
    for extension in extensions:
        if extension.url == MINUTES:
            return extension
    return None


def _add_span(spans: list[Span], i: int, service: Charted, scope: Scope) -> None:
    """Add when a service was, if its start and end tell how long it took."""
    period, took = service.read.it.performed_period, service.took
    if period is None:
        return
    if took is None:
        if len(service.when) > DAY and not legible(period.end):
            scope.decoder.refuse(service.read)  # one that does not say when is taken
    elif 0 < took <= LONGEST:
        spans.append((i, period, took))


def in_minutes(quantity: Quantity | None, read: Read[Any], way: str, scope: Scope) -> int | None:
    """Return whole minutes, which stand so far in a resource; a part of a minute is not counted."""
    if quantity is None or quantity.value is None:
        return None
    if (quantity.code or quantity.unit) != UNIT:
        where = f"{read.where}{way}.valueQuantity"
        scope.decoder.omit(where, "minutes should be in the unit min")
    elif not 0 <= quantity.value <= LONGEST:
        scope.decoder.omit(f"{read.where}{way}.valueQuantity", "minutes are out of range")
    else:
        return int(quantity.value)
    return None


def _measured(scope: Scope) -> Mapping[str, int]:
    """Return the minutes that observations give, by the service they are part of."""
    minutes: dict[str, int] = {}
    every = scope.gathered.under("minutes")
    for found in once(every) if every else ():
        read = scope.decoder.optional(found, Observation)
        if read is None or read.it.status in VOID:
            continue
        if read.it.subject and not scope.theirs(read.it.subject):
            scope.decoder.stranger(f"{read.where}.subject")
            continue
        quantity = read.it.value_quantity
        if quantity is None or UNIT not in (quantity.code, quantity.unit):
            continue  # an observation of something else
        value = in_minutes(quantity, read, "", scope)
        for part in read.it.part_of if value is not None else ():
            target = scope.aliases.target(part)
            minutes[target] = minutes.get(target, 0) + (value or 0)
    return minutes


def _crowded(spans: Sequence[Span], scope: Scope) -> bool:
    """Tell whether start and end say when services were, but cannot say how long each took.

    Services that each span the whole visit add up to more than the visit.
    """
    length = _length(scope) if len(spans) > 1 else None
    total = sum(minutes for *_, minutes in spans)
    if length is None or total <= length or not _overlap(spans):
        return False
    why = "service times overlap and exceed the visit; not taken as minutes"
    scope.decoder.omit(scope.encounter.where, why)
    return True


def _length(scope: Scope) -> int | None:
    """Return the minutes that the visit lasted."""
    period = scope.encounter.it.period
    if period is None or not period.start or not period.end:
        return None
    try:
        return minutes_between(moment(period.start), moment(period.end))
    except ValueError:
        scope.decoder.refuse(scope.encounter)


def _overlap(spans: Sequence[Span]) -> bool:
    """Tell whether any two services ran at the same time."""
    times = [(moment(period.start), moment(period.end)) for _, period, _ in spans]
    ordered = sorted((began, ended) for began, ended in times if began and ended)
    return any(later[0] + SLACK < earlier[1] for earlier, later in pairwise(ordered))
