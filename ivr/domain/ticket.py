"""A report of an urgent matter as staff keep it: its life as one table, the notice of it, the promise to call back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ivr.domain.call import Report


class TicketStatus(StrEnum):
    """Where a ticket stands."""

    OPEN = "open"  # stored
    NOTIFIED = "notified"  # a notice of it left this system, or a telephone rang: nobody has confirmed anything
    ACKNOWLEDGED = "acknowledged"  # somebody confirmed having it
    DISPATCHED = "dispatched"  # somebody is on the way, or a contractor was sent
    CLOSED = "closed"  # done
    CANCELLED = "cancelled"  # no longer wanted, by the caller or by staff
    DUPLICATE = "duplicate"  # another ticket is about the same event


class Deed(StrEnum):
    """What is done with a ticket."""

    TELL = "tell"  # staff are being told
    ACKNOWLEDGE = "acknowledge"
    TAKE_OVER = "take_over"  # it got worse, and whoever has it could not be reached
    RELEASE = "release"  # whoever had it gives it back: the ladder begins anew
    DISPATCH = "dispatch"
    CLOSE = "close"
    CANCEL = "cancel"
    MARK_DUPLICATE = "mark_duplicate"
    REOPEN = "reopen"


_ENDED: Mapping[Deed, TicketStatus | None] = {
    Deed.TELL: None,
    Deed.ACKNOWLEDGE: None,
    Deed.TAKE_OVER: None,
    Deed.RELEASE: None,
    Deed.DISPATCH: None,
    Deed.CLOSE: None,
    Deed.CANCEL: None,
    Deed.MARK_DUPLICATE: None,
    Deed.REOPEN: TicketStatus.OPEN,
}

_UNHELD: Mapping[Deed, TicketStatus | None] = {
    Deed.TELL: TicketStatus.NOTIFIED,
    Deed.ACKNOWLEDGE: TicketStatus.ACKNOWLEDGED,
    Deed.TAKE_OVER: None,
    Deed.RELEASE: None,
    Deed.DISPATCH: TicketStatus.DISPATCHED,
    Deed.CLOSE: TicketStatus.CLOSED,
    Deed.CANCEL: TicketStatus.CANCELLED,
    Deed.MARK_DUPLICATE: TicketStatus.DUPLICATE,
    Deed.REOPEN: None,
}

LIFE: Mapping[TicketStatus, Mapping[Deed, TicketStatus | None]] = {
    TicketStatus.OPEN: _UNHELD,
    TicketStatus.NOTIFIED: {**_UNHELD, Deed.TELL: None},
    TicketStatus.ACKNOWLEDGED: {
        **_UNHELD,
        Deed.TELL: None,
        Deed.ACKNOWLEDGE: None,  # one person has it; a second one is told so
        Deed.TAKE_OVER: TicketStatus.ACKNOWLEDGED,
        Deed.RELEASE: TicketStatus.NOTIFIED,
    },
    TicketStatus.DISPATCHED: {
        **_UNHELD,
        Deed.TELL: None,
        Deed.ACKNOWLEDGE: None,
        Deed.TAKE_OVER: TicketStatus.ACKNOWLEDGED,
        Deed.DISPATCH: None,
        Deed.RELEASE: TicketStatus.NOTIFIED,
    },
    TicketStatus.CLOSED: _ENDED,
    TicketStatus.CANCELLED: _ENDED,
    TicketStatus.DUPLICATE: _ENDED,
}
"""The life of a ticket: status x deed -> the status afterwards, None = refused (the deed changes nothing)."""

UNHELD = frozenset({TicketStatus.OPEN, TicketStatus.NOTIFIED})
"""Nobody has confirmed having it: the ladder goes on."""

ENDED = frozenset({TicketStatus.CLOSED, TicketStatus.CANCELLED, TicketStatus.DUPLICATE})


def meant(deed: Deed, status: TicketStatus, holder: str | None, who: str, *, climbing: bool) -> Deed:
    """What key 4 means: while the ladder climbs for a ticket that somebody has, another person takes it over."""
    held = status not in UNHELD and status not in ENDED and holder not in (None, who)
    return Deed.TAKE_OVER if deed is Deed.ACKNOWLEDGE and held and climbing else deed


def after(status: TicketStatus, deed: Deed) -> TicketStatus | None:
    """The status after `deed`, None when the table refuses it."""
    return LIFE[status][deed]


@dataclass(frozen=True, slots=True)
class Ticket:
    """`partial` means that something asked for is missing or unconfirmed: it counts all the same.

    `holder`: id of the person who confirmed having it. `same_as`: the ticket this one is a duplicate of. `incident`:
    the number of the event that several reports are about, None while it stands alone.
    """

    reference: str
    call_sid: str
    opened_at: datetime
    changed_at: datetime
    status: TicketStatus
    partial: bool
    report: Report
    holder: str | None = None
    same_as: str | None = None
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a ticket's history. `deed` is None for a change of the report itself; `who`: the doer."""

    at: datetime
    status: TicketStatus
    partial: bool
    deed: Deed | None = None
    who: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Callback:
    """Somebody was promised a call back, in `language`."""

    reference: str
    call_sid: str
    phone: str
    matter: str | None
    promised_at: datetime
    language: str = "ja"


ALARMS = frozenset({"nobody_on_duty", "nobody_heard"})
"""Why an alarm is raised."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What leaves this system about a ticket: no name, no number, no words of the caller (DOMAIN, art. 9-4).

    `alarm`: nobody has it, for one of ALARMS; None for the notice of a new ticket. `reports`: how many
    callers told of the same event.
    """

    id: int
    reference: str
    category: str | None
    opened_at: datetime
    attempts: int = 0
    alarm: str | None = None
    reports: int = 1
