"""Alembic's entry: runs the migrations inside the transaction that `ivr.storage.migrate` has opened."""

from __future__ import annotations

from alembic import context

from ivr.storage.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,  # both databases can: a migration is done wholly or not at all
    render_as_batch=True,  # SQLite changes a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
