"""Reports of one event are counted together, in the transaction that keeps them: staff hear of the event, not of each.

A report is counted when everything was said. One that joins an event keeps its ticket, as a duplicate of the event's
first one, whose ladder hears when it gets worse. When the first one turns out to be nothing, the next report takes its
place and climbs a ladder of its own; a report whose place is put right later leaves the event again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from ivr.domain.call import StoreTicket, TouchEarlier
from ivr.domain.escalation import Worsened
from ivr.domain.incident import Incident, Rule, Sighting, assign, revised, same_event, without_one
from ivr.domain.surge import settled
from ivr.domain.ticket import ENDED, UNHELD, Deed, TicketStatus
from ivr.storage import incidents as kept
from ivr.storage.codec import Codec
from ivr.storage.deeds import do, tell_escalation, write_down
from ivr.storage.switches import in_force_on
from ivr.storage.tables import Work, notices, tickets

COUNTED = "counted"  # who marked it as a duplicate
CALLER = "caller"  # who changed the earlier report
_TICKET = select(tickets).where(tickets.c.reference == bindparam("which"))
_REASONS = frozenset({Deed.CANCEL, Deed.MARK_DUPLICATE})


def changed(connection: Connection, codec: Codec, rule: Rule, action: StoreTicket, at: datetime) -> bool:
    """A ticket was just stored anew. Whether it left the event it was counted with, and stands alone now."""
    _made_worse(connection, codec, action.reference, action.severity, at)
    row = connection.execute(_TICKET, {"which": action.reference}).one()
    if row.incident is None:
        return False
    kept.one_by_one(connection)
    incident = kept.numbered(connection, row.incident)
    if incident is None:
        return False
    sighting = _sighting(codec, row, at)
    if same_event(incident, sighting.category, sighting.place, at, rule, disaster=True):
        kept.keep(connection, revised(incident, sighting))
        _made_worse(connection, codec, incident.reference, action.severity, at)
        return False
    _without(connection, codec, action.reference, incident, at)
    _change(connection, action.reference, incident=None, same_as=None)
    if TicketStatus(row.status) is TicketStatus.DUPLICATE:
        do(connection, codec, action.reference, Deed.REOPEN, who=COUNTED, at=at, note="another place")
    return True


def event_of(connection: Connection, codec: Codec, rule: Rule, reference: str, at: datetime) -> Incident | None:
    """The event that `reference` is one more report of; None for a report that staff must hear of itself.

    Called when everything was said: a place that is put right before that has been counted nowhere.
    """
    kept.one_by_one(connection)
    row = connection.execute(_TICKET, {"which": reference}).one_or_none()
    if row is None:
        return None
    incident = None if row.incident is None else kept.numbered(connection, row.incident)
    if incident is None:
        incident = _found(connection, codec, rule, row, at)
    return incident if incident is not None and incident.reference != reference else None


def _sighting(codec: Codec, row: Row[Any], at: datetime) -> Sighting:
    report = codec.report(row.report)
    return Sighting(row.reference, report.category, settled(report), row.severity, at)


def _found(connection: Connection, codec: Codec, rule: Rule, row: Row[Any], at: datetime) -> Incident | None:
    sighting = _sighting(codec, row, at)
    if sighting.place is None or sighting.place.town is None:
        return None
    disaster = in_force_on(connection, at) is not None
    found = assign(kept.open_in(connection, sighting.place.town), sighting, rule, disaster=disaster)
    if found is None:
        return None
    incident = kept.keep(connection, found.incident)
    _change(connection, row.reference, incident=incident.number)
    return incident


def _made_worse(connection: Connection, codec: Codec, reference: str, severity: int, at: datetime) -> None:
    """Staff were told of less: whoever has it must hear of it."""
    row = connection.execute(_TICKET, {"which": reference}).one()
    if severity > row.severity:
        _change(connection, reference, severity=severity)
        tell_escalation(connection, codec, reference, Worsened(at))


def join(connection: Connection, codec: Codec, rule: Rule, reference: str, incident: Incident, at: datetime) -> bool:
    """Count `reference` as one more report of `incident`. False: that was over already, and staff must hear of this."""
    first = connection.execute(_TICKET, {"which": incident.reference}).one()
    status = TicketStatus(connection.execute(_TICKET, {"which": reference}).one().status)
    if TicketStatus(first.status) in ENDED or (status not in UNHELD and status is not TicketStatus.DUPLICATE):
        return False  # over, or this report is somebody's already
    do(connection, codec, reference, Deed.MARK_DUPLICATE, who=COUNTED, at=at, same_as=incident.reference)
    if incident.reports in rule.milestones:
        _tell_count(connection, incident, at)
    row = connection.execute(_TICKET, {"which": reference}).one()
    _made_worse(connection, codec, incident.reference, row.severity, at)
    return True


def followed(connection: Connection, codec: Codec, reference: str, deed: Deed, at: datetime) -> None:
    """What a deed with `reference` means for its event: over with its first ticket, or the next report goes on."""
    row = connection.execute(_TICKET, {"which": reference}).one_or_none()
    incident = None if row is None or row.incident is None else kept.numbered(connection, row.incident)
    if incident is None:
        return
    if deed is Deed.CLOSE and incident.reference == reference:
        kept.keep(connection, replace(incident, open=False))
    elif deed in _REASONS and row is not None and not _counted(row.status, row.same_as, incident):
        _without(connection, codec, reference, incident, at)


def _counted(status: str, same_as: str | None, incident: Incident) -> bool:
    """Whether the ticket was only marked as one more report of its own event."""
    return status == TicketStatus.DUPLICATE.value and same_as == incident.reference


def _without(connection: Connection, codec: Codec, reference: str, incident: Incident, at: datetime) -> None:
    left = without_one(incident)
    kept.keep(connection, left)
    if incident.reference != reference or not left.open:
        return
    others = (
        select(tickets.c.reference, tickets.c.status)
        .where(
            tickets.c.incident == incident.number,
            tickets.c.reference != reference,
            tickets.c.same_as == incident.reference,
            tickets.c.status == TicketStatus.DUPLICATE.value,
        )
        .order_by(tickets.c.opened_at, tickets.c.reference)
    )
    found = connection.execute(others).all()
    if not found:
        return
    following = found[0].reference
    kept.keep(connection, replace(left, reference=following))
    do(connection, codec, following, Deed.REOPEN, who=COUNTED, at=at, note=f"{reference} is out")
    for row in found[1:]:
        _change(connection, row.reference, same_as=following)


def _tell_count(connection: Connection, incident: Incident, at: datetime) -> None:
    """A notice without a ring: so many callers told of it by now."""
    occasion = f"reports:{incident.reports}:"
    known = select(notices.c.id).where(notices.c.reference == incident.reference, notices.c.occasion == occasion)
    if connection.execute(known).first() is not None:
        return
    revision = connection.execute(_TICKET, {"which": incident.reference}).one().revision
    row = {
        "reference": incident.reference,
        "revision": revision,
        "state": Work.PENDING.value,
        "attempts": 0,
        "due_at": at,
        "occasion": occasion,
        "reports": incident.reports,
    }
    connection.execute(insert(notices), row)


def _change(connection: Connection, reference: str, **values: object) -> None:
    connection.execute(update(tickets).where(tickets.c.reference == reference).values(values))


# --- an earlier report is changed by its caller ------------------------------------------------------


def touched(connection: Connection, codec: Codec, action: TouchEarlier, at: datetime) -> None:
    """What a caller's change means for the earlier ticket: it is written down there, and worse is told its holder.

    Nothing is cancelled by a caller's word, which may have been misheard: the change is a ticket of its own, staff hear
    of it and decide.
    """
    row = connection.execute(_TICKET, {"which": action.reference}).one_or_none()
    if row is None:
        return
    if action.action == "worse":
        _made_worse(connection, codec, action.reference, row.severity + 1, at)
    write_down(connection, action.reference, at, None, CALLER, f"{action.action}: {action.by}")
