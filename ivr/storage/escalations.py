"""Escalations in a database: a step is one transaction, and its orders are rows that outlive who carries them out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from ivr.domain.escalation import (
    Climb,
    Escalation,
    Event,
    Placed,
    RaiseAlarm,
    RingPerson,
    TextPerson,
    TimeUp,
    is_resting,
)
from ivr.domain.ticket import Deed
from ivr.ports import Claimed, Climbing, Standing
from ivr.storage.codec import Codec
from ivr.storage.database import Transactions
from ivr.storage.deeds import do, lock_ladder
from ivr.storage.tables import Work, escalation_events, escalation_orders, escalations, notices, pace, tickets
from ivr.storage.tagged import storable

ERROR_LENGTH = 200
WAITING = (Work.PENDING.value, Work.CLAIMED.value)

_ROW = (
    select(escalations, tickets.c.category)
    .join_from(escalations, tickets)
    .where(escalations.c.reference == bindparam("which"))
)
_NEWS = (
    select(escalation_events)
    .where(escalation_events.c.reference == bindparam("which"), escalation_events.c.id > bindparam("since"))
    .order_by(escalation_events.c.id)
)
_UNSEEN = exists().where(
    escalation_events.c.reference == escalations.c.reference, escalation_events.c.id > escalations.c.seen
)
_OPEN_ORDER = exists().where(
    escalation_orders.c.reference == escalations.c.reference, escalation_orders.c.state.in_(WAITING)
)
_DUE_ORDER = _OPEN_ORDER.where(escalation_orders.c.due_at <= bindparam("now", type_=escalation_orders.c.due_at.type))


class SqlEscalations:
    """The port `Escalations`."""

    def __init__(self, transactions: Transactions, codec: Codec) -> None:
        self._transactions, self._codec = transactions, codec

    # --- steps -------------------------------------------------------------------------------------

    def advance(self, reference: str, now: datetime, decide: Climbing) -> Standing | None:
        with self._transactions.reading() as connection:
            row = connection.execute(_ROW, {"which": reference}).one_or_none()
            if row is None:
                return None
            news = connection.execute(_NEWS.limit(1), {"which": reference, "since": row.seen}).first()
        if news is not None or (row.due_at is not None and row.due_at <= now):
            with self._transactions.writing() as connection:
                self._step(connection, reference, now, decide)
        return self.standing(reference)

    def _step(self, connection: Connection, reference: str, now: datetime, decide: Climbing) -> None:
        row = connection.execute(_ROW.with_for_update(of=escalations), {"which": reference}).one()
        events = connection.execute(_NEWS, {"which": reference, "since": row.seen}).all()
        before = self._codec.climbs.escalation(row.state)
        happened: list[Event] = [self._codec.climbs.event(event.event) for event in events]
        seen = events[-1].id if events else row.seen
        climb = decide(before, row.category, happened)
        # The end of the wait is looked at last: what happened meanwhile may have moved it. It cannot be over while a
        # call that is wanted still waits for the line: everybody ordered is rung before anybody is rung again.
        due_at, unplaced = climb.escalation.due_at, self._unplaced(connection, reference, climb.escalation)
        if due_at is not None and due_at <= now and not unplaced:
            seen = self._noted(connection, reference, TimeUp(now))
            later = decide(climb.escalation, row.category, [TimeUp(now)])
            climb = Climb(later.escalation, (*climb.orders, *later.orders))
        self._written(connection, row, climb, seen, now)

    def _unplaced(self, connection: Connection, reference: str, escalation: Escalation) -> bool:
        """Whether a call that may still bring a key has not been placed yet."""
        waiting = select(escalation_orders.c.number).where(
            escalation_orders.c.reference == reference,
            escalation_orders.c.state.in_(WAITING),
            escalation_orders.c.number.in_(escalation.ringing),
        )
        return bool(escalation.ringing) and connection.execute(waiting.limit(1)).first() is not None

    def _noted(self, connection: Connection, reference: str, event: Event) -> int:
        line = {"reference": reference, "at": event.at, "event": self._codec.climbs.event_text(event)}
        (number,) = connection.execute(insert(escalation_events), line).inserted_primary_key or (0,)
        return int(number)

    def _written(
        self, connection: Connection, row: Row[*tuple[Any, ...]], climb: Climb, seen: int, now: datetime
    ) -> None:
        after = climb.escalation
        rests = is_resting(after)
        change = {
            "state": self._codec.climbs.escalation_text(after),
            "seen": seen,
            "due_at": after.due_at,
            "resting": rests,
            "rests": row.rests + (rests and not row.resting),
        }
        connection.execute(update(escalations).where(escalations.c.reference == row.reference).values(change))
        for order in climb.orders:
            line = {
                "reference": row.reference,
                "number": order.order,
                "at": now,
                "given": self._codec.climbs.order_text(order),
                "person": order.person.id if isinstance(order, RingPerson | TextPerson) else None,
                "state": Work.PENDING.value,
                "attempts": 0,
                "due_at": now,
            }
            connection.execute(insert(escalation_orders), line)
        self._drop_unwanted(connection, row.reference, after)

    def _drop_unwanted(self, connection: Connection, reference: str, now: Escalation) -> None:
        """A ring that was ordered and not begun is dropped once nobody wants it any more."""
        pending = select(escalation_orders.c.number, escalation_orders.c.given).where(
            escalation_orders.c.reference == reference, escalation_orders.c.state == Work.PENDING.value
        )
        for row in connection.execute(pending).all():
            order = self._codec.climbs.order(row.given)
            if isinstance(order, RingPerson) and order.order not in now.ringing:
                connection.execute(_of(reference, row.number, (Work.PENDING.value,)).values(_CANCELLED))

    # --- orders ------------------------------------------------------------------------------------

    def claim(self, reference: str, now: datetime, lease_s: float) -> Claimed | None:
        due = (
            select(escalation_orders)
            .where(
                escalation_orders.c.reference == reference,
                escalation_orders.c.state.in_(WAITING),
                escalation_orders.c.due_at <= now,
            )
            .order_by(escalation_orders.c.number)
            .limit(1)
        )
        with self._transactions.reading() as connection:
            row = connection.execute(due).one_or_none()
        if row is None:
            return None
        ours = {
            "state": Work.CLAIMED.value,
            "due_at": now + timedelta(seconds=lease_s),
            "attempts": row.attempts + 1,
            "tried_at": row.tried_at or now,
        }
        with self._transactions.writing() as connection:
            still = _of(reference, row.number, WAITING).where(escalation_orders.c.attempts == row.attempts)
            if connection.execute(still.values(ours)).rowcount != 1:
                return None
        return Claimed(reference, self._codec.climbs.order(row.given), row.attempts + 1, row.tried_at)

    def carried_out(self, claimed: Claimed, now: datetime, placed_sid: str | None = None) -> None:
        order = claimed.order
        with self._transactions.writing() as connection:
            lock_ladder(connection, claimed.reference)
            done = {"state": Work.DONE.value, "done_at": now, "placed_sid": placed_sid, "last_error": None}
            connection.execute(_of(claimed.reference, order.order, None).values(done))
            if isinstance(order, RingPerson):
                self._noted(connection, claimed.reference, Placed(now, order.order))
                do(connection, self._codec, claimed.reference, Deed.TELL, who="ladder", at=now)
            if isinstance(order, RaiseAlarm):
                self._keep_alarm(connection, claimed.reference, order, now)

    def _keep_alarm(self, connection: Connection, reference: str, order: RaiseAlarm, now: datetime) -> None:
        why = "nobody_on_duty" if order.nobody_on_duty else "nobody_heard"
        occasion = f"alarm:{order.order}:{why}"
        known = select(notices.c.id).where(notices.c.reference == reference, notices.c.occasion == occasion)
        if connection.execute(known).first() is not None:
            return  # carried out before, by a worker that died before saying so
        revision = select(tickets.c.revision).where(tickets.c.reference == reference)
        row = {
            "reference": reference,
            "revision": connection.execute(revision).scalar_one(),
            "state": Work.PENDING.value,
            "attempts": 0,
            "due_at": now,
            "occasion": occasion,
        }
        connection.execute(insert(notices), row)

    def postponed(self, claimed: Claimed, until: datetime, why: str) -> None:
        pending = {"state": Work.PENDING.value, "due_at": until, "last_error": storable(why)[:ERROR_LENGTH]}
        with self._transactions.writing() as connection:
            connection.execute(_mine(claimed).values(pending))

    def put_back(self, claimed: Claimed, until: datetime, why: str) -> None:
        untried = {
            "state": Work.PENDING.value,
            "due_at": until,
            "attempts": claimed.attempts - 1,
            "tried_at": claimed.tried_at,
            "last_error": storable(why)[:ERROR_LENGTH],
        }
        with self._transactions.writing() as connection:
            connection.execute(_mine(claimed).values(untried))

    def given_up(self, claimed: Claimed, now: datetime, why: str, event: Event | None = None) -> None:
        failed = {"state": Work.FAILED.value, "done_at": now, "last_error": storable(why)[:ERROR_LENGTH]}
        with self._transactions.writing() as connection:
            lock_ladder(connection, claimed.reference)
            given_up = connection.execute(_mine(claimed).values(failed)).rowcount
            if given_up and event is not None:
                self._noted(connection, claimed.reference, event)

    def placed(self, reference: str, order: int) -> tuple[bool, str | None]:
        found = select(escalation_orders.c.state, escalation_orders.c.placed_sid).where(
            escalation_orders.c.reference == reference, escalation_orders.c.number == order
        )
        with self._transactions.reading() as connection:
            row = connection.execute(found).one_or_none()
        return (True, None) if row is None else (row.state not in WAITING, row.placed_sid)

    def is_known(self, placed_sid: str) -> bool:
        known = select(escalation_orders.c.number).where(escalation_orders.c.placed_sid == placed_sid).limit(1)
        with self._transactions.reading() as connection:
            return connection.execute(known).first() is not None

    # --- what there is to do -----------------------------------------------------------------------

    def standing(self, reference: str) -> Standing | None:
        with self._transactions.reading() as connection:
            row = connection.execute(_ROW, {"which": reference}).one_or_none()
            if row is None:
                return None
            waiting = select(func.min(escalation_orders.c.due_at)).where(
                escalation_orders.c.reference == reference, escalation_orders.c.state.in_(WAITING)
            )
            order_due = connection.execute(waiting).scalar_one()
            escalation = self._codec.climbs.escalation(row.state)
            held = escalation is not None and self._unplaced(connection, reference, escalation)
        times = [time for time in (None if held else row.due_at, order_due) if time is not None]
        return Standing(escalation, resting=row.resting, rests=row.rests, next_at=min(times, default=None))

    def unfinished(self, now: datetime, limit: int = 100) -> Sequence[str]:
        due = or_(escalations.c.due_at <= now, _UNSEEN, _DUE_ORDER)
        found = select(escalations.c.reference).where(due).order_by(escalations.c.created_at).limit(limit)
        with self._transactions.reading() as connection:
            return list(connection.execute(found, {"now": now}).scalars())

    def climbing(self, limit: int = 1000) -> Sequence[str]:
        going_on = or_(~escalations.c.resting, _UNSEEN, _OPEN_ORDER)
        found = select(escalations.c.reference).where(going_on).order_by(escalations.c.created_at).limit(limit)
        with self._transactions.reading() as connection:
            return list(connection.execute(found).scalars())

    # --- the carrier's pace ------------------------------------------------------------------------

    def take_slot(self, line: str, now: datetime, every_s: float, within_s: float) -> datetime:
        try:
            return self._take_slot(line, now, every_s, within_s)
        except IntegrityError:  # two took the very first slot of a line at once: now there is a row to lock
            return self._take_slot(line, now, every_s, within_s)

    def _take_slot(self, line: str, now: datetime, every_s: float, within_s: float) -> datetime:
        with self._transactions.writing() as connection:
            free_at = connection.execute(
                select(pace.c.free_at).where(pace.c.line == line).with_for_update()
            ).scalar_one_or_none()
            mine = now if free_at is None else max(now, free_at)
            if mine > now + timedelta(seconds=within_s):
                return mine
            following = mine + timedelta(seconds=every_s)
            if free_at is None:
                connection.execute(insert(pace), {"line": line, "free_at": following})
            else:
                connection.execute(update(pace).where(pace.c.line == line).values(free_at=following))
            return mine


_CANCELLED = {"state": Work.CANCELLED.value}


def _of(reference: str, number: int, states: tuple[str, ...] | None) -> Any:  # Any: Update of an unnamed table
    mine = update(escalation_orders).where(
        escalation_orders.c.reference == reference, escalation_orders.c.number == number
    )
    return mine if states is None else mine.where(escalation_orders.c.state.in_(states))


def _mine(claimed: Claimed) -> Any:
    mine = _of(claimed.reference, claimed.order.order, (Work.CLAIMED.value,))
    return mine.where(escalation_orders.c.attempts == claimed.attempts)
