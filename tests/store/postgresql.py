"""A PostgreSQL server of the tests' own: on a socket in a folder that goes with it, no network."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
"""Where Debian keeps them, the newest version first; other systems have them on the path."""
ACCOUNT = "postgres"
"""The server refuses to run as root, and runs as this account there."""


def program(name: str) -> str | None:
    """Return where a program of PostgreSQL is; None where it is not installed."""
    return shutil.which(name, path=os.pathsep.join((os.environ["PATH"], *map(str, PROGRAMS))))


@dataclass(frozen=True)
class Server:
    """A server that can be stopped and started again."""

    home: Path

    def make(self) -> None:
        """Make room for databases."""
        self._run("initdb", *self._data, "--auth", "trust", "--username", ACCOUNT, "--no-sync")

    def start(self) -> None:
        """Start serving; nothing waits until what is written is on the disk."""
        heard = f"-F -c listen_addresses='' -k {self.home}"
        log = str(self.home / "log")
        self._run("pg_ctl", "start", *self._data, "--wait", "--log", log, "-o", heard)

    def stop(self) -> None:
        """End all connections, and stop serving."""
        self._run("pg_ctl", "stop", *self._data, "--wait", "--mode", "fast")

    def database(self) -> str:
        """Make an empty database; return its address, as a deployment names it."""
        name = f"d{uuid4().hex}"
        self._run("createdb", "--host", str(self.home), "--username", ACCOUNT, name)
        return f"postgresql+psycopg://{ACCOUNT}@/{name}?host={self.home}"

    @property
    def _data(self) -> tuple[str, str]:
        return "--pgdata", str(self.home / "data")

    def _run(self, name: str, *arguments: str) -> None:
        found = program(name)
        assert found
        subprocess.run(
            [found, *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.home,
            user=ACCOUNT if os.geteuid() == 0 else None,
            timeout=60,
        )


@contextmanager
def serving() -> Iterator[Server]:
    """Serve for the length of a block."""
    # Not pytest's folders: a socket's path has 107 bytes at most, and other accounts may not enter.
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, ACCOUNT)
        server = Server(Path(folder))
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()
