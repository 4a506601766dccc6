"""Whoever calls back must know in which language: call-backs get the caller's. Those promised before are Japanese."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("callbacks", sa.Column("language", sa.String, nullable=False, server_default="ja"))
