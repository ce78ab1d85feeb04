"""How many units of a service an assistant furnished.

Authority: Medicare Claims Processing Manual ch. 5, §20.1; CY 2022 physician fee schedule rule (the
8-minute exception and the two-units-left case).
"""

from rules.units.counting import MIDPOINT, UNIT

Counts = frozenset[int]


def in_part(assistant: int, total: int) -> frozenset[bool]:
    """Return the lawful answers to "more than 10 % by the assistant?".

    CMS gives two ways of rounding: the share in whole percent (11 or more), or minutes (a tenth of
    the total, rounded, plus one). Where they differ, both answers are lawful.

    >>> sorted(in_part(10, 15)), sorted(in_part(1, 30)), sorted(in_part(2, 15))
    ([True], [False], [False, True])
    """
    if not assistant:
        return frozenset({False})
    share = (200 * assistant + total) // (2 * total) >= 11  # noqa: PLR2004 - whole percent
    minutes = assistant >= (total + 5) // 10 + 1
    return frozenset({share, minutes})


def assisted_units(therapist: int, assistant: int, units: int, *, exception: bool) -> Counts:
    """Return how many of a timed code's units may carry the assistant's modifier.

    Whole quarter hours belong to whoever furnished them. The last unit is the therapist's when the
    therapist alone reached 8 minutes (``exception``, since 2022), else it goes by the 10 % rule. Of
    two units left over, one is the assistant's. Empty when the minutes do not carry the units.

    >>> sorted(assisted_units(13, 23, 2, exception=True))
    [1]
    >>> sorted(assisted_units(23, 22, 3, exception=True))
    [1]
    >>> sorted(assisted_units(12, 14, 2, exception=True))
    [1]
    """
    whole = assistant // UNIT
    left = units - therapist // UNIT - whole
    t, a = therapist % UNIT, assistant % UNIT
    if left == 0:
        return frozenset({whole})
    if left == 1 and t + a:
        last = frozenset({False}) if exception and t >= MIDPOINT else in_part(a, t + a)
        return frozenset(whole + yes for yes in last)
    return frozenset({whole + 1}) if left == 2 else frozenset()  # noqa: PLR2004 - two units left
