"""Opening databases: SQLite embedded, or what the address names."""

from pathlib import Path
from typing import Any, Literal

from sqlalchemy import URL, Engine, create_engine, event


def engine_of(
    address: URL, synchronous: Literal["FULL", "NORMAL"] = "FULL", **options: Any
) -> Engine:
    """Open a database; SQLite in write-ahead mode, so that readers and the writer go together."""
    if address.get_backend_name() != "sqlite":
        return create_engine(address, hide_parameters=True, **options)
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address, hide_parameters=True, **options)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        for pragma in ("busy_timeout=5000", "journal_mode=WAL", f"synchronous={synchronous}"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
