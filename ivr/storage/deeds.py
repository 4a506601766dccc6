"""A deed with a ticket, within a transaction: decided by the life table, written down, and told to the ladder."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from ivr.domain.escalation import Acknowledged, Begun, Event, Released, Withdrawn, is_resting
from ivr.domain.ticket import Deed, TicketStatus, after, meant
from ivr.ports import Done
from ivr.storage.codec import Codec
from ivr.storage.tables import escalation_events, escalations, ticket_history, tickets
from ivr.storage.tagged import storable
from ivr.storage.tickets import ticket_from

NOTE_LENGTH = 500
_TICKET = select(tickets).where(tickets.c.reference == bindparam("which"))
_LOCKED = _TICKET.with_for_update()


def do(
    connection: Connection,
    codec: Codec,
    reference: str,
    deed: Deed,
    *,
    who: str,
    at: datetime,
    note: str | None = None,
    same_as: str | None = None,
) -> Done:
    """Within a transaction: the deed if the table allows it, its line in the history, and the event for the ladder."""
    row = connection.execute(_LOCKED, {"which": reference}).one_or_none()
    if row is None:
        return Done(None, done=False)
    before = TicketStatus(row.status)
    deed = meant(deed, before, row.holder, who, climbing=_climbs_past(connection, codec, reference, row.holder))
    status = after(before, deed)
    if status is None:
        return Done(ticket_from(row, codec), done=False)
    change: dict[str, object] = {"status": status.value, "changed_at": at}
    if deed in (Deed.ACKNOWLEDGE, Deed.TAKE_OVER, Deed.DISPATCH):
        change["holder"] = who
    elif deed in (Deed.RELEASE, Deed.REOPEN):
        change |= {"holder": None, "same_as": None}
    elif deed is Deed.MARK_DUPLICATE:
        change["same_as"] = same_as
    connection.execute(update(tickets).where(tickets.c.reference == reference).values(change))
    write_down(connection, reference, at, deed, who, note)
    event = _event(deed, who, at)
    if event is not None:
        tell_escalation(connection, codec, reference, event)
    changed = connection.execute(_TICKET, {"which": reference}).one()
    return Done(ticket_from(changed, codec), done=True)


def _event(deed: Deed, who: str, at: datetime) -> Event | None:
    match deed:
        case Deed.ACKNOWLEDGE | Deed.TAKE_OVER | Deed.DISPATCH:
            return Acknowledged(at, who)
        case Deed.RELEASE:
            return Released(at)
        case Deed.CANCEL | Deed.CLOSE | Deed.MARK_DUPLICATE:
            return Withdrawn(at)
        case Deed.REOPEN:
            return Begun(at)
        case Deed.TELL:
            return None


def has_ticket(connection: Connection, reference: str) -> bool:
    """Whether there is such a ticket; it is ours until the commit."""
    return connection.execute(_LOCKED, {"which": reference}).one_or_none() is not None


def _climbs_past(connection: Connection, codec: Codec, reference: str, holder: str | None) -> bool:
    """Whether the ladder knows that `holder` has it and looks for somebody all the same: it got worse.

    A ladder that does not know yet is no reason: of two keys pressed at once, one counts.
    """
    state = select(escalations.c.state).where(escalations.c.reference == reference)
    text = connection.execute(state).scalar_one_or_none()
    now = codec.climbs.escalation(text) if text else None
    return now is not None and holder is not None and now.holder == holder and not is_resting(now)


def has_ladder(connection: Connection, reference: str) -> bool:
    known = select(escalations.c.reference).where(escalations.c.reference == reference)
    return connection.execute(known).one_or_none() is not None


def write_down(
    connection: Connection, reference: str, at: datetime, deed: Deed | None, who: str | None, note: str | None
) -> None:
    """One line of the ticket's history, with the ticket as it stands now."""
    now = connection.execute(_TICKET, {"which": reference}).one()
    line = {
        "reference": reference,
        "at": at,
        "status": now.status,
        "revision": now.revision,
        "partial": now.partial,
        "report": now.report,
        "deed": None if deed is None else deed.value,
        "who": None if who is None else storable(who),
        "note": None if note is None else storable(note)[:NOTE_LENGTH],
    }
    connection.execute(insert(ticket_history), line)


def lock_ladder(connection: Connection, reference: str) -> bool:
    """Whether there is a ladder; it is locked until the commit.

    An event gets its number under this lock: were it numbered while a step runs, a later number might be seen first
    and the event be passed over.
    """
    known = select(escalations.c.reference).where(escalations.c.reference == reference).with_for_update()
    return connection.execute(known).one_or_none() is not None


def tell_escalation(connection: Connection, codec: Codec, reference: str, event: Event) -> None:
    """The ladder learns of `event` at its next step. A ticket reopened or told of for the first time gets a ladder."""
    if not lock_ladder(connection, reference):
        if not isinstance(event, Begun):
            return
        row = {"reference": reference, "created_at": event.at, "state": "", "seen": 0, "resting": False, "rests": 0}
        connection.execute(insert(escalations), row)
    happened = {"reference": reference, "at": event.at, "event": codec.climbs.event_text(event)}
    connection.execute(insert(escalation_events), happened)
