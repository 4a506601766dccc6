"""Reading what the night left behind: each call with what became of its report, and every line of the duty log.

A month of thousands of calls is read by a few statements, each a consistent view of its own. Calls are found by the
index on their last change: a call that arrived in the month was last changed in it or later.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, or_, select

from ivr.domain.call import Call, Report
from ivr.domain.duty_log import LogKind, LogLine, in_order
from ivr.domain.escalation import (
    Acknowledged,
    Begun,
    Event,
    PassedOn,
    PickedUp,
    RaiseAlarm,
    RingPerson,
    TextPerson,
    WentUnheard,
    Worsened,
)
from ivr.domain.night_report import FollowUp, NightReceipt
from ivr.domain.ticket import Deed, TicketStatus
from ivr.storage.codec import Codec
from ivr.storage.counting import CALLER
from ivr.storage.database import Transactions
from ivr.storage.tables import Work, calls, escalation_events, escalation_orders, ticket_history, tickets, turns

_SINCE = bindparam("since", type_=turns.c.at.type)
_UNTIL = bindparam("until", type_=turns.c.at.type)
_CALLS = (
    select(turns.c.at, calls.c.sid, calls.c.state)
    .join_from(calls, turns, and_(turns.c.call_sid == calls.c.sid, turns.c.seq == 1))
    .where(calls.c.changed_at >= _SINCE, turns.c.at >= _SINCE, turns.c.at < _UNTIL)
    .order_by(turns.c.at, calls.c.serial)
)
_ARRIVED = _CALLS.with_only_columns(calls.c.sid).order_by(None).scalar_subquery()
_TICKETS = select(tickets).where(tickets.c.call_sid.in_(_ARRIVED)).order_by(tickets.c.opened_at, tickets.c.reference)
_REFERENCES = select(tickets.c.reference).where(tickets.c.call_sid.in_(_ARRIVED)).scalar_subquery()
_DEEDS = select(ticket_history.c.reference, ticket_history.c.at, ticket_history.c.deed).where(
    ticket_history.c.reference.in_(_REFERENCES), ticket_history.c.deed.is_not(None)
)
_ORDERS = select(escalation_orders.c.reference, escalation_orders.c.given, escalation_orders.c.done_at).where(
    escalation_orders.c.reference.in_(_REFERENCES), escalation_orders.c.state == Work.DONE.value
)
_BEGINNINGS = select(escalation_events.c.reference, escalation_events.c.at, escalation_events.c.event).where(
    escalation_events.c.reference.in_(_REFERENCES),
    escalation_events.c.event.contains(f'"{Begun.__name__}"'),  # most of the others need not be taken apart
)

_HISTORY_LINES = (
    select(ticket_history.c.at, ticket_history.c.reference, ticket_history.c.deed, ticket_history.c.who)
    .add_columns(ticket_history.c.note, tickets.c.same_as)
    .join_from(ticket_history, tickets)
    .where(ticket_history.c.at >= _SINCE, ticket_history.c.at < _UNTIL)
    .where(or_(ticket_history.c.deed.is_not(None), ticket_history.c.note.is_not(None)))
)
_ORDER_LINES = select(escalation_orders).where(
    escalation_orders.c.state == Work.DONE.value,
    escalation_orders.c.done_at >= _SINCE,
    escalation_orders.c.done_at < _UNTIL,
)
_EVENT_LINES = select(escalation_events).where(escalation_events.c.at >= _SINCE, escalation_events.c.at < _UNTIL)
_RUNG = select(escalation_orders.c.reference, escalation_orders.c.number, escalation_orders.c.person).where(
    escalation_orders.c.reference.in_(_EVENT_LINES.with_only_columns(escalation_events.c.reference).scalar_subquery())
)

KINDS: Mapping[Deed, LogKind] = {
    Deed.TELL: LogKind.TOLD,
    Deed.ACKNOWLEDGE: LogKind.ACKNOWLEDGED,
    Deed.TAKE_OVER: LogKind.TAKEN_OVER,
    Deed.RELEASE: LogKind.RELEASED,
    Deed.DISPATCH: LogKind.DISPATCHED,
    Deed.CLOSE: LogKind.CLOSED,
    Deed.CANCEL: LogKind.CANCELLED,
    Deed.MARK_DUPLICATE: LogKind.DUPLICATE,
    Deed.REOPEN: LogKind.REOPENED,
}
_CHANGED = re.compile(r"(\w+): (\S+)")  # what counting.touched writes: "worse: 0042"
_CODE = re.compile(r"[a-z][a-z-]*")


class SqlNightRecords:
    """The port `NightRecords`."""

    def __init__(self, transactions: Transactions, codec: Codec) -> None:
        self._transactions, self._codec = transactions, codec

    # --- calls -------------------------------------------------------------------------------------

    def receipts(self, since: datetime, until: datetime) -> Sequence[NightReceipt]:
        """Every call that arrived from `since` on and before `until`, in order. Raises StoreUnavailable."""
        span = {"since": since, "until": until}
        found = self._rows(_CALLS, span)
        taken = {row.call_sid: row for row in reversed(self._rows(_TICKETS, span))}  # the first report of a call counts
        follows = self._follows(span)
        return [self._receipt(row.at, self._codec.call(row.state), taken.get(row.sid), follows) for row in found]

    def _receipt(
        self, at: datetime, call: Call, ticket: Row[Any] | None, follows: Mapping[str, _Gathered]
    ) -> NightReceipt:
        report: Report | None = call.report if ticket is None else self._codec.report(ticket.report)
        place = report.place if report is not None and report.place is not None else call.place
        outcome = call.outcome
        urgent = report is not None and report.urgent
        return NightReceipt(
            at=at,
            dialled=call.dialled,
            outcome=outcome.kind if outcome else None,
            redirect=outcome.redirect if outcome else None,
            language=report.language if ticket is not None and report is not None else call.language,
            urgent=urgent,
            category=report.category if report is not None else None,
            town=place.town if place is not None else None,
            reference=ticket.reference if ticket is not None else None,
            follow=_follow(ticket, follows.get(ticket.reference, _Gathered())) if ticket is not None else None,
        )

    def _follows(self, span: Mapping[str, object]) -> Mapping[str, _Gathered]:
        found: dict[str, _Gathered] = defaultdict(_Gathered)
        for row in self._rows(_DEEDS, span):
            gathered = found[row.reference]
            if row.deed == Deed.TELL:
                gathered.notified_at = _first(gathered.notified_at, row.at)
            elif row.deed in (Deed.ACKNOWLEDGE, Deed.DISPATCH):
                gathered.acknowledged_at = _first(gathered.acknowledged_at, row.at)
        for row in self._rows(_ORDERS, span):
            order = self._codec.climbs.order(row.given)
            gathered = found[row.reference]
            if isinstance(order, RingPerson):
                gathered.rung_at = _first(gathered.rung_at, row.done_at)
            elif isinstance(order, RaiseAlarm):
                gathered.alarms += 1
        for row in self._rows(_BEGINNINGS, span):
            if isinstance(self._codec.climbs.event(row.event), Begun):
                found[row.reference].handed_at = _first(found[row.reference].handed_at, row.at)
        return found

    # --- the log -----------------------------------------------------------------------------------

    def happened(self, since: datetime, until: datetime) -> Sequence[LogLine]:
        """What was done with reports from `since` on and before `until`, in order. Raises StoreUnavailable."""
        span = {"since": since, "until": until}
        deeds = [line for row in self._rows(_HISTORY_LINES, span) if (line := _deed_line(row)) is not None]
        done = {(line.at, line.reference, line.who) for line in deeds}
        events = [
            line
            for line in self._event_lines(span)
            if line.kind is not LogKind.ACKNOWLEDGED or (line.at, line.reference, line.who) not in done
        ]
        return in_order([*deeds, *self._order_lines(span), *events])

    def _order_lines(self, span: Mapping[str, object]) -> Iterator[LogLine]:
        for row in self._rows(_ORDER_LINES, span):
            match self._codec.climbs.order(row.given):
                case RingPerson(person=person):
                    yield LogLine(row.done_at, LogKind.RANG, row.reference, person.id)
                case TextPerson(person=person):
                    yield LogLine(row.done_at, LogKind.TEXTED, row.reference, person.id)
                case RaiseAlarm(nobody_on_duty=empty):
                    why = "nobody_on_duty" if empty else "nobody_heard"
                    yield LogLine(row.done_at, LogKind.ALARM, row.reference, why=why)
                case _:
                    pass  # a call that was ended is no matter of the log

    def _event_lines(self, span: Mapping[str, object]) -> Iterator[LogLine]:
        rung = {(row.reference, row.number): row.person for row in self._rows(_RUNG, span)}
        for row in self._rows(_EVENT_LINES, span):
            event: Event = self._codec.climbs.event(row.event)
            match event:
                case PickedUp(order=order):
                    yield LogLine(row.at, LogKind.PICKED_UP, row.reference, rung.get((row.reference, order)))
                case WentUnheard(order=order, why=why):
                    yield LogLine(row.at, LogKind.UNHEARD, row.reference, rung.get((row.reference, order)), why.value)
                case PassedOn(person=person):
                    yield LogLine(row.at, LogKind.PASSED_ON, row.reference, person)
                case Acknowledged(person=person):  # who has it already and was told that it got worse
                    yield LogLine(row.at, LogKind.ACKNOWLEDGED, row.reference, person)
                case Worsened():
                    yield LogLine(row.at, LogKind.WORSENED, row.reference)
                case _:
                    pass  # the deed stands in the history, or time went by

    def _rows(self, statement: Any, span: Mapping[str, object]) -> Sequence[Row[Any]]:
        with self._transactions.reading() as connection:
            return _all(connection, statement, span)


@dataclass(slots=True)
class _Gathered:
    """What is known of one report while its rows are gone through."""

    handed_at: datetime | None = None
    notified_at: datetime | None = None
    rung_at: datetime | None = None
    acknowledged_at: datetime | None = None
    alarms: int = 0


def _all(connection: Connection, statement: Any, span: Mapping[str, object]) -> Sequence[Row[Any]]:
    return connection.execute(statement, span).all()


def _follow(ticket: Row[Any], gathered: _Gathered) -> FollowUp:
    return FollowUp(
        status=TicketStatus(ticket.status),
        handed_at=gathered.handed_at,
        notified_at=gathered.notified_at,
        rung_at=gathered.rung_at,
        acknowledged_at=gathered.acknowledged_at,
        alarms=gathered.alarms,
        same_as=ticket.same_as,
        incident=ticket.incident,
    )


def _first(known: datetime | None, at: datetime) -> datetime:
    return at if known is None else min(known, at)


def _deed_line(row: Row[Any]) -> LogLine | None:
    """A deed, or an attempt in vain. A note in words is nobody's but the ticket's page: codes alone are taken over."""
    if row.deed is not None:
        kind = KINDS[Deed(row.deed)]
        return LogLine(row.at, kind, row.reference, row.who, other=row.same_as if kind is LogKind.DUPLICATE else None)
    if row.who == CALLER:
        change = _CHANGED.fullmatch(row.note)
        why, other = change.groups() if change else (None, None)
        return LogLine(row.at, LogKind.CALLER_CHANGED, row.reference, row.who, why, other)
    code = row.note if _CODE.fullmatch(row.note) else None
    return LogLine(row.at, LogKind.REFUSED, row.reference, row.who, code)
