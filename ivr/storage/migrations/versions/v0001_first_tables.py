"""The first tables: calls and turns, tickets and their history, call-backs, answers, transfers, and two outboxes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0001"
down_revision = None

# Spelt out and not imported from tables.py: a migration must go on meaning what it meant when it was written.
INSTANT = sa.String(32).with_variant(TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    _calls()
    _tickets()
    _callbacks_and_answers()
    _handoffs()
    _outboxes()


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("serial", sa.Integer, autoincrement=True),
        sa.Column("sid", sa.String, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("turns", sa.Integer, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_calls"),
        sa.UniqueConstraint("sid", name="uq_calls_sid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_calls_changed_at", "calls", ["changed_at"])
    op.create_table(
        "turns",
        sa.Column("call_sid", sa.String, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("actions", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("call_sid", "seq", name="pk_turns"),
        sa.ForeignKeyConstraint(["call_sid"], ["calls.sid"], name="fk_turns_call_sid"),
        sa.UniqueConstraint("call_sid", "key", name="uq_turns_call_sid_key"),
    )


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("reference", sa.String, nullable=False),
        sa.Column("call_sid", sa.String, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("partial", sa.Boolean, nullable=False),
        sa.Column("category", sa.String),
        sa.Column("report", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("reference", name="pk_tickets"),
        sa.ForeignKeyConstraint(["call_sid"], ["calls.sid"], name="fk_tickets_call_sid"),
    )
    for column in ("call_sid", "opened_at", "status"):
        op.create_index(f"ix_tickets_{column}", "tickets", [column])
    op.create_table(
        "ticket_history",
        sa.Column("id", sa.Integer, autoincrement=True),
        sa.Column("reference", sa.String, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("partial", sa.Boolean, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_history"),
        sa.ForeignKeyConstraint(["reference"], ["tickets.reference"], name="fk_ticket_history_reference"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ticket_history_reference", "ticket_history", ["reference"])


def _callbacks_and_answers() -> None:
    op.create_table(
        "callbacks",
        sa.Column("reference", sa.String, nullable=False),
        sa.Column("call_sid", sa.String, nullable=False),
        sa.Column("phone", sa.String, nullable=False),
        sa.Column("matter", sa.String),
        sa.Column("promised_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("reference", name="pk_callbacks"),
        sa.ForeignKeyConstraint(["call_sid"], ["calls.sid"], name="fk_callbacks_call_sid"),
    )
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer, autoincrement=True),
        sa.Column("call_sid", sa.String, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("topic", sa.String, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answers"),
        sa.ForeignKeyConstraint(["call_sid"], ["calls.sid"], name="fk_answers_call_sid"),
        sqlite_autoincrement=True,
    )
    for table, column in (("callbacks", "promised_at"), ("answers", "at")):
        op.create_index(f"ix_{table}_call_sid", table, ["call_sid"])
        op.create_index(f"ix_{table}_{column}", table, [column])


def _handoffs() -> None:
    op.create_table(
        "handoffs",
        sa.Column("id", sa.Integer, autoincrement=True),
        sa.Column("call_sid", sa.String, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("desk", sa.String, nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("answered_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.Column("result", sa.String),
        sa.PrimaryKeyConstraint("id", name="pk_handoffs"),
        sa.ForeignKeyConstraint(["call_sid"], ["calls.sid"], name="fk_handoffs_call_sid"),
        sa.UniqueConstraint("call_sid", "seq", name="uq_handoffs_call_sid_seq"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_handoffs_created_at", "handoffs", ["created_at"])


def _outboxes() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer, autoincrement=True),
        sa.Column("reference", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("last_error", sa.String),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.ForeignKeyConstraint(["reference"], ["tickets.reference"], name="fk_notices_reference"),
        sa.UniqueConstraint("reference", "revision", name="uq_notices_reference_revision"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "rings",
        sa.Column("id", sa.Integer, autoincrement=True),
        sa.Column("handoff_id", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("last_error", sa.String),
        sa.Column("placed_sid", sa.String),
        sa.PrimaryKeyConstraint("id", name="pk_rings"),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoffs.id"], name="fk_rings_handoff_id"),
        sa.UniqueConstraint("handoff_id", name="uq_rings_handoff_id"),
        sqlite_autoincrement=True,
    )
    for table in ("notices", "rings"):
        op.create_index(f"ix_{table}_state_due_at", table, ["state", "due_at"])
