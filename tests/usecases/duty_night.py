"""One night of the duty staff for tests: a store in memory that keeps the life table, three people, one report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path

from ivr.domain.call import PhoneSource, Report
from ivr.domain.escalation import Acknowledged, Event, Released
from ivr.domain.hours import TOKYO
from ivr.domain.roster import Person
from ivr.domain.script import Script
from ivr.domain.ticket import Deed, Ticket, TicketStatus, after
from ivr.ports import Done, StoreUnavailable
from ivr.storage.script_files import read_script
from ivr.usecases.answer_duty import DutyLine
from nlu.meaning import Category, Place

PROMPTS = Path(__file__).parents[2] / "prompts"
NIGHT = datetime(2026, 11, 24, 3, 12, tzinfo=TOKYO)
REFERENCE = "0012"
CALLER = "0761239876"
ONE = Person("water-1", "見本 一", "+819011110001")
TWO = Person("water-2", "見本 二", "+819011110002")
GONE = Person("water-9", "見本 九", "+819011110009")
"""Rung from a roster of yesterday; the bureau's data does not know the number any more."""
RUNG: Mapping[int, Person] = {1: ONE, 3: TWO, 5: GONE}


def report(**changed: object) -> Report:
    given: dict[str, object] = {
        "form": "emergency",
        "urgent": True,
        "category": Category.ROAD_LEAK,
        "place": Place("いずみのでよん", town="泉野出町", chome=4, banchi="12-3"),
        "situation": "水が噴き出しています",
        "phone": CALLER,
        "phone_source": PhoneSource.SPOKEN,
        "name": "見本太郎",
    }
    return Report(**(given | changed))  # type: ignore[arg-type]


def ticket(status: TicketStatus = TicketStatus.NOTIFIED, holder: str | None = None, **changed: object) -> Ticket:
    return Ticket(REFERENCE, "CA1", NIGHT, NIGHT, status, partial=False, report=report(**changed), holder=holder)


def national(number: str | None) -> str:
    return "0" + number.removeprefix("+81") if number and number.startswith("+81") else number or ""


@dataclass
class Night:
    """The ports of the duty line. `broken`: how many asks fail next; `done`, `events`, `refusals`: what is kept."""

    kept: Ticket | None = field(default_factory=ticket)
    staff: list[Person] = field(default_factory=lambda: [ONE, TWO])
    many: int = 1
    waiting: str | None = None
    broken: int = 0
    done: list[tuple[Deed, str]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    refusals: list[tuple[str, str | None]] = field(default_factory=list)

    # --- Deeds

    def do(
        self,
        reference: str,
        deed: Deed,
        *,
        who: str,
        at: datetime,
        note: str | None = None,  # the port's arguments
        same_as: str | None = None,
    ) -> Done:
        self._fail()
        now = self.ticket(reference)
        status = after(now.status, deed) if now is not None else None
        if now is None or status is None:
            return Done(now, done=False)
        released = deed is Deed.RELEASE
        self.kept = replace(now, status=status, holder=None if released else who)
        self.done.append((deed, who))
        self.events.append(Released(at) if released else Acknowledged(at, who))
        return Done(self.kept, done=True)

    def refused(self, reference: str, at: datetime, why: str, *, who: str | None = None) -> None:
        self._fail()
        self.refusals.append((str(why), who))

    def happened(self, reference: str, event: Event) -> None:
        self._fail()
        self.events.append(event)

    def rung(self, reference: str, order: int) -> Person | None:
        self._fail()
        return RUNG.get(order) if self.kept is not None and reference == self.kept.reference else None

    # --- DutyTickets

    def ticket(self, reference: str) -> Ticket | None:
        return self.kept if self.kept is not None and reference == self.kept.reference else None

    def reports(self, reference: str) -> int:
        return self.many

    def waiting_for(self, person: str) -> str | None:
        self._fail()
        return self.waiting if person == ONE.id else None

    # --- DutyPeople

    def person(self, named: str) -> Person | None:
        return next((one for one in self.staff if one.id == named), None)

    def with_number(self, number: str) -> Person | None:
        return next((one for one in self.staff if national(one.phone) == national(number)), None)

    def _fail(self) -> None:
        if self.broken > 0:
            self.broken -= 1
            raise StoreUnavailable

    @property
    def acknowledged_by(self) -> list[str]:
        return [who for deed, who in self.done if deed is Deed.ACKNOWLEDGE]


@cache
def script() -> Script:
    return read_script(PROMPTS, {"ja": {"start": "見本の回答です。"}})


def line_of(night: Night) -> DutyLine:
    return DutyLine(script(), night, night, night)
