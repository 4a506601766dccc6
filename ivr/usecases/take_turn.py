"""One turn of a call: understand what was heard, decide, and keep it all in one commit."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ivr.domain import languages
from ivr.domain import report as reports
from ivr.domain.call import Call, Event, Question, Spoke, Turn
from ivr.domain.cells import earlier
from ivr.domain.dialog import step
from ivr.domain.earlier import WITHIN, EarlierReport, shortlist
from ivr.domain.script import Script
from ivr.ports import Answers, EarlierReports, StoredTurn, Turns, Understanding
from ivr.usecases.in_disaster import DisasterDesk
from nlu.meaning import Category, Expecting, Level, Meaning

LONGEST_UTTERANCE = 2_000  # characters; no caller says more in one breath, a broken recogniser might

ANSWERABLE = frozenset({None, Question.OPEN, Question.MENU, Question.HELPED})
"""The questions to which a caller may reply with a question: only then are answers looked for."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a turn needs: the script, the understanding, the approved answers, and the calls.

    `disasters`: the switch and the events known, None where nobody can set one. `earlier`: the reports that a caller
    may want to change, None where none are kept.
    """

    script: Script
    understanding: Understanding
    answers: Answers
    turns: Turns
    disasters: DisasterDesk | None = None
    earlier: EarlierReports | None = None


def take_turn(desk: Desk, sid: str, key: str, event: Event) -> StoredTurn:
    """Take `event` of call `sid` once. `key` names the event within the call: a repeated webhook has the same key and
    gets what was decided the first time. Understanding runs before the transaction, so that none is held open by it.

    Raises StoreUnavailable; then nothing was decided and the event may be sent again.
    """
    if isinstance(event, Spoke):
        event = understood(desk, event, desk.turns.call(sid))

    script = desk.script.in_disaster(desk.disasters.at(event.at)) if desk.disasters else desk.script

    def decide(call: Call | None, serial: int) -> tuple[Event, Turn]:
        known = call if call is not None else Call(sid=sid, reference=f"{serial:04d}")
        return event, step(script, known, event)

    return desk.turns.take(sid, key, decide)


def _may_be_answered(script: Script, question: Question | None, meaning: Meaning) -> bool:
    """What nobody's FAQ answers: an emergency, a wish for a person or a language, a matter that goes to its desk.

    A caller who chooses between two answers may do so in words of the one he means.
    """
    if meaning.urgency.level is Level.URGENT or meaning.act is not None or meaning.wish is not None:
        return False
    if question is Question.CHOICE:
        return meaning.pick is None
    return question in ANSWERABLE and script.matters[meaning.intent].answer_first


def understood(desk: Desk, event: Spoke, call: Call | None) -> Spoke:
    """The same utterance with its meaning as a reply to the open question of `call`, and the nearest approved answers.

    The language of the call helps to understand; before one is settled, the recogniser's guess does.
    """
    text = event.text[:LONGEST_UTTERANCE]
    question = event.question or (call.question if call is not None else None)
    expecting = question.expecting if question else Expecting.ANYTHING
    meaning = desk.understanding.understand(text, expecting, languages.expected(call) or event.language)
    wanted = _may_be_answered(desk.script, question, meaning)
    answers = desk.answers.search(text, meaning.reading, meaning.language) if wanted else event.answers
    heard = replace(event, text=text, meaning=meaning, answers=answers)
    return replace(heard, earlier=_earlier(desk, call, heard, meaning))


def _earlier(desk: Desk, call: Call | None, event: Spoke, meaning: Meaning) -> tuple[EarlierReport, ...]:
    """The few earlier reports that a caller who changes one may mean. The turn's record keeps these and no others."""
    if desk.earlier is None or call is None or not _changes_one(call, meaning):
        return ()
    call = earlier.told(call, event)
    report = reports.opened(desk.script, call, category=Category.REPAIR_CANCEL_CHANGE, why=(), words=None)
    report = reports.noted(desk.script, call.report or report, meaning, number=True)
    recent = desk.earlier.reported_since(event.at - WITHIN)
    return shortlist(recent, earlier.sought(call, report), event.at)


def _changes_one(call: Call, meaning: Meaning) -> bool:
    """The caller said so now, or before: then the place or the number just said may show which report is meant."""
    if call.report is not None:
        return call.report.form == reports.CHANGE_FORM
    return Category.REPAIR_CANCEL_CHANGE in (meaning.urgency.category, call.suspected)
