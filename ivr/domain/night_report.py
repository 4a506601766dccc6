"""The night desk's month in figures (R21, contract chapter 3 article 4(3)): what was received, and what became of it.

Pure. Laws of this file:
1. A call belongs to the day and the month on which it arrived, on the bureau's wall clock, whatever follows later.
2. Only calls that arrived while the night desk was on duty count; of the others, those on the night line are counted
   apart (they heard that the centre is open, article 4(2)).
3. Every call is either urgent (a report was taken) or not, and has one outcome at most: the sums agree.
4. Waits count from the instant at which the report was handed to staff. A wait that has not ended is in no figure:
   its report is in the list of those that nobody has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import ceil
from statistics import median

from ivr.domain.call import Dialled
from ivr.domain.disaster import Switch
from ivr.domain.hours import TOKYO, Calendar, Duty, SpecialHours, duty_at, tokyo
from ivr.domain.outcome import OutcomeKind
from ivr.domain.ticket import UNHELD, TicketStatus
from nlu.meaning import Category, Redirect

DECEMBER = 12


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What became of a report. `handed_at`: when the desk gave it to staff; `notified_at`: when the first notice or
    ring left; `rung_at`: when the first telephone rang; `acknowledged_at`: when somebody first confirmed having it.
    """

    status: TicketStatus
    handed_at: datetime | None = None
    notified_at: datetime | None = None
    rung_at: datetime | None = None
    acknowledged_at: datetime | None = None
    alarms: int = 0
    same_as: str | None = None
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class NightReceipt:
    """One call. `reference`: of the report that was taken, None where none was; `outcome` is None for a call that has
    not come to one; of the place, only the town is kept here.
    """

    at: datetime
    dialled: Dialled
    outcome: OutcomeKind | None = None
    redirect: Redirect | None = None
    language: str = "ja"
    urgent: bool = False
    category: Category | None = None
    town: str | None = None
    reference: str | None = None
    follow: FollowUp | None = None


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month of the bureau."""

    year: int
    month: int

    @classmethod
    def read(cls, text: str) -> Month:
        """2026-11. Raises ValueError."""
        year, _, month = text.partition("-")
        if len(year) != 4 or len(month) != 2 or not (text.isascii() and year.isdigit() and month.isdigit()):
            raise ValueError(f"{text!r} is no month")
        found = cls(int(year), int(month))
        if not found.begins < found.ends:
            raise ValueError(f"{text!r} is no month")
        return found

    @property
    def begins(self) -> datetime:
        return datetime(self.year, self.month, 1, tzinfo=TOKYO)

    @property
    def ends(self) -> datetime:
        """The first instant that does not belong to it."""
        last = self.month == DECEMBER
        return datetime(self.year + last, 1 if last else self.month + 1, 1, tzinfo=TOKYO)

    @property
    def days(self) -> tuple[date, ...]:
        first = self.begins.date()
        return tuple(first + timedelta(days=ahead) for ahead in range((self.ends.date() - first).days))

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


@dataclass(frozen=True, slots=True)
class DayCount:
    """The calls of one day. `classes`: the urgent ones by class, None = the class was not understood."""

    day: date
    calls: int
    classes: Mapping[Category | None, int]

    @property
    def urgent(self) -> int:
        return sum(self.classes.values())

    @property
    def not_urgent(self) -> int:
        return self.calls - self.urgent


@dataclass(frozen=True, slots=True)
class Spread:
    """How long `count` waits were, in seconds. `p95`: the shortest that 95 % of them did not exceed (nearest rank)."""

    count: int
    median: float
    p95: float
    longest: float


@dataclass(frozen=True, slots=True)
class NightReport:
    """A month. `notified`, `acknowledged`, `cancelled`, `duplicates`: how many of the reports; `unacknowledged`: those
    that nobody has as they stand now; `alarms`: how many were raised, for the reports `alarmed`; `incidents`: events
    that several calls of the month told of, number -> calls; `outside`: calls on the night line in the centre's hours.
    """

    month: Month
    receipts: tuple[NightReceipt, ...]
    days: tuple[DayCount, ...]
    outcomes: Mapping[OutcomeKind | None, int]
    redirects: Mapping[Redirect, int]
    languages: Mapping[str, int]
    outside: int
    notified: int
    acknowledged: int
    unacknowledged: tuple[str, ...]
    to_ring: Spread | None
    to_acknowledgement: Spread | None
    alarms: int
    alarmed: tuple[str, ...]
    cancelled: int
    duplicates: int
    incidents: Mapping[int, int]

    @property
    def urgent(self) -> int:
        return sum(day.urgent for day in self.days)

    @property
    def not_urgent(self) -> int:
        return sum(day.not_urgent for day in self.days)

    @property
    def abandoned(self) -> int:
        return self.outcomes.get(OutcomeKind.ABANDONED, 0)

    @property
    def classes(self) -> Mapping[Category | None, int]:
        return sum((Counter(day.classes) for day in self.days), Counter[Category | None]())


def night_report(month: Month, records: Iterable[NightReceipt], calendar: Calendar) -> NightReport:
    """The report of `month`. `records`: calls of any time, those of other months and of the centre are left out."""
    arrived = sorted((one for one in records if month.begins <= one.at < month.ends), key=lambda one: one.at)
    receipts, by_day = [], 0
    for one in arrived:
        if duty_at(calendar, one.at) is not Duty.CENTRE:
            receipts.append(one)
        elif one.dialled is Dialled.NIGHT_LINE:
            by_day += 1
    followed = [(one.reference or "", one.follow) for one in receipts if one.follow is not None]
    follows = [follow for _, follow in followed]
    return NightReport(
        month=month,
        receipts=tuple(receipts),
        days=_days(month, receipts),
        outcomes=Counter(one.outcome for one in receipts),
        redirects=Counter(one.redirect for one in receipts if one.redirect is not None),
        languages=Counter(one.language for one in receipts),
        outside=by_day,
        notified=sum((one.notified_at or one.acknowledged_at) is not None for one in follows),
        acknowledged=sum(one.acknowledged_at is not None for one in follows),
        unacknowledged=tuple(reference for reference, one in followed if one.status in UNHELD),
        to_ring=spread(_waits((one.handed_at, one.rung_at) for one in follows)),
        to_acknowledgement=spread(_waits((one.handed_at, one.acknowledged_at) for one in follows)),
        alarms=sum(one.alarms for one in follows),
        alarmed=tuple(reference for reference, one in followed if one.alarms),
        cancelled=sum(one.status is TicketStatus.CANCELLED for one in follows),
        duplicates=sum(one.status is TicketStatus.DUPLICATE for one in follows),
        incidents=_of_several(one.incident for one in follows),
    )


def spread(waits: Sequence[float]) -> Spread | None:
    """None where there was no wait."""
    if not waits:
        return None
    ordered = sorted(waits)
    return Spread(len(ordered), median(ordered), ordered[ceil(0.95 * len(ordered)) - 1], ordered[-1])


def with_disasters(calendar: Calendar, switches: Iterable[Switch]) -> Calendar:
    """The calendar as it was lived: operators answered while a switch that extends their hours was in force.

    `switches`: every record, in any order. See `disaster.in_force`: a later record takes over once it has begun.
    """
    recorded = sorted(switches, key=lambda switch: switch.recorded_at)
    begun = [max(switch.starts, switch.recorded_at) for switch in recorded]
    lived = []
    for place, switch in enumerate(recorded):
        ends = min((switch.ends, *begun[place + 1 :]))
        if switch.on and switch.extended and begun[place] < ends:
            lived.append(SpecialHours(begun[place], ends, switch.who, switch.why))
    return replace(calendar, special=(*calendar.special, *lived))


def _days(month: Month, receipts: Iterable[NightReceipt]) -> tuple[DayCount, ...]:
    calls: Counter[date] = Counter()
    classes: dict[date, Counter[Category | None]] = {day: Counter() for day in month.days}
    for one in receipts:
        day = tokyo(one.at).date()
        calls[day] += 1
        if one.urgent:
            classes[day][one.category] += 1
    return tuple(DayCount(day, calls[day], found) for day, found in classes.items())


def _waits(pairs: Iterable[tuple[datetime | None, datetime | None]]) -> list[float]:
    """Seconds. Somebody at a screen may have it before it was handed to anybody: no wait at all."""
    return [
        max(0.0, (until - since).total_seconds()) for since, until in pairs if since is not None and until is not None
    ]


def _of_several(incidents: Iterable[int | None]) -> Mapping[int, int]:
    counts = Counter(number for number in incidents if number is not None)
    return {number: calls for number, calls in sorted(counts.items()) if calls > 1}
