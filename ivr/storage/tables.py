"""The tables. A change here needs a migration; a test compares the two.

What callers said is kept as text, not as a JSON column: field encryption will wrap it, and nothing searches inside.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeDecorator, TypeEngine

from ivr.domain.hours import TOKYO


class Work(StrEnum):
    """Where a row of an outbox stands. PENDING and CLAIMED are taken up again once `due_at` has passed."""

    PENDING = "pending"
    CLAIMED = "claimed"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"  # no longer wanted: the caller left, or a person answered


class Instant(TypeDecorator[datetime]):
    """An aware datetime: timestamptz on PostgreSQL, sortable UTC text on SQLite. Comes back on the bureau's clock."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime] | TypeEngine[str]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(String(32))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a time zone: {value!r}")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.isoformat(timespec="microseconds")

    def process_result_value(
        self,
        value: datetime | str | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> datetime | None:
        if value is None:
            return None
        return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(TOKYO)


METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

calls = Table(
    "calls",
    METADATA,
    Column("serial", Integer, primary_key=True, autoincrement=True),
    Column("sid", String, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("turns", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False, index=True),
    sqlite_autoincrement=True,  # a serial number goes into a reference: it is never given twice, even after deletion
)

turns = Table(
    "turns",
    METADATA,
    Column("call_sid", String, ForeignKey("calls.sid"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("key", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("event", Text, nullable=False),
    Column("actions", Text, nullable=False),
    Column("state", Text, nullable=False),  # the call after this turn: a repeated webhook gets the very same answer
    UniqueConstraint("call_sid", "key"),
)

tickets = Table(
    "tickets",
    METADATA,
    Column("reference", String, primary_key=True),
    Column("call_sid", String, ForeignKey("calls.sid"), nullable=False, index=True),
    Column("opened_at", Instant, nullable=False, index=True),
    Column("changed_at", Instant, nullable=False),
    Column("status", String, nullable=False, index=True),
    Column("revision", Integer, nullable=False),  # counts the versions of the report
    Column("partial", Boolean, nullable=False),
    Column("category", String),
    Column("severity", Integer, nullable=False, server_default="0"),  # of the report as it stands
    Column("holder", String),  # id of the person who confirmed having it
    Column("same_as", String),  # the ticket this one is a duplicate of
    Column("incident", Integer, index=True),  # the event that several reports are about
    Column("report", Text, nullable=False),
)

ticket_history = Table(
    "ticket_history",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("reference", String, ForeignKey("tickets.reference"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("status", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("partial", Boolean, nullable=False),
    Column("report", Text, nullable=False),
    Column("deed", String),  # what was done, NULL for a change of the report itself
    Column("who", String),
    Column("note", Text),
    sqlite_autoincrement=True,
)

callbacks = Table(
    "callbacks",
    METADATA,
    Column("reference", String, primary_key=True),
    Column("call_sid", String, ForeignKey("calls.sid"), nullable=False, index=True),
    Column("phone", String, nullable=False),
    Column("matter", String),
    Column("promised_at", Instant, nullable=False, index=True),
    Column("language", String, nullable=False, server_default="ja"),
)

answers = Table(
    "answers",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("call_sid", String, ForeignKey("calls.sid"), nullable=False, index=True),
    Column("seq", Integer, nullable=False),
    Column("topic", String, nullable=False),
    Column("question", Text, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    sqlite_autoincrement=True,
)

handoffs = Table(
    "handoffs",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("call_sid", String, ForeignKey("calls.sid"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("desk", String, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False, index=True),
    Column("answered_at", Instant),
    Column("ended_at", Instant),
    Column("result", String),
    UniqueConstraint("call_sid", "seq"),
    sqlite_autoincrement=True,
)

notices = Table(
    "notices",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("reference", String, ForeignKey("tickets.reference"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),  # of claimed work: when the lease ends and another may take it over
    Column("last_error", String),
    Column("occasion", String, nullable=False, server_default=""),  # "" = the report itself, else why it is told again
    Column("reports", Integer, nullable=False, server_default="1"),  # callers who told of the same event
    UniqueConstraint("reference", "revision", "occasion"),  # one notice for one version and occasion, whoever asks
    Index(None, "state", "due_at"),
    sqlite_autoincrement=True,
)

rings = Table(
    "rings",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("handoff_id", Integer, ForeignKey("handoffs.id"), nullable=False, unique=True),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("last_error", String),
    Column("placed_sid", String),  # the carrier's id of the call to the desk
    Index(None, "state", "due_at"),
    sqlite_autoincrement=True,
)

escalations = Table(
    "escalations",
    METADATA,
    Column("reference", String, ForeignKey("tickets.reference"), primary_key=True),
    Column("created_at", Instant, nullable=False),
    Column("state", Text, nullable=False),  # "" until the first step
    Column("seen", Integer, nullable=False),  # id of the last event that was taken into account
    Column("due_at", Instant),  # when something is to be done by itself
    Column("resting", Boolean, nullable=False, index=True),  # somebody has it, or it is over
    Column("rests", Integer, nullable=False),  # how often it has come to rest: names the next run of the workflow
)

escalation_events = Table(
    "escalation_events",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("reference", String, ForeignKey("escalations.reference"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("event", Text, nullable=False),
    sqlite_autoincrement=True,
)

escalation_orders = Table(
    "escalation_orders",
    METADATA,
    Column("reference", String, ForeignKey("escalations.reference"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("given", Text, nullable=False),
    Column("person", String, index=True),  # id of whom it reaches, NULL where it reaches nobody in particular
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("tried_at", Instant),  # of the first attempt: since then it may have been carried out
    Column("done_at", Instant),
    Column("placed_sid", String),  # the carrier's id of the call or text
    Column("last_error", String),
    Index(None, "state", "due_at"),
)

pace = Table(
    "pace",
    METADATA,
    Column("line", String, primary_key=True),  # of the carrier's account
    Column("free_at", Instant, nullable=False),  # the next call may be placed then
)
"""The carrier places one call a second: whoever places one takes the next free second, in whatever process."""

switches = Table(
    "switches",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("recorded_at", Instant, nullable=False),
    Column("starts", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("areas", Text, nullable=False),
    Column("extended", Boolean, nullable=False),
    Column("sets", Boolean, nullable=False),  # false: ends whatever was recorded before
    sqlite_autoincrement=True,
)
"""The disaster switch: rows are added, never changed."""

incidents = Table(
    "incidents",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("category", String, nullable=False),
    Column("town", String, nullable=False),
    Column("spot", Text, nullable=False),  # chome, lots and landmarks, as callers told them
    Column("opened_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("reference", String, ForeignKey("tickets.reference"), nullable=False),  # of the first report
    Column("reports", Integer, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Index(None, "is_open", "town"),
    sqlite_autoincrement=True,
)
