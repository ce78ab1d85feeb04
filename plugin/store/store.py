"""Keeping decisions and feedback: SQLAlchemy, on SQLite embedded or PostgreSQL.

Feedback is written before it is acknowledged. Decisions are written behind the answer, many at a
time, and are looked up in the waiting ones too; sign-off never waits for the store.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice
from operator import itemgetter
from typing import Any

from sqlalchemy import Table, make_url, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable

from plugin.store.engines import engine_of
from plugin.store.faults import StoreError
from plugin.store.seal import row_of, seal, unseal
from plugin.store.spent import Spent
from plugin.store.tables import decisions, feedback, metadata
from rules.frozen import swift

log = logging.getLogger(__name__)

WAITING = 5000
"""Decisions that may wait to be written; beyond it the oldest is given up, and counted."""
TOGETHER = 500
PAUSE = 0.2
"""Seconds for which a writer gathers decisions before it writes them."""

PRAGMAS = ("page_size=8192", "cache_size=-256", "synchronous=FULL")
"""Two decisions and more to a page; a page size counts for a new store alone."""

Row = Mapping[Any, Any]
"""A decision as it is stored, by the names of the table's columns."""


@swift
@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One answer, as it is kept."""

    trace: str
    tenant: str
    service: str
    rulebook: str
    rules: tuple[str, ...]
    cards: int
    facts: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One piece of feedback: what became of a card."""

    tenant: str
    service: str
    card: str
    outcome: str
    outcome_at: str
    suggestions: str
    reason_system: str
    reason_code: str
    commented: int

    @property
    def id(self) -> str:
        """The same feedback sent twice is one event."""
        parts = (
            self.tenant,
            self.card,
            self.outcome,
            self.outcome_at,
            self.suggestions,
            self.reason_system,
            self.reason_code,
        )
        said = "\0".join(parts)
        return blake2b(said.encode(), digest_size=16).hexdigest()


class Store:
    """The store of one process."""

    def __init__(self, url: str, pause: float = PAUSE) -> None:
        """Open the store, making its folder and tables where they are missing.

        Decisions are gathered for ``pause`` seconds before they are written.

        Raises:
            StoreError: it cannot be opened.

        """
        self.given_up = 0
        self.spent = Spent(url)
        self._pause = pause
        self._waiting: OrderedDict[str, Row] = OrderedDict()
        self._changed = threading.Condition()
        self._closing = False
        try:
            self._engine = engine_of(make_url(url), PRAGMAS)
            with self._engine.begin() as connection:
                for table in metadata.sorted_tables:
                    connection.execute(CreateTable(table, if_not_exists=True))
                    for index in table.indexes:
                        connection.execute(CreateIndex(index, if_not_exists=True))
        except (SQLAlchemyError, OSError, ImportError) as error:
            raise StoreError(f"the store {shown(url)} cannot be opened") from error
        insert = self._once(decisions).compile(self._engine)
        self._insert = str(insert)
        self._given = itemgetter(*insert.positiontup) if insert.positional else dict
        self._writer = threading.Thread(target=self._write_behind, name="store", daemon=True)
        self._writer.start()

    def record(self, decision: Decision) -> None:
        """Keep a decision, soon; never fails and never waits.

        It is sealed at once, not with all others of a batch: that would keep calls waiting.
        """
        row = _row(decision, _now())
        with self._changed:
            idle = not self._waiting
            self._waiting[row["id"]] = row
            if len(self._waiting) > WAITING:
                self._waiting.popitem(last=False)
                self.given_up += 1
            if idle:
                self._changed.notify()

    def decision(self, trace: str) -> Decision | None:
        """Return a decision; None when its trace is not known.

        Raises:
            StoreError: the store cannot be read.

        """
        name = row_of(trace)
        with self._changed:
            waiting = self._waiting.get(name)
        row = waiting or self._written(name)
        facts = unseal(row["sealed"], trace) if row else None
        if row is None or facts is None:
            return None
        return Decision(
            trace=trace,
            tenant=row["tenant"],
            service=row["service"],
            rulebook=row["rulebook"],
            rules=tuple(row["rules"].split()),
            cards=row["cards"],
            facts=facts,
        )

    def _written(self, name: str) -> Row | None:
        wanted = select(decisions).where(decisions.c.id == name)
        try:
            with self._engine.connect() as connection:
                return connection.execute(wanted).mappings().first()
        except SQLAlchemyError as error:
            raise StoreError("the store cannot be read") from error

    def add_feedback(self, events: Sequence[Event]) -> int:
        """Keep events, each once; return how many were new.

        Raises:
            StoreError: nothing was kept; it may be sent again.

        """
        rows = [{**asdict(e), "id": e.id, "received_at": _now()} for e in events]
        try:
            with self._engine.begin() as connection:
                kept = [connection.execute(self._once(feedback), row).rowcount for row in rows]
        except SQLAlchemyError as error:
            raise StoreError("feedback could not be stored") from error
        return sum(kept)

    def events(self) -> list[dict[str, Any]]:
        """Return all feedback, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(feedback).order_by(feedback.c.received_at))
            return [dict(row) for row in rows.mappings()]

    def ready(self) -> bool:
        """Tell whether the store answers."""
        try:
            with self._engine.connect() as connection:
                connection.execute(select(feedback.c.id).limit(1)).first()
        except SQLAlchemyError:
            return False
        return True

    def close(self) -> None:
        """Write what waits, and let go of the store."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._writer.join(timeout=5)
        self._engine.dispose()
        self.spent.close()

    def _write_behind(self) -> None:
        """Write waiting decisions, a batch at a time, until the store closes."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closing)
                if not self._closing:
                    self._changed.wait_for(lambda: self._closing, timeout=self._pause)
                batch = list(islice(self._waiting.values(), TOGETHER))
                if not batch and self._closing:
                    return
            self._write(batch)
            with self._changed:
                for row in batch:
                    self._waiting.pop(row["id"], None)

    def _write(self, batch: Sequence[Row]) -> None:
        try:
            with self._engine.begin() as connection:
                # Straight to the driver: going through the statement costs each row again.
                connection.exec_driver_sql(self._insert, list(map(self._given, batch)))
        except SQLAlchemyError as error:
            self.given_up += len(batch)
            # No traceback: it would show the rows.
            log.error("%d decisions not stored: %s", len(batch), type(error).__name__)  # noqa: TRY400

    def _once(self, table: Table) -> Any:
        """Insert what is not there yet; a row that is known already is left as it is."""
        if self._engine.dialect.name != "postgresql":
            insert: Any = sqlite.insert
        else:  # imported late: two megabytes that the embedded store does not need
            from sqlalchemy.dialects import postgresql  # noqa: PLC0415

            insert = postgresql.insert
        # SQLAlchemy forgets how many rows an insertion made unless it is asked to remember.
        return insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


def _row(decision: Decision, at: str) -> Row:
    return {
        "id": row_of(decision.trace),
        "decided_at": at,
        "tenant": decision.tenant,
        "service": decision.service,
        "rulebook": decision.rulebook,
        "rules": " ".join(decision.rules),
        "cards": decision.cards,
        "sealed": seal(decision.facts, decision.trace),
    }


def shown(url: str) -> str:
    """Write an address without its password, wherever that stands."""
    try:
        address = make_url(url)
    except ArgumentError:
        return "of that address"
    hidden = {key: "hidden" for key in address.query if "pass" in key.lower()}
    return address.update_query_dict(hidden).render_as_string(hide_password=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
