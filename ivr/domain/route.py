"""Where a matter goes: urgent, redirected, answered, to a desk, or told when to call. Used by the dialogue's cells."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ivr.domain import choices, languages, moves, spoken
from ivr.domain import report as reports
from ivr.domain.call import Call, Ears, HangUp, Line, Question, Report, Say, Spoke, State, StoreTicket, Turn
from ivr.domain.hours import Duty
from ivr.domain.outcome import Outcome, OutcomeKind
from ivr.domain.script import Script
from nlu.meaning import Act, Intent, Level, Meaning

EMERGENCY_KEY, OPERATOR_KEY = "emergency", "operator"
OUT_OF_HEARING = frozenset({State.WAITING, State.ENDED})
"""States in which what we say does not reach the caller."""


YES_KEY, NO_KEY = "1", "2"


def meaning_of(event: Spoke) -> Meaning:
    """The meaning that was added to what the channel heard. Raises ValueError: understand first, then decide."""
    if event.meaning is None:
        raise ValueError("a Spoke reached the dialogue without its meaning")
    return event.meaning


# --- urgent ----------------------------------------------------------------------------------------


def urgent(script: Script, call: Call, meaning: Meaning) -> Turn:
    """Stored first; then a person by day, the report by night."""
    urgency = meaning.urgency
    words = " ".join(part for part in (call.words if call.unsure else None, meaning.text) if part)
    report = reports.opened(script, call, category=urgency.category, why=urgency.why, words=words or None)
    report = reports.noted(script, report, meaning)
    if call.place is not None and report.place is None:
        report = reports.with_place(report, call.place)
    return _taken(script, replace(call, report=report, unsure=False, misses=0, silences=0))


def urgent_after_all(script: Script, call: Call, meaning: Meaning | None) -> Turn:
    """The clarifying question was answered yes, or not at all: still unclear means urgent."""
    call = assumed_urgent(script, call)
    if meaning is not None and call.report is not None:
        call = replace(call, report=reports.noted(script, call.report, meaning))
    return _taken(script, replace(call, unsure=False))


def assumed_urgent(script: Script, call: Call) -> Call:
    """The call with an urgent report made of whatever was said before."""
    if call.report is not None and call.report.urgent:
        return call
    report = reports.opened(script, call, category=call.suspected, why=(), words=call.words)
    if call.report is not None and call.report.phone is not None:
        report = replace(report, phone=call.report.phone, phone_source=call.report.phone_source, anonymous=False)
    if call.place is not None:
        report = reports.with_place(report, call.place)
    return replace(call, report=report)


def _taken(script: Script, call: Call) -> Turn:
    report = _report(call)
    if call.state in OUT_OF_HEARING:
        return kept(script, call)
    if report.place is not None and report.place.out_of_city and not report.place.town:
        return out_of_city(script, call)
    turn = moves.next_question(script, call, Line("report.taken_as_urgent"), *_safety(script, report))
    return turn if _stores(turn) else moves.before(turn, moves.store(script, call))


def _safety(script: Script, report: Report) -> tuple[Line, ...]:
    """What keeps the caller safe from what is reported."""
    entry = script.classes.get(report.category) if report.category else None
    return (Line(entry.safety),) if entry is not None and entry.safety is not None else ()


def kept(script: Script, call: Call) -> Turn:
    """An urgent word that arrives late, when the caller no longer listens to us: staff get it all the same."""
    turn = moves.notify_once(Turn(call, (HangUp(),) if call.state is State.ENDED else ()))
    return moves.before(turn, moves.store(script, call))


def _stores(turn: Turn) -> bool:
    return any(isinstance(action, StoreTicket) for action in turn.actions)


def out_of_city(script: Script, call: Call) -> Turn:
    """Not Kanazawa: say so; what was heard is kept and staff can pass it on."""
    report = _report(call)
    city = report.place.out_of_city if report.place and report.place.out_of_city else ""
    line = Line("report.out_of_city", (("city", spoken.city(script, call.language, city)),))
    if not report.urgent:
        return moves.end(call, OutcomeKind.OUT_OF_AREA, line)
    turn = moves.notify_once(moves.end(call, None, line))
    outcome = Outcome(OutcomeKind.OUT_OF_AREA, report.category)
    return moves.before(Turn(replace(turn.call, outcome=outcome), turn.actions), moves.store(script, call))


def redirect(script: Script, call: Call, meaning: Meaning) -> Turn:
    """119, 110 or the gas company: said at once. When water is concerned too, the report goes on afterwards."""
    urgency = meaning.urgency
    if urgency.redirect is None:
        raise ValueError("nothing to redirect to")
    line = moves.redirect_line(urgency.redirect)
    outcome = Outcome(OutcomeKind.SAFETY_REDIRECT, urgency.category, redirect=urgency.redirect)
    in_report = call.report is not None and call.report.urgent
    if call.state in OUT_OF_HEARING:
        if urgency.level is Level.URGENT and not in_report:
            return urgent(script, call, meaning)
        return Turn(call, (Say((line,)), HangUp()) if call.state is State.ENDED else ())
    # who rings 119 now cannot be asked a question first: a doubt beside it counts as urgent
    if in_report or (urgency.level is not Level.CALM and urgency.category is not None):
        if not in_report:
            call = replace(
                call,
                report=reports.noted(
                    script,
                    reports.opened(script, call, category=urgency.category, why=urgency.why, words=meaning.text),
                    meaning,
                ),
            )
        tried = (*call.tried_desks, moves.day_desk(call, moves.REPAIR_DESK))
        lead = (line,) if in_report else (line, *_safety(script, _report(call)))
        turn = moves.next_question(script, replace(call, tried_desks=tried), *lead)
        return turn if _stores(turn) else moves.before(turn, moves.store(script, call))
    return moves.end(replace(call, outcome=outcome), None, line)


# --- everything else -------------------------------------------------------------------------------


def by_matter(script: Script, call: Call, event: Spoke) -> Turn:
    """What an utterance at an open question leads to, once it is known not to be plainly urgent."""
    meaning = meaning_of(event)
    call = replace(
        call,
        words=meaning.text or call.words,
        intent=meaning.intent if meaning.intent is not Intent.UNCLEAR else call.intent,
        topic=event.answers.answer,
        choices=event.answers.choices,
    )
    if meaning.urgency.level is Level.UNSURE and not call.clarified:
        return clarify(replace(call, suspected=meaning.urgency.category))
    if meaning.urgency.level is Level.UNSURE:
        return urgent(script, call, meaning)
    if meaning.act in (Act.UNKNOWN, Act.NO, Act.YES) or (
        meaning.intent is Intent.UNCLEAR and event.answers.answer is None and not event.answers.choices
    ):
        if languages.foreign(call) and meaning.text and moves.person_by_day(call):
            return moves.to_person(script, call)  # an interpreter understands more than we do
        offers = languages.offers(script, call) if meaning.language != call.language else ()
        return not_understood(script, call, event.at, offers=offers)
    return calm(script, call, event.at)


def clarify(call: Call) -> Turn:
    return moves.ask(replace(call, clarified=True, unsure=True), Question.CLARIFY, Line("question.clarify"))


def calm(script: Script, call: Call, at: datetime) -> Turn:
    """Not urgent: by day an approved answer or the desk that does it, by night when to call.

    Of two answers that lie close the caller chooses.
    """
    call = replace(call, unsure=False, misses=0, silences=0)
    if call.duty is Duty.CENTRE or script.policy.answers_at_night:
        if call.topic is not None and choices.answerable(script, call, call.topic):
            return moves.answer(call, call.topic, call.words or "")
        if call.topic is None and choices.can_be_offered(script, call):
            return moves.offer(call)
    return to_desk_or_hours(script, call, at)


def desk_for(script: Script, call: Call) -> str:
    """The desk that handles what was said so far."""
    if call.report is not None and call.report.urgent:
        return moves.REPAIR_DESK
    return script.matters[call.intent].desk if call.intent is not None else moves.MAIN_DESK


def to_desk_or_hours(script: Script, call: Call, at: datetime) -> Turn:
    if call.duty is not Duty.CENTRE:
        return moves.told_hours(script, call, at)
    matter = script.matters[call.intent or Intent.QUESTION]
    supervisor = call.intent is Intent.COMPLAINT and not languages.foreign(call)
    lead = (Line("transfer.sorry_supervisor"),) if supervisor else ()
    return moves.to_person(script, call, matter.desk, *lead)


def by_key(script: Script, call: Call, at: datetime, target: str) -> Turn:
    """A key of the menu: the emergency first, a person, or a matter."""
    if target == EMERGENCY_KEY:
        report = reports.opened(script, call, category=None, why=(), words=call.words if call.unsure else None)
        if call.place is not None:
            report = reports.with_place(report, call.place)
        return _taken(script, replace(call, report=report, unsure=False, misses=0, silences=0))
    if target == OPERATOR_KEY:
        return moves.to_person(script, call)
    return calm(script, replace(call, intent=Intent(target), topic=None, choices=()), at)


def not_understood(
    script: Script, call: Call, at: datetime, line: Line | None = None, offers: tuple[Line, ...] = ()
) -> Turn:
    """The ladder of misses: again, the keys, a person by day; by night one question decides whether it is urgent."""
    if call.outcome is not None and call.outcome.kind is OutcomeKind.TOLD_HOURS:
        return moves.goodbye(call)
    call = replace(call, misses=call.misses + 1)
    if call.misses < script.policy.misses_before_menu and call.ears is not Ears.KEYS:
        return moves.open_question(script, call, line or Line("question.again"), offers=offers)
    if call.misses < script.policy.misses_before_person:
        return moves.menu(script, call, Line("question.again"))
    if moves.person_by_day(call):
        return moves.to_person(script, call)
    if not call.clarified:
        return clarify(call)
    return moves.told_hours(script, call, at)


def _report(call: Call) -> Report:
    if call.report is None:
        raise ValueError("no report to go on with")
    return call.report
