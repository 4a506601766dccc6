"""The moves the desk can make: each takes the call and gives a Turn. What to do when is decided in dialog.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ivr.domain import details, languages, spoken, surge
from ivr.domain import report as reports
from ivr.domain.call import (
    Action,
    Ask,
    Call,
    Ears,
    HangUp,
    Line,
    NotifyStaff,
    PhoneSource,
    Question,
    RecordAnswer,
    RegisterCallback,
    Report,
    Say,
    State,
    StoreTicket,
    TakeMessage,
    Transfer,
    Turn,
)
from ivr.domain.hours import Duty
from ivr.domain.outcome import Outcome, OutcomeKind
from ivr.domain.script import Detail, Field, Form, Script
from nlu.meaning import Redirect

STATE_OF = {
    Question.OPEN: State.OPEN,
    Question.MENU: State.MENU,
    Question.CLARIFY: State.CLARIFY,
    Question.READ_BACK: State.READ_BACK,
    Question.CHOICE: State.CHOICE,
    Question.HELPED: State.ANSWERED,
    Question.LEAVE_DETAILS: State.KNOWN,
    Question.CONFIRM_EARLIER: State.EARLIER,
}
"""The state in which the reply to a question is awaited; every other question belongs to a form."""

BUREAU_STAFF = "bureau_staff"
NIGHT_OPERATOR = "night_operator"
REPAIR_DESK = "repair"
MAIN_DESK = "main"
INTERPRETER_DESK = "interpreter"
CALLBACK_FORM = "callback"
REDIRECTS = frozenset(f"told.redirect_{redirect.value}" for redirect in Redirect)
BEFORE_DETAILS = ("place", "situation")
"""What is asked before a detail; a telephone number and a name come after it."""


def ask(call: Call, question: Question, *lines: Line) -> Turn:
    asked = Ask(question, lines)
    state = STATE_OF.get(question, State.FORM)
    return Turn(replace(call, state=state, asked=asked, questions=call.questions + 1), (asked,))


def before(turn: Turn, *actions: Action) -> Turn:
    """The same turn with office actions done first."""
    return Turn(turn.call, (*actions, *turn.actions))


def led_by(turn: Turn, line: Line) -> Turn:
    """The same turn with one line spoken before everything else; "again" repeats the question without it."""
    actions = list(turn.actions)
    for index, action in enumerate(actions):
        if isinstance(action, Say | Ask | TakeMessage | Transfer):
            actions[index] = replace(action, lines=(line, *action.lines))
            return Turn(turn.call, tuple(actions))
    return turn


def end(call: Call, kind: OutcomeKind | None, *lines: Line) -> Turn:
    """Say the last words and hang up. An outcome reached earlier in the call stands unless `kind` says more."""
    outcome = Outcome(kind) if kind is not None else call.outcome or Outcome(OutcomeKind.CLOSED)
    voice: tuple[Action, ...] = (Say(lines), HangUp()) if lines else (HangUp(),)
    return Turn(replace(call, state=State.ENDED, asked=None, outcome=outcome), voice)


def goodbye(call: Call) -> Turn:
    return end(call, None if call.outcome else OutcomeKind.DECLINED, Line("told.goodbye"))


def open_question(script: Script, call: Call, *lead: Line, offers: tuple[Line, ...] = ()) -> Turn:
    """Ask what it is about: in words where there are ears, by keys where there are none.

    The emergency comes first; `offers` of other languages before the words after which callers begin to speak.
    """
    if call.ears is Ears.KEYS:
        return menu(script, call, *lead)
    lines = (Line("greeting.urgent_first"), *offers, Line("greeting.how_can_we_help"))
    return ask(call, Question.OPEN, *lead, *lines)


def menu(script: Script, call: Call, *lead: Line) -> Turn:
    """Ask by keys. A caller whom we did not understand may speak another language: they are always offered."""
    return ask(call, Question.MENU, *lead, Line("question.menu"), *languages.offers(script, call))


def told_hours(script: Script, call: Call, at: datetime) -> Turn:
    """R19: call in business hours, with the actual next opening. The line stays open for what was misunderstood."""
    told = replace(call, outcome=Outcome(OutcomeKind.TOLD_HOURS), misses=0, silences=0)
    return ask(told, Question.OPEN, hours_line(script, call, at), Line("told.urgent_exit"))


def hours_line(script: Script, call: Call, at: datetime) -> Line:
    return Line(
        "told.hours",
        (
            ("opening", spoken.opening(script, call.language, at)),
            ("number", spoken.digits(script, call.language, script.centre_number)),
        ),
    )


# --- to a person -----------------------------------------------------------------------------------


def day_desk(call: Call, desk: str = MAIN_DESK) -> str:
    """Who can talk with the caller in business hours: `desk`, or the interpreter (R04)."""
    return INTERPRETER_DESK if languages.foreign(call) else desk


def person_by_day(call: Call, desk: str = MAIN_DESK) -> bool:
    """Whether the centre is open and the desk for this caller was not tried in vain."""
    return call.duty is Duty.CENTRE and day_desk(call, desk) not in call.tried_desks


def to_person(script: Script, call: Call, desk: str | None = None, *lead: Line) -> Turn:
    """Hand the caller over: by day to `desk`, or to the interpreter instead; by night to the night operator.

    An urgent report is told of as well.
    """
    by_day = call.duty is Duty.CENTRE
    chosen = day_desk(call, desk or MAIN_DESK) if by_day else NIGHT_OPERATOR
    urgent = call.report is not None and call.report.urgent
    lines = (*lead, Line("transfer.to", (("desk", spoken.desk(script, call.language, chosen)),)))
    waiting = replace(call, state=State.WAITING, asked=None, desk=chosen, tried_desks=(*call.tried_desks, chosen))
    turn = Turn(waiting, (Transfer(chosen, urgent, lines),))
    if not urgent:
        return turn
    return before(turn if by_day else notify_once(turn), store(script, waiting))


# --- reports ---------------------------------------------------------------------------------------


def store(script: Script, call: Call) -> StoreTicket:
    assert call.report is not None  # noqa: S101 - callers hold an urgent report
    return StoreTicket(
        call.reference,
        call.report,
        partial=reports.partial(script, call.report),
        severity=details.severity(script, call.report),
    )


def notify_once(turn: Turn) -> Turn:
    """Tell the staff of this call's ticket, unless that was done before."""
    if turn.call.notified:
        return turn
    outcome = ticket_outcome(turn.call)
    return before(
        Turn(replace(turn.call, notified=True, outcome=outcome), turn.actions), NotifyStaff(turn.call.reference)
    )


def ticket_outcome(call: Call) -> Outcome:
    category = call.report.category if call.report else None
    return Outcome(OutcomeKind.EMERGENCY_TICKET, category, BUREAU_STAFF)


def next_question(script: Script, call: Call, *lead: Line) -> Turn:
    """Go on with the report: the next field, a person by day, the read-back, or the end.

    A report in which nothing was understood is not read back: there is nothing to confirm.
    """
    if REDIRECTS.intersection(line.key for line in lead):
        call = replace(call, report=details.none_asked(_report(call)))
    report = _report(call)
    form = script.forms[report.form]
    person_first = report.urgent and person_by_day(call, REPAIR_DESK)
    if call.ears is Ears.KEYS and report.urgent and not person_first and not report.recordings:
        return take_message(call, *lead)
    if known := surge.known_lines(script, call):
        known_call = replace(call, report=reports.give_up(report, surge.LEAVE_DETAILS))
        return ask(known_call, Question.LEAVE_DETAILS, *lead, *known, Line("question.leave_details"))
    if call.ears is not Ears.KEYS or not report.urgent:
        field = reports.next_field(form, report, form.before_transfer if person_first else None)
        if not person_first and (detail := _detail_in_turn(script, call, form, field)):
            asked = replace(call, report=details.asked(report, detail))
            return ask(asked, Question.DETAIL, *lead, Line(detail.question or ""))
        if field is not None:
            return ask_field(script, call, field, *lead)
        if not person_first and form.read_back is not None and reports.wants_detail(script, report):
            return ask_detail(script, call, *lead)
    if person_first:
        return to_person(script, call, REPAIR_DESK, *lead)
    if form.read_back is not None and _reads_back(script, report):
        return read_back(script, call, form.read_back, *lead)
    return finish(script, call, *lead)


def _detail_in_turn(script: Script, call: Call, form: Form, field: Field | None) -> Detail | None:
    """The detail to ask for now: after place and situation, while there is room for it and for all that must come."""
    report = _report(call)
    if (field is not None and field.name in BEFORE_DETAILS) or reports.wants_detail(script, report):
        return None
    to_come = sum(reports.next_field(form, report, (one.name,)) is not None for one in form.fields)
    reads_back = form.read_back is not None and _reads_back(script, report)
    if call.questions + 1 + to_come + reads_back > script.policy.detail_within:
        return None
    return details.wanted(script, report)


def _reads_back(script: Script, report: Report) -> bool:
    return not report.confirmed and _can_be_read_back(report) and not surge.skips_read_back(script, report)


def _can_be_read_back(report: Report) -> bool:
    if not report.urgent:
        return report.phone is not None
    return not report.recordings and report.place is not None and reports.tells_something(report.place)


def ask_field(script: Script, call: Call, field: Field, *lead: Line) -> Turn:
    report = _report(call)
    if field.name == "place" and report.place is not None and report.place.town and not report.place.certain:
        place = spoken.place(script, call.language, report.place)
        return ask(call, Question.CONFIRM_PLACE, *lead, Line("question.confirm_place", (("place", place),)))
    if field.name == "phone" and report.phone_part is not None and not report.tries:
        digits = spoken.digits(script, call.language, report.phone_part.digits)
        return ask(call, field.question, *lead, Line("report.phone_rest", (("digits", digits),)))
    if field.name == "place" and report.earlier is not None and not report.tries:
        return ask(call, field.question, *lead, Line("earlier.right_place"))
    return ask(call, field.question, *lead, Line(field.again if report.tries else field.ask))


def ask_detail(script: Script, call: Call, *lead: Line) -> Turn:
    report = reports.give_up(_report(call), "place_detail")
    line = Line("question.place_detail", (("town", spoken.town(script, call.language, report.place)),))
    return ask(replace(call, report=report), Question.PLACE_DETAIL, *lead, line)


def read_back(script: Script, call: Call, key: str, *lead: Line) -> Turn:
    return ask(call, Question.READ_BACK, *lead, Line(key, _taken(script, call)))


def finish(script: Script, call: Call, *lead: Line) -> Turn:
    """Everything that will be said has been said: store, tell the staff, thank the caller with the number."""
    report = _report(call)
    done = Line(script.forms[report.form].done, _taken(script, call))
    if report.earlier is not None and report.action is not None:
        reference = spoken.digits(script, call.language, report.earlier)
        done = Line(f"earlier.done_{report.action.value}", (("reference", reference),))
    if not report.urgent:
        return _promise_callback(script, call, report, *lead, done)
    turn = end(call, None, *lead, done)
    turn = notify_once(Turn(replace(turn.call, outcome=ticket_outcome(call)), turn.actions))
    return before(turn, store(script, call))


def _promise_callback(script: Script, call: Call, report: Report, *lines: Line) -> Turn:
    if report.phone is None or not report.confirmed:
        number = spoken.digits(script, call.language, script.centre_number)
        return end(call, OutcomeKind.BUSY_ANNOUNCEMENT, *lines[:-1], Line("transfer.call_again", (("number", number),)))
    turn = end(call, OutcomeKind.CALLBACK_REGISTERED, *lines)
    return before(turn, RegisterCallback(call.reference, report.phone, call.intent, call.language))


def take_message(call: Call, *lead: Line) -> Turn:
    asked = TakeMessage((*lead, Line("ladder.message_again" if call.state is State.MESSAGE else "ladder.message")))
    return Turn(replace(call, state=State.MESSAGE, asked=asked, questions=call.questions + 1), (asked,))


def callback_form(script: Script, call: Call, *lead: Line) -> Turn:
    """Nobody is free: offer to call back (R12). The caller's own number is offered by reading it back."""
    report = Report(
        form=CALLBACK_FORM,
        urgent=False,
        phone=call.caller_id,
        phone_source=PhoneSource.CALLER_ID if call.caller_id else None,
        anonymous=call.caller_id is None,
        language=call.language,
    )
    waiting = replace(call, report=report, outcome=Outcome(OutcomeKind.BUSY_ANNOUNCEMENT))
    return next_question(script, waiting, *lead, Line("transfer.call_back_later"))


def _taken(script: Script, call: Call) -> tuple[tuple[str, str], ...]:
    """The slots a read-back and a closing line may use."""
    report = _report(call)
    phone = report.phone or (report.phone_part.digits if report.phone_part else None)
    return (
        ("place", spoken.place(script, call.language, report.place)),
        (
            "phone",
            spoken.digits(script, call.language, phone) if phone else spoken.word(script, call.language, "withheld"),
        ),
        ("reference", spoken.digits(script, call.language, call.reference)),
    )


def _report(call: Call) -> Report:
    if call.report is None:
        raise ValueError(f"call is in {call.state} without a report")
    return call.report


# --- answers and redirects -------------------------------------------------------------------------


def answer(call: Call, topic: str, question: str) -> Turn:
    """Speak the approved answer (R11) and ask whether it helped."""
    answered = replace(
        call,
        topic=topic,
        choices=(),
        topics=(*call.topics, topic),
        outcome=Outcome(OutcomeKind.FAQ_ANSWERED),
        misses=0,
        silences=0,
    )
    turn = ask(answered, Question.HELPED, Line(f"faq.{topic}"), Line("question.helped"))
    return before(turn, RecordAnswer(topic, question))


def offer(call: Call, *lead: Line) -> Turn:
    """Two answers lie close: the caller says which one, each being named by its question."""
    first, second = call.choices
    lines = (Line("question.choice_first"), Line(f"ask.{first}"), Line("question.choice_second"), Line(f"ask.{second}"))
    return ask(call, Question.CHOICE, *lead, Line("question.choice"), *lines, Line("question.choice_how"))


def redirect_line(redirect: Redirect) -> Line:
    return Line(f"told.redirect_{redirect.value}")
