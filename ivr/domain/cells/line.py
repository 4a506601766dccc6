"""Cells for the line itself: the call arrives, is lost, is repeated, is ended by either side."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ivr.domain import languages, moves, route, spoken, surge
from ivr.domain.call import (
    Arrived,
    Ask,
    Call,
    Dialled,
    Event,
    HangUp,
    HungUp,
    Line,
    Question,
    Spoke,
    State,
    TakeMessage,
    Turn,
)
from ivr.domain.hours import Duty
from ivr.domain.outcome import Outcome, OutcomeKind
from ivr.domain.script import Script


def greet(script: Script, call: Call, event: Arrived) -> Turn:
    call = replace(
        call,
        dialled=event.dialled,
        caller_id=event.caller_id,
        reference=event.reference or call.reference,
        ears=event.ears,
    )
    call = replace(call, hears=event.hears)
    offers = languages.offers(script, call, event.offers)
    return moves.open_question(script, call, *greetings(script, call, event.at), offers=offers)


def greetings(script: Script, call: Call, at: datetime) -> tuple[Line, ...]:
    """Who is speaking; while a disaster is on, that as well."""
    return (greeting(script, call, at), *surge.greeting(script, call.language))


def greeting(script: Script, call: Call, at: datetime) -> Line:
    """First who is speaking; then what the hour demands."""
    if call.dialled is Dialled.NIGHT_LINE:
        if call.duty is Duty.CENTRE:
            number = spoken.digits(script, call.language, script.centre_number)
            return Line("greeting.night_line_by_day", (("number", number),))
        return Line("greeting.night_line_holiday" if call.duty is Duty.HOLIDAY else "greeting.night_line")
    if call.duty is Duty.CENTRE:
        return Line("greeting.day")
    opening = spoken.opening(script, call.language, at)
    return Line("greeting.holiday" if call.duty is Duty.HOLIDAY else "greeting.after_hours", (("opening", opening),))


def told_where_to_call(call: Call) -> bool:
    """Whether the greeting itself named the number to ring or the time to ring at: no abandoned call then."""
    return (call.dialled is Dialled.NIGHT_LINE) == (call.duty is Duty.CENTRE)


def lost_call(script: Script, call: Call, event: Event) -> Turn:
    """Something of a call that was never greeted: begin again rather than leave the caller in silence."""
    return moves.open_question(script, call, Line("ladder.lost_call"), offers=languages.offers(script, call))


def nothing(script: Script, call: Call, event: Event) -> Turn:
    """The event changes nothing. A caller whose call has ended hears the line close, never silence."""
    return Turn(call, (HangUp(),) if call.state is State.ENDED and not isinstance(event, HungUp) else ())


def again(script: Script, call: Call, event: Event) -> Turn:
    """Put the last question once more, word for word."""
    if isinstance(call.asked, Ask):
        return moves.ask(call, call.asked.question, *call.asked.lines)
    if isinstance(call.asked, TakeMessage):
        return moves.take_message(call)
    return nothing(script, call, event)


def in_its_language(script: Script, call: Call, event: Event) -> Turn:
    """The open question once more, in the language in which the call is held from now on: who is speaking first."""
    match call.state:
        case State.CLARIFY:
            return route.clarify(call)
        case State.FORM if call.question is Question.PLACE_DETAIL:
            return moves.ask_detail(script, call)
        case State.FORM if call.question is Question.DETAIL and isinstance(call.asked, Ask):
            return moves.ask(call, Question.DETAIL, call.asked.lines[-1])
        case State.FORM | State.READ_BACK | State.EARLIER:
            return moves.next_question(script, call)
        case State.KNOWN if call.report is not None:
            return moves.next_question(script, replace(call, report=surge.to_be_asked(call.report)))
        case State.CHOICE:
            return route.calm(script, call, event.at)
        case State.ANSWERED if call.topic is not None and f"faq.{call.topic}" in script.lines[call.language]:
            return moves.ask(call, Question.HELPED, Line(f"faq.{call.topic}"), Line("question.helped"))
        case State.ANSWERED:
            return route.to_desk_or_hours(script, call, event.at)
    if call.outcome is not None and call.duty is not Duty.CENTRE:
        return moves.told_hours(script, call, event.at)
    return moves.open_question(script, call, *greetings(script, call, event.at))


def stop(script: Script, call: Call, event: Spoke) -> Turn:
    """The caller wants to end it. What may be urgent is kept and passed on all the same."""
    if call.state is State.READ_BACK or (call.report is not None and call.report.urgent):
        return moves.finish(script, call)
    if call.unsure:
        return moves.finish(script, route.assumed_urgent(script, call))
    return moves.goodbye(call)


def caller_left(script: Script, call: Call, event: HungUp) -> Turn:
    """A half-told emergency is a ticket all the same; so is one that was never cleared up."""
    if call.state is State.TALKING:
        return Turn(replace(call, state=State.ENDED, asked=None))
    if call.report is None and (call.unsure or call.state is State.CLARIFY):
        call = route.assumed_urgent(script, call)
    if call.report is not None and call.report.urgent:
        ended = replace(call, state=State.ENDED, asked=None, outcome=moves.ticket_outcome(call))
        return moves.before(moves.notify_once(Turn(ended)), moves.store(script, call))
    kind = OutcomeKind.CLOSED if told_where_to_call(call) else OutcomeKind.ABANDONED
    outcome = call.outcome or Outcome(kind)
    return Turn(replace(call, state=State.ENDED, asked=None, outcome=outcome))
