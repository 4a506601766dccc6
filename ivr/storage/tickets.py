"""Reading what the turns left: tickets and their versions, call-backs, transfers, answers given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from ivr.domain.call import RecordAnswer
from ivr.domain.earlier import EarlierReport
from ivr.domain.handoff import Handoff, HandoffResult
from ivr.domain.ticket import UNHELD, Callback, Deed, Entry, Ticket, TicketStatus
from ivr.storage.codec import Codec
from ivr.storage.database import Transactions
from ivr.storage.earlier_reports import MOST_RECENT, earlier_report
from ivr.storage.tables import answers, callbacks, escalation_orders, handoffs, incidents, ticket_history, tickets


class SqlTickets:
    """The port `Tickets`, and the records beside it that reports and screens will read."""

    def __init__(self, transactions: Transactions, codec: Codec) -> None:
        self._transactions = transactions
        self._codec = codec

    def ticket(self, reference: str) -> Ticket | None:
        with self._transactions.reading() as connection:
            row = connection.execute(select(tickets).where(tickets.c.reference == reference)).one_or_none()
        return None if row is None else ticket_from(row, self._codec)

    def recent(self, limit: int = 50) -> Sequence[Ticket]:
        """Newest first."""
        newest = select(tickets).order_by(tickets.c.opened_at.desc(), tickets.c.reference.desc()).limit(limit)
        with self._transactions.reading() as connection:
            rows = connection.execute(newest).all()
        return [ticket_from(row, self._codec) for row in rows]

    def reported_since(self, since: datetime) -> Sequence[EarlierReport]:
        """The port `EarlierReports`."""
        newest = (
            select(tickets)
            .where(tickets.c.opened_at >= since)
            .order_by(tickets.c.opened_at.desc(), tickets.c.reference.desc())
            .limit(MOST_RECENT)
        )
        with self._transactions.reading() as connection:
            rows = connection.execute(newest).all()
        return [earlier_report(ticket_from(row, self._codec)) for row in rows]

    def callbacks(self, limit: int = 50) -> Sequence[Callback]:
        """Newest first."""
        newest = select(callbacks).order_by(callbacks.c.promised_at.desc(), callbacks.c.reference.desc()).limit(limit)
        with self._transactions.reading() as connection:
            rows = connection.execute(newest).all()
        return [
            Callback(row.reference, row.call_sid, row.phone, row.matter, row.promised_at, row.language) for row in rows
        ]

    def history(self, reference: str) -> Sequence[Entry]:
        """Every change of a ticket and every deed, oldest first."""
        versions = select(ticket_history).where(ticket_history.c.reference == reference).order_by(ticket_history.c.id)
        with self._transactions.reading() as connection:
            rows = connection.execute(versions).all()
        return [_entry(row) for row in rows]

    def reports(self, reference: str) -> int:
        """How many reports there are of the event that `reference` is about, itself included."""
        about = select(incidents.c.reports).join_from(tickets, incidents, tickets.c.incident == incidents.c.number)
        with self._transactions.reading() as connection:
            count = connection.execute(about.where(tickets.c.reference == reference)).scalar_one_or_none()
        return count or 1

    def waiting_for(self, person: str) -> str | None:
        """The ticket that `person` was rung or texted about last and that nobody has."""
        last = (
            select(escalation_orders.c.reference)
            .join_from(escalation_orders, tickets, escalation_orders.c.reference == tickets.c.reference)
            .where(escalation_orders.c.person == person, tickets.c.status.in_([status.value for status in UNHELD]))
            .order_by(escalation_orders.c.at.desc())
            .limit(1)
        )
        with self._transactions.reading() as connection:
            return connection.execute(last).scalar_one_or_none()

    def handoffs(self, sid: str) -> Sequence[Handoff]:
        """The transfers of a call, in order."""
        of_call = select(handoffs).where(handoffs.c.call_sid == sid).order_by(handoffs.c.id)
        with self._transactions.reading() as connection:
            rows = connection.execute(of_call).all()
        return [_handoff(row) for row in rows]

    def answers(self, limit: int = 50) -> Sequence[tuple[datetime, str, RecordAnswer]]:
        """Which approved answer was given when, in which call, to which question; newest first (R11)."""
        newest = select(answers).order_by(answers.c.id.desc()).limit(limit)
        with self._transactions.reading() as connection:
            rows = connection.execute(newest).all()
        return [(row.at, row.call_sid, RecordAnswer(row.topic, row.question)) for row in rows]


def ticket_from(row: Row[Any], codec: Codec) -> Ticket:
    """A row of the table as the value it stands for."""
    return Ticket(
        reference=row.reference,
        call_sid=row.call_sid,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        status=TicketStatus(row.status),
        partial=row.partial,
        report=codec.report(row.report),
        holder=row.holder,
        same_as=row.same_as,
        incident=row.incident,
    )


def _handoff(row: Row[Any]) -> Handoff:
    return Handoff(
        call_sid=row.call_sid,
        seq=row.seq,
        desk=row.desk,
        urgent=row.urgent,
        created_at=row.created_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        result=None if row.result is None else HandoffResult(row.result),
    )


def _entry(row: Row[Any]) -> Entry:
    deed = Deed(row.deed) if row.deed else None
    return Entry(row.at, TicketStatus(row.status), row.partial, deed, row.who, row.note)
