"""The disaster switch in a database and in memory: records are added, never changed (R02: who, until when, why)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from ivr.domain.disaster import Area, Switch, in_force
from ivr.storage.database import Transactions
from ivr.storage.tables import switches
from ivr.storage.tagged import storable


class SqlSwitches:
    """The port `Switches`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def record(self, switch: Switch) -> None:
        row = {
            "recorded_at": switch.recorded_at,
            "starts": switch.starts,
            "ends": switch.ends,
            "who": storable(switch.who),
            "why": storable(switch.why),
            "areas": json.dumps([[area.town, area.yomi] for area in switch.areas], ensure_ascii=False),
            "extended": switch.extended,
            "sets": switch.on,
        }
        with self._transactions.writing() as connection:
            connection.execute(insert(switches), row)

    def recent(self, limit: int = 100) -> Sequence[Switch]:
        newest = select(switches).order_by(switches.c.recorded_at.desc(), switches.c.id.desc()).limit(limit)
        with self._transactions.reading() as connection:
            rows = connection.execute(newest).all()
        return [_switch(row) for row in rows]

    def in_force(self, at: datetime) -> Switch | None:
        with self._transactions.reading() as connection:
            return in_force_on(connection, at)


def in_force_on(connection: Connection, at: datetime) -> Switch | None:
    """What holds at `at`, read in a transaction that is open already."""
    # All that ever began: a few rows a year, and an old "off" may still hold back what was set for later before it.
    rows = connection.execute(select(switches).where(switches.c.starts <= at).order_by(switches.c.id)).all()
    return in_force([_switch(row) for row in rows], at)


class MemorySwitches:
    """The port `Switches`, gone at the end."""

    def __init__(self) -> None:
        self._recorded: list[Switch] = []

    def record(self, switch: Switch) -> None:
        self._recorded.append(switch)

    def recent(self, limit: int = 100) -> Sequence[Switch]:
        numbered = sorted(enumerate(self._recorded), key=lambda one: (one[1].recorded_at, one[0]), reverse=True)
        return [switch for _, switch in numbered[:limit]]

    def in_force(self, at: datetime) -> Switch | None:
        return in_force(self._recorded, at)


def _switch(row: Row[Any]) -> Switch:
    return Switch(
        starts=row.starts,
        ends=row.ends,
        who=row.who,
        why=row.why,
        recorded_at=row.recorded_at,
        areas=tuple(Area(town, yomi) for town, yomi in json.loads(row.areas)),
        extended=row.extended,
        on=row.sets,
    )
