"""The store in a database: one object per port over the same engine."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from ivr.domain.incident import Rule
from ivr.storage.codec import Codec
from ivr.storage.database import Transactions, open_engine
from ivr.storage.escalations import SqlEscalations
from ivr.storage.incidents import SqlIncidents
from ivr.storage.migrate import migrate
from ivr.storage.night_records import SqlNightRecords
from ivr.storage.outbox import SqlNotices, SqlRings
from ivr.storage.staff_deeds import SqlDeeds
from ivr.storage.switches import SqlSwitches
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
    deeds: SqlDeeds
    escalations: SqlEscalations
    switches: SqlSwitches
    incidents: SqlIncidents
    nights: SqlNightRecords

    def close(self) -> None:
        """Give the connections back to the system."""
        self.engine.dispose()


def store_on(engine: Engine, rule: Rule | None = None) -> Store:
    """The store over `engine`, whose tables must be there (`migrate`). `rule`: how reports of one event are counted."""
    transactions, codec = Transactions(engine), Codec()
    return Store(
        engine=engine,
        turns=SqlTurns(transactions, codec, rule),
        tickets=SqlTickets(transactions, codec),
        notices=SqlNotices(transactions, codec, rule),
        rings=SqlRings(transactions),
        deeds=SqlDeeds(transactions, codec),
        escalations=SqlEscalations(transactions, codec),
        switches=SqlSwitches(transactions),
        incidents=SqlIncidents(transactions),
        nights=SqlNightRecords(transactions, codec),
    )


def open_store(url: str, rule: Rule | None = None) -> Store:
    """Open or create the database behind `url` and bring its tables up to date. Raises BadDatabase.

    `rule`: how reports of one event are counted together, None = each stands alone.
    """
    engine = open_engine(url)
    migrate(engine)
    return store_on(engine, rule)
