"""Cells of a report being taken: its fields, one after another, and the read-back."""

from __future__ import annotations

from dataclasses import replace

from ivr.domain import details, moves, route
from ivr.domain import report as reports
from ivr.domain.call import Call, Event, HangUp, Line, PhoneSource, Pressed, Question, Report, Spoke, StayedSilent, Turn
from ivr.domain.cells import line
from ivr.domain.route import NO_KEY, YES_KEY, meaning_of
from ivr.domain.script import Field, Script
from nlu.meaning import Act, Meaning, Phone

MOST_REFUSALS = 3
MOST_SILENCES = 3
PHONE_LENGTHS = (10, 11)  # digits of a Japanese number, leading zero included
FEWEST_DIGITS = 3  # fewer are no part of a number

# --- the fields ----------------------------------------------------------------------------------


def spoken(script: Script, call: Call, event: Spoke) -> Turn:
    meaning, report, question = meaning_of(event), call.report, call.question
    if report is None or question is None:
        return line.nothing(script, call, event)
    place = meaning.slots.place
    if place is not None and place.out_of_city and not place.town:
        return route.out_of_city(script, replace(call, report=reports.noted(script, report, meaning)))
    if question is Question.DETAIL:
        heard = details.answered(script, reports.noted(script, report, meaning), meaning)
        return moves.next_question(script, replace(call, report=heard, silences=0))
    if question is Question.PLACE_DETAIL:
        return _detail(script, call, report, meaning)
    if question is Question.CONFIRM_PLACE:
        return _place_confirmed(script, call, report, meaning)
    field = script.forms[report.form].field(reports.FIELD_OF[question])
    if field is not None:
        report = reports.answered(script, call, report, field, meaning)
    if not report.urgent and meaning.act in (Act.NO, Act.STOP):
        report = reports.give_up(report, "phone")  # asked for a number to call back, the caller said no
    return moves.next_question(script, replace(call, report=report, silences=0))


def last_words(script: Script, call: Call, event: Spoke) -> Turn:
    """Words that are read when the call is over, as of a caller who hung up in mid-sentence: they reach the ticket."""
    report = call.report
    if report is None or not report.urgent:
        return line.nothing(script, call, event)
    field = script.forms[report.form].field(reports.FIELD_OF.get(event.question, "")) if event.question else None
    meaning = meaning_of(event)
    heard = reports.answered(script, call, report, field, meaning) if field else reports.noted(script, report, meaning)
    if event.question is Question.DETAIL:
        heard = details.answered(script, heard, meaning)
    if replace(heard, tries=report.tries, given_up=report.given_up) == report:
        return line.nothing(script, call, event)
    call = replace(call, report=heard)
    return moves.before(moves.notify_once(Turn(call, (HangUp(),))), moves.store(script, call))


def _detail(script: Script, call: Call, report: Report, meaning: Meaning) -> Turn:
    """Number or landmark of a known town; another town only if it is certain. Words read as neither are kept."""
    place = meaning.slots.place
    if place is not None and not place.certain:
        place = replace(place, town=None, town_yomi=None, certain=True)
        meaning = replace(meaning, slots=replace(meaning.slots, place=place))
    heard = reports.noted(script, report, meaning)
    if heard == report and place is None and meaning.act is None and report.place is not None:
        heard = replace(report, place=replace(report.place, landmark=meaning.text or None))
    return moves.next_question(script, replace(call, report=heard))


def _place_confirmed(script: Script, call: Call, report: Report, meaning: Meaning) -> Turn:
    heard = meaning.slots.place
    if heard is not None and heard.town is not None and report.place is not None and heard.town != report.place.town:
        return moves.next_question(script, replace(call, report=reports.with_place(report, heard)))
    if meaning.act is Act.YES:
        confirmed = replace(reports.noted(script, report, meaning), place_confirmed=True, tries=0)
        return moves.next_question(script, replace(call, report=confirmed))
    report = reports.missed(report, _place_field(script, report), None)
    if meaning.act is Act.NO:
        number = heard is not None and heard.town is None and (heard.chome is not None or heard.banchi is not None)
        # いいえ、番地は15の8です: the town was right, and the number is put right in the same breath
        report = reports.with_place(report, heard) if heard and number else replace(report, place=None)
    return moves.next_question(script, replace(call, report=report))


def _place_field(script: Script, report: Report) -> Field:
    field = script.forms[report.form].field("place")
    if field is None:
        raise ValueError("a place was asked for by a form that has none")
    return field


def keyed(script: Script, call: Call, event: Pressed) -> Turn:
    report, question = call.report, call.question
    if report is None or question is None:
        return line.nothing(script, call, event)
    digits = event.keys.rstrip("#").replace("*", "")
    if question is Question.PHONE and digits:
        return _keyed_number(script, call, report, digits)
    if question is Question.DETAIL:
        return moves.next_question(script, replace(call, report=details.keyed(script, report, event.keys)))
    if question is Question.CONFIRM_PLACE and event.keys[:1] == YES_KEY:
        return moves.next_question(script, replace(call, report=replace(report, place_confirmed=True, tries=0)))
    if question is Question.CONFIRM_PLACE and event.keys[:1] == NO_KEY:
        report = replace(reports.missed(report, _place_field(script, report), None), place=None)
        return moves.next_question(script, replace(call, report=report))
    return _unfilled(script, call, report, question)


def _keyed_number(script: Script, call: Call, report: Report, digits: str) -> Turn:
    """A whole number, the rest of one, or the beginning of one; a key or two are neither."""
    whole = len(digits) in PHONE_LENGTHS and digits.startswith("0")
    heard = reports.with_digits(report, Phone(digits, complete=whole), PhoneSource.KEYED)
    if heard.phone is not None:
        return moves.next_question(script, replace(call, report=replace(heard, tries=0)))
    if len(digits) >= FEWEST_DIGITS and reports.goes_on(heard, report):
        return moves.next_question(script, replace(call, report=heard))
    return _unfilled(script, call, report, Question.PHONE)


def unanswered(script: Script, call: Call, event: StayedSilent) -> Turn:
    """The caller pays for this line: after so many silences in a row the report goes out as it is."""
    report, question = call.report, call.question
    if report is None or question is None:
        return line.nothing(script, call, event)
    if question is Question.DETAIL:
        return moves.next_question(script, call)  # asked once, and no more is lost by it
    call = replace(call, silences=call.silences + 1)
    if call.silences >= MOST_SILENCES:
        return moves.finish(script, call)
    return _unfilled(script, call, report, question)


def _unfilled(script: Script, call: Call, report: Report, question: Question) -> Turn:
    field = script.forms[report.form].field(reports.FIELD_OF[question])
    if field is not None and question is not Question.PLACE_DETAIL:
        report = reports.missed(report, field, None)
    return moves.next_question(script, replace(call, report=report))


# --- the read-back -------------------------------------------------------------------------------


def read_back_spoken(script: Script, call: Call, event: Spoke) -> Turn:
    meaning, report = meaning_of(event), call.report
    if report is None:
        return line.nothing(script, call, event)
    if meaning.act is Act.DECLINE and not report.urgent:
        return moves.finish(script, replace(call, report=replace(report, phone=None)))
    heard = reports.noted(script, report, meaning, number=True)
    if (heard.place, heard.phone, heard.phone_part) != (report.place, report.phone, report.phone_part):
        return _refused(script, call, heard, resets=False)
    if meaning.act in (Act.YES, Act.THIS_NUMBER):
        return _confirmed(script, call, report)
    return _refused(script, call, report, resets=meaning.act is Act.NO)


def read_back_keyed(script: Script, call: Call, event: Pressed) -> Turn:
    if call.report is None:
        return line.nothing(script, call, event)
    if event.keys[:1] == YES_KEY:
        return _confirmed(script, call, call.report)
    return _refused(script, call, call.report, resets=event.keys[:1] == NO_KEY)


def read_back_unanswered(script: Script, call: Call, event: Event) -> Turn:
    report = call.report
    if report is None:
        return line.nothing(script, call, event)
    call = replace(call, silences=call.silences + 1)
    if call.silences > 1:
        return moves.finish(script, call)
    return _refused(script, call, report, resets=False)


def _confirmed(script: Script, call: Call, report: Report) -> Turn:
    return moves.finish(script, replace(call, report=replace(report, confirmed=True, place_confirmed=True)))


def _refused(script: Script, call: Call, report: Report, *, resets: bool) -> Turn:
    """Not confirmed: take it again, first the place, then the number; after that keep it as it is, unconfirmed."""
    report = replace(report, refusals=report.refusals + 1)
    has_place = script.forms[report.form].field("place") is not None
    if report.refusals >= MOST_REFUSALS:
        return moves.finish(script, replace(call, report=report))
    if resets and has_place and report.refusals == 1:
        given_up = tuple(name for name in report.given_up if name not in ("place", "place_detail"))
        report = replace(report, place=None, place_confirmed=False, given_up=given_up, tries=0)
    elif resets:
        given_up = tuple(name for name in report.given_up if name != "phone")
        report = replace(report, phone=None, phone_part=None, phone_source=None, given_up=given_up, tries=0)
    lead = (Line("report.correct"),) if resets else ()
    return moves.next_question(script, replace(call, report=report), *lead)
