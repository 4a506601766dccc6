"""The conversation as one table of states x events. `step` is pure: no clock, no I/O, no framework.

Laws of this file:
1. Every pair of state and event has a cell; a test runs them all.
2. What may be said in every state (an emergency, another language, "operator", "again", "stop") is tried before the
   table. In which language the call is held is settled before that, so that every line follows it.
3. An urgent matter is stored (StoreTicket comes first in the turn) before anything is said about it.
4. No question is put more often than the policy allows: every loop ends at a person, a stored report or a spoken time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ivr.domain import details, languages, moves, route
from ivr.domain.call import (
    Arrived,
    Call,
    Connected,
    EarsFailed,
    Event,
    HungUp,
    LeftMessage,
    Line,
    NobodyAnswered,
    PersonAnswered,
    Pressed,
    Question,
    SoundLost,
    Spoke,
    State,
    StayedSilent,
    TalkEnded,
    Turn,
)
from ivr.domain.cells import choice, disaster, earlier, form, line, matter, message, person
from ivr.domain.hours import Duty, duty_at
from ivr.domain.script import Script
from nlu.meaning import Act, Intent, Level

Cell = Callable[[Script, Call, Any], Turn]

EVENTS: tuple[type[Event], ...] = (
    Arrived,
    Spoke,
    Pressed,
    StayedSilent,
    LeftMessage,
    EarsFailed,
    Connected,
    SoundLost,
    PersonAnswered,
    NobodyAnswered,
    TalkEnded,
    HungUp,
)

# A webhook may come late, twice or out of order: these cells say what such an event means while a question is open.
_ASKING: Mapping[type[Event], Cell] = {
    Arrived: line.again,
    LeftMessage: message.left,
    EarsFailed: message.ears_failed,
    Connected: line.nothing,
    SoundLost: message.sound_lost,
    PersonAnswered: line.nothing,
    NobodyAnswered: line.again,
    TalkEnded: line.again,
    HungUp: line.caller_left,
}

TABLE: Mapping[State, Mapping[type[Event], Cell]] = {
    State.RINGING: {
        Arrived: line.greet,
        Spoke: line.lost_call,
        Pressed: line.lost_call,
        StayedSilent: line.lost_call,
        LeftMessage: message.left,
        EarsFailed: line.lost_call,
        Connected: line.lost_call,
        SoundLost: line.lost_call,
        PersonAnswered: line.nothing,
        NobodyAnswered: line.lost_call,
        TalkEnded: line.lost_call,
        HungUp: line.caller_left,
    },
    State.OPEN: {
        **_ASKING,
        Spoke: matter.spoken,
        Pressed: matter.keyed,
        StayedSilent: matter.unanswered,
    },
    State.MENU: {
        **_ASKING,
        Spoke: matter.spoken,
        Pressed: matter.keyed,
        StayedSilent: matter.unanswered,
    },
    State.CLARIFY: {
        **_ASKING,
        Spoke: matter.urgency_spoken,
        Pressed: matter.urgency_keyed,
        StayedSilent: matter.urgency_unanswered,
    },
    State.KNOWN: {
        **_ASKING,
        Spoke: disaster.spoken,
        Pressed: disaster.keyed,
        StayedSilent: disaster.unanswered,
    },
    State.EARLIER: {
        **_ASKING,
        Spoke: earlier.spoken_reply,
        Pressed: earlier.keyed,
        StayedSilent: earlier.unanswered,
    },
    State.FORM: {
        **_ASKING,
        Spoke: form.spoken,
        Pressed: form.keyed,
        StayedSilent: form.unanswered,
    },
    State.READ_BACK: {
        **_ASKING,
        Spoke: form.read_back_spoken,
        Pressed: form.read_back_keyed,
        StayedSilent: form.read_back_unanswered,
    },
    State.CHOICE: {
        **_ASKING,
        Spoke: choice.spoken,
        Pressed: choice.keyed,
        StayedSilent: choice.unanswered,
    },
    State.ANSWERED: {
        **_ASKING,
        Spoke: matter.helped_spoken,
        Pressed: matter.helped_keyed,
        StayedSilent: matter.helped_unanswered,
    },
    State.MESSAGE: {
        **_ASKING,
        Spoke: message.spoken,
        Pressed: message.missing,
        StayedSilent: message.missing,
    },
    State.WAITING: {
        Arrived: line.nothing,
        Spoke: line.nothing,
        Pressed: line.nothing,
        StayedSilent: line.nothing,
        LeftMessage: message.kept,
        EarsFailed: line.nothing,
        Connected: line.nothing,
        SoundLost: line.nothing,
        PersonAnswered: person.answered,
        NobodyAnswered: person.nobody,
        TalkEnded: person.ended,
        HungUp: line.caller_left,
    },
    State.TALKING: {
        Arrived: line.nothing,
        Spoke: line.nothing,
        Pressed: line.nothing,
        StayedSilent: line.nothing,
        LeftMessage: message.kept,
        EarsFailed: line.nothing,
        Connected: line.nothing,
        SoundLost: line.nothing,
        PersonAnswered: line.nothing,
        NobodyAnswered: person.nobody,
        TalkEnded: person.ended,
        HungUp: line.caller_left,
    },
    State.ENDED: {
        Arrived: line.nothing,
        Spoke: form.last_words,
        Pressed: line.nothing,
        StayedSilent: line.nothing,
        LeftMessage: message.kept,
        EarsFailed: line.nothing,
        Connected: line.nothing,
        SoundLost: line.nothing,
        PersonAnswered: line.nothing,
        NobodyAnswered: line.nothing,
        TalkEnded: line.nothing,
        HungUp: line.nothing,
    },
}

LISTENING = frozenset(
    {
        State.OPEN,
        State.MENU,
        State.CLARIFY,
        State.KNOWN,
        State.EARLIER,
        State.FORM,
        State.READ_BACK,
        State.CHOICE,
        State.ANSWERED,
    }
)
"""The states in which the caller's words are an answer to us."""


def step(script: Script, call: Call, event: Event) -> Turn:
    """What the desk does when `event` happens to `call`: the call afterwards, and the actions in order."""
    before, call = call, languages.after(script, _on_duty(script, earlier.told(call, event), event), event)
    turn = _pattern(script, before, call, event) or TABLE[call.state][type(event)](script, call, event)
    return _announced(before, _with_exit(script, earlier.offered(script, turn, event), event))


def _on_duty(script: Script, call: Call, event: Event) -> Call:
    """The desk switches at the boundary, also in the middle of a call (R01); where nothing is said, it can wait."""
    if isinstance(event, Connected):
        return call
    duty = duty_at(script.calendar, event.at)
    if isinstance(event, Spoke) and event.meaning is not None:
        slots = event.meaning.slots
        place = slots.place if slots.place is not None and slots.place.town else call.place
        return replace(call, duty=duty, place=place, details=details.merged(call.details, slots.details))
    return replace(call, duty=duty)


def _announced(before: Call, turn: Turn) -> Turn:
    """A caller whose desk changed between two turns is told so first; an emergency has no time for it."""
    was_open, is_open = before.duty is Duty.CENTRE, turn.call.duty is Duty.CENTRE
    urgent = turn.call.report is not None and turn.call.report.urgent
    if before.state not in LISTENING or was_open == is_open or urgent:
        return turn
    return moves.led_by(turn, Line("transfer.duty_begins" if is_open else "transfer.duty_over"))


def _pattern(script: Script, before: Call, call: Call, event: Event) -> Turn | None:
    """What is understood in every state, before the table is asked. `before`: the call in the language it had."""
    match event:
        case Spoke(meaning=meaning) if meaning is not None and call.state is not State.TALKING:
            if meaning.urgency.redirect is not None:
                return route.redirect(script, call, meaning)
            already = call.report is not None and call.report.urgent
            if meaning.urgency.level is Level.URGENT and not already:
                return route.urgent(script, call, meaning)
            if call.state not in LISTENING:
                return None
            if languages.only_wishes(event) or (meaning.act is Act.REPEAT and call.language != before.language):
                return line.in_its_language(script, call, event)
            if meaning.act is Act.OPERATOR and meaning.intent is Intent.COMPLAINT and call.duty is Duty.CENTRE:
                return route.by_matter(script, call, event)  # the person wanted is the supervisor
            if meaning.act is Act.OPERATOR:
                return moves.to_person(script, call, route.desk_for(script, call))
            if meaning.act is Act.REPEAT:
                return line.again(script, call, event)
            if meaning.act is Act.STOP and not _refuses_call_back(call):
                return line.stop(script, call, event)
        case Pressed(keys=keys) if call.state in LISTENING and call.question is not Question.PHONE:
            if language := languages.chosen_by(script, event):
                return line.in_its_language(script, languages.choose(call, language), event)
            if keys == "0":
                return moves.to_person(script, call, route.desk_for(script, call))
            if keys == "9":
                return line.again(script, call, event)
        case _:
            pass
    return None


def _refuses_call_back(call: Call) -> bool:
    """Who says "I will ring again" when asked for a number has not said goodbye: the number to ring is still told."""
    return call.question is Question.PHONE and call.report is not None and not call.report.urgent


def _with_exit(script: Script, turn: Turn, event: Event) -> Turn:
    """The exit of every loop: after so many questions, a person by day, a kept report or a spoken time by night."""
    call = turn.call
    if call.questions <= script.policy.max_questions or call.asked is None:
        return turn
    if call.report is not None and call.report.urgent:
        return moves.finish(script, call)
    if moves.person_by_day(call):
        return moves.to_person(script, call)
    return moves.end(call, None, moves.hours_line(script, call, event.at), Line("told.goodbye"))
