"""Put load on a server of this machine with wrk."""

import json
import os
import random
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench import proc
from bench.servers import Running

SCRIPT = Path(__file__).with_name("load.lua")
MOST = 1500
"""Tokens for each second of a load, more than any server takes."""
GRACE = 30
"""Seconds past its own time after which a load is ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one load measured."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    errors: int
    """Answers of 400 and above, time-outs, and failures to connect, read or write."""
    cpu_us: float
    """Processor time of the server's process tree per request, in microseconds."""

    @property
    def rate(self) -> float:
        """Return requests per second."""
        return self.requests / self.seconds


def load(
    running: Running, body: Path, *, connections: int, seconds: int, core: int | None = None
) -> Load:
    """Keep a number of connections busy for some seconds; each waits for its answer."""
    command = [
        *(("taskset", "-c", str(core)) if core is not None else ()),
        *("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "5s"),
        *("-s", str(SCRIPT), running.url),
    ]
    seed = str(random.randrange(2**31))
    env = os.environ | {"BENCH_BODY": str(body), "BENCH_SEED": seed}
    with tempfile.NamedTemporaryFile("w", prefix="bench-tokens-") as tokens:
        if running.client:
            tokens.write(running.client.tokens(MOST * seconds, running.url))
            tokens.flush()
            env["BENCH_TOKENS"] = tokens.name
        before = proc.cpu_seconds(running.pid)
        done = subprocess.run(
            command, env=env, capture_output=True, text=True, timeout=seconds + GRACE, check=False
        )
    spent = proc.cpu_seconds(running.pid) - before
    if done.returncode:
        raise RuntimeError(f"wrk against {running.name} failed: {done.stdout}{done.stderr}")
    measured = json.loads(done.stdout.splitlines()[-1])
    return Load(**measured, cpu_us=spent * 1e6 / max(1, measured["requests"]))
