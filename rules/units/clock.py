"""When services were furnished, and what two of them share."""

from collections.abc import Iterable

from rules.model import Service

Span = tuple[int, int]
"""From and to, in minutes after midnight."""


def span(service: Service) -> Span | None:
    """Return when a service was furnished; None when the chart does not say from when to when."""
    began, ended = service.began, service.ended
    return (began, ended) if began is not None and ended is not None and began < ended else None


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return the same time as spans that do not touch, in order.

    >>> joined([(20, 30), (0, 10), (5, 15), (30, 40)])
    [(0, 15), (20, 40)]
    """
    found: list[Span] = []
    for began, ended in sorted(spans):
        if found and began <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ended))
        else:
            found.append((began, ended))
    return found


def length(spans: Iterable[Span]) -> int:
    """Return the minutes in spans that do not touch."""
    return sum(ended - began for began, ended in spans)


def shared(one: Iterable[Span], two: Iterable[Span]) -> int:
    """Return the minutes that two lots of spans have in common.

    >>> shared([(0, 15), (20, 40)], [(10, 25)])
    10
    """
    mine, theirs = joined(one), joined(two)
    return length(mine) + length(theirs) - length(joined([*mine, *theirs]))


def overlap(one: Service, two: Service, slack: int) -> bool:
    """Tell whether two services ran at the same time, as far as their times can be believed.

    Some EHRs stamp every service with the start and end of the visit. A span that is not about as
    long as the service's minutes says nothing then, nor do two equal ones without any minutes.
    """
    mine, theirs = span(one), span(two)
    if mine is None or theirs is None:
        return False
    if one.minutes is None and two.minutes is None and mine == theirs:
        return False
    for service, (began, ended) in ((one, mine), (two, theirs)):
        if service.minutes is not None and abs(ended - began - service.minutes) > slack:
            return False
    return mine[0] < theirs[1] and theirs[0] < mine[1]


def told(service: Service) -> str:
    """Write a service's code with when it was, as charted."""
    when = span(service)
    return f"{service.code} {clock(when)}" if when else service.code


def clock(span: Span) -> str:
    """Write from when to when.

    >>> clock((600, 645))
    '10:00–10:45'
    """
    began, ended = span
    return f"{began // 60}:{began % 60:02}–{ended // 60}:{ended % 60:02}"
