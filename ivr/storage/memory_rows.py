"""What the store in memory keeps, and what a turn changes in it: the counterpart of `tables.py` and `office.py`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from ivr.domain.call import (
    Action,
    Event,
    NotifyStaff,
    PersonAnswered,
    RecordAnswer,
    RegisterCallback,
    StoreTicket,
    Transfer,
)
from ivr.domain.handoff import Handoff, HandoffResult, Ring, result_of
from ivr.domain.ticket import Callback, Deed, Entry, Notice, Ticket, TicketStatus
from ivr.ports import StoredTurn


@dataclass(slots=True)
class Work:
    """A row of an outbox; see `outbox.py` for what its fields mean."""

    due_at: datetime
    attempts: int = 0
    claimed: bool = False
    open: bool = True

    def claim(self, now: datetime, lease_s: float) -> bool:
        if not self.open or self.due_at > now:
            return False
        self.claimed, self.due_at, self.attempts = True, now + timedelta(seconds=lease_s), self.attempts + 1
        return True

    def postpone(self, attempts: int, until: datetime) -> None:
        if self.open and self.claimed and self.attempts == attempts:
            self.claimed, self.due_at = False, until


@dataclass(slots=True)
class NoticeRow(Work):
    id: int = 0
    reference: str = ""
    revision: int = 0


@dataclass(slots=True)
class RingRow(Work):
    id: int = 0
    handoff: int = 0


@dataclass(slots=True)
class Rows:
    """Everything kept."""

    serials: dict[str, int] = field(default_factory=dict)
    turns: dict[str, list[tuple[str, Event, StoredTurn]]] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    versions: dict[str, list[Entry]] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    callbacks: dict[str, Callback] = field(default_factory=dict)
    answers: list[tuple[datetime, str, RecordAnswer]] = field(default_factory=list)
    handoffs: list[Handoff] = field(default_factory=list)
    notices: list[NoticeRow] = field(default_factory=list)
    rings: list[RingRow] = field(default_factory=list)


W = TypeVar("W", NoticeRow, RingRow)


def refuse(rows: Rows, sid: str, actions: tuple[Action, ...]) -> None:
    """Raises LookupError for what a database would refuse, before anything is written."""
    stored = set(rows.tickets)
    for action in actions:
        if isinstance(action, StoreTicket):
            if action.reference in stored and rows.tickets[action.reference].call_sid != sid:
                raise LookupError(f"ticket {action.reference} belongs to another call")
            stored.add(action.reference)
        elif isinstance(action, NotifyStaff) and action.reference not in stored:
            raise LookupError(f"staff cannot be told of ticket {action.reference}: it was never stored")


def keep(rows: Rows, sid: str, seq: int, event: Event, actions: tuple[Action, ...]) -> None:
    """Write down what a turn means for the office; `refuse` must have let it pass."""
    _follow_handoff(rows, sid, event, replaced=any(isinstance(action, Transfer) for action in actions))
    for action in actions:
        match action:
            case StoreTicket():
                _keep_ticket(rows, sid, event.at, action)
            case NotifyStaff(reference=reference):
                keep_notice(rows, reference, event.at)
            case RegisterCallback(reference=reference, phone=phone, matter=matter, language=language):
                said = None if matter is None else matter.value
                rows.callbacks[reference] = Callback(reference, sid, phone, said, event.at, language)
            case RecordAnswer():
                rows.answers.append((event.at, sid, action))
            case Transfer(desk=desk, urgent=urgent):
                rows.handoffs.append(Handoff(sid, seq, desk, urgent, event.at))
                rows.rings.append(RingRow(event.at, id=len(rows.rings) + 1, handoff=len(rows.handoffs) - 1))
            case _:
                pass  # for the ear only


def _keep_ticket(rows: Rows, sid: str, at: datetime, action: StoreTicket) -> None:
    before = rows.tickets.get(action.reference)
    if before is None:
        new = Ticket(action.reference, sid, at, at, TicketStatus.OPEN, action.partial, action.report)
    elif (before.report, before.partial) == (action.report, action.partial):
        return
    else:
        new = replace(before, changed_at=at, partial=action.partial, report=action.report)
    rows.revisions[action.reference] = rows.revisions.get(action.reference, 0) + 1
    keep_version(rows, new)


def keep_version(rows: Rows, ticket: Ticket, deed: Deed | None = None, who: str | None = None) -> None:
    rows.tickets[ticket.reference] = ticket
    entry = Entry(ticket.changed_at, ticket.status, ticket.partial, deed, who)
    rows.versions.setdefault(ticket.reference, []).append(entry)


def keep_notice(rows: Rows, reference: str, at: datetime) -> None:
    revision = rows.revisions[reference]
    for row in rows.notices:
        if row.reference == reference and (row.revision == revision or (row.open and not row.claimed)):
            return
    rows.notices.append(NoticeRow(at, id=len(rows.notices) + 1, reference=reference, revision=revision))


def _follow_handoff(rows: Rows, sid: str, event: Event, *, replaced: bool) -> None:
    for number, handoff in enumerate(rows.handoffs):
        if handoff.call_sid != sid or handoff.result is not None:
            continue
        result = result_of(event, answered=handoff.answered_at is not None)
        if result is None and replaced:
            result = HandoffResult.REPLACED
        if isinstance(event, PersonAnswered) and handoff.answered_at is None:
            followed = replace(handoff, answered_at=event.at)
        elif result is not None:
            followed = replace(handoff, ended_at=event.at, result=result)
        else:
            followed = handoff
        if followed != handoff:
            rows.handoffs[number] = followed
            for ring in rows.rings:
                ring.open = ring.open and ring.handoff != number


def claim(rows: list[W], now: datetime, lease_s: float, limit: int) -> list[W]:
    oldest_first = sorted(rows, key=lambda row: row.due_at)
    ours: list[W] = []
    for row in oldest_first:
        if len(ours) < limit and row.claim(now, lease_s):
            ours.append(row)
    return ours


def with_id(rows: list[W], wanted: int) -> W:
    return next(row for row in rows if row.id == wanted)


def notice_of(row: NoticeRow, ticket: Ticket) -> Notice:
    category = ticket.report.category
    return Notice(row.id, row.reference, category.value if category else None, ticket.opened_at, row.attempts)


def ring_of(row: RingRow, handoff: Handoff) -> Ring:
    return Ring(row.id, handoff.call_sid, handoff.seq, handoff.desk, handoff.urgent, handoff.created_at, row.attempts)
