"""Settings from the environment and one TOML file (``COUNTERSIGN_CONFIG``); environment wins."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PREFIX = "COUNTERSIGN_"
THREADS = 16
"""Requests that one worker serves at a time; most wait: for their turn, or for another server."""
WAITING = 12
"""Those of them that may wait for another server."""


class SettingsError(Exception):
    """A setting has a value it cannot have; the message names it and says what it may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this deployment runs."""

    home: Path
    """Folder of the embedded store."""
    host: str
    port: int
    workers: int
    database_url: str
    """SQLAlchemy address of the store."""
    public_url: str
    """Address by which EHRs reach the service; cards link to it."""
    demo: bool
    """Whether tenant ``demo`` and the simulated EHR answer."""
    tenants: Path | None = None
    """Folder of the sites' own files, beside those that are shipped."""


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises:
        SettingsError: a value is not what it should be, or the configuration file cannot be read.

    """
    said = {**from_file(environment), **from_environment(environment)}
    home = Path(said.get("home", ".countersign"))
    host = said.get("host", "127.0.0.1")
    port = _whole(said, "port", 8000, 65535)
    return Settings(
        home=home,
        host=host,
        port=port,
        workers=_whole(said, "workers", 1, 64),
        database_url=said.get("database_url", f"sqlite:///{home / 'countersign.db'}"),
        public_url=said.get("public_url", f"http://{host}:{port}").rstrip("/"),
        demo=_switch(said, "demo", default=True),
        tenants=_folder(said, "tenants", home / "tenants"),
    )


def from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what the environment sets, by the names of ``Settings``."""
    return {
        key.removeprefix(PREFIX).lower(): value
        for key, value in environment.items()
        if key.startswith(PREFIX) and value
    }


def from_file(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what the configuration file sets; nothing when the environment names none.

    Raises:
        SettingsError: it cannot be read.

    """
    path = environment.get(f"{PREFIX}CONFIG", "")
    if not path:
        return {}
    try:
        data = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{PREFIX}CONFIG: {path} cannot be read: {error}") from error
    return {key: str(value) for key, value in data.items()}


def _folder(said: Mapping[str, str], name: str, default: Path) -> Path:
    found = Path(said.get(name, default))
    if name in said and not found.is_dir():
        raise SettingsError(f"{PREFIX}{name.upper()}: should be a folder that exists")
    return found


def _whole(said: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = said.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise SettingsError(f"{PREFIX}{name.upper()}: should be a number from 1 to {most}")
    return int(text)


def _switch(said: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = said.get(name, "on" if default else "off").lower()
    if text not in {"on", "off", "true", "false"}:
        raise SettingsError(f"{PREFIX}{name.upper()}: should be on or off")
    return text in {"on", "true"}
