"""Tickets have a life, and somebody confirms having them: deeds, escalations with events and orders, incidents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0003"
down_revision = "0002"

INSTANT = sa.String(32).with_variant(TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("tickets", sa.Column("severity", sa.Integer, nullable=False, server_default="0"))
    for name, kind in (("holder", sa.String), ("same_as", sa.String), ("incident", sa.Integer)):
        op.add_column("tickets", sa.Column(name, kind))
    op.create_index("ix_tickets_incident", "tickets", ["incident"])
    for name, kind in (("deed", sa.String), ("who", sa.String), ("note", sa.Text)):
        op.add_column("ticket_history", sa.Column(name, kind))
    with op.batch_alter_table("notices", table_kwargs={"sqlite_autoincrement": True}) as notices:
        notices.add_column(sa.Column("occasion", sa.String, nullable=False, server_default=""))
        notices.add_column(sa.Column("reports", sa.Integer, nullable=False, server_default="1"))
        notices.drop_constraint("uq_notices_reference_revision", type_="unique")
        notices.create_unique_constraint(
            "uq_notices_reference_revision_occasion", ["reference", "revision", "occasion"]
        )
    _escalations()
    _events_of_many()


def _escalations() -> None:
    op.create_table(
        "escalations",
        sa.Column("reference", sa.String, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("seen", sa.Integer, nullable=False),
        sa.Column("due_at", INSTANT),
        sa.Column("resting", sa.Boolean, nullable=False),
        sa.Column("rests", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("reference", name="pk_escalations"),
        sa.ForeignKeyConstraint(["reference"], ["tickets.reference"], name="fk_escalations_reference"),
    )
    op.create_index("ix_escalations_resting", "escalations", ["resting"])
    op.create_table(
        "escalation_events",
        sa.Column("id", sa.Integer, autoincrement=True),
        sa.Column("reference", sa.String, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_escalation_events"),
        sa.ForeignKeyConstraint(["reference"], ["escalations.reference"], name="fk_escalation_events_reference"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_escalation_events_reference", "escalation_events", ["reference"])
    op.create_table(
        "escalation_orders",
        sa.Column("reference", sa.String, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("given", sa.Text, nullable=False),
        sa.Column("person", sa.String),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("tried_at", INSTANT),
        sa.Column("done_at", INSTANT),
        sa.Column("placed_sid", sa.String),
        sa.Column("last_error", sa.String),
        sa.PrimaryKeyConstraint("reference", "number", name="pk_escalation_orders"),
        sa.ForeignKeyConstraint(["reference"], ["escalations.reference"], name="fk_escalation_orders_reference"),
    )
    op.create_index("ix_escalation_orders_person", "escalation_orders", ["person"])
    op.create_index("ix_escalation_orders_state_due_at", "escalation_orders", ["state", "due_at"])
    op.create_table(
        "pace",
        sa.Column("line", sa.String, nullable=False),
        sa.Column("free_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("line", name="pk_pace"),
    )


def _events_of_many() -> None:
    op.create_table(
        "switches",
        sa.Column("id", sa.Integer, autoincrement=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("starts", INSTANT, nullable=False),
        sa.Column("ends", INSTANT, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("areas", sa.Text, nullable=False),
        sa.Column("extended", sa.Boolean, nullable=False),
        sa.Column("sets", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_switches"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "incidents",
        sa.Column("number", sa.Integer, autoincrement=True),
        sa.Column("category", sa.String, nullable=False),
        sa.Column("town", sa.String, nullable=False),
        sa.Column("spot", sa.Text, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("severity", sa.Integer, nullable=False),
        sa.Column("reference", sa.String, nullable=False),
        sa.Column("reports", sa.Integer, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_incidents"),
        sa.ForeignKeyConstraint(["reference"], ["tickets.reference"], name="fk_incidents_reference"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_incidents_is_open_town", "incidents", ["is_open", "town"])
