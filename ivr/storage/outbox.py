"""The outboxes: notices to staff and desks to be rung, each piece of work claimed by conditional UPDATE.

A claim is a lease: the row becomes due again when the lease ends, so that the work of a worker that died is taken over.
`attempts` tells the claims of one row apart: what a late worker reports about a claim it has lost changes nothing,
except that work reported as done is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, Table, exists, select, update
from sqlalchemy.exc import IntegrityError

from ivr.domain.handoff import Ring
from ivr.domain.incident import Rule
from ivr.domain.ticket import Deed, Notice, TicketStatus
from ivr.storage.codec import Codec
from ivr.storage.database import Transactions
from ivr.storage.deeds import do
from ivr.storage.office import tell_of
from ivr.storage.tables import Work, calls, handoffs, notices, rings, tickets
from ivr.storage.tagged import storable

WAITING = (Work.PENDING.value, Work.CLAIMED.value)
ERROR_LENGTH = 200

_NOTICES = select(
    notices.c.id,
    notices.c.attempts,
    notices.c.occasion,
    notices.c.reports,
    tickets.c.reference,
    tickets.c.category,
    tickets.c.opened_at,
).join_from(notices, tickets)
_RINGS = select(
    rings.c.id,
    rings.c.attempts,
    handoffs.c.call_sid,
    handoffs.c.seq,
    handoffs.c.desk,
    handoffs.c.urgent,
    handoffs.c.created_at,
).join_from(rings, handoffs)


class SqlNotices:
    """The port `Notices`. A notice is never given up: it is done, or it is due at some time."""

    def __init__(self, transactions: Transactions, codec: Codec, rule: Rule | None = None) -> None:
        self._transactions, self._codec, self._rule = transactions, codec, rule

    def claim(self, now: datetime, lease_s: float, limit: int = 10) -> Sequence[Notice]:
        """Oldest due first. `Notice.attempts` counts this attempt: 1 the first time."""
        rows = _claim(self._transactions, notices, _NOTICES, now, lease_s, limit)
        return [
            Notice(
                row.id,
                row.reference,
                row.category,
                row.opened_at,
                row.attempts + 1,
                alarm=row.occasion.rpartition(":")[2] or None,
                reports=row.reports,
            )
            for row in rows
        ]

    def delivered(self, notice: Notice, now: datetime) -> None:
        with self._transactions.writing() as connection:
            connection.execute(_finish(notices, notice.id))
            do(connection, self._codec, notice.reference, Deed.TELL, who="notice", at=now)

    def postponed(self, notice: Notice, until: datetime, why: str) -> None:
        with self._transactions.writing() as connection:
            connection.execute(_postpone(notices, notice.id, notice.attempts, until, why))

    def sweep(self, quiet_since: datetime) -> int:
        """See `Notices.sweep`. A ticket that staff know of is `notified` and none of these."""
        forgotten = (
            select(tickets.c.reference)
            .join_from(tickets, calls)
            .where(
                tickets.c.status == TicketStatus.OPEN.value,
                calls.c.changed_at < quiet_since,
                ~exists().where(notices.c.reference == tickets.c.reference),
            )
        )
        with self._transactions.reading() as connection:
            found = connection.execute(forgotten).scalars().all()
        if not found:
            return 0  # nearly always: no reason to take the write lock
        try:
            with self._transactions.writing() as connection:
                for reference in found:
                    tell_of(connection, self._codec, self._rule, reference, quiet_since)  # long past: due at once
        except IntegrityError:
            return 0  # another worker, or the call itself, has put the notice there at this moment
        return len(found)


class SqlRings:
    """The port `Rings`. A ring disappears by itself when its caller has left or has been answered."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def claim(self, now: datetime, lease_s: float, limit: int = 10) -> Sequence[Ring]:
        rows = _claim(self._transactions, rings, _RINGS, now, lease_s, limit)
        return [
            Ring(row.id, row.call_sid, row.seq, row.desk, row.urgent, row.created_at, row.attempts + 1) for row in rows
        ]

    def placed(self, ring: Ring, placed_sid: str) -> None:
        with self._transactions.writing() as connection:
            connection.execute(_finish(rings, ring.id).values(placed_sid=placed_sid))

    def postponed(self, ring: Ring, until: datetime, why: str) -> None:
        with self._transactions.writing() as connection:
            connection.execute(_postpone(rings, ring.id, ring.attempts, until, why))

    def given_up(self, ring: Ring, why: str) -> None:
        with self._transactions.writing() as connection:
            failed = {"state": Work.FAILED.value, "last_error": _short(why)}
            connection.execute(_still_mine(rings, ring.id, ring.attempts).values(failed))


def _claim(
    transactions: Transactions, table: Table, details: Select[Any], now: datetime, lease_s: float, limit: int
) -> list[Row[Any]]:
    """The rows of `details` that are now ours, with `attempts` as it was before."""
    due = details.where(table.c.state.in_(WAITING), table.c.due_at <= now).order_by(table.c.due_at, table.c.id)
    with transactions.reading() as connection:
        found = connection.execute(due.limit(limit)).all()
    if not found:
        return []  # nearly always: an idle worker never takes the write lock
    ours = {"state": Work.CLAIMED.value, "due_at": now + timedelta(seconds=lease_s), "attempts": table.c.attempts + 1}
    with transactions.writing() as connection:
        return [
            row
            for row in found
            if connection.execute(_still(table, row.id, row.attempts, WAITING).values(ours)).rowcount == 1
        ]


def _still(
    table: Table, work_id: int, attempts: int, states: tuple[str, ...]
) -> Any:  # Any: Update of an unnamed table
    return update(table).where(table.c.id == work_id, table.c.attempts == attempts, table.c.state.in_(states))


def _still_mine(table: Table, work_id: int, attempts: int) -> Any:
    return _still(table, work_id, attempts, (Work.CLAIMED.value,))


def _finish(table: Table, work_id: int) -> Any:
    return update(table).where(table.c.id == work_id).values(state=Work.DONE.value, last_error=None)


def _postpone(table: Table, work_id: int, attempts: int, until: datetime, why: str) -> Any:
    pending = {"state": Work.PENDING.value, "due_at": until, "last_error": _short(why)}
    return _still_mine(table, work_id, attempts).values(pending)


def _short(why: str) -> str:
    return storable(why)[:ERROR_LENGTH]
