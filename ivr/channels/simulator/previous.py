"""The earlier report of a call file: each simulated call knows its own and no other's.

Call files are played one after another on one desk, many of them from the same invented telephone. Without this a call
would find the reports of the calls before it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from ivr.channels.simulator.call_file import PreviousTicket
from ivr.domain.call import Arrived, Call, Dialled, Event, PhoneSource, Report, StoreTicket, Turn
from ivr.domain.earlier import EarlierReport
from ivr.domain.report import EMERGENCY_FORM
from ivr.ports import Tickets, Turns
from nlu.meaning import Category, Place

MINUTES_AGO = 30
"""Of a report whose call file does not say when it was made."""
UNNAMED = "P-1"
_GIVEN_BY_THE_DESK = re.compile(r"\d{4,}")

Recall = Callable[[PreviousTicket | None, datetime], None]
"""(the earlier report of the call that is about to ring, when it rings): from now on that is the only one known."""


class Previous:
    """The port `EarlierReports` of one simulated call after another. `yomi`: how the towns are read."""

    def __init__(self, turns: Turns, tickets: Tickets, yomi: Callable[[str], str | None]) -> None:
        self._turns = turns
        self._tickets = tickets
        self._yomi = yomi
        self._known: tuple[EarlierReport, ...] = ()

    def reported_since(self, since: datetime) -> Sequence[EarlierReport]:
        return [report for report in self._known if report.opened_at >= since]

    def recall(self, previous: PreviousTicket | None, at: datetime) -> None:
        """Let `previous` be the report made before the call at `at`; it is a ticket of the store as well."""
        self._known = ()
        if previous is None:
            return
        minutes = MINUTES_AGO if previous.minutes_ago is None else previous.minutes_ago
        report = EarlierReport(
            reference=previous.id or UNNAMED,
            opened_at=at - timedelta(minutes=minutes),
            category=Category(previous.category) if previous.category else None,
            place=Place(previous.town, town=previous.town, town_yomi=self._yomi(previous.town))
            if previous.town
            else None,
            phone=previous.phone,
            status=previous.status or "open",
        )
        self._known = (report,)
        store_previous(self._turns, self._tickets, report)

    def _place(self, town: str | None) -> Place | None:
        return Place(town, town=town, town_yomi=self._yomi(town)) if town else None


def store_previous(turns: Turns, tickets: Tickets, earlier: EarlierReport) -> None:
    """Write the ticket down, as a call of its own. A number that the desk gives itself is left to the desk."""
    sid = f"CA{uuid.uuid5(uuid.NAMESPACE_URL, earlier.reference).hex}"
    there = tickets.ticket(earlier.reference)
    if _GIVEN_BY_THE_DESK.fullmatch(earlier.reference) or (there is not None and there.call_sid != sid):
        return
    report = Report(
        form=EMERGENCY_FORM,
        urgent=True,
        category=earlier.category,
        place=earlier.place,
        place_confirmed=True,
        phone=earlier.phone,
        phone_source=PhoneSource.SPOKEN if earlier.phone else None,
        anonymous=earlier.phone is None,
        confirmed=True,
    )

    def decide(call: Call | None, _serial: int) -> tuple[Event, Turn]:
        arrived = Arrived(earlier.opened_at, Dialled.NIGHT_LINE, earlier.phone, earlier.reference)
        before = call or Call(sid, reference=earlier.reference)
        return arrived, Turn(before, (StoreTicket(earlier.reference, report, partial=False),))

    turns.take(sid, f"previous:{earlier.opened_at.isoformat()}", decide)
