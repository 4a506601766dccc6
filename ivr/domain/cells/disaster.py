"""Cells of the one question put to a caller whose event staff know of already: are there details to leave?"""

from __future__ import annotations

from dataclasses import replace

from ivr.domain import moves
from ivr.domain import report as reports
from ivr.domain.call import Call, Event, Pressed, Report, Spoke, Turn
from ivr.domain.cells import line
from ivr.domain.route import NO_KEY, YES_KEY, meaning_of
from ivr.domain.script import Script
from nlu.meaning import Act, Level, Meaning

_NOTHING_MORE = frozenset({Act.NO, Act.DECLINE, Act.UNKNOWN})


def spoken(script: Script, call: Call, event: Spoke) -> Turn:
    """No: the report is kept as it is. Yes, or the details themselves: on with the usual questions.

    What sounds urgent is never cut off by the "no" beside it.
    """
    meaning, report = meaning_of(event), call.report
    if report is None:
        return line.nothing(script, call, event)
    if meaning.act in _NOTHING_MORE and meaning.urgency.level is not Level.URGENT:
        return moves.finish(script, call)
    if meaning.act is not Act.YES:
        report = _with_words(script, report, meaning)
    report = reports.noted(script, report, meaning)
    return moves.next_question(script, replace(call, report=report, silences=0))


def _with_words(script: Script, report: Report, meaning: Meaning) -> Report:
    """The words are kept for staff; a class of another kind is what this caller really reports."""
    situation = " ".join(part for part in (report.situation, meaning.text) if part)
    report = replace(report, situation=situation or None)
    category, disaster = meaning.urgency.category, script.disaster
    if meaning.urgency.level is not Level.URGENT or category is None or disaster is None:
        return report
    if disaster.rule.family(category) is disaster.rule.family(report.category):
        return report
    return replace(report, category=category, why=meaning.urgency.why or report.why)


def keyed(script: Script, call: Call, event: Pressed) -> Turn:
    if event.keys[:1] == YES_KEY:
        return moves.next_question(script, replace(call, silences=0))
    if event.keys[:1] == NO_KEY:
        return moves.finish(script, call)
    return line.again(script, call, event)


def unanswered(script: Script, call: Call, event: Event) -> Turn:
    """Place and number are there: whoever says nothing is not kept on the line that others wait for."""
    return moves.finish(script, replace(call, silences=call.silences + 1))
