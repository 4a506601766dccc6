"""After a call its own ladder climbs, and no other; the wait for it is over when somebody has it, or after a time."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pytest

from ivr.channels.simulator.duty import DutyStaff
from ivr.channels.simulator.duty_ladder import DutyDesk, climbed
from ivr.domain.call import Arrived, Call, Dialled, Event, Report, StoreTicket, Turn
from ivr.domain.escalation import Escalation, Stage
from ivr.domain.report import EMERGENCY_FORM
from ivr.ports import Standing
from ivr.storage.memory import MemoryStore, memory_store
from tests.simulator.tiny_desk import NOON

SID = "CA" + "1" * 32
CLIMBING = Standing(Escalation("N-1", "water", Stage.CALLING, due_at=NOON), resting=False, rests=0, next_at=NOON)
HELD = Standing(Escalation("N-1", "water", Stage.HELD, holder="w3"), resting=True, rests=1, next_at=None)
TEXT_LEFT = Standing(HELD.escalation, resting=True, rests=1, next_at=NOON)
ALARMED = Standing(Escalation("N-1", "water", Stage.ALARMED, alarms=1, due_at=NOON), False, 0, NOON)


def store_with(*references: str) -> MemoryStore:
    """A store in which call SID has left these reports."""
    store = memory_store()

    def decide(before: Call | None, _serial: int) -> tuple[Event, Turn]:
        report = Report(form=EMERGENCY_FORM, urgent=True)
        stored = tuple(StoreTicket(reference, report, partial=True) for reference in references)
        return Arrived(NOON, Dialled.NIGHT_LINE, None, ""), Turn(before or Call(SID), stored)

    store.turns.take(SID, "arrived", decide)
    return store


class Climbs:
    """Ladders that stand as a test says, one look after another; the last for good. `opened`: who could climb when."""

    def __init__(self, *standings: Standing | None) -> None:
        self.standings, self.opened, self.looks = standings, [], 0  # type: tuple[Standing | None, ...], list[list[str]], int

    def desk(self, due: Callable[[], Collection[str]] = tuple) -> DutyDesk:
        return DutyDesk(DutyStaff(lambda _: None), lambda whose: self.opened.append(list(whose)), self.standing, due)

    def standing(self, _reference: str) -> Standing | None:
        self.looks += 1
        return self.standings[min(self.looks, len(self.standings)) - 1]


def test_a_call_without_a_report_rings_nobody() -> None:
    store, climbs = store_with(), Climbs(HELD)
    assert climbed(climbs.desk(), store.turns, store.tickets, SID) is None
    assert climbs.opened == []


def test_a_report_without_a_ladder_of_its_own_rings_nobody() -> None:
    store, climbs = store_with("N-1"), Climbs(None)
    assert climbed(climbs.desk(), store.turns, store.tickets, SID) is None
    assert climbs.opened == []


@pytest.mark.parametrize("settled", [HELD, ALARMED])
def test_the_ladders_of_the_call_climb_until_they_rest_and_then_no_more(settled: Standing) -> None:
    store, climbs = store_with("N-1"), Climbs(CLIMBING, CLIMBING, CLIMBING, settled)
    facts = climbed(climbs.desk(), store.turns, store.tickets, SID)
    assert climbs.opened == [["N-1"], []]
    assert climbs.looks >= 4
    assert facts is not None
    assert (facts.reference, facts.status, facts.rung) == ("N-1", "open", ())


def test_what_is_still_to_be_done_is_waited_for() -> None:
    store, climbs = store_with("N-1"), Climbs(TEXT_LEFT, TEXT_LEFT, HELD)
    due = iter([["N-1"], ["N-1"], []])
    climbed(climbs.desk(lambda: next(due, [])), store.turns, store.tickets, SID)
    assert next(due, None) is None
    assert climbs.looks >= 3


def test_a_ladder_that_hangs_is_not_waited_for_for_ever() -> None:
    store, climbs = store_with("N-1"), Climbs(CLIMBING)
    facts = climbed(climbs.desk(), store.turns, store.tickets, SID, within_s=0.05)
    assert facts is not None
    assert climbs.opened[-1] == []
