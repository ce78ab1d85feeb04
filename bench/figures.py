"""What one run measured of each server, and the table that shows it."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bench.load import Load
from bench.proc import Memory

CONNECTIONS = (1, 16)


@dataclass(slots=True)
class Figures:
    """All that was measured of one server."""

    name: str
    cold: list[float] = field(default_factory=list)
    """Seconds from the start of the process to the first good answer, one for each start."""
    loads: dict[int, list[Load]] = field(default_factory=lambda: {n: [] for n in CONNECTIONS})
    """Loads by their number of connections, in the order of the rounds."""
    memory: Memory | None = None
    """The process tree's memory after all loads."""
    answer_bytes: int = 0
    cards: int = 0

    def median(self, connections: int, figure: Callable[[Load], float]) -> float:
        """Return the median of one figure over the rounds."""
        return statistics.median(figure(load) for load in self.loads[connections])

    @property
    def errors(self) -> int:
        """Return how many requests of all loads failed."""
        return sum(load.errors for loads in self.loads.values() for load in loads)


def rate(load: Load) -> float:
    """Return requests per second."""
    return load.rate


def cpu(load: Load) -> float:
    """Return the processor time of one request, in microseconds."""
    return load.cpu_us


def p50(load: Load) -> float:
    """Return the median latency in milliseconds."""
    return load.p50_ms


def p99(load: Load) -> float:
    """Return the 99th percentile of latency in milliseconds."""
    return load.p99_ms


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows, the first of them the heading, as an aligned Markdown table."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    heading, *rest = rows
    ruled = (heading, ["-" * width for width in widths], *rest)
    return "\n".join(_row(cells, widths) for cells in ruled)


def summary(measured: Iterable[Figures]) -> str:
    """Return the figures of all servers side by side."""
    heading = ["server", "cold s min/med"]
    for connections in CONNECTIONS:
        heading += [f"req/s @{connections}", "p50 ms", "p99 ms", "CPU us"]
    heading += ["RSS/PSS MB", "bytes", "cards", "errors"]
    return table([heading, *(_figures_row(figures) for figures in measured)])


def _figures_row(figures: Figures) -> list[str]:
    """Return one server's row of the summary."""
    row = [figures.name, f"{min(figures.cold):.2f}/{statistics.median(figures.cold):.2f}"]
    for connections in CONNECTIONS:
        row += [
            f"{figures.median(connections, rate):.0f}",
            f"{figures.median(connections, p50):.2f}",
            f"{figures.median(connections, p99):.2f}",
            f"{figures.median(connections, cpu):.0f}",
        ]
    memory = figures.memory
    row.append(f"{memory.rss:.0f}/{memory.pss:.0f}" if memory else "-")
    return [*row, str(figures.answer_bytes), str(figures.cards), str(figures.errors)]


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Return one line of a table."""
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"
