"""Tokens that were used, so that none is used twice: by any worker, on any machine.

One insertion a call. The embedded store keeps them in a file of their own: decisions are written
many at a time and to the disk, and no call waits for that. After a loss of power the last moments
may be missing; a process that ends loses nothing.
"""

import threading
import time
from collections import deque
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    LargeBinary,
    MetaData,
    Table,
    make_url,
    select,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable

from plugin.store.engines import engine_of
from plugin.store.faults import StoreError

SWEEP_EVERY = 256
"""Insertions; each sweep takes at most twice as many, so none is long."""

INSERT = "INSERT INTO spent_tokens (id, until) VALUES (?, ?) ON CONFLICT DO NOTHING"
SWEEP = "DELETE FROM spent_tokens WHERE id IN (SELECT id FROM spent_tokens WHERE until < ? LIMIT ?)"

metadata = MetaData()
spent = Table(
    "spent_tokens",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),  # a hash of site, issuer and jti
    Column("until", BigInteger, nullable=False, index=True),  # seconds since 1970
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
        self._insert = self._sweep = ""
        self._count = 0

    def spend(self, name: bytes, until: int) -> bool:
        """Note a token until it has expired; tell whether it was not known yet.

        Raises:
            StoreError: the store does not answer.

        """
        fresh = self._run("_insert", (name, until)) == 1
        self._count += 1
        if self._count % SWEEP_EVERY == 0:
            self._run("_sweep", (int(time.time()), 2 * SWEEP_EVERY))
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
        """Let go of the store."""
        while self._idle:
            self._idle.pop().close()
        if self._engine is not None:
            self._engine.dispose()

    def _run(self, statement: str, values: tuple[Any, ...]) -> int:
        """Run a statement on a connection kept open; once more where that one has gone."""
        engine = self._engine or self._open()
        for kept in (True, False):
            try:
                connection = self._idle.pop() if kept else engine.raw_connection()
            except IndexError:
                continue
            except SQLAlchemyError as error:
                raise StoreError("spent tokens cannot be reached") from error
            try:
                cursor = connection.cursor()
                cursor.execute(getattr(self, statement), values)
                rows: int = cursor.rowcount
                cursor.close()
            except engine.dialect.loaded_dbapi.Error as error:
                connection.invalidate()
                if not kept:
                    raise StoreError("spent tokens cannot be stored") from error
            else:
                self._idle.append(connection)
                return rows
        raise StoreError("spent tokens cannot be stored")

    def _open(self) -> Engine:
        with self._opening:
            if self._engine is None:
                try:
                    self._engine = self._prepared()
                except (SQLAlchemyError, OSError) as error:
                    raise StoreError("spent tokens cannot be opened") from error
            return self._engine

    def _prepared(self) -> Engine:
        engine = _engine(self._url)
        with engine.connect() as connection:
            connection.execute(CreateTable(spent, if_not_exists=True))
            for index in spent.indexes:
                connection.execute(CreateIndex(index, if_not_exists=True))
        mark = "?" if engine.dialect.paramstyle == "qmark" else "%s"
        self._insert, self._sweep = INSERT.replace("?", mark), SWEEP.replace("?", mark)
        return engine


def _engine(url: str) -> Engine:
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        address = address.set(database=f"{address.database}-tokens")
    return engine_of(address, "NORMAL", isolation_level="AUTOCOMMIT", pool_size=0)
