"""What the project promises of its speed and memory, held against what one run measured."""

import operator
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.figures import CONNECTIONS, Figures, cpu, p99, rate, table

OURS = "countersign"
WITH_TOKENS = "countersign_jwt"
HELLO = "flask_hello"
PEER = "healthchain"

Measured = Mapping[str, Figures]


class NotMeasuredError(Exception):
    """A figure is not there; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One sentence that is true or not of a run."""

    says: str
    relation: str
    limit: float
    unit: str
    figure: Callable[[Measured], float]

    def holds(self, figure: float) -> bool:
        """Tell whether a figure keeps the promise."""
        return RELATIONS[self.relation](figure, self.limit)


RELATIONS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    ">": operator.gt,
}


def promises(settle: Callable[[], float]) -> tuple[Promise, ...]:
    """Return all promises; `settle` measures the rules in process, in microseconds."""
    return (
        Promise(
            says="CPU of a request at 1 connection, beside a bare Flask hello card",
            relation="<=",
            limit=2.0,
            unit="times",
            figure=lambda measured: _beside(measured, HELLO, 1, cpu),
        ),
        *(_faster(connections) for connections in CONNECTIONS),
        Promise(
            says="from cold to the first answered check",
            relation="<=",
            limit=1.5,
            unit="s",
            figure=lambda measured: statistics.median(_of(measured, OURS).cold),
        ),
        Promise(
            says="resident after load, all processes together",
            relation="<=",
            limit=120,
            unit="MB",
            figure=_resident,
        ),
        Promise(
            says="99 of 100 checks answered at 1 connection in",
            relation="<",
            limit=8,
            unit="ms",
            figure=lambda measured: _of(measured, OURS).median(1, p99),
        ),
        Promise(
            says="99 of 100 checks with a signed token answered at 16 connections in",
            relation="<",
            limit=25,
            unit="ms",
            figure=lambda measured: _of(measured, WITH_TOKENS).median(16, p99),
        ),
        Promise(
            says="CPU of a request with a signed token, beside a bare Flask hello card",
            relation="<=",
            limit=2.5,
            unit="times",
            figure=lambda measured: _beside(measured, HELLO, 1, cpu, ours=WITH_TOKENS),
        ),
        Promise(
            says="settle of the visit, in process",
            relation="<=",
            limit=300,
            unit="us",
            figure=lambda _: settle(),
        ),
        Promise(
            says="failed requests of all loads",
            relation="<=",
            limit=0,
            unit="",
            figure=lambda measured: _of(measured, OURS).errors,
        ),
    )


def _faster(connections: int) -> Promise:
    """Return the promise to answer more requests a second than HealthChain does."""
    return Promise(
        says=f"requests a second at {connections}, beside HealthChain's hello card",
        relation=">",
        limit=1.0,
        unit="times",
        figure=lambda measured: _beside(measured, PEER, connections, rate),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A promise, what was measured, and whether it holds; None when it could not be measured."""

    promise: str
    asked: str
    measured: str
    holds: bool | None


def judge(promise: Promise, measured: Measured) -> Verdict:
    """Hold one promise against the figures."""
    asked = f"{promise.relation} {promise.limit:g} {promise.unit}".strip()
    try:
        figure = promise.figure(measured)
    except NotMeasuredError as why:
        return Verdict(promise=promise.says, asked=asked, measured=str(why), holds=None)
    told = f"{figure:.4g} {promise.unit}".strip()
    return Verdict(promise=promise.says, asked=asked, measured=told, holds=promise.holds(figure))


def verdicts(given: list[Verdict]) -> str:
    """Return the verdicts as a table."""
    words = {True: "holds", False: "does not hold", None: "not measured"}
    rows = [[v.promise, v.asked, v.measured, words[v.holds]] for v in given]
    return table([["promise", "asked", "measured", "verdict"], *rows])


def _of(measured: Measured, name: str) -> Figures:
    """Return one server's figures."""
    if name not in measured:
        raise NotMeasuredError(f"{name} did not run")
    return measured[name]


def _beside(
    measured: Measured,
    other: str,
    connections: int,
    figure: Callable[..., float],
    ours: str = OURS,
) -> float:
    """Return our median of a figure as a multiple of another server's."""
    mine, theirs = _of(measured, ours), _of(measured, other)
    return mine.median(connections, figure) / theirs.median(connections, figure)


def _resident(measured: Measured) -> float:
    """Return our resident memory in MB."""
    memory = _of(measured, OURS).memory
    if memory is None:
        raise NotMeasuredError(f"{OURS} was gone before its memory was read")
    return memory.rss
