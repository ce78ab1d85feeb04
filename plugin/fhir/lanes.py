"""One lane to each FHIR server: what a slow one holds up is its own, and no other's.

A lane has threads of its own, lets few requests wait at a time, and rests while its server lets
the time run out. A request that may not wait is answered at once with what it brought.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from plugin import settings
from plugin.fhir.wire import THREADS

P = ParamSpec("P")
T = TypeVar("T")

EACH = 8
"""Requests that may wait for one server at a time."""
FEW = 3
"""Requests that may wait for one that let the last of them run out of time."""
MISSES = 3
"""Requests in a row that a server lets run out of time before its lane rests."""
REST = 5.0
"""Seconds between the requests that try a resting lane again, one at a time."""
LANES = 256
"""Lanes that are kept; the one longest unused gives way."""

_overall = threading.BoundedSemaphore(settings.WAITING)


class Lane:
    """The way to one server."""

    def __init__(self) -> None:
        """Begin without threads; they start as they are needed."""
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="fetch")
        self._lock = threading.Lock()
        self._waiting = 0
        self._missed = 0
        self._resting_until = 0.0

    def enter(self) -> bool:
        """Tell whether one more request may wait for this server; it then has to leave."""
        now = time.monotonic()
        with self._lock:
            if self._waiting >= (FEW if self._missed else EACH) or now < self._resting_until:
                return False
            if not _overall.acquire(blocking=False):
                return False
            if self._missed >= MISSES:
                self._resting_until = now + REST  # this one alone tries again
            self._waiting += 1
            return True

    def leave(self, *, answered: bool) -> None:
        """End the waiting of one request, and learn whether the server answered it in time."""
        _overall.release()
        with self._lock:
            self._waiting -= 1
            self._missed = 0 if answered else self._missed + 1
            rests = self._missed >= MISSES
            self._resting_until = time.monotonic() + REST if rests else 0.0

    def submit(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> Future[T]:
        """Do something on a thread of this lane."""
        return self._pool.submit(work, *args, **named)

    def close(self) -> None:
        """Let the threads end when they are done."""
        self._pool.shutdown(wait=False, cancel_futures=True)


_lanes: OrderedDict[tuple[str, str], Lane] = OrderedDict()
_lock = threading.Lock()


def lane_to(server: str) -> Lane:
    """Return the lane to the server of an address."""
    parts = urlsplit(server)
    name = (parts.scheme, parts.netloc)
    with _lock:
        lane = _lanes.get(name)
        if lane is None:
            lane = _lanes[name] = Lane()
            if len(_lanes) > LANES:
                _lanes.popitem(last=False)[1].close()
        _lanes.move_to_end(name)
        return lane
