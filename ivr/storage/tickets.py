"""Reading what the turns left: tickets and their versions, call-backs, transfers, answers given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from ivr.domain.call import RecordAnswer
from ivr.domain.handoff import Handoff, HandoffResult
from ivr.domain.ticket import Callback, Ticket, TicketStatus
from ivr.storage.codec import Codec
from ivr.storage.database import Transactions
from ivr.storage.tables import answers, callbacks, handoffs, ticket_history, tickets

Version = tuple[datetime, TicketStatus, bool]
"""One entry of a ticket's history: when it became so, its status, and whether it was partial."""


class SqlTickets:
    """The port `Tickets`, and the records beside it that reports and screens will read."""

    def __init__(self, transactions: Transactions, codec: Codec) -> None:
        self._transactions = transactions
        self._codec = codec

    def ticket(self, reference: str) -> Ticket | None:
        with self._transactions.reading() as connection:
            row = connection.execute(select(tickets).where(tickets.c.reference == reference)).one_or_none()
        return None if row is None else self._ticket(row)

    def recent(self, limit: int = 50) -> Sequence[Ticket]:
        """Newest first."""
        newest = select(tickets).order_by(tickets.c.opened_at.desc(), tickets.c.reference.desc()).limit(limit)
        with self._transactions.reading() as connection:
            rows = connection.execute(newest).all()
        return [self._ticket(row) for row in rows]

    def callbacks(self, limit: int = 50) -> Sequence[Callback]:
        """Newest first."""
        newest = select(callbacks).order_by(callbacks.c.promised_at.desc(), callbacks.c.reference.desc()).limit(limit)
        with self._transactions.reading() as connection:
            rows = connection.execute(newest).all()
        return [
            Callback(row.reference, row.call_sid, row.phone, row.matter, row.promised_at, row.language) for row in rows
        ]

    def history(self, reference: str) -> Sequence[Version]:
        """Every version of a ticket, oldest first."""
        versions = select(ticket_history).where(ticket_history.c.reference == reference).order_by(ticket_history.c.id)
        with self._transactions.reading() as connection:
            rows = connection.execute(versions).all()
        return [(row.at, TicketStatus(row.status), row.partial) for row in rows]

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

    def _ticket(self, row: Row[Any]) -> Ticket:
        return Ticket(
            reference=row.reference,
            call_sid=row.call_sid,
            opened_at=row.opened_at,
            changed_at=row.changed_at,
            status=TicketStatus(row.status),
            partial=row.partial,
            report=self._codec.report(row.report),
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
