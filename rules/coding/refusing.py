"""Which techniques of a phrase were not done, and in what way it says so."""

from collections.abc import Sequence

from rules.coding.reading import Found, Reading, Refusal, RefusalKind

REACH = 3
"""Words after a plain ``no`` within which a treatment must begin to be the one not done."""


def undone(reading: Reading) -> dict[int, RefusalKind]:
    """Return the techniques that something speaks against, by their place, and how."""
    return {
        found.first: refusal.kind
        for refusal in reversed(reading.refusals)
        for found in _refused(refusal, reading)
    }


def _refused(refusal: Refusal, reading: Reading) -> Sequence[Found]:
    """Return what a refusal is about: what follows it, else what stands before it."""
    same = [
        found
        for found in reading.techniques
        if found.clause == refusal.clause and not _shares_words(found, refusal)
    ]
    later = [found for found in same if found.first >= refusal.after]
    if refusal.kind == "before":
        return _within_reach(refusal.after, later)
    if refusal.kind == "reason":
        return later
    if refusal.kind in {"yet", "unskilled"}:
        return same or _clause_before(refusal, reading)
    return later or same or _clause_before(refusal, reading)


def _shares_words(found: Found, refusal: Refusal) -> bool:
    """Tell whether a refusal stands in a technique's phrase, or all of the technique in it."""
    inside = refusal.first <= found.first and found.after <= refusal.after
    return inside or found.first <= refusal.first < found.after


def _clause_before(refusal: Refusal, reading: Reading) -> Sequence[Found]:
    before = [
        found
        for found in reading.techniques
        if found.segment == refusal.segment and found.clause < refusal.clause
    ]
    return [found for found in before if found.clause == before[-1].clause]


def _within_reach(start: int, later: Sequence[Found]) -> Sequence[Found]:
    """Return the techniques that a plain ``no`` covers: one near it, and those near that one."""
    covered = []
    for found in later:
        if found.first - start >= REACH:
            break
        covered.append(found)
        start = found.after
    return covered
