"""One run of the command line, with no more of the environment than it needs."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

COMMAND = (sys.executable, "-m", "plugin")


def environment(home: Path, settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which the service keeps to a folder."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {**kept, "PYTHONUTF8": "1", "COUNTERSIGN_HOME": str(home), **(settings or {})}


def run(
    home: Path,
    *arguments: str,
    sent: bytes = b"",
    settings: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        input=sent,
        capture_output=True,
        cwd=home,
        env=environment(home, settings),
        timeout=60,
        check=False,
    )
