"""The command line, run in this process with a home of its own."""

import io
from dataclasses import dataclass
from pathlib import Path

import pytest

from plugin.cli import main


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str

    @property
    def wrong(self) -> list[str]:
        """The lines that say what is wrong."""
        return [line.strip() for line in self.out.splitlines() if line.startswith("  not ")]


@dataclass(frozen=True, slots=True)
class Command:
    """Runs ``countersign`` under some settings."""

    home: Path
    patch: pytest.MonkeyPatch
    printed: pytest.CaptureFixture[str]

    @property
    def folder(self) -> Path:
        """Where the sites of this home stand."""
        return self.home / "tenants"

    def run(self, *arguments: str, sent: str = "", **settings: str) -> Done:
        """Run a command to its end."""
        self.patch.setenv("COUNTERSIGN_HOME", str(self.home))
        for name, value in settings.items():
            self.patch.setenv(f"COUNTERSIGN_{name.upper()}", value)
        self.patch.setattr("sys.stdin", io.StringIO(sent))
        with pytest.raises(SystemExit) as end:
            main(arguments)
        for name in settings:
            self.patch.delenv(f"COUNTERSIGN_{name.upper()}")
        said = self.printed.readouterr()
        assert isinstance(end.value.code, int)
        return Done(end.value.code, said.out, said.err)
