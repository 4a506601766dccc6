"""What a turn leaves for the office, written in the turn's own transaction: tickets, notices, call-backs, transfers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, insert, literal, or_, select, update

from ivr.domain.call import (
    Action,
    Event,
    NotifyStaff,
    PersonAnswered,
    RecordAnswer,
    RegisterCallback,
    StoreTicket,
    TouchEarlier,
    Transfer,
)
from ivr.domain.escalation import Begun
from ivr.domain.handoff import HandoffResult, result_of
from ivr.domain.incident import Rule
from ivr.domain.ticket import TicketStatus
from ivr.storage import counting
from ivr.storage.codec import Codec
from ivr.storage.deeds import tell_escalation
from ivr.storage.tables import Work, answers, callbacks, escalations, handoffs, notices, rings, ticket_history, tickets
from ivr.storage.tagged import storable

_TICKET = select(tickets.c.call_sid, tickets.c.status, tickets.c.revision, tickets.c.partial, tickets.c.report).where(
    tickets.c.reference == bindparam("reference")
)

_LADDER = select(escalations.c.reference).where(escalations.c.reference == bindparam("which"))

_CHANGE_TICKET = update(tickets).where(tickets.c.reference == bindparam("which"))

# The newest version of the ticket gets a notice, unless it has one or an older one is still to be told: whoever is told
# then opens the ticket and sees it as it stands. (PostgreSQL's driver counts these rows only when told to.)
_NOTIFY = (
    insert(notices)
    .from_select(
        ["reference", "revision", "state", "attempts", "due_at"],
        select(
            tickets.c.reference,
            tickets.c.revision,
            literal(Work.PENDING.value),
            literal(0),
            bindparam("at", type_=notices.c.due_at.type),
        ).where(
            tickets.c.reference == bindparam("which"),
            ~exists().where(
                notices.c.reference == tickets.c.reference,
                or_(notices.c.revision == tickets.c.revision, notices.c.state == Work.PENDING.value),
            ),
        ),
    )
    .execution_options(preserve_rowcount=True)
)

_OPEN_HANDOFFS = select(handoffs.c.id, handoffs.c.answered_at).where(
    handoffs.c.call_sid == bindparam("sid"), handoffs.c.ended_at.is_(None)
)
_CHANGE_HANDOFF = update(handoffs).where(handoffs.c.id == bindparam("which"))
_CANCEL_RING = (
    update(rings)
    .where(rings.c.handoff_id == bindparam("which"), rings.c.state.in_((Work.PENDING.value, Work.CLAIMED.value)))
    .values(state=Work.CANCELLED.value)
)


@dataclass(frozen=True, slots=True)
class Taken:
    """A turn just decided, as far as the office is concerned."""

    sid: str
    seq: int
    event: Event
    actions: tuple[Action, ...]

    @property
    def at(self) -> datetime:
        return self.event.at


def keep(connection: Connection, codec: Codec, rule: Rule | None, turn: Taken) -> None:
    """Write down everything `turn` means for the office. `rule`: how reports of one event are counted, None = not.

    Raises LookupError for a notice of no ticket.
    """
    _follow_handoff(connection, turn)
    for action in turn.actions:
        match action:
            case StoreTicket():
                _keep_ticket(connection, codec, turn, action)
                if rule is not None:
                    _count_anew(connection, codec, rule, action, turn.at)
            case NotifyStaff():
                tell_of(connection, codec, rule, action.reference, turn.at)
            case TouchEarlier():
                counting.touched(connection, codec, action, turn.at)
            case RegisterCallback():
                _keep_callback(connection, turn, action)
            case RecordAnswer():
                row = {
                    "call_sid": turn.sid,
                    "seq": turn.seq,
                    "topic": action.topic,
                    "question": storable(action.question),
                    "at": turn.at,
                }
                connection.execute(insert(answers), row)
            case Transfer():
                _open_handoff(connection, turn, action)
            case _:
                pass  # for the ear only


def _keep_ticket(connection: Connection, codec: Codec, turn: Taken, action: StoreTicket) -> None:
    report = codec.report_text(action.report)
    version: dict[str, object] = {"partial": action.partial, "report": report, "status": TicketStatus.OPEN.value}
    category = action.report.category.value if action.report.category else None
    before = connection.execute(_TICKET, {"reference": action.reference}).one_or_none()
    if before is None:
        version["revision"] = 1
        row = {**version, "reference": action.reference, "call_sid": turn.sid, "category": category}
        connection.execute(insert(tickets), {**row, "opened_at": turn.at, "changed_at": turn.at})
    elif before.call_sid != turn.sid:
        raise LookupError(f"ticket {action.reference} belongs to another call")
    elif (before.report, before.partial) == (report, action.partial):
        return
    else:
        version |= {"revision": before.revision + 1, "status": before.status}
        change = {**version, "category": category, "changed_at": turn.at}
        connection.execute(_CHANGE_TICKET, {**change, "which": action.reference})
    connection.execute(insert(ticket_history), {**version, "reference": action.reference, "at": turn.at})


def tell_of(connection: Connection, codec: Codec, rule: Rule | None, reference: str, at: datetime) -> None:
    """Staff are told of a ticket; of one more report of an event they know they are told by its count."""
    incident = counting.event_of(connection, codec, rule, reference, at) if rule is not None else None
    if incident is None or rule is None or not counting.join(connection, codec, rule, reference, incident, at):
        tell_staff(connection, codec, reference, at)


def _count_anew(connection: Connection, codec: Codec, rule: Rule, action: StoreTicket, at: datetime) -> None:
    """A place put right after staff were told of the report as one of many: now they hear of it by itself."""
    if counting.changed(connection, codec, rule, action, at):
        tell_of(connection, codec, rule, action.reference, at)


def tell_staff(connection: Connection, codec: Codec, reference: str, at: datetime) -> None:
    """The notice of a ticket, and its ladder. Raises LookupError for a notice of no ticket."""
    made = connection.execute(_NOTIFY, {"which": reference, "at": at}).rowcount
    if not made and connection.execute(_TICKET, {"reference": reference}).one_or_none() is None:
        raise LookupError(f"staff cannot be told of ticket {reference}: it was never stored")
    if connection.execute(_LADDER, {"which": reference}).one_or_none() is None:
        tell_escalation(connection, codec, reference, Begun(at))


def _keep_callback(connection: Connection, turn: Taken, action: RegisterCallback) -> None:
    # One promise per reference: a caller who corrects the number is called once. The turns keep what was said before.
    row = {
        "call_sid": turn.sid,
        "phone": storable(action.phone),
        "matter": action.matter.value if action.matter else None,
        "promised_at": turn.at,
        "language": action.language,
    }
    change = update(callbacks).where(callbacks.c.reference == bindparam("which"))
    if not connection.execute(change, {**row, "which": action.reference}).rowcount:
        connection.execute(insert(callbacks), {**row, "reference": action.reference})


def _open_handoff(connection: Connection, turn: Taken, action: Transfer) -> None:
    row = {
        "call_sid": turn.sid,
        "seq": turn.seq,
        "desk": action.desk,
        "urgent": action.urgent,
        "created_at": turn.at,
    }
    (handoff_id,) = connection.execute(insert(handoffs), row).inserted_primary_key or (None,)
    # Whether this desk is rung at all is the job's to know: desks change, and the row says that somebody waits.
    ring = {"handoff_id": handoff_id, "state": Work.PENDING.value, "attempts": 0, "due_at": turn.at}
    connection.execute(insert(rings), ring)


def _follow_handoff(connection: Connection, turn: Taken) -> None:
    """Note on the open transfer that somebody answered, or how it ended."""
    answered = isinstance(turn.event, PersonAnswered)
    replaced = any(isinstance(action, Transfer) for action in turn.actions)
    if not (answered or replaced or result_of(turn.event, answered=False)):
        return
    for row in connection.execute(_OPEN_HANDOFFS, {"sid": turn.sid}).all():
        change: dict[str, object] = {}
        if answered and row.answered_at is None:
            change["answered_at"] = turn.at
        result = result_of(turn.event, answered=row.answered_at is not None)
        if result is None and replaced:
            result = HandoffResult.REPLACED
        if result is not None:
            change |= {"ended_at": turn.at, "result": result.value}
        if change:
            connection.execute(_CHANGE_HANDOFF, {**change, "which": row.id})
            connection.execute(_CANCEL_RING, {"which": row.id})
