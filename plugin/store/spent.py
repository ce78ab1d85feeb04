"""Tokens that were used, so that none is used twice: by any worker, on any machine.

One insertion a call. The embedded store keeps them in a file of their own: decisions are written
many at a time and to the disk, and no call waits for that. After a loss of power the last moments
may be missing; a process that ends loses nothing. A thread of its own takes out what has expired,
and moves what SQLite's write-ahead log holds into the file, which takes several milliseconds.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    LargeBinary,
    MetaData,
    Table,
    delete,
    make_url,
    select,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateTable

from plugin.store.engines import engine_of
from plugin.store.faults import StoreError
from plugin.turns import turns

log = logging.getLogger(__name__)

TIDY_EVERY = 256
"""Insertions."""
SLICE = 2 * TIDY_EVERY
"""Rows that one sweep looks at, in the order of their keys: an index on ``until`` would cost every
insertion half as much again, and a sweep of all rows would be long."""
PRAGMAS = ("page_size=1024", "synchronous=NORMAL", "wal_autocheckpoint=0")
"""An insertion writes a page to the log; a page size counts for a new file alone."""
LONGEST_LOG = 4000
"""Pages; a log that is longer begins anew, for which insertions wait some milliseconds."""
INSERT = "INSERT INTO spent_tokens (id, until) VALUES (?, ?) ON CONFLICT DO NOTHING"

metadata = MetaData()
spent = Table(
    "spent_tokens",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),  # a hash of site, issuer and jti
    Column("until", BigInteger, nullable=False),  # seconds since 1970
    sqlite_with_rowid=False,
)


class Spent:
    """The tokens that were used, as one process sees them."""

    def __init__(self, url: str) -> None:
        """Take the address of the store; it is opened when first needed."""
        self._url = url
        self._opening = threading.Lock()
        self._engine: Engine | None = None
        self._idle: deque[Any] = deque()
        self._aside: Callable[[], AbstractContextManager[None]] = nullcontext
        self._insert = ""
        self._count = 0
        self._swept = b""
        self._due = threading.Event()
        self._closing = False
        self._tidier: threading.Thread | None = None

    def spend(self, name: bytes, until: int) -> bool:
        """Note a token until it has expired; tell whether it was not known yet.

        Raises:
            StoreError: the store does not answer.

        """
        engine = self._engine or self._open()
        with self._aside():
            fresh = self._inserted(engine, (name, until)) == 1
        self._count += 1
        if self._count % TIDY_EVERY == 0:
            self._due.set()
        return fresh

    def knows(self, name: bytes) -> bool:
        """Tell whether a token was used; asking does not use it.

        Raises:
            StoreError: the store does not answer.

        """
        try:
            with (self._engine or self._open()).connect() as connection:
                wanted = select(spent.c.id).where(spent.c.id == name)
                return connection.execute(wanted).first() is not None
        except SQLAlchemyError as error:
            raise StoreError("spent tokens cannot be read") from error

    def close(self) -> None:
        """Tidy a last time, and let go of the store."""
        self._closing = True
        self._due.set()
        if self._tidier is not None:
            self._tidier.join(timeout=5)
        while self._idle:
            self._idle.pop().close()
        if self._engine is not None:
            self._engine.dispose()

    def _inserted(self, engine: Engine, row: tuple[bytes, int]) -> int:
        """Insert on a connection kept open; on a new one where that one, and so all, have gone."""
        try:
            return self._on(self._idle.pop(), row)
        except IndexError:
            pass
        except engine.dialect.loaded_dbapi.Error:
            self._idle.clear()
            engine.dispose()
        try:
            return self._on(engine.raw_connection(), row)
        except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
            raise StoreError("spent tokens cannot be stored") from error

    def _on(self, connection: Any, row: tuple[bytes, int]) -> int:
        try:
            cursor = connection.cursor()
            cursor.execute(self._insert, row)
            rows: int = cursor.rowcount
            cursor.close()
        except BaseException:
            connection.invalidate()
            raise
        self._idle.append(connection)
        return rows

    def _tidy_behind(self, engine: Engine) -> None:
        """Tidy whenever it is due, until the store closes; a fault waits for the next time."""
        closing = False
        while not closing:
            self._due.wait()
            self._due.clear()
            closing = self._closing
            try:
                with engine.connect() as connection:
                    self._sweep(connection, int(time.time()))
                    if engine.dialect.name == "sqlite":
                        _shorten(connection)
            except SQLAlchemyError as error:
                log.warning("spent tokens not tidied: %s", type(error).__name__)

    def _sweep(self, connection: Connection, now: int) -> None:
        """Take out what has expired in the next slice of keys."""
        key = spent.c.id
        found = select(key).where(key > self._swept).order_by(key).limit(SLICE)
        names = connection.scalars(found).all()
        if names:
            passed = delete(spent).where(key > self._swept, key <= names[-1])
            connection.execute(passed.where(spent.c.until < now))
        self._swept = names[-1] if len(names) == SLICE else b""

    def _open(self) -> Engine:
        with self._opening:
            if self._engine is None:
                try:
                    self._engine = self._prepared()
                except (SQLAlchemyError, OSError, ImportError) as error:
                    raise StoreError("spent tokens cannot be opened") from error
            return self._engine

    def _prepared(self) -> Engine:
        engine = _engine(self._url)
        with engine.connect() as connection:
            connection.execute(CreateTable(spent, if_not_exists=True))
        mark = "?" if engine.dialect.paramstyle == "qmark" else "%s"
        self._insert = INSERT.replace("?", mark)
        if engine.dialect.name != "sqlite":  # over a network
            self._aside = turns.aside
        self._tidier = threading.Thread(
            target=self._tidy_behind, args=(engine,), name="spent tokens", daemon=True
        )
        self._tidier.start()
        return engine


def _shorten(connection: Connection) -> None:
    """Move what SQLite's log holds into the file, while others insert; seldom while they wait."""
    _, pages, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").one()
    if pages > LONGEST_LOG:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(RESTART)")


def _engine(url: str) -> Engine:
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        address = address.set(database=f"{address.database}-tokens")
    return engine_of(address, PRAGMAS, isolation_level="AUTOCOMMIT", pool_size=0)
