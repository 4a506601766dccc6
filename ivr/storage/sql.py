"""The store in a database: one object per port over the same engine."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from ivr.storage.codec import Codec
from ivr.storage.database import Transactions, open_engine
from ivr.storage.migrate import migrate
from ivr.storage.outbox import SqlNotices, SqlRings
from ivr.storage.tickets import SqlTickets
from ivr.storage.turns import SqlTurns


@dataclass(frozen=True, slots=True)
class Store:
    """What `app.py` hands out, port by port."""

    engine: Engine
    turns: SqlTurns
    tickets: SqlTickets
    notices: SqlNotices
    rings: SqlRings

    def close(self) -> None:
        """Give the connections back to the system."""
        self.engine.dispose()


def store_on(engine: Engine) -> Store:
    """The store over `engine`, whose tables must be there (`migrate`)."""
    transactions, codec = Transactions(engine), Codec()
    return Store(
        engine=engine,
        turns=SqlTurns(transactions, codec),
        tickets=SqlTickets(transactions, codec),
        notices=SqlNotices(transactions),
        rings=SqlRings(transactions),
    )


def open_store(url: str) -> Store:
    """Open or create the database behind `url` and bring its tables up to date. Raises BadDatabase."""
    engine = open_engine(url)
    migrate(engine)
    return store_on(engine)
