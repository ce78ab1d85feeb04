"""Measure the service beside comparable ones, in one run, and say which promises hold.

One worker each, on this machine only. The servers take turns, forwards and backwards, so that a
slow moment of the machine falls on all of them alike.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from bench import proc, request, settle
from bench.figures import CONNECTIONS, Figures, summary
from bench.load import load
from bench.servers import ROOT, NotServingError, Running, Server, servers, started
from bench.verdict import OURS, NotMeasuredError, Verdict, judge, promises, verdicts

NO_WRK = """\
The load generator `wrk` is missing. It is a Debian and Ubuntu package of that name:
    apt-get install wrk"""

WARM_UP = {"connections": 4, "seconds": 1}

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is measured, with which request, on which cores."""

    body: bytes
    rounds: int
    seconds: int
    cold: int
    serving: int | None
    """The core of the servers; None leaves the choice to the system."""
    loading: int | None
    """The core of the load."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the raw figures when asked to."""
    asked = options().parse_args(arguments)
    if not shutil.which("wrk"):
        sys.exit(NO_WRK)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # so that the servers end too
    plan = planned(asked)
    chosen = available(servers(asked.peers), asked.only)
    if not chosen:
        sys.exit("No server is left to measure.")
    if plan.loading is not None:
        os.sched_setaffinity(0, {plan.loading})  # asking, too, stays off the servers' core
    print(conditions(plan), flush=True)
    stolen = proc.stolen()
    try:
        measured = measure(chosen, plan)
    except NotServingError as fault:
        sys.exit(f"A server that had served before did not start again: {fault}")
    progress("")
    print(f"\n{summary(measured.values())}\n\n{noise(stolen)}\n")
    held = judged(measured, rules=not asked.only or OURS in asked.only)
    print(verdicts(held))
    if asked.json:
        asked.json.write_text(json.dumps(told(plan, measured, held), indent=1) + "\n")


def options() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument(
        "--only", type=lambda names: names.split(","), metavar="A,B", help="only these servers"
    )
    parser.add_argument("--reps", type=int, default=6, help="rounds of load (default: %(default)s)")
    parser.add_argument("--secs", type=int, default=3, help="seconds a load (default: %(default)s)")
    parser.add_argument("--cold", type=int, default=5, help="cold starts (default: %(default)s)")
    parser.add_argument(
        "--plain", action="store_true", help="the request without minutes and performer roles"
    )
    parser.add_argument("--body", type=Path, metavar="FILE", help="another request")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the raw figures here")
    parser.add_argument(
        "--peers",
        type=Path,
        metavar="VENV",
        default=ROOT / ".venv-bench",
        help="environment that holds HealthChain (default: .venv-bench)",
    )
    return parser


def planned(asked: argparse.Namespace) -> Plan:
    """Return the plan that the command line asks for."""
    if min(asked.reps, asked.secs, asked.cold) < 1:
        sys.exit("--reps, --secs and --cold must be at least 1.")
    body = asked.body.read_bytes() if asked.body else None
    cores = sorted(os.sched_getaffinity(0))
    pinned = len(cores) > 1 and shutil.which("taskset") is not None
    return Plan(
        body=request.marked(body or request.compact(request.request(plain=asked.plain))),
        rounds=asked.reps,
        seconds=asked.secs,
        cold=asked.cold,
        serving=cores[0] if pinned else None,
        loading=cores[-1] if pinned else None,
    )


def available(known: list[Server], only: list[str] | None) -> list[Server]:
    """Return the servers to measure, saying of each other one why it is left out."""
    names = [server.name for server in known]
    if unknown := set(only or ()) - set(names):
        sys.exit(f"No server named {', '.join(sorted(unknown))}; there are {', '.join(names)}.")
    wanted = [server for server in known if not only or server.name in only]
    for server in wanted:
        if not server.installed:
            skip(server, server.install)
    return [server for server in wanted if server.installed]


def measure(chosen: list[Server], plan: Plan) -> dict[str, Figures]:
    """Return the figures of every server that serves."""
    measured = {server.name: Figures(server.name) for server in chosen}
    serving = start_cold(chosen, plan, measured)
    with ExitStack() as stack:
        body = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))) / "body"
        body.write_bytes(plan.body)
        running = [
            stack.enter_context(started(server, request.filled(plan.body), plan.serving))
            for server in serving
        ]
        for one in running:
            measured[one.name].answer_bytes, measured[one.name].cards = len(one.answer), one.cards
            load(one, body, core=plan.loading, **WARM_UP)
        load_in_turns(running, body, plan, measured)
        for one in running:
            measured[one.name].memory = proc.memory(one.pid)
    return {server.name: measured[server.name] for server in serving}


def start_cold(chosen: list[Server], plan: Plan, measured: dict[str, Figures]) -> list[Server]:
    """Start and end every server some times; return those that served each time."""
    serving = list(chosen)
    for number, server in turns(chosen, plan.cold):
        if server not in serving:
            continue
        progress(f"cold start {number + 1} of {plan.cold}: {server.name}")
        try:
            with started(server, request.filled(plan.body), plan.serving) as running:
                measured[server.name].cold.append(running.ready)
        except NotServingError as fault:
            skip(server, str(fault))
            serving.remove(server)
    return serving


def load_in_turns(
    running: list[Running], body: Path, plan: Plan, measured: dict[str, Figures]
) -> None:
    """Load all servers, round after round, at each number of connections."""
    for connections in CONNECTIONS:
        for number, one in turns(running, plan.rounds):
            progress(f"round {number + 1} of {plan.rounds} at {connections}: {one.name}")
            measured[one.name].loads[connections].append(
                load(
                    one,
                    body,
                    connections=connections,
                    seconds=plan.seconds,
                    core=plan.loading,
                )
            )


def turns(things: list[T], rounds: int) -> Iterator[tuple[int, T]]:
    """Yield every thing once a round, forwards, then backwards, and so on.

    >>> "".join(thing for _, thing in turns(["A", "B", "C"], 2))
    'ABCCBA'
    """
    for number in range(rounds):
        yield from ((number, thing) for thing in things[:: -1 if number % 2 else 1])


def judged(measured: dict[str, Figures], *, rules: bool) -> list[Verdict]:
    """Hold the figures against all promises; `rules` is False when only others were asked for."""

    def settled() -> float:
        if not rules:
            raise NotMeasuredError(f"{OURS} was not asked for")
        try:
            return settle.measure()
        except (NotImplementedError, ImportError) as why:
            raise NotMeasuredError(str(why)) from why

    return [judge(promise, measured) for promise in promises(settled)]


def conditions(plan: Plan) -> str:
    """Say on what and how it is measured."""
    pinned = (
        f"servers on core {plan.serving}, load on core {plan.loading}"
        if plan.serving is not None
        else "servers and load share the cores"
    )
    return (
        f"request of {len(request.filled(plan.body))} bytes; one worker each; {pinned}; "
        f"{plan.cold} cold starts; medians of {plan.rounds} rounds of {plan.seconds} s "
        f"at {' and '.join(map(str, CONNECTIONS))} connections"
    )


def noise(before: tuple[int, int]) -> str:
    """Say how much the machine was busy with other things."""
    stolen, ticks = (now - then for now, then in zip(proc.stolen(), before, strict=True))
    average = " ".join(f"{minutes:.1f}" for minutes in os.getloadavg())
    return f"load average {average}; {100 * stolen / max(1, ticks):.1f} % taken by other machines"


def told(plan: Plan, measured: dict[str, Figures], held: list[Verdict]) -> dict[str, Any]:
    """Return everything that was measured, for a file."""
    return {
        "conditions": conditions(plan),
        "servers": [asdict(figures) for figures in measured.values()],
        "promises": [asdict(verdict) for verdict in held],
    }


def skip(server: Server, why: str) -> None:
    """Say that a server is left out."""
    print(f"{server.name} is left out: {why}", file=sys.stderr)


def progress(words: str) -> None:
    """Say what is going on, over the last such words, to a person who watches."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
