"""Counting periods that are no quarter hour alone: a first period, then further ones.

Authority: CPT's general time convention, as ASHA's coding rules for Medicare put it: a period is
billed when more than half of it was furnished. An hour takes 31 minutes, half an hour 16, a quarter
of an hour 8; a further period counts from where the one before it ends.
"""


def needed(period: int) -> int:
    """Return the fewest minutes that carry a period: more than half of it.

    >>> [needed(period) for period in (15, 30, 60, 120)]
    [8, 16, 31, 61]
    """
    return period // 2 + 1


def counted(minutes: int, first: int, further: int) -> tuple[int, int]:
    """Return how many first periods (0 or 1) and further periods minutes earn.

    A quarter hour and further quarter hours (97129, 97130):

    >>> [counted(m, 15, 15) for m in (7, 8, 22, 23, 37, 38)]
    [(0, 0), (1, 0), (1, 0), (1, 1), (1, 1), (1, 2)]

    Half an hour and quarter hours (97550, 97551); an hour and half hours (92607, 92608); two hours
    and hours (97545, 97546):

    >>> [counted(m, 30, 15) for m in (15, 16, 37, 38)], [counted(m, 60, 30) for m in (75, 76)]
    ([(0, 0), (1, 0), (1, 0), (1, 1)], [(1, 0), (1, 1)])
    >>> [counted(m, 120, 60) for m in (60, 61, 150, 151)]
    [(0, 0), (1, 0), (1, 0), (1, 1)]
    """
    if minutes < needed(first):
        return 0, 0
    return 1, max(0, (minutes - first + further - needed(further)) // further)
