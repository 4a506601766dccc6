"""Cells of the open question, of the question whether it is urgent, and of the answers given."""

from __future__ import annotations

from dataclasses import replace

from ivr.domain import languages, moves, route
from ivr.domain.call import Call, Event, Line, Pressed, Spoke, StayedSilent, Turn
from ivr.domain.cells import line
from ivr.domain.outcome import OutcomeKind
from ivr.domain.route import NO_KEY, YES_KEY, meaning_of
from ivr.domain.script import Script
from nlu.meaning import Act

# --- the open question ---------------------------------------------------------------------------


def spoken(script: Script, call: Call, event: Spoke) -> Turn:
    meaning = meaning_of(event)
    if call.outcome is not None and (meaning.act in (Act.YES, Act.NO) or not meaning.text):
        return moves.goodbye(call)
    return route.by_matter(script, call, event)


def keyed(script: Script, call: Call, event: Pressed) -> Turn:
    target = script.menu.get(event.keys[:1])
    if target is None or target in script.lines:  # a language is chosen by its key alone (dialog.py)
        return route.not_understood(script, call, event.at, Line("question.menu"))
    return route.by_key(script, call, event.at, target)


def unanswered(script: Script, call: Call, event: StayedSilent) -> Turn:
    """Silence: ask again, then keys, then a person by day and the hours by night. No ticket for a pocket call."""
    if call.outcome is not None:
        return moves.goodbye(call)
    call = replace(call, silences=call.silences + 1)
    if call.silences < script.policy.misses_before_menu:
        return moves.open_question(script, call, Line("question.silence"), offers=languages.offers(script, call))
    if call.silences < script.policy.misses_before_person:
        return moves.menu(script, call)
    if moves.person_by_day(call):
        return moves.to_person(script, call)
    return moves.end(call, OutcomeKind.TOLD_HOURS, moves.hours_line(script, call, event.at), Line("told.goodbye"))


# --- is it urgent? -------------------------------------------------------------------------------


def urgency_spoken(script: Script, call: Call, event: Spoke) -> Turn:
    meaning = meaning_of(event)
    if meaning.act is Act.NO:
        return route.calm(script, replace(call, unsure=False), event.at)
    return route.urgent_after_all(script, call, meaning)


def urgency_keyed(script: Script, call: Call, event: Pressed) -> Turn:
    if event.keys[:1] == NO_KEY:
        return route.calm(script, replace(call, unsure=False), event.at)
    return route.urgent_after_all(script, call, None)


def urgency_unanswered(script: Script, call: Call, event: StayedSilent) -> Turn:
    """Still unclear means urgent."""
    return route.urgent_after_all(script, call, None)


# --- after an answer -----------------------------------------------------------------------------


def helped_spoken(script: Script, call: Call, event: Spoke) -> Turn:
    meaning = meaning_of(event)
    if meaning.act is Act.YES:
        return moves.goodbye(call)
    if meaning.act is Act.NO:
        return route.to_desk_or_hours(script, call, event.at)
    return route.by_matter(script, call, event)


def helped_keyed(script: Script, call: Call, event: Pressed) -> Turn:
    if event.keys[:1] == YES_KEY:
        return moves.goodbye(call)
    if event.keys[:1] == NO_KEY:
        return route.to_desk_or_hours(script, call, event.at)
    return line.again(script, call, event)


def helped_unanswered(script: Script, call: Call, event: Event) -> Turn:
    return moves.goodbye(call)
