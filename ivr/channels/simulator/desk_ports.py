"""What the simulator needs of the desk under test, in-process or running: the composition root fills these in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from ivr.channels.simulator.duty_ladder import DutyDesk
from ivr.channels.simulator.previous import Recall
from ivr.domain.call import Dialled, Ears, Event, Line
from ivr.ports import StoredTurn, Tickets, Turns

Speak = Callable[[Line, str], str]
"""(line, language) -> the sentence as it is spoken, as Script.text."""

Designate = Callable[[frozenset[date]], None]
"""Makes these days, and no others, the designated busy days of the calendar."""


@dataclass(frozen=True, slots=True)
class Books:
    """Where the facts about a call are read back from, alike in every mode."""

    turns: Turns
    tickets: Tickets
    speak: Speak


@dataclass(frozen=True, slots=True)
class InProcessDesk:
    """A desk without a telephone. `take(sid, key, event)` is take_turn bound to a Desk on temporary storage.

    `duty`: its staff on duty, who are rung when a call is over; None = nobody plays them.
    """

    take: Callable[[str, str, Event], StoredTurn]
    books: Books
    designate: Designate
    max_wait_s: int = 90
    recall: Recall | None = None
    duty: DutyDesk | None = None


@dataclass(frozen=True, slots=True)
class RunningDesk:
    """A desk under a real server.

    `base_url` is where it listens, `public_url` the origin signatures are made for (the same one when None).
    `numbers` are the numbers dialled, E.164. `set_ears` chooses the rung of the ladder for the calls that follow; a
    desk that runs for itself (`--server`) lets neither rung nor calendar be set: None. `recall`: see Previous. `duty`:
    None there too, its staff are real ones.
    """

    base_url: str
    account_sid: str
    auth_token: str
    books: Books
    numbers: Mapping[Dialled, str]
    set_ears: Callable[[Ears], None] | None
    designate: Designate | None
    public_url: str | None = None
    recall: Recall | None = None
    duty: DutyDesk | None = None

    @property
    def origin(self) -> str:
        return self.public_url or self.base_url
