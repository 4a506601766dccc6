"""Who is on duty: people, groups of bureau staff, shifts and the dated entries of the roster. Pure values.

Times are Asia/Tokyo wall-clock, intervals half open: the night shift of 18:00-8:45 has begun at 18:00:00 and is over at
8:45:00. Laws of this file:
1. A shift that goes over midnight belongs to the day on which it begins, and so does the entry that fills it.
2. For one group and shift of one day one entry counts alone: the one over the fewest days, so that a night swapped
   within a month's rota is one more entry. Between equals the later one counts (the reader of files refuses these).
3. Where two shifts run at once, both are on duty, in the order in which the shifts stand.
4. Nothing here fails over a group that is unknown: nobody is on duty for it, and that is an alarm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from ivr.domain.hours import TOKYO, tokyo
from nlu.meaning import Category

_DAY = timedelta(days=1)
_JAPAN = "81"
_ABROAD = "010"


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the bureau's staff. `phone`: E.164, None while the bureau has not given it; `sms`: may be texted."""

    id: str
    name: str
    phone: str | None = None
    sms: bool = True


@dataclass(frozen=True, slots=True)
class Crew:
    """Who can be reached for one group at one instant.

    `on_duty`: the people of the roster, in the order in which they are rung; `everyone`: all of the group, for an
    alarm; `supervisor`: who is told when nobody takes a report.
    """

    group: str
    on_duty: tuple[Person, ...] = ()
    everyone: tuple[Person, ...] = ()
    supervisor: Person | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Bureau staff who take the same reports. `members`: ids of all who are told in an alarm, on duty or not."""

    id: str
    name: str
    members: tuple[str, ...]
    categories: frozenset[Category] = frozenset()


@dataclass(frozen=True, slots=True)
class DutyShift:
    """A stretch of every day; one that ends at or before its begin goes over midnight."""

    id: str
    name: str
    begins: time
    ends: time

    def on(self, day: date) -> tuple[datetime, datetime]:
        """Begin and end of the shift that belongs to `day`."""
        last = day + _DAY if self.ends <= self.begins else day
        return datetime.combine(day, self.begins, TOKYO), datetime.combine(last, self.ends, TOKYO)


@dataclass(frozen=True, slots=True)
class Entry:
    """From the `first` to the `last` day, both included: `people` (ids, in ringing order) fill `shift` of `group`."""

    first: date
    last: date
    shift: str
    group: str
    people: tuple[str, ...]

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    def span(self) -> timedelta:
        return self.last - self.first


@dataclass(frozen=True, slots=True)
class Roster:
    """The roster as the bureau keeps it, everything by id. `otherwise`: the group that takes what no group names."""

    people: Mapping[str, Person]
    groups: Mapping[str, Group]
    shifts: Mapping[str, DutyShift]
    otherwise: str
    supervisor: str | None = None
    entries: tuple[Entry, ...] = field(default=())


def crew(roster: Roster, group: str, at: datetime) -> Crew:
    """Who can be reached for `group` at `at` (any zone). An unknown group: nobody but the supervisor.

    Raises ValueError for a time without a zone.
    """
    now = tokyo(at)
    on_duty = _people(roster, _ids_on_duty(roster, group, now))
    return Crew(
        group=group,
        on_duty=on_duty,
        everyone=tuple(dict.fromkeys((*everyone(roster, group), *on_duty))),  # a substitute of another group too
        supervisor=None if roster.supervisor is None else roster.people[roster.supervisor],
    )


def group_of(roster: Roster, category: Category | str | None) -> str:
    """The id of the group that takes reports of `category`; None and what no group names go to `otherwise`."""
    return next((group.id for group in roster.groups.values() if category in group.categories), roster.otherwise)


def gaps(roster: Roster, group: str, first: date, last: date) -> tuple[tuple[datetime, datetime], ...]:
    """The stretches without anybody on duty for `group`, from `first` 0:00 to the end of the day `last`, in order."""
    free_from = datetime.combine(first, time(), TOKYO)
    end = datetime.combine(last + _DAY, time(), TOKYO)
    found = []
    for begins, ends in sorted(_filled(roster, group, first, last)):
        if begins > free_from:
            found.append((free_from, begins))
        free_from = max(free_from, ends)
    if free_from < end:
        found.append((free_from, end))
    return tuple(found)


def person_with(roster: Roster, number: str | None) -> Person | None:
    """Who has this number: "+819012345678", "09012345678" and "090-1234-5678" are the same. None for a withheld one."""
    wanted = dialled(number or "")
    if not wanted:
        return None
    return next((person for person in roster.people.values() if person.phone and dialled(person.phone) == wanted), None)


def everyone(roster: Roster, group: str) -> tuple[Person, ...]:
    """All members of `group`, as they stand there: who is told in an alarm."""
    return _people(roster, roster.groups[group].members) if group in roster.groups else ()


def dialled(number: str) -> str:
    """The digits that a Japanese telephone dials: "+81 90…" -> "090…", "+1…" -> "0101…"; "" when there are none."""
    digits = "".join(character for character in number if character in "0123456789")
    if not number.lstrip().startswith("+") or not digits:
        return digits
    return "0" + digits.removeprefix(_JAPAN).lstrip("0") if digits.startswith(_JAPAN) else _ABROAD + digits


def _people(roster: Roster, ids: Iterable[str]) -> tuple[Person, ...]:
    return tuple(roster.people[one] for one in dict.fromkeys(ids))


def _ids_on_duty(roster: Roster, group: str, now: datetime) -> Iterator[str]:
    for shift in roster.shifts.values():
        for day in (now.date() - _DAY, now.date()):  # yesterday's shift may go over midnight
            begins, ends = shift.on(day)
            entry = _entry(roster, group, shift.id, day)
            if begins <= now < ends and entry is not None:
                yield from entry.people


def _entry(roster: Roster, group: str, shift: str, day: date) -> Entry | None:
    """The one entry that counts for a group's shift of a day."""
    standing = [one for one in roster.entries if one.group == group and one.shift == shift and one.holds(day)]
    return min(reversed(standing), key=Entry.span, default=None)


def _filled(roster: Roster, group: str, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    """Every shift with somebody in it that touches the days from `first` to `last`."""
    for shift in roster.shifts.values():
        for ahead in range((last - first).days + 2):
            day = first - _DAY + timedelta(days=ahead)
            entry = _entry(roster, group, shift.id, day)
            if entry is not None and entry.people:
                yield shift.on(day)
