"""Cells of the choice between two answers that lie close."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ivr.domain import choices, moves, route
from ivr.domain.call import NO_ANSWERS, Call, Line, Pressed, Spoke, StayedSilent, Turn
from ivr.domain.route import meaning_of
from ivr.domain.script import Script
from nlu.meaning import Act, Intent, Level, Pick

_KEYS = {"1": Pick.FIRST, "2": Pick.SECOND}
_NEITHER = frozenset({Act.NO, Act.DECLINE, Act.UNKNOWN})
_NO_OTHER_MATTER = frozenset({Intent.UNCLEAR, Intent.QUESTION})


def spoken(script: Script, call: Call, event: Spoke) -> Turn:
    """First, second, or words of one of the two; neither; or another matter altogether."""
    meaning = meaning_of(event)
    topic = choices.meant(call.choices, meaning.pick, event.answers)
    if topic is not None:
        return _chosen(script, call, topic, event.at)
    if meaning.pick is Pick.NEITHER or meaning.act in _NEITHER:
        return _neither(script, call, event.at)
    other = event.answers.answer is not None or meaning.intent not in (*_NO_OTHER_MATTER, call.intent)
    if meaning.urgency.level is Level.UNSURE or (other and meaning.act is None and not event.answers.choices):
        return route.by_matter(script, call, event)
    return _missed(script, call, event.at)


def keyed(script: Script, call: Call, event: Pressed) -> Turn:
    pick = _KEYS.get(event.keys[:1])
    topic = choices.meant(call.choices, pick, NO_ANSWERS) if pick is not None else None
    return _chosen(script, call, topic, event.at) if topic is not None else _missed(script, call, event.at)


def unanswered(script: Script, call: Call, event: StayedSilent) -> Turn:
    """Once more, then as if neither were meant: a person by day, the hours by night."""
    call = replace(call, silences=call.silences + 1)
    if call.silences < script.policy.misses_before_menu:
        return moves.offer(call, Line("question.silence"))
    return _neither(script, call, event.at)


def _missed(script: Script, call: Call, at: datetime) -> Turn:
    call = replace(call, misses=call.misses + 1)
    if call.misses < script.policy.misses_before_menu and choices.can_be_offered(script, call):
        return moves.offer(call, Line("question.again"))
    return _neither(script, call, at)


def _chosen(script: Script, call: Call, topic: str, at: datetime) -> Turn:
    """The question stays the one he asked; what he said since only tells which answer is his."""
    return route.calm(script, replace(call, topic=topic, choices=()), at)


def _neither(script: Script, call: Call, at: datetime) -> Turn:
    return route.calm(script, replace(call, topic=None, choices=()), at)
