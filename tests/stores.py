"""Stores for tests, and turns to put into them: everything invented."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ivr.domain.call import (
    Action,
    Arrived,
    Call,
    Dialled,
    Event,
    NotifyStaff,
    Report,
    State,
    StoreTicket,
    Turn,
)
from ivr.ports import Decide
from ivr.storage.memory import MemoryStore, memory_store
from ivr.storage.sql import Store, open_store
from nlu.meaning import Category, Place

AnyStore = Store | MemoryStore
START = datetime(2026, 11, 2, 22, 15, tzinfo=UTC)
REPORT = Report(
    form="leak",
    urgent=True,
    category=Category.ROAD_LEAK,
    place=Place("もりもと", town="森本町", chome=2),
    phone="0765550100",
)


def at(seconds: float = 0.0) -> datetime:
    """An instant, `seconds` after the call began."""
    return START + timedelta(seconds=seconds)


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'desk.db'}"


def in_memory(_folder: Path) -> AnyStore:
    return memory_store()


def in_sqlite(folder: Path) -> AnyStore:
    return open_store(sqlite_url(folder))


STORES: dict[str, Callable[[Path], AnyStore]] = {"memory": in_memory, "sqlite": in_sqlite}


def deciding(event: Event, *actions: Action, **changes: object) -> Decide:
    """A decision that is made beforehand. `changes` are fields of the call after it."""

    def decide(call: Call | None, serial: int) -> tuple[Event, Turn]:
        before = call or Call("?", reference=f"N-{serial:04}")
        after = Call(**{**{name: getattr(before, name) for name in Call.__dataclass_fields__}, **changes})
        return event, Turn(after, actions)

    return decide


def arrived(seconds: float = 0.0) -> Arrived:
    return Arrived(at(seconds), Dialled.NIGHT_LINE, "0765550100", "N-0001")


def ticketed(reference: str, seconds: float = 0.0, report: Report = REPORT, *, partial: bool = False) -> Decide:
    """The call's first turn leaves a ticket and a notice."""
    return deciding(arrived(seconds), StoreTicket(reference, report, partial), NotifyStaff(reference), state=State.FORM)


def put_tickets(store: AnyStore, references: Iterable[str]) -> None:
    for number, reference in enumerate(references):
        store.turns.take(f"CA{reference}", "arrived", ticketed(reference, seconds=number))


@dataclass
class HandClock:
    """A clock moved by hand."""

    instant: datetime = field(default_factory=lambda: at(600))

    def now(self) -> datetime:
        return self.instant

    def pass_by(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


def chances(*values: float) -> Callable[[], float]:
    """A chance that comes out as it is told, over and over."""
    return itertools.cycle(values or (0.0,)).__next__


def references(found: Sequence[object]) -> list[str]:
    return [str(getattr(one, "reference", one)) for one in found]
