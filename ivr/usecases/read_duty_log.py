"""Read the duty log of a night or any other span, as rows of words that a page or a terminal can show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from ivr.domain.duty_log import LogKind, LogLine, in_order
from ivr.domain.hours import Calendar, Duty, duty_at, tokyo
from ivr.domain.languages import JAPANESE
from ivr.domain.night_report import NightReceipt
from ivr.domain.night_words import DOERS, NightWords
from ivr.usecases.report_night import NightRecords

Named = Callable[[str], str | None]
"""Id of a person -> the name in the roster, None for somebody it does not know (any more)."""

_WHYS = {
    LogKind.UNHEARD: "unheard",
    LogKind.ALARM: "alarms",
    LogKind.CALLER_CHANGED: "changes",
    LogKind.REFUSED: "refusals",
}


@dataclass(frozen=True, slots=True)
class LogRow:
    """A line in words. `at`: on the bureau's wall clock; `kind`: for what a page lets stand out."""

    at: datetime
    kind: LogKind
    reference: str
    what: str
    who: str
    note: str

    @property
    def day(self) -> date:
        return self.at.date()


def duty_log(records: NightRecords, calendar: Calendar, since: datetime, until: datetime) -> tuple[LogLine, ...]:
    """Everything from `since` on and before `until`, in order. Raises StoreUnavailable.

    Of calls that arrive while the centre is open only the urgent ones stand here: staff on duty are rung for them, too.
    """
    received = [
        _received(one)
        for one in records.receipts(since, until)
        if one.urgent or duty_at(calendar, one.at) is not Duty.CENTRE
    ]
    return in_order([*received, *records.happened(since, until)])


def log_row(line: LogLine, words: NightWords, named: Named) -> LogRow:
    """`line` in words."""
    return LogRow(
        at=tokyo(line.at),
        kind=line.kind,
        reference=line.reference or "",
        what=words("kinds", line.kind.value),
        who=_who(line.who, words, named),
        note=_received_note(line, words) if line.kind is LogKind.RECEIVED else _note(line, words),
    )


def _received(one: NightReceipt) -> LogLine:
    return LogLine(
        at=one.at,
        kind=LogKind.RECEIVED,
        reference=one.reference,
        category=one.category if one.urgent else None,
        town=one.town,
        outcome=None if one.urgent else one.outcome,
        why="urgent" if one.urgent else None,
        language=one.language,
    )


def _received_note(line: LogLine, words: NightWords) -> str:
    what = words.category(line.category) if line.why == "urgent" else words.outcome(line.outcome)
    parts = [what, line.town or ""]
    if line.language != JAPANESE:
        parts.append(words("log", "language_note").format(language=words.language(line.language)))
    return "\u3000".join(filter(None, parts))


def _note(line: LogLine, words: NightWords) -> str:
    section = _WHYS.get(line.kind)
    why = words.sections[section].get(line.why or "", line.why or "") if section else ""
    other = words("log", "other_note").format(reference=line.other) if line.other else ""
    return "\u3000".join(filter(None, (why, other)))


def _who(who: str | None, words: NightWords, named: Named) -> str:
    if who is None:
        return ""
    return words("doers", who) if who in DOERS else named(who) or who
