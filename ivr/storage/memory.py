"""The store in memory, for tests and for trying out: same behaviour as the one in a database, gone at the end."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ivr.domain.call import Call, Event, RecordAnswer
from ivr.domain.earlier import EarlierReport
from ivr.domain.handoff import Handoff, Ring
from ivr.domain.ticket import Callback, Deed, Entry, Notice, Ticket, TicketStatus
from ivr.ports import Decide, StoredTurn
from ivr.storage.earlier_reports import MOST_RECENT, earlier_report
from ivr.storage.memory_rows import (
    Rows,
    claim,
    keep,
    keep_notice,
    keep_version,
    notice_of,
    refuse,
    ring_of,
    with_id,
)


class _Shared:
    """The rows and the lock that the ports below share."""

    def __init__(self) -> None:
        self.rows = Rows()
        self.lock = threading.RLock()


class MemoryTurns:
    """The port `Turns`."""

    def __init__(self, shared: _Shared) -> None:
        self._shared = shared

    def take(self, sid: str, key: str, decide: Decide) -> StoredTurn:
        with self._shared.lock:
            rows = self._shared.rows
            taken = rows.turns.get(sid, [])
            for known, _, stored in taken:
                if known == key:
                    return replace(stored, repeated=True)
            serial = rows.serials.get(sid, len(rows.serials) + 1)
            event, turn = decide(taken[-1][2].call if taken else None, serial)
            refuse(rows, sid, turn.actions)  # all or nothing, as in one transaction
            stored = StoredTurn(turn.call, len(taken) + 1, turn.actions)
            rows.serials[sid] = serial
            rows.turns.setdefault(sid, []).append((key, event, stored))
            keep(rows, sid, stored.seq, event, turn.actions)
            return stored

    def call(self, sid: str) -> Call | None:
        taken = self._shared.rows.turns.get(sid)
        return taken[-1][2].call if taken else None

    def turn(self, sid: str, seq: int) -> StoredTurn | None:
        taken = self._shared.rows.turns.get(sid, [])
        return taken[seq - 1][2] if 0 < seq <= len(taken) else None

    def history(self, sid: str) -> Sequence[tuple[Event, StoredTurn]]:
        return [(event, stored) for _, event, stored in self._shared.rows.turns.get(sid, [])]


class MemoryTickets:
    """The port `Tickets`, and the records beside it."""

    def __init__(self, shared: _Shared) -> None:
        self._shared = shared

    def ticket(self, reference: str) -> Ticket | None:
        return self._shared.rows.tickets.get(reference)

    def recent(self, limit: int = 50) -> Sequence[Ticket]:
        everything = self._shared.rows.tickets.values()
        return sorted(everything, key=lambda ticket: (ticket.opened_at, ticket.reference), reverse=True)[:limit]

    def reported_since(self, since: datetime) -> Sequence[EarlierReport]:
        """The port `EarlierReports`."""
        return [earlier_report(ticket) for ticket in self.recent(MOST_RECENT) if ticket.opened_at >= since]

    def callbacks(self, limit: int = 50) -> Sequence[Callback]:
        everything = self._shared.rows.callbacks.values()
        return sorted(everything, key=lambda made: (made.promised_at, made.reference), reverse=True)[:limit]

    def history(self, reference: str) -> Sequence[Entry]:
        return self._shared.rows.versions.get(reference, [])

    def reports(self, reference: str) -> int:
        del reference  # nothing is counted together here
        return 1

    def handoffs(self, sid: str) -> Sequence[Handoff]:
        return [handoff for handoff in self._shared.rows.handoffs if handoff.call_sid == sid]

    def answers(self, limit: int = 50) -> Sequence[tuple[datetime, str, RecordAnswer]]:
        return self._shared.rows.answers[::-1][:limit]


class MemoryNotices:
    """The port `Notices`."""

    def __init__(self, shared: _Shared) -> None:
        self._shared = shared

    def claim(self, now: datetime, lease_s: float, limit: int = 10) -> Sequence[Notice]:
        with self._shared.lock:
            rows = self._shared.rows
            ours = claim(rows.notices, now, lease_s, limit)
            return [notice_of(row, rows.tickets[row.reference]) for row in ours]

    def delivered(self, notice: Notice, now: datetime) -> None:
        with self._shared.lock:
            rows = self._shared.rows
            with_id(rows.notices, notice.id).open = False
            ticket = rows.tickets[notice.reference]
            if ticket.status is TicketStatus.OPEN:
                told = replace(ticket, status=TicketStatus.NOTIFIED, changed_at=now)
                keep_version(rows, told, deed=Deed.TELL, who="notice")

    def postponed(self, notice: Notice, until: datetime, why: str) -> None:
        del why  # kept for a person to read; nobody reads this store
        with self._shared.lock:
            with_id(self._shared.rows.notices, notice.id).postpone(notice.attempts, until)

    def sweep(self, quiet_since: datetime) -> int:
        with self._shared.lock:
            rows = self._shared.rows
            told = {row.reference for row in rows.notices}
            forgotten = [
                ticket.reference
                for ticket in rows.tickets.values()
                if ticket.reference not in told and rows.turns[ticket.call_sid][-1][1].at < quiet_since
            ]
            for reference in forgotten:
                keep_notice(rows, reference, quiet_since)
            return len(forgotten)


class MemoryRings:
    """The port `Rings`."""

    def __init__(self, shared: _Shared) -> None:
        self._shared = shared

    def claim(self, now: datetime, lease_s: float, limit: int = 10) -> Sequence[Ring]:
        with self._shared.lock:
            rows = self._shared.rows
            ours = claim(rows.rings, now, lease_s, limit)
            return [ring_of(row, rows.handoffs[row.handoff]) for row in ours]

    def placed(self, ring: Ring, placed_sid: str) -> None:
        del placed_sid  # kept for a person to read; nobody reads this store
        with self._shared.lock:
            with_id(self._shared.rows.rings, ring.id).open = False

    def postponed(self, ring: Ring, until: datetime, why: str) -> None:
        del why
        with self._shared.lock:
            with_id(self._shared.rows.rings, ring.id).postpone(ring.attempts, until)

    def given_up(self, ring: Ring, why: str) -> None:
        del why
        with self._shared.lock:
            row = with_id(self._shared.rows.rings, ring.id)
            if row.claimed and row.attempts == ring.attempts:
                row.open = False


@dataclass(frozen=True, slots=True)
class MemoryStore:
    """What `Store` is in a database."""

    turns: MemoryTurns
    tickets: MemoryTickets
    notices: MemoryNotices
    rings: MemoryRings

    def close(self) -> None:
        """Nothing to give back."""


def memory_store() -> MemoryStore:
    shared = _Shared()
    return MemoryStore(MemoryTurns(shared), MemoryTickets(shared), MemoryNotices(shared), MemoryRings(shared))
