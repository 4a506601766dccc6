"""Incidents in a database and in memory. Reading is the port; writing belongs to the turn's own transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text, update

from ivr.domain.incident import Incident, Spot
from ivr.storage.database import Transactions
from ivr.storage.tables import incidents
from ivr.storage.tagged import storable
from nlu.meaning import Category

_ONE_BY_ONE = 0x6D697A69  # any number of our own: PostgreSQL's lock for whoever counts a report


def one_by_one(connection: Connection) -> None:
    """Until the commit, nobody else assigns a report: of two first callers only one opens the event.

    SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_BY_ONE})


def open_in(connection: Connection, town: str) -> Sequence[Incident]:
    """The events of a town that are not over."""
    rows = connection.execute(select(incidents).where(incidents.c.is_open, incidents.c.town == town)).all()
    return [_incident(row) for row in rows]


def numbered(connection: Connection, number: int) -> Incident | None:
    row = connection.execute(select(incidents).where(incidents.c.number == number)).one_or_none()
    return None if row is None else _incident(row)


def keep(connection: Connection, incident: Incident) -> Incident:
    """Write `incident` down as it is now; gives it with its number. Its first report must be stored."""
    spot = incident.spot
    row = {
        "category": incident.category.value,
        "town": spot.town,
        "spot": storable(json.dumps([spot.chome, spot.lots, spot.landmarks], ensure_ascii=False)),
        "opened_at": incident.opened_at,
        "last_at": incident.last_at,
        "severity": incident.severity,
        "reference": incident.reference,
        "reports": incident.reports,
        "is_open": incident.open,
    }
    if incident.number is not None:
        connection.execute(update(incidents).where(incidents.c.number == incident.number), row)
        return incident
    (number,) = connection.execute(insert(incidents), row).inserted_primary_key or (None,)
    return replace(incident, number=number)


class SqlIncidents:
    """The port `Incidents`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def open_since(self, since: datetime) -> Sequence[Incident]:
        told = select(incidents).where(incidents.c.is_open, incidents.c.last_at >= since)
        with self._transactions.reading() as connection:
            rows = connection.execute(told.order_by(incidents.c.number)).all()
        return [_incident(row) for row in rows]


@dataclass
class MemoryIncidents:
    """The port `Incidents`, gone at the end."""

    kept: dict[int, Incident] = field(default_factory=dict)

    def keep(self, incident: Incident) -> Incident:
        known = replace(incident, number=incident.number or len(self.kept) + 1)
        assert known.number is not None  # noqa: S101 - just given
        self.kept[known.number] = known
        return known

    def open_since(self, since: datetime) -> Sequence[Incident]:
        return [incident for incident in self.kept.values() if incident.open and incident.last_at >= since]


def _incident(row: Row[Any]) -> Incident:
    chome, lots, landmarks = json.loads(row.spot)
    return Incident(
        number=row.number,
        category=Category(row.category),
        spot=Spot(row.town, chome, tuple(lots), tuple(landmarks)),
        opened_at=row.opened_at,
        last_at=row.last_at,
        severity=row.severity,
        reference=row.reference,
        reports=row.reports,
        open=row.is_open,
    )
