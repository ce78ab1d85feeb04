"""Imports that must be refused: exit status 2, one line that says why, and nothing changed."""

from pathlib import Path

from tests.cli.command import run

OTHER = "97112,4,3 Date of Service Edit: Clinical,Clinical: Data"


def state(home: Path) -> dict[str, bytes]:
    root = home / "editions"
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def refused(home: Path, kind: str, *arguments: str | Path) -> str:
    """Import in a process of its own, which must refuse; return what it said."""
    before = state(home)
    done = run(home, "import", kind, *map(str, arguments))
    assert (done.returncode, done.stdout) == (2, b"")
    assert state(home) == before
    said = done.stderr.decode()
    assert said.startswith("countersign: ")
    assert len(said.splitlines()) == 1
    return said
