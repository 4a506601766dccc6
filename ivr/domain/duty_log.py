"""The duty log: every line that is kept of what the night desk and the staff on duty did, and which night it is of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ivr.domain.hours import TOKYO, Calendar, Duty, duty_at, shift_of, tokyo
from ivr.domain.outcome import OutcomeKind
from nlu.meaning import Category

DAYS_AROUND = 20  # how far nights are looked for: a disaster may keep the centre open for two weeks


class LogKind(StrEnum):
    """What a line tells."""

    RECEIVED = "received"
    TOLD = "told"  # the first notice or ring left
    RANG = "rang"
    TEXTED = "texted"
    PICKED_UP = "picked_up"  # by whom is not known: a voicemail picks up, too
    UNHEARD = "unheard"  # a ring ended without a key
    PASSED_ON = "passed_on"
    ACKNOWLEDGED = "acknowledged"
    TAKEN_OVER = "taken_over"  # it got worse, and another person has it now
    WORSENED = "worsened"
    ALARM = "alarm"
    RELEASED = "released"
    DISPATCHED = "dispatched"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    DUPLICATE = "duplicate"
    REOPENED = "reopened"
    CALLER_CHANGED = "caller_changed"  # a later call told something about this report
    REFUSED = "refused"  # somebody tried what could not be


@dataclass(frozen=True, slots=True)
class LogLine:
    """`who`: id of a person, or a doer of ours; `why`: a code that says more (Unheard, a refusal, an alarm, a change);
    `other`: another report concerned. What staff or callers said is in none of these fields.
    """

    at: datetime
    kind: LogKind
    reference: str | None = None
    who: str | None = None
    why: str | None = None
    other: str | None = None
    category: Category | None = None
    town: str | None = None
    outcome: OutcomeKind | None = None
    language: str = "ja"


def in_order(lines: Iterable[LogLine]) -> tuple[LogLine, ...]:
    """By time; at the same instant report by report, each in the order in which the kinds follow each other."""
    kinds = list(LogKind)
    return tuple(sorted(lines, key=lambda line: (line.at, line.reference or "", kinds.index(line.kind))))


def night_of(calendar: Calendar, at: datetime) -> tuple[datetime, datetime]:
    """Begin and end of the night desk's duty at `at`; while the centre is open, of the last one before.

    The day before `at` where there was none for weeks: operators answer around the clock after an earthquake, too.
    """
    begun = [(begins, ends) for begins, ends in _nights(calendar, at) if begins <= at]
    return begun[-1] if begun else (tokyo(at) - timedelta(days=1), tokyo(at))


def night_before(calendar: Calendar, since: datetime) -> tuple[datetime, datetime] | None:
    """The last night that was over at `since`."""
    return next((night for night in reversed(list(_nights(calendar, since))) if night[1] <= since), None)


def night_after(calendar: Calendar, until: datetime) -> tuple[datetime, datetime] | None:
    """The first night that begins at `until` or later."""
    return next((night for night in _nights(calendar, until) if night[0] >= until), None)


def _nights(calendar: Calendar, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Every stretch of the night desk's duty around `at`, in order."""
    begins: datetime | None = None
    for turn in _turns(calendar, at):
        on_duty = duty_at(calendar, turn) is not Duty.CENTRE
        if on_duty and begins is None:
            begins = turn
        elif not on_duty and begins is not None:
            yield begins, turn
            begins = None


def _turns(calendar: Calendar, at: datetime) -> list[datetime]:
    """Every instant around `at` at which the duty may change."""
    today = tokyo(at).date()
    turns = [moment for special in calendar.special for moment in (special.starts, special.ends)]
    for ahead in range(-DAYS_AROUND, DAYS_AROUND + 1):
        day = today + timedelta(days=ahead)
        shift = shift_of(calendar, day)
        if shift is not None:
            turns += [datetime.combine(day, time, TOKYO) for time in (shift.opens, shift.closes)]
    return sorted(tokyo(turn) for turn in turns)
