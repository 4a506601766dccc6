"""A desk that decides what a test says, on the real store in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ivr.channels.simulator.call_file import CallFile
from ivr.channels.simulator.clock import SimulatedClock
from ivr.channels.simulator.desk_ports import Books, InProcessDesk
from ivr.channels.simulator.journal import Journal, read_journal
from ivr.channels.simulator.text_mode import TextCall
from ivr.domain.call import Action, Ask, Call, Event, Line, Question, Turn
from ivr.ports import StoredTurn
from ivr.storage.memory import MemoryStore, memory_store
from tests.simulator.tiny_desk import NOON

OPEN = Ask(Question.OPEN, (Line("open"),))
Decision = Callable[[Event], tuple[Action, ...]]


class ScriptedDesk:
    """Decides what a test says; the store is the real one in memory. `events` are what the desk was told."""

    def __init__(self, decide: Decision, **call: object) -> None:
        self.events: list[Event] = []
        self.store: MemoryStore = memory_store()
        self.clock = SimulatedClock(NOON)
        self._decide, self._call = decide, call

    def take(self, sid: str, key: str, event: Event) -> StoredTurn:
        self.events.append(event)

        def decide(before: Call | None, _serial: int) -> tuple[Event, Turn]:
            call = replace(before or Call(sid), **self._call)  # type: ignore[arg-type]
            return event, Turn(call, self._decide(event))

        return self.store.turns.take(sid, key, decide)

    def play(self, call: CallFile) -> Journal:
        books = Books(self.store.turns, self.store.tickets, lambda line, _: line.key)
        desk = InProcessDesk(self.take, books, lambda _: None)
        telephone = TextCall(call, desk, self.clock)
        telephone.play()
        return read_journal(telephone.sid, books)

    def kinds(self) -> list[type]:
        return [type(event) for event in self.events]


def deciding(on: dict[type, tuple[Action, ...]]) -> Decision:
    return lambda event: on.get(type(event), ())
