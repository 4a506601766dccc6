"""Cells of handing over: a person answers, nobody does, the talk ends."""

from __future__ import annotations

from dataclasses import replace

from ivr.domain import moves
from ivr.domain.call import Call, Event, HangUp, Line, NobodyAnswered, Question, State, Turn
from ivr.domain.hours import Duty
from ivr.domain.outcome import Outcome, OutcomeKind
from ivr.domain.script import Script


def answered(script: Script, call: Call, event: Event) -> Turn:
    """Only a person who accepted counts as a transfer."""
    category = call.report.category if call.report else None
    outcome = Outcome(OutcomeKind.TRANSFER, category, call.desk)
    return Turn(replace(call, state=State.TALKING, outcome=outcome))


def ended(script: Script, call: Call, event: Event) -> Turn:
    """The talk is over. Its beginning may not have been reported (yet): a bridge that ended was a talk."""
    turn = answered(script, call, event) if call.state is State.WAITING else Turn(call)
    return Turn(replace(turn.call, state=State.ENDED, asked=None), (HangUp(),))


def nobody(script: Script, call: Call, event: NobodyAnswered) -> Turn:
    """R05: the lines are busy; an emergency is taken down, everything else gets a call back or the hours."""
    if call.report is not None and call.report.urgent:
        return moves.next_question(script, call, Line("transfer.busy_urgent"))
    if call.duty is Duty.CENTRE:
        return moves.callback_form(script, call, Line("transfer.busy"))
    busy = replace(call, outcome=Outcome(OutcomeKind.BUSY_ANNOUNCEMENT))
    hours = moves.hours_line(script, call, event.at)
    return moves.ask(busy, Question.OPEN, Line("transfer.busy"), hours, Line("told.urgent_exit"))
