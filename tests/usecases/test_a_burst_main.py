"""300 people report one burst main in ten minutes: one event, 300 kept reports, staff rung by rule, all answered."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from faq_index.candidates import Ranking
from ivr.domain.call import Arrived, Ask, Dialled, HangUp, HungUp, Question, Spoke, State
from ivr.domain.disaster import Switch
from ivr.domain.escalation import Acknowledged
from ivr.domain.ticket import Deed, TicketStatus
from ivr.ports import StoredTurn
from ivr.settings import HOME
from ivr.storage.incident_files import read_incidents
from ivr.storage.script_files import read_script
from ivr.storage.sql import Store, open_store
from ivr.storage.tables import escalation_events, notices
from ivr.usecases.in_disaster import DisasterDesk
from ivr.usecases.take_turn import Desk, take_turn
from nlu.understand import load
from tests.jobs.duty import Night, Rung
from tests.stores import HandClock, sqlite_url

BEGAN = datetime.fromisoformat("2024-01-01T16:25:00+09:00")
PROMPTS = HOME / "prompts"
CALLERS, MINUTES, LOTS = 300, 10, 40
SAID = (
    "道路から水がふき出していて、川みたいになっとるんです",
    "家の前の道のアスファルトが割れて水が湧いとる",
    "蛇口をひねっても水が全然出ないんです、隣の家も出ないって",
    "水道の水が急に茶色くなって、近所もみんな同じです",
    "地震のあと、道の真ん中から水がどんどん出てきて止まらんげん",
)
MOST_QUESTIONS = 6


class NoAnswers:
    def search(self, text: str, reading: str, language: str = "ja") -> Ranking:
        return Ranking()


@dataclass
class Caller:
    """One of the 300. `said`: what happened; `lot`: where."""

    number: int
    said: str
    lot: int
    leaves_details: bool
    rings_at: datetime
    turn: StoredTurn | None = None
    questions: int = 0
    lines: list[str] = field(default_factory=list)

    def reply(self, question: Question) -> str:
        match question:
            case Question.OPEN | Question.MENU | Question.SITUATION:
                return self.said
            case Question.PLACE | Question.PLACE_DETAIL:
                return f"泉野出町四丁目{self.lot}です"
            case Question.LEAVE_DETAILS:
                return "はい" if self.leaves_details else "いいえ、結構です"
            case Question.DETAIL:
                return "わかりません"
            case _:
                return "はい"


@pytest.fixture(scope="module")
def burst(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, list[Caller], Night]]:
    script = read_script(PROMPTS, {"ja": {}})
    rule = read_incidents(PROMPTS / "incidents.yaml")
    folder: Path = tmp_path_factory.mktemp("burst")
    with closing(open_store(sqlite_url(folder), rule)) as store:
        store.switches.record(Switch(BEGAN, BEGAN + timedelta(hours=12), "見本の責任者", "見本の地震", BEGAN))
        desk = Desk(
            script, load(), NoAnswers(), store.turns, disasters=DisasterDesk(store.switches, store.incidents, rule)
        )
        chance = random.Random(20240101)
        callers = [
            Caller(
                number,
                SAID[number % len(SAID)],
                1 + number % LOTS,
                leaves_details=chance.random() < 0.5,
                rings_at=BEGAN + timedelta(seconds=chance.uniform(0, 60 * MINUTES)),
            )
            for number in range(CALLERS)
        ]
        clock = HandClock(BEGAN)
        night = Night(store, clock)
        all_call(desk, sorted(callers, key=lambda caller: caller.rings_at), night)
        yield store, callers, night


def all_call(desk: Desk, callers: list[Caller], night: Night) -> None:
    """Everybody's next moment in the order of time; the ladder is looked at whenever time has gone on."""
    moments = [(caller.rings_at, caller.number, caller) for caller in callers]
    while moments:
        moments.sort(key=lambda moment: moment[:2])
        at, _, caller = moments.pop(0)
        night.clock.instant = max(night.clock.instant, at)
        if step_of(desk, caller, at):
            moments.append((at + timedelta(seconds=15), caller.number, caller))
        answered = len(night.carrier.placed)
        night.ladder.climb_all()
        for call in night.carrier.placed[answered:]:
            press_4(night, call)
        night.ladder.climb_all()


def press_4(night: Night, call: Rung) -> None:
    """Whoever is rung takes it; who has it already confirms having heard that it is worse."""
    reference, now = call.answer_url.split("/")[-2], night.clock.now()
    if not night.store.deeds.do(reference, Deed.ACKNOWLEDGE, who=call.to, at=now).done:
        night.store.deeds.happened(reference, Acknowledged(now, call.to))


def step_of(desk: Desk, caller: Caller, at: datetime) -> bool:
    """The caller's next word; False when the call is over."""
    sid = f"CA{caller.number:03}"
    if caller.turn is None:
        event: Arrived | Spoke | HungUp = Arrived(at, Dialled.NIGHT_LINE, f"0760{caller.number:06}")
    else:
        question = caller.turn.call.question
        assert question is not None
        event = Spoke(at, caller.reply(question), question=question)
        caller.questions += 1
    caller.turn = take_turn(desk, sid, f"turn:{caller.questions}", event)
    caller.lines += [line.key for action in caller.turn.actions for line in getattr(action, "lines", ())]
    goes_on = isinstance(caller.turn.actions[-1], Ask) and caller.questions < MOST_QUESTIONS
    if not goes_on:
        take_turn(desk, sid, "hangup", HungUp(at))
    return goes_on


def events_of(store: Store, reference: str) -> list[str]:
    events = select(escalation_events.c.event).where(escalation_events.c.reference == reference)
    with store.engine.connect() as connection:
        return [json.loads(text)["is"] for text in connection.execute(events).scalars()]


def test_every_caller_is_answered_to_the_end(burst: tuple[Store, list[Caller], Night]) -> None:
    _, callers, _ = burst
    unfinished = [caller for caller in callers if caller.turn is None or caller.turn.call.state is not State.ENDED]
    assert unfinished == []
    assert all(isinstance(caller.turn.actions[-1], HangUp) for caller in callers if caller.turn)
    assert max(caller.questions for caller in callers) < MOST_QUESTIONS


def test_every_report_is_kept_with_its_place(burst: tuple[Store, list[Caller], Night]) -> None:
    store, _, _ = burst
    tickets = store.tickets.recent(2 * CALLERS)
    assert len(tickets) == CALLERS
    assert {ticket.report.place.town for ticket in tickets if ticket.report.place} == {"泉野出町"}
    assert len({ticket.report.phone for ticket in tickets}) == CALLERS


def test_they_are_one_event(burst: tuple[Store, list[Caller], Night]) -> None:
    store, _, _ = burst
    (event,) = store.incidents.open_since(BEGAN)
    assert event.reports == CALLERS
    statuses = [ticket.status for ticket in store.tickets.recent(2 * CALLERS)]
    assert statuses.count(TicketStatus.DUPLICATE) == CALLERS - 1
    assert statuses.count(TicketStatus.ACKNOWLEDGED) == 1


def test_staff_are_rung_for_the_event_and_again_only_when_it_is_worse(
    burst: tuple[Store, list[Caller], Night],
) -> None:
    store, _, night = burst
    first = night.carrier.placed[0].answer_url.split("/")[-2]
    assert {call.answer_url.split("/")[-2] for call in night.carrier.placed} == {first}
    assert night.carrier.placed[0].to == "a"
    worse = [event for event in events_of(store, first) if event == "Worsened"]
    assert len(night.carrier.placed) == 1 + len(worse)
    assert len(worse) <= 4, "a severity is told once"


def test_the_count_is_told_without_ringing(burst: tuple[Store, list[Caller], Night]) -> None:
    store, _, _ = burst
    with store.engine.connect() as connection:
        told = connection.execute(select(notices.c.reports).order_by(notices.c.id)).scalars().all()
    assert [count for count in told if count > 1] == [5, 20, 100]


def test_whoever_rings_after_the_first_hears_that_it_is_known(burst: tuple[Store, list[Caller], Night]) -> None:
    _, callers, _ = burst
    hears = sum(
        any(key in ("report.known_area", "report.known_by_staff") for key in caller.lines) for caller in callers
    )
    assert hears > CALLERS * 0.9
