"""Cells of the one question about an earlier report: is it the one that was found? And how it is found and taken over.

Laws of this file:
- Of a report nothing is spoken unless it was made from the caller's telephone, or the caller named its place or number
  (`matches` finds no other), and then only its time, town and matter.
- It is offered once. No, or no answer: the ordinary form goes on.
- A number alone, from another telephone, calls nobody off: then the question is put all the same.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ivr.domain import moves, spoken
from ivr.domain import report as reports
from ivr.domain.call import (
    Ask,
    Call,
    Event,
    Line,
    PhoneSource,
    Pressed,
    Question,
    Report,
    Spoke,
    State,
    StayedSilent,
    StoreTicket,
    TouchEarlier,
    Turn,
)
from ivr.domain.cells import line
from ivr.domain.earlier import EarlierReport, Match, Sought, Tie, matches, merged, tie
from ivr.domain.route import YES_KEY, meaning_of
from ivr.domain.script import Script
from nlu.meaning import Act, Change, Earlier, Place

OFFERED = "earlier"
"""Stands among what a report has given up, once a report was offered."""
_FORM = frozenset({State.FORM, State.READ_BACK})

# --- it is looked for ------------------------------------------------------------------------------


def told(call: Call, event: Event) -> Call:
    """The call with what was said so far of an earlier report."""
    if not isinstance(event, Spoke) or event.meaning is None or event.meaning.earlier is None:
        return call
    return replace(call, told=merged(call.told, event.meaning.earlier))


def sought(call: Call, report: Report | None) -> Sought:
    """What is known of the report that the caller means."""
    phones = (call.caller_id, report.phone if report else None)
    return Sought(
        reference=call.reference,
        phones=frozenset(phone for phone in phones if phone),
        place=report.place if report and report.place else call.place,
        told=replace(call.told or Earlier(), change=(report.action if report else None) or _change(call)),
    )


def _change(call: Call) -> Change | None:
    return call.told.change if call.told else None


def offered(script: Script, turn: Turn, event: Event) -> Turn:
    """Before a caller who changes an earlier report is asked for anything, the report that was found is offered."""
    call, report = turn.call, turn.call.report
    if not isinstance(event, Spoke) or report is None or report.form != reports.CHANGE_FORM or report.earlier:
        return turn
    if call.state not in _FORM or not isinstance(call.asked, Ask):
        return turn
    found = matches(event.earlier, sought(call, report), event.at)
    if not found:
        return turn
    if found[0].by_number and (found[0].proven or report.action is not Change.CANCEL):
        unasked = replace(call, questions=call.questions - 1)
        return taken_over(script, unasked, report, found[0].report, *call.asked.lines[:-1])
    if OFFERED in report.given_up:
        return turn
    return _instead(script, turn, call.asked, report, found[0], event.at)


def _instead(script: Script, turn: Turn, asked: Ask, report: Report, best: Match, at: datetime) -> Turn:
    """The same turn with the question whether `best` is meant in the place of the one that was to be put."""
    unasked = "place_detail" if asked.question is Question.PLACE_DETAIL else None
    given_up = [name for name in report.given_up if name != unasked]
    question = Ask(Question.CONFIRM_EARLIER, (*asked.lines[:-1], question_line(script, turn.call, best.report, at)))
    call = replace(
        turn.call,
        state=State.EARLIER,
        asked=question,
        offered=best.report,
        report=replace(report, given_up=(*given_up, OFFERED)),
    )
    return Turn(call, tuple(question if isinstance(action, Ask) else action for action in turn.actions))


def question_line(script: Script, call: Call, earlier: EarlierReport, at: datetime) -> Line:
    """Time, town and matter: enough to know one's own report by, and nothing else of it."""
    slots = (
        ("time", spoken.about(script, call.language, earlier.opened_at, at)),
        ("matter", spoken.matter(script, call.language, earlier.category)),
    )
    town = spoken.town(script, call.language, earlier.place)
    if not town:
        return Line("earlier.confirm_without_place", slots)
    return Line("earlier.confirm", (*slots, ("place", town)))


# --- the reply -------------------------------------------------------------------------------------


def spoken_reply(script: Script, call: Call, event: Spoke) -> Turn:
    meaning, report = meaning_of(event), call.report
    if report is None or call.offered is None:
        return line.nothing(script, call, event)
    heard = reports.noted(script, report, meaning)
    named = meaning.act is None and tie(meaning.slots.place, call.offered.place) in (Tie.TOWN, Tie.WHOLE)
    if meaning.act in (Act.YES, Act.THIS_NUMBER) or named:
        return taken_over(script, call, heard, call.offered)
    return _ordinary(script, call, heard)


def keyed(script: Script, call: Call, event: Pressed) -> Turn:
    if call.report is None or call.offered is None:
        return line.nothing(script, call, event)
    if event.keys[:1] == YES_KEY:
        return taken_over(script, call, call.report, call.offered)
    return _ordinary(script, call, call.report)


def unanswered(script: Script, call: Call, event: StayedSilent) -> Turn:
    if call.report is None:
        return line.nothing(script, call, event)
    return _ordinary(script, replace(call, silences=call.silences + 1), call.report)


def _ordinary(script: Script, call: Call, report: Report) -> Turn:
    return moves.next_question(script, replace(call, report=report, offered=None))


# --- it is taken over ------------------------------------------------------------------------------


def taken_over(script: Script, call: Call, report: Report, earlier: EarlierReport, *lead: Line) -> Turn:
    """The report is about `earlier`: what is known of that one is not asked again, and its ticket learns of it."""
    report = _linked(report, earlier)
    turn = moves.next_question(script, replace(call, report=report, offered=None, silences=0), *lead)
    touch = TouchEarlier(earlier.reference, (report.action or Change.OTHER).value, call.reference)
    kinds = [type(action) for action in turn.actions]
    if StoreTicket not in kinds:
        return moves.before(turn, moves.store(script, turn.call), touch)
    at = kinds.index(StoreTicket) + 1
    return Turn(turn.call, (*turn.actions[:at], touch, *turn.actions[at:]))


def _linked(report: Report, earlier: EarlierReport) -> Report:
    phone = report.phone or earlier.phone
    source = report.phone_source if report.phone else PhoneSource.EARLIER
    report = replace(
        report,
        earlier=earlier.reference,
        action=report.action or Change.OTHER,
        phone=phone,
        phone_source=source if phone else None,
        anonymous=phone is None,
        given_up=tuple(dict.fromkeys((*report.given_up, OFFERED, "phone"))),
        tries=0,
    )
    if report.action is Change.PLACE:
        return _put_right(report, earlier.place)
    return replace(
        report,
        place=earlier.place or report.place,
        place_confirmed=True,
        confirmed=True,
        given_up=tuple(dict.fromkeys((*report.given_up, "place", "place_detail"))),
    )


def _put_right(report: Report, before: Place | None) -> Report:
    """The place that was said, completed by the one told before; what is no other place is still to be asked for."""
    said = report.place
    if said is None or not reports.tells_something(said) or _same(said, before):
        return replace(report, place=None, place_confirmed=False)
    if said.town is None and before is not None:
        return reports.with_place(replace(report, place=before), said)
    return report


def _same(said: Place, before: Place | None) -> bool:
    """Only the town of before, or less: what is wrong is not said yet."""
    block = said.chome is not None and before is not None and said.chome != before.chome
    return not (said.banchi or said.landmark or block) and (said.town is None or tie(said, before) is Tie.TOWN)
