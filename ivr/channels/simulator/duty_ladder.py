"""After a call its ladder climbs, and only its: waits until somebody has the report or the alarm was raised.

The simulated clock stands still meanwhile: what drives a ladder here is how each call to staff ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from ivr.channels.simulator.duty import DutyFacts, DutyStaff
from ivr.domain.call import StoreTicket
from ivr.domain.escalation import Stage
from ivr.ports import Standing, Tickets, Turns

SETTLES_WITHIN_S = 10.0  # real seconds; it takes some tenths of one
LOOKS_EVERY_S = 0.01


@dataclass(frozen=True, slots=True)
class DutyDesk:
    """The duty side of a desk under test.

    `climb(references)`: from now on the ladders of these tickets climb, and no others; `standing`: as of the port;
    `due()`: the climbing ladders that have something to do now.
    """

    staff: DutyStaff
    climb: Callable[[Collection[str]], None]
    standing: Callable[[str], Standing | None]
    due: Callable[[], Collection[str]]


def climbed(
    duty: DutyDesk, turns: Turns, tickets: Tickets, sid: str, within_s: float = SETTLES_WITHIN_S
) -> DutyFacts | None:
    """Let staff be rung about the reports of call `sid`; what came of the last one. None: nobody is rung for it."""
    actions = [action for _, stored in turns.history(sid) for action in stored.actions]
    stored_tickets = dict.fromkeys(action.reference for action in actions if isinstance(action, StoreTicket))
    references = [reference for reference in stored_tickets if duty.standing(reference) is not None]
    if not references:
        return None
    duty.climb(references)
    try:
        until = time.monotonic() + within_s
        while not _settled(duty, references) and time.monotonic() < until:
            time.sleep(LOOKS_EVERY_S)
    finally:
        duty.climb(())
    return _facts(duty, tickets, references[-1])


def _settled(duty: DutyDesk, references: Collection[str]) -> bool:
    if not duty.staff.quiet or duty.due():
        return False
    # In this order: whoever rings or speaks may have told the ladder something since.
    return all(_rests(duty.standing(reference)) for reference in references) and duty.staff.quiet and not duty.due()


def _rests(standing: Standing | None) -> bool:
    """Nothing is left to do but to wait: for nothing, or for the next alarm."""
    if standing is None or standing.escalation is None:
        return False
    alarmed = standing.escalation.stage is Stage.ALARMED and standing.next_at == standing.escalation.due_at
    return alarmed or (standing.resting and standing.next_at is None)


def _facts(duty: DutyDesk, tickets: Tickets, reference: str) -> DutyFacts | None:
    ticket, standing = tickets.ticket(reference), duty.standing(reference)
    if ticket is None:
        return None
    return DutyFacts(
        reference=reference,
        status=ticket.status.value,
        acknowledged_by=ticket.holder,
        alarms=standing.escalation.alarms if standing and standing.escalation else 0,
        texts=len(duty.staff.texts),
        legs=duty.staff.facts(),
    )
