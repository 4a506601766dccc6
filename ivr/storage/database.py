"""From a URL to an engine and short transactions over it, in SQLite or PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    NoSuchModuleError,
    NotSupportedError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolEmpty

from ivr.ports import StoreUnavailable
from ivr.storage.fair_lock import FairLock

SETTING = "MIZUMADO_DATABASE"
BUSY_S = 4.0  # a webhook has 15 s and a recognition may take 12 of them: rather no answer than one too late
POOL = 16  # connections kept open; as many again may be opened for a moment


class BadDatabase(Exception):
    """The store cannot be opened. The message names the setting and what to do."""


def open_engine(url: str, busy_s: float = BUSY_S) -> Engine:
    """An engine for `url`, without tables yet (`migrate`). For SQLite the file and its folder are made.

    `busy_s`: how long a transaction waits for another process before StoreUnavailable. Raises BadDatabase.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise BadDatabase(
            f"{SETTING} is not a database URL: write sqlite:////folder/desk.db or postgresql+psycopg://user@host/name"
        ) from error
    match parsed.get_backend_name():
        case "sqlite":
            return _open_sqlite(parsed, busy_s)
        case "postgresql":
            return _open_postgresql(parsed, busy_s)
        case other:
            raise BadDatabase(f"{SETTING} names {other!r}, which the desk does not know: use sqlite or postgresql")


def _open_sqlite(url: URL, busy_s: float) -> Engine:
    if not url.database or url.database == ":memory:":
        raise BadDatabase(
            f"{SETTING} names no file, and a ticket must survive a restart: write sqlite:////folder/desk.db"
        )
    path = Path(url.database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Calls are personal data: for the desk's own user only. SQLite gives its side files the same rights.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise BadDatabase(
            f"{SETTING}: {path} cannot be written ({error.strerror}): choose another folder or grant the right"
        ) from error
    engine = create_engine(
        url,
        connect_args={"timeout": busy_s},
        pool_size=POOL,
        max_overflow=POOL,
        pool_timeout=busy_s,
        pool_reset_on_return=None,  # writers end their transaction themselves (begin), readers open none
        hide_parameters=True,  # an error message must not carry what a caller said
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _open_postgresql(url: URL, busy_s: float) -> Engine:
    try:
        return create_engine(
            url, pool_size=POOL, max_overflow=POOL, pool_timeout=busy_s, pool_pre_ping=True, hide_parameters=True
        )
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise BadDatabase(
            f"{SETTING} needs a driver that is not installed ({error}): pip install psycopg[binary]"
        ) from error


def _prepare_sqlite(connection: Any, _record: object) -> None:  # Any: the driver's connection, untyped in SQLAlchemy
    # The driver must not begin transactions by itself: it would begin them without the write lock.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    # FULL: in WAL mode, NORMAL may lose the last commits in a power cut, and a ticket that was promised must be there.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # Readers run single statements: each is a consistent view of its own, and BEGIN would cost as much as the reading.
    if connection.get_execution_options().get("writing", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


class Transactions:
    """Short transactions. Whatever the database cannot do comes out as StoreUnavailable; our own bugs stay themselves.

    SQLite has one writer at a time and lets the others poll, the unlucky ones for long. Writers of this process queue
    at a lock instead, first come, first served; polling is left for other processes.
    """

    def __init__(self, engine: Engine) -> None:
        self._reader = engine
        self._writer = engine.execution_options(writing=True)
        self._one_writer = engine.dialect.name == "sqlite"
        self._turn_to_write = FairLock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """For one statement: a consistent view; nothing is locked. Raises StoreUnavailable."""
        with _translated(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Committed at the end, rolled back on any exception. Raises StoreUnavailable."""
        if not self._one_writer:
            with _translated(), self._writer.begin() as connection:
                yield connection
            return
        if not self._turn_to_write.acquire(BUSY_S):
            raise StoreUnavailable(f"the store has been busy for {BUSY_S:.0f} s")
        try:
            with _translated(), self._writer.begin() as connection:
                yield connection
        finally:
            self._turn_to_write.release()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (ProgrammingError, IntegrityError, DataError, NotSupportedError):
        raise
    except (DatabaseError, InterfaceError, PoolEmpty) as error:
        raise StoreUnavailable(reason(error)) from error


def reason(error: SQLAlchemyError) -> str:
    """What the database said, in its own words and without parameters: never what a caller said."""
    return str(getattr(error, "orig", None) or error).strip() or type(error).__name__
