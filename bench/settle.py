"""How long the rules take over the benchmark's visit, in process: no HTTP, no JSON, no cards."""

import gc
import statistics
import time
from collections.abc import Callable

from bench.request import CHARTED, compact, filled, request
from plugin import rulebook, tenants
from plugin.fhir import coding
from plugin.fhir.reader import read
from plugin.hooks.taken import taken
from plugin.json import read as read_json
from rules.check import settle

WHOLE = len(CHARTED)
WARM_UP = 300
REPEATS = 5000


def prepared(services: int) -> Callable[[], object]:
    """Return a call that settles the benchmark's visit, or the first of its services.

    Everything before it is already done.
    """
    book = rulebook.load()
    message = read_json(filled(compact(request(services=services))))
    sites = tenants.load()
    tenant = sites[tenants.DEMO]
    gathered, asked = taken(message, tenant)
    coder = coding.load(book.tables.codes, sites)
    visit = read(gathered, asked.patient, asked.encounter, tenant, coder).visit
    policy = book.policy(visit.payer, visit.date_of_service, visit.setting)

    def call() -> object:
        visit.memo.clear()  # so that reading the chart is counted too
        return settle(visit, policy)

    return call


def measure(services: int = WHOLE, repeats: int = REPEATS) -> float:
    """Return the median time of one settle, in microseconds.

    What is alive beforehand is set aside from the garbage collector, as in a server that has
    started; what settle itself leaves behind is collected as usual.
    """
    call = prepared(services)
    for _ in range(WARM_UP):
        call()
    gc.collect()
    gc.freeze()
    try:
        return statistics.median(_nanoseconds(call) for _ in range(repeats)) / 1e3
    finally:
        gc.unfreeze()


def _nanoseconds(call: Callable[[], object]) -> int:
    """Return how long one call takes."""
    began = time.perf_counter_ns()
    call()
    return time.perf_counter_ns() - began


def main() -> None:
    """Print the figures."""
    for services in (WHOLE, 4):
        took = measure(services)
        print(f"settle of {services} services: {took:.0f} microseconds (median of {REPEATS})")


if __name__ == "__main__":
    main()
