"""What staff on duty hear when the desk rings them about a report, and what their keys do: 4 has it, 5 cannot, 9 again.

Laws of this file:
1. Only key 4, pressed on a telephone that is the rung person's own, takes a report. The store decides who was first.
2. Whoever was late, or has a ticket that is over, hears so; it is written into the ticket's history.
3. A caller's number is told to whoever has the report, after key 4; a caller's name is never told here.
4. A call that ends without a key changes nothing: its end is reported by the carrier, and the ladder goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ivr.domain.call import Line
from ivr.domain.escalation import Acknowledged, PassedOn
from ivr.domain.roster import Person
from ivr.domain.script import Script
from ivr.domain.ticket import ENDED, UNHELD, Deed, Ticket, TicketStatus
from ivr.ports import Deeds
from ivr.usecases.duty_lines import contact, reading

CALLED_BACK = 0
"""The order of a call that staff placed themselves: orders of a ladder count from 1."""
MOST_WRONG_KEYS = 2
HAVE_IT, CANNOT, AGAIN = "4", "5", "9"

_OVER: Mapping[TicketStatus, Line] = {
    TicketStatus.CLOSED: Line("duty.closed"),
    TicketStatus.CANCELLED: Line("duty.cancelled"),
    TicketStatus.DUPLICATE: Line("duty.duplicate"),
}


class Refusal(StrEnum):
    """Why an attempt changed nothing, as it stands in the ticket's history."""

    NOT_THEIR_NUMBER = "not-their-number"  # nobody's telephone, or not that of the person who was rung
    HELD = "held"  # somebody else was first
    OVER = "over"  # closed, cancelled, a duplicate


class DutyTickets(Protocol):
    """What the duty line reads."""

    def ticket(self, reference: str) -> Ticket | None: ...

    def reports(self, reference: str) -> int:
        """How many reports there are of the event that `reference` is about, itself included."""
        ...

    def waiting_for(self, person: str) -> str | None:
        """The ticket that `person` was rung about last and that nobody has."""
        ...


class DutyPeople(Protocol):
    """The bureau's staff as its data stands now."""

    def person(self, named: str) -> Person | None:
        """By id."""
        ...

    def with_number(self, number: str) -> Person | None:
        """Whose telephone this is; `number` as a Japanese telephone dials it (090…) or E.164."""
        ...


class Then(StrEnum):
    """What follows what is said."""

    ASK = "ask"  # a key is waited for
    ASK_AGAIN = "ask_again"  # the report is theirs: key 9 repeats number and telephone
    HANG_UP = "hang_up"
    LEAVE = "leave"  # nothing came of it: the end for whoever was rung, the reception for whoever rang


@dataclass(frozen=True, slots=True)
class Said:
    """Lines, and what follows. `wrong`: how many wrong keys there were so far."""

    lines: tuple[Line, ...]
    then: Then = Then.HANG_UP
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class DutyLine:
    """What the decisions look at, and what they change."""

    script: Script
    deeds: Deeds
    tickets: DutyTickets
    people: DutyPeople


@dataclass(frozen=True, slots=True)
class Key:
    """A key on the telephone `number`, in the call of order `order`.

    `wrong`: how many wrong keys came before; `held`: key 4 was pressed before in this call.
    """

    reference: str
    order: int
    number: str | None
    key: str
    wrong: int = 0
    held: bool = False


def read_out(line: DutyLine, reference: str, order: int, number: str | None, at: datetime) -> Said:
    """What is said to whoever picked up `number`. Raises StoreUnavailable."""
    ticket = line.tickets.ticket(reference)
    if ticket is None:
        return Said((Line("duty.not_found"),), Then.LEAVE)
    person = _who(line, reference, order, number)
    if person is None:
        return _not_theirs(line, reference, at)
    if ticket.status in ENDED or (ticket.status not in UNHELD and ticket.holder != person.id):
        return Said((Line("duty.calling"), _not_free(line, ticket)))
    return _read(line, ticket, person, at)


def pressed(line: DutyLine, key: Key, at: datetime) -> Said:
    """What a key does and what is said about it; the same key twice does the same once. Raises StoreUnavailable."""
    ticket = line.tickets.ticket(key.reference)
    if ticket is None:
        return Said((Line("duty.not_found"),), Then.LEAVE)
    person = _who(line, key.reference, key.order, key.number)
    if person is None:
        return _not_theirs(line, key.reference, at)
    if key.held:
        return _after_taking(line, ticket, person, key)
    if key.key == HAVE_IT:
        return _take(line, ticket, person, at)
    if key.key == CANNOT:
        return _pass_on(line, ticket, person, at)
    if key.key == AGAIN:
        return replace(read_out(line, key.reference, key.order, key.number, at), wrong=key.wrong)
    if not key.key or key.wrong >= MOST_WRONG_KEYS:
        return Said((Line("duty.no_key"),), Then.LEAVE)
    return Said((Line("duty.press_key"), Line("duty.keys")), Then.ASK, wrong=key.wrong + 1)


def called_back(line: DutyLine, number: str | None) -> str | None:
    """The ticket that waits for whoever rings from `number`: staff who missed a call and ring back.

    None for everybody else. Raises StoreUnavailable.
    """
    person = line.people.with_number(number) if number else None
    return line.tickets.waiting_for(person.id) if person is not None else None


def _who(line: DutyLine, reference: str, order: int, number: str | None) -> Person | None:
    """Whose telephone `number` is by today's data, if it is theirs that `order` rang."""
    person = line.people.with_number(number) if number else None
    if person is None or order == CALLED_BACK:
        return person
    rung = line.deeds.rung(reference, order)
    return person if rung is not None and rung.id == person.id else None


def _not_theirs(line: DutyLine, reference: str, at: datetime) -> Said:
    """Nothing of the report is told: the telephone may be anybody's."""
    line.deeds.refused(reference, at, Refusal.NOT_THEIR_NUMBER)
    return Said((Line("duty.not_known"),), Then.LEAVE)


def _read(line: DutyLine, ticket: Ticket, person: Person, at: datetime) -> Said:
    yours = (Line("duty.already_yours"),) if ticket.holder == person.id else ()
    facts = reading(line.script, ticket, line.tickets.reports(ticket.reference), at)
    return Said((Line("duty.calling"), *yours, *facts, Line("duty.keys")), Then.ASK)


def _take(line: DutyLine, ticket: Ticket, person: Person, at: datetime) -> Said:
    done = line.deeds.do(ticket.reference, Deed.ACKNOWLEDGE, who=person.id, at=at)
    now = done.ticket or ticket
    if not done.done and (now.status in ENDED or now.holder != person.id):
        why = Refusal.OVER if now.status in ENDED else Refusal.HELD
        line.deeds.refused(ticket.reference, at, why, who=person.id)
        return Said((_not_free(line, now),))
    if not done.done:
        # It is theirs already: the key came twice, or they were rung because it got worse. The ladder must rest.
        line.deeds.happened(ticket.reference, Acknowledged(at, person.id))
    return Said((Line("duty.taken"), *contact(line.script, now), Line("duty.again")), Then.ASK_AGAIN)


def _pass_on(line: DutyLine, ticket: Ticket, person: Person, at: datetime) -> Said:
    if ticket.status in ENDED or (ticket.status not in UNHELD and ticket.holder != person.id):
        return Said((_not_free(line, ticket),))
    if ticket.holder == person.id:
        # Rung because it got worse, or ringing back: whoever has it and cannot go gives it back, or nobody would go.
        done = line.deeds.do(ticket.reference, Deed.RELEASE, who=person.id, at=at)
        if not done.done:
            return Said((_not_free(line, done.ticket or ticket),))
    else:
        line.deeds.happened(ticket.reference, PassedOn(at, person.id))
    return Said((Line("duty.passed_on"),))


def _after_taking(line: DutyLine, ticket: Ticket, person: Person, key: Key) -> Said:
    if ticket.status in ENDED or ticket.holder != person.id:
        return Said((_not_free(line, ticket),))
    if key.key != AGAIN:
        return Said((Line("duty.goodbye"),))
    return Said((*contact(line.script, ticket), Line("duty.again")), Then.ASK_AGAIN)


def _not_free(line: DutyLine, ticket: Ticket) -> Line:
    """Why the ticket cannot be taken: it is over, or somebody else has it, by name where the name is known."""
    if ticket.status in _OVER:
        return _OVER[ticket.status]
    holder = line.people.person(ticket.holder) if ticket.holder else None
    return Line("duty.held", (("name", holder.name),)) if holder else Line("duty.held_unnamed")
