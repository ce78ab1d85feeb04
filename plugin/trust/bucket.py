"""A token bucket: so many calls a second, and a burst after a rest."""

from plugin.trust.terms import Limits


class Bucket:
    """The bucket of one site in one process.

    Kept as the moment at which it will be full again. Without a lock: two threads at the same
    instant may be counted as one, which lets a call more through and never one less.
    """

    __slots__ = ("_full", "_room", "_step")

    def __init__(self, limits: Limits) -> None:
        """Begin full."""
        self._step = 1 / limits.per_second
        self._room = limits.burst * self._step
        self._full = 0.0

    def take(self, now: float) -> float:
        """Take one; return 0, or the seconds until there is one, and then take nothing.

        >>> bucket = Bucket(Limits(per_second=2, burst=2))
        >>> [bucket.take(now) for now in (9.0, 9.0, 9.0, 9.5, 9.5)]
        [0.0, 0.0, 0.5, 0.0, 0.5]
        """
        full = max(now, self._full) + self._step
        wait = full - now - self._room
        if wait > 1e-9:  # noqa: PLR2004 - what adding leaves of rounding
            return wait
        self._full = full
        return 0.0
