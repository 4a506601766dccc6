"""Cells for callers who cannot be heard: the ears fail, a message is recorded for staff."""

from __future__ import annotations

from dataclasses import replace

from ivr.domain import moves, route
from ivr.domain import report as reports
from ivr.domain.call import (
    Call,
    Ears,
    EarsFailed,
    Event,
    HangUp,
    LeftMessage,
    Line,
    Report,
    SoundLost,
    Spoke,
    State,
    Turn,
)
from ivr.domain.cells import line
from ivr.domain.route import meaning_of
from ivr.domain.script import Script


def ears_failed(script: Script, call: Call, event: EarsFailed) -> Turn:
    """Step down to keys; what could not be read goes to staff as sound when it may be urgent."""
    call = replace(call, ears=Ears.KEYS, rung=None)
    lead = Line("ladder.ears_failed")
    if call.state is State.CLARIFY:
        call = route.assumed_urgent(script, call)
    if call.state is State.CHOICE:
        return moves.offer(call, lead)
    report = call.report
    if report is None:
        return moves.open_question(script, call, lead)
    if event.recording and report.urgent:
        return moves.finish(script, _with_recording(call, report, event.recording))
    if report.urgent:
        return moves.take_message(call, lead)
    return moves.next_question(script, call, lead)


def sound_lost(script: Script, call: Call, event: SoundLost) -> Turn:
    """Live sound is given up: the same question once more, heard by a recording. Lower rungs stay as they are."""
    return line.again(script, replace(call, ears=Ears.RECORD if call.ears is Ears.STREAM else call.ears), event)


def left(script: Script, call: Call, event: LeftMessage) -> Turn:
    call, report = _reported(script, call)
    return moves.finish(script, _with_recording(call, report, event.recording))


def kept(script: Script, call: Call, event: LeftMessage) -> Turn:
    """A recording that arrives when nobody waits for it any more still reaches the ticket and the staff."""
    call, report = _reported(script, call)
    call = _with_recording(call, report, event.recording)
    turn = moves.notify_once(Turn(call, (HangUp(),) if call.state is State.ENDED else ()))
    return moves.before(turn, moves.store(script, call))


def spoken(script: Script, call: Call, event: Spoke) -> Turn:
    """The words of a message, where a recogniser could read it: they are the situation."""
    call, report = _reported(script, call)
    report = reports.noted(script, report, meaning_of(event))
    words = " ".join(part for part in (report.situation, event.text) if part)
    return moves.finish(script, replace(call, report=replace(report, situation=words or None)))


def missing(script: Script, call: Call, event: Event) -> Turn:
    """Nothing was recorded: once more, then the ticket goes with what is known."""
    call, _ = _reported(script, call)
    if call.silences == 0:
        return moves.take_message(replace(call, silences=1))
    return moves.finish(script, call)


def _reported(script: Script, call: Call) -> tuple[Call, Report]:
    call = route.assumed_urgent(script, call)
    if call.report is None:
        raise ValueError("an urgent call has a report")
    return call, call.report


def _with_recording(call: Call, report: Report, recording: str) -> Call:
    return replace(call, report=replace(report, recordings=(*report.recordings, recording)))
