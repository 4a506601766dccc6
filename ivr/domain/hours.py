"""The business calendar: who is on duty at an instant, and when the centre opens next.

R01, R02; contract Ch2 §7, §15, Ch3 §2. Everything here is Asia/Tokyo wall-clock time. Intervals are half open: the
centre is open at 8:45:00 and closed at 18:00:00.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")
DAYS_AHEAD = 400  # how far `next_opening` looks before it gives up


class Duty(StrEnum):
    """Who answers for the bureau at an instant."""

    CENTRE = "centre"  # business hours: operators of the call centre
    NIGHT = "night"  # after hours: the night desk
    HOLIDAY = "holiday"  # a day on which the centre is closed: the night desk too, other words


@dataclass(frozen=True, slots=True)
class Shift:
    """Opening and closing time of one day."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class SpecialHours:
    """Out-of-hours operation on request (R02): from `starts` until `ends`, by whom and why."""

    starts: datetime
    ends: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """Factory settings live in `prompts/hours.yaml`. `closed_days` are (month, day) of every year."""

    ordinary: Shift
    busy: Shift
    busy_days: frozenset[date] = frozenset()
    closed_days: frozenset[tuple[int, int]] = frozenset()
    special: tuple[SpecialHours, ...] = ()


def tokyo(at: datetime) -> datetime:
    """`at` on the bureau's wall clock. Raises ValueError for a time without a zone: such a time means nothing."""
    if at.tzinfo is None:
        raise ValueError(f"a time without a time zone: {at!r}")
    return at.astimezone(TOKYO)


def shift_of(calendar: Calendar, day: date) -> Shift | None:
    """The centre's ordinary shift on `day`, or None when it is closed all day."""
    if (day.month, day.day) in calendar.closed_days:
        return None
    return calendar.busy if day in calendar.busy_days else calendar.ordinary


def duty_at(calendar: Calendar, at: datetime) -> Duty:
    """Who is on duty at `at` (any zone)."""
    now = tokyo(at)
    if any(special.starts <= now < special.ends for special in calendar.special):
        return Duty.CENTRE
    shift = shift_of(calendar, now.date())
    if shift is None:
        return Duty.HOLIDAY
    return Duty.CENTRE if shift.opens <= now.time() < shift.closes else Duty.NIGHT


def next_opening(calendar: Calendar, at: datetime) -> datetime:
    """The next instant strictly after `at` at which the centre opens. ValueError if there is none in 400 days."""
    now = tokyo(at)
    found: list[datetime] = [special.starts for special in calendar.special if special.starts > now]
    for ahead in range(DAYS_AHEAD):
        day = now.date() + timedelta(days=ahead)
        shift = shift_of(calendar, day)
        if shift is None:
            continue
        opens = datetime.combine(day, shift.opens, TOKYO)
        if opens > now:
            found.append(opens)
            break
    if not found:
        raise ValueError(f"the centre never opens in the {DAYS_AHEAD} days after {now:%Y-%m-%d %H:%M}")
    return min(found)
