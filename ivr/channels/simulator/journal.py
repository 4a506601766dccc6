"""What came of a call, read back from the store: the same facts whatever the mode, for the judge and for --json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ivr.channels.simulator.desk_ports import Books
from ivr.channels.simulator.duty import DutyFacts
from ivr.domain.call import (
    Action,
    Ask,
    Call,
    EarsFailed,
    Event,
    LeftMessage,
    Line,
    Pressed,
    RecordAnswer,
    Report,
    Say,
    Spoke,
    StoreTicket,
    TakeMessage,
    Transfer,
)
from ivr.domain.ticket import Ticket
from ivr.ports import StoredTurn

_MOST_CALLBACKS = 1000


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """A stored report, flat. `action` is what is to become of the report `earlier` (R16)."""

    reference: str
    category: str | None
    town: str | None
    chome: int | None
    banchi: str | None
    landmark: str | None
    out_of_city: str | None
    phone: str | None
    phone_source: str | None
    anonymous: bool
    name: str | None
    organization: str | None
    situation: str | None
    partial: bool
    place_said: str | None
    action: str | None = None
    earlier: str | None = None


@dataclass(frozen=True, slots=True)
class Journal:
    """`turns` counts the questions put. `heard` is what the desk took down, not what the caller said.

    `dialogue` is both in order: (who, words), who being "desk" or "caller". `duty`: what became of the report with
    staff on duty, None when nobody was to be rung or nobody plays them.
    """

    said: tuple[str, ...]
    heard: tuple[str, ...]
    turns: int
    outcome: str | None
    category: str | None
    transfer_to: str | None
    redirect: str | None
    faq_topics: tuple[str, ...]
    reply_lang: str | None
    ticket: TicketFacts | None
    handover: Mapping[str, str]
    callback: str | None
    dialogue: tuple[tuple[str, str], ...] = ()
    duty: DutyFacts | None = None


NOTHING = Journal((), (), 0, None, None, None, None, (), None, None, {}, None)
"""The journal of a call that left no trace."""


def read_journal(sid: str, books: Books, said: tuple[str, ...] | None = None) -> Journal:
    """The journal of call `sid`. `said` is what was played, where a carrier played it; else every approved line."""
    history = books.turns.history(sid)
    call = books.turns.call(sid)
    actions = [action for _, stored in history for action in stored.actions]
    outcome = call.outcome if call else None
    category = outcome.category if outcome else None
    if category is None and call and call.report:
        category = call.report.category
    return Journal(
        said=tuple(words for who, words in _dialogue(history, books) if who == "desk") if said is None else said,
        heard=tuple(_heard(event) for event, _ in history if isinstance(event, Spoke | Pressed)),
        turns=sum(isinstance(action, Ask) for action in actions),
        outcome=outcome.kind.value if outcome else None,
        category=category.value if category else None,
        transfer_to=(outcome.transfer_to if outcome else None) or _desk_of_transfer(actions),
        redirect=outcome.redirect.value if outcome and outcome.redirect else None,
        faq_topics=tuple(action.topic for action in actions if isinstance(action, RecordAnswer)),
        reply_lang=call.language if call else None,
        ticket=_ticket(actions, books),
        handover=_handover(call) if call and _somebody_receives(actions) else {},
        callback=_callback(sid, books),
        dialogue=_dialogue(history, books),
    )


def took_down(books: Books, sid: str, seq: int) -> bool:
    """Whether the desk took down anything the caller said or keyed after turn `seq`."""
    taken = Spoke | Pressed | LeftMessage | EarsFailed
    return any(stored.seq > seq and isinstance(event, taken) for event, stored in books.turns.history(sid))


def lines_of(actions: tuple[Action, ...]) -> tuple[Line, ...]:
    """Every line these actions speak, in order."""
    return tuple(
        line for action in actions if isinstance(action, Say | Ask | TakeMessage | Transfer) for line in action.lines
    )


def _dialogue(history: Sequence[tuple[Event, StoredTurn]], books: Books) -> tuple[tuple[str, str], ...]:
    lines: list[tuple[str, str]] = []
    for event, stored in history:
        if isinstance(event, Spoke | Pressed):
            lines.append(("caller", _heard(event)))
        lines += (("desk", books.speak(line, stored.call.language)) for line in lines_of(stored.actions))
    return tuple(lines)


def _heard(event: Spoke | Pressed) -> str:
    return event.text if isinstance(event, Spoke) else event.keys


def _desk_of_transfer(actions: list[Action]) -> str | None:
    return next((action.desk for action in reversed(actions) if isinstance(action, Transfer)), None)


def _somebody_receives(actions: list[Action]) -> bool:
    """Whether anything of the call reaches a person: by hand-over or as a report."""
    return any(isinstance(action, Transfer | StoreTicket) for action in actions)


def _callback(sid: str, books: Books) -> str | None:
    promised = books.tickets.callbacks(_MOST_CALLBACKS)
    return next((entry.phone for entry in promised if entry.call_sid == sid), None)


def _ticket(actions: list[Action], books: Books) -> TicketFacts | None:
    reference = next((action.reference for action in reversed(actions) if isinstance(action, StoreTicket)), None)
    ticket = books.tickets.ticket(reference) if reference else None
    return _facts(ticket) if ticket else None


def _facts(ticket: Ticket) -> TicketFacts:
    report, place = ticket.report, ticket.report.place
    return TicketFacts(
        reference=ticket.reference,
        category=report.category.value if report.category else None,
        town=place.town if place else None,
        chome=place.chome if place else None,
        banchi=place.banchi if place else None,
        landmark=place.landmark if place else None,
        out_of_city=place.out_of_city if place else None,
        phone=report.phone,
        phone_source=report.phone_source.value if report.phone_source else None,
        anonymous=report.anonymous,
        name=report.name,
        organization=report.organization,
        situation=report.situation,
        partial=ticket.partial,
        place_said=place.said if place else None,
        action=report.action.value if report.action else None,
        earlier=report.earlier,
    )


def _handover(call: Call) -> dict[str, str]:
    """What the person who takes the call is shown of it; items nobody knows are left out."""
    report = call.report or Report(form="", urgent=False)
    items = {
        "category": report.category.value if report.category else None,
        "matter": call.intent.value if call.intent else None,
        "place": _place(report),
        "situation": report.situation or call.words,
        "phone": report.phone or call.caller_id,
        "name": report.name,
        "organization": report.organization,
    }
    return {name: text for name, text in items.items() if text}


def _place(report: Report) -> str | None:
    place = report.place
    return (place.said or place.town or place.landmark) if place else None
