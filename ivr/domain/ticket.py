"""A report of an urgent matter as staff keep it: a ticket, the notice of it, and the promise to call back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ivr.domain.call import Report


class TicketStatus(StrEnum):
    """The life of a ticket so far. Step 4 adds acknowledgement, dispatch and closing to the table below."""

    OPEN = "open"  # stored
    NOTIFIED = "notified"  # a notice of it left this system


@dataclass(frozen=True, slots=True)
class Ticket:
    """`partial` means that something asked for is missing or unconfirmed: it counts all the same."""

    reference: str
    call_sid: str
    opened_at: datetime
    changed_at: datetime
    status: TicketStatus
    partial: bool
    report: Report


@dataclass(frozen=True, slots=True)
class Callback:
    """Somebody was promised a call back, in `language`."""

    reference: str
    call_sid: str
    phone: str
    matter: str | None
    promised_at: datetime
    language: str = "ja"


@dataclass(frozen=True, slots=True)
class Notice:
    """What leaves this system about a ticket: no name, no number, no words of the caller (DOMAIN, art. 9-4)."""

    id: int
    reference: str
    category: str | None
    opened_at: datetime
    attempts: int = 0
