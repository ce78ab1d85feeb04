"""How long the rules take over the benchmark's visit, in process: no HTTP, no JSON, no cards."""

import gc
import statistics
import time
from collections.abc import Callable

WARM_UP = 300
REPEATS = 5000


def prepared() -> Callable[[], object]:
    """Return a call that settles the benchmark's visit, everything before it already done."""
    raise NotImplementedError("settle is not joined to the benchmark yet")


def measure(repeats: int = REPEATS) -> float:
    """Return the median time of one settle, in microseconds.

    What is alive beforehand is set aside from the garbage collector, as in a server that has
    started; what settle itself leaves behind is collected as usual.
    """
    settle = prepared()
    for _ in range(WARM_UP):
        settle()
    gc.collect()
    gc.freeze()
    try:
        return statistics.median(_nanoseconds(settle) for _ in range(repeats)) / 1e3
    finally:
        gc.unfreeze()


def _nanoseconds(call: Callable[[], object]) -> int:
    """Return how long one call takes."""
    began = time.perf_counter_ns()
    call()
    return time.perf_counter_ns() - began


def main() -> None:
    """Print the figure."""
    try:
        print(f"settle: {measure():.0f} microseconds (median of {REPEATS})")
    except NotImplementedError as why:
        print(f"settle: not measured ({why})")


if __name__ == "__main__":
    main()
