"""Who computes next: calls of one process are judged one after another, as they came."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, get_ident


class Turns:
    """Lets one thread run at a time, in the order in which they came.

    Calls are judged in a millisecond of one interpreter: side by side each would only be as late as
    the last. Nobody waits for a network in their turn.
    """

    def __init__(self) -> None:
        """Begin with nobody's turn."""
        self._taken = False
        self._whose = 0
        self._lock = Lock()
        self.queue: deque[Lock] = deque()

    def __enter__(self) -> None:
        """Wait until everybody who came before has had their turn."""
        with self._lock:
            if not self._taken:
                self._taken = True
                self._whose = get_ident()
                return
            mine = Lock()
            mine.acquire()
            self.queue.append(mine)
        mine.acquire()
        self._whose = get_ident()

    def __exit__(self, *_: object) -> None:
        """Let whoever waits longest have their turn."""
        self._whose = 0
        with self._lock:
            if self.queue:
                self.queue.popleft().release()
            else:
                self._taken = False

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Let others have their turn for as long as something else is waited for, if it is ours."""
        if self._whose != get_ident():
            yield
            return
        self.__exit__()
        try:
            yield
        finally:
            self.__enter__()


turns = Turns()
