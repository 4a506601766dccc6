"""Brings a database to the tables of this version, also when several processes start at once."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from ivr.storage.database import SETTING, BadDatabase, reason

PATIENCE_S = 30.0  # how long a process waits for another one that is migrating
PAUSE_S = 0.05
ADVISORY_LOCK = 0x6D697A75  # any number, the same in every process of ours


def migrate(engine: Engine) -> None:
    """Create or update the tables. Safe to run from many processes at once. Raises BadDatabase."""
    try:
        if engine.dialect.name == "sqlite":
            _with_patience(engine)
        else:
            with engine.begin() as connection:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
                _upgrade(connection)
    except CommandError as error:
        raise BadDatabase(
            f"{SETTING}: the database was made by a newer version of the desk ({error}): install that one, or "
            "restore a backup of before"
        ) from error
    except SQLAlchemyError as error:
        raise BadDatabase(f"{SETTING}: the database cannot be opened or changed: {reason(error)}") from error


def _with_patience(engine: Engine) -> None:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            _use_wal(engine)
            with engine.execution_options(writing=True).begin() as connection:
                _upgrade(connection)
        except SQLAlchemyError as error:
            if not _busy(error) or time.monotonic() > until:
                raise
            time.sleep(PAUSE_S)
        else:
            return


def _use_wal(engine: Engine) -> None:
    # A property of the file, set once, outside a transaction. SQLite does not wait for this lock: see _with_patience.
    with engine.connect() as connection:
        try:
            connection.connection.cursor().execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            raise BusyFile(str(error)) from error


class BusyFile(SQLAlchemyError):
    """Another process holds the file at this moment, or it cannot be written."""


def _busy(error: SQLAlchemyError) -> bool:
    return "locked" in reason(error)


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
