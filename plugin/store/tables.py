"""The tables of the store."""

from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

decisions = Table(
    "decisions",
    metadata,
    Column("id", String(64), primary_key=True),  # a hash of the trace, never the trace itself
    Column("decided_at", String(32), nullable=False, index=True),
    Column("tenant", String(64), nullable=False),
    Column("service", String(64), nullable=False),
    Column("rulebook", String(32), nullable=False),
    Column("rules", Text, nullable=False),  # the rules that spoke, for counting
    Column("cards", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", String(64), primary_key=True),  # a hash of what makes two events the same
    Column("received_at", String(32), nullable=False, index=True),
    Column("tenant", String(64), nullable=False),
    Column("service", String(64), nullable=False),
    Column("card", String(64), nullable=False, index=True),
    Column("outcome", String(16), nullable=False),
    Column("outcome_at", String(40), nullable=False),
    Column("suggestions", Text, nullable=False),
    Column("reason_system", Text, nullable=False),
    Column("reason_code", String(128), nullable=False),
    Column("commented", Integer, nullable=False),  # whether; its words may name a patient
)
