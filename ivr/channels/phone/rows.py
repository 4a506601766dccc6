"""Turns and tickets as the page shows them: names of the house, Japanese only where staff wrote it."""

from __future__ import annotations

from typing import Any

from ivr.channels.spoken_audio import lines_of
from ivr.domain import spoken
from ivr.domain.call import Call, Event, LeftMessage, PhoneSource, Pressed, RecordAnswer, Report, Spoke
from ivr.domain.hours import tokyo
from ivr.domain.languages import JAPANESE as STAFF_LANGUAGE
from ivr.domain.script import Script
from ivr.domain.ticket import Ticket
from ivr.ports import StoredTurn
from nlu.meaning import Category, Meaning, Place


def turn_row(script: Script, event: Event, turn: StoredTurn) -> dict[str, Any]:
    """One turn: what happened, what was understood, what is said, and how the call stands."""
    return {
        "seq": turn.seq,
        "time": f"{tokyo(event.at):%H:%M:%S}",
        "event": _event(event),
        "meaning": _meaning(script, event.meaning) if isinstance(event, Spoke) and event.meaning else None,
        "lines": [script.text(line, turn.call.language) for line in lines_of(turn)],
        "answer": next((action.topic for action in turn.actions if isinstance(action, RecordAnswer)), None),
        "call": _call(script, turn.call),
    }


def ticket_row(script: Script, ticket: Ticket) -> dict[str, Any]:
    report = ticket.report
    return {
        "reference": ticket.reference,
        "opened": tokyo(ticket.opened_at).isoformat(timespec="minutes"),
        "status": ticket.status.value,
        "partial": ticket.partial,
        **report_row(script, report),
    }


def report_row(script: Script, report: Report) -> dict[str, Any]:
    return {
        "category": _class(script, report.category),
        "urgent": report.urgent,
        "why": list(report.why),
        "place": _place(script, report.place),
        "place_sure": report.place_confirmed or (report.place is not None and report.place.certain),
        "phone": report.phone,
        "by_caller_id": report.phone_source is PhoneSource.CALLER_ID,
        "anonymous": report.anonymous,
        "language": script.language_names.get(report.language, report.language),
        "situation": report.situation,
        "name": report.name,
        "organization": report.organization,
        "recordings": len(report.recordings),
    }


def _event(event: Event) -> dict[str, Any]:
    row: dict[str, Any] = {"type": type(event).__name__}
    match event:
        case Spoke(text=text):
            row["text"] = text
        case Pressed(keys=keys):
            row["keys"] = keys
        case LeftMessage(seconds=seconds):
            row["seconds"] = seconds
        case _:
            row["why"] = getattr(event, "why", None)
    return row


def _meaning(script: Script, meaning: Meaning) -> dict[str, Any]:
    urgency, slots = meaning.urgency, meaning.slots
    return {
        "level": urgency.level.value,
        "score": round(urgency.score, 3),
        "category": _class(script, urgency.category),
        "redirect": urgency.redirect.value if urgency.redirect else None,
        "why": list(urgency.why),
        "intent": meaning.intent.value,
        "act": meaning.act.value if meaning.act else None,
        "place": _place(script, slots.place),
        "phone": slots.phone.digits if slots.phone else None,
        "name": slots.name,
        "reading": meaning.reading,
    }


def _call(script: Script, call: Call) -> dict[str, Any]:
    desk = script.desks.get(call.desk) if call.desk else None
    return {
        "state": call.state.value,
        "question": call.question.value if call.question else None,
        "ears": call.ears.value,
        "language": script.language_names.get(call.language, call.language),
        "duty": call.duty.value,
        "desk": desk.name if desk else None,
        "outcome": call.outcome.kind.value if call.outcome else None,
        "report": report_row(script, call.report) if call.report else None,
    }


def _class(script: Script, category: Category | None) -> str | None:
    entry = script.classes.get(category) if category is not None else None
    return entry.name if entry is not None else None


def _place(script: Script, place: Place | None) -> str | None:
    return spoken.place(script, STAFF_LANGUAGE, place) if place is not None else None
