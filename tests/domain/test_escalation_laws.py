"""The laws of an escalation: every cell of the table, and walks over any events, rosters and policies (R18)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import product
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.domain.climbing import TABLE, step
from ivr.domain.escalation import (
    Acknowledged,
    Begun,
    Climb,
    Escalation,
    Event,
    HangUpOn,
    PassedOn,
    PickedUp,
    Placed,
    Policy,
    RaiseAlarm,
    Released,
    RingPerson,
    Stage,
    TimeUp,
    Unheard,
    WentUnheard,
    Withdrawn,
    Worsened,
    begun,
    is_resting,
)
from ivr.domain.roster import Crew, Person
from tests.domain.ladder import (
    BEGUN,
    CALL_ONLY,
    CHIEF,
    CREW,
    HELD_BY_A,
    IN_VAIN,
    NOBODY,
    NOW,
    POLICY,
    UNLISTED,
    A,
    B,
    C,
    late,
    no_key,
    run,
)

EVENTS: tuple[Event, ...] = (
    BEGUN,
    Placed(NOW, 1),
    PickedUp(NOW, 1),
    no_key(1),
    PassedOn(NOW, "a"),
    Acknowledged(NOW, "a"),
    Worsened(NOW),
    Released(NOW),
    Withdrawn(NOW),
    late(),
)
REACHED = {
    Stage.CALLING: run(BEGUN).escalation,
    Stage.ALARMED: run(*IN_VAIN).escalation,
    Stage.HELD: run(*HELD_BY_A).escalation,
    Stage.OVER: run(BEGUN, Withdrawn(NOW)).escalation,
}


def test_every_stage_has_a_cell_for_every_event() -> None:
    assert {type(event) for event in EVENTS} == set(get_args(Event))
    assert {stage: set(row) for stage, row in TABLE.items()} == {stage: set(get_args(Event)) for stage in Stage}


@pytest.mark.parametrize(("stage", "event", "crew"), list(product(Stage, EVENTS, (CREW, NOBODY))))
def test_every_cell_runs_and_leaves_something_due_or_rests(stage: Stage, event: Event, crew: Crew) -> None:
    before = REACHED[stage]
    assert before.stage is stage
    now = step(POLICY, before, event, crew).escalation
    assert (now.reference, now.group) == ("W-0001", "water")
    assert is_resting(now) == (now.due_at is None) == (now.stage in (Stage.HELD, Stage.OVER))


OVER_CHANGES_NOTHING = [event for event in EVENTS if not isinstance(event, Begun)]


@pytest.mark.parametrize("event", OVER_CHANGES_NOTHING)
def test_what_is_over_stays_as_it_is_until_reopened(event: Event) -> None:
    over = REACHED[Stage.OVER]
    assert step(POLICY, over, event, CREW) == Climb(over)


# --- walks ------------------------------------------------------------------------------------------

PEOPLE = (A, B, C, CHIEF, CALL_ONLY, UNLISTED)
NAMES = st.sampled_from([*(person.id for person in PEOPLE), "somebody unknown"])
ORDERS = st.integers(0, 12) | st.integers(0, 200)
GROUPS = st.lists(st.sampled_from(PEOPLE), max_size=4).map(tuple)

CREWS = st.builds(Crew, st.just("water"), GROUPS, GROUPS, st.sampled_from([None, CHIEF, UNLISTED, A]))
POLICIES = st.builds(
    Policy,
    answer_s=st.just(25),
    listen_s=st.integers(1, 200),
    rounds=st.integers(0, 4),
    alarm_every_s=st.integers(1, 600),
    reachable_s=st.integers(1, 100),
)
HAPPENED: st.SearchStrategy[Event] = st.one_of(
    st.just(Begun(NOW)),
    st.builds(Placed, st.just(NOW), ORDERS),
    st.builds(PickedUp, st.just(NOW), ORDERS),
    st.builds(WentUnheard, st.just(NOW), ORDERS, st.sampled_from(Unheard)),
    st.builds(PassedOn, st.just(NOW), NAMES),
    st.builds(Acknowledged, st.just(NOW), NAMES),
    st.sampled_from([Worsened(NOW), Released(NOW), Withdrawn(NOW)]),
    st.just(TimeUp(NOW)),
)


@dataclass(frozen=True, slots=True)
class Pace:
    """One event of a walk: what happened, so long after the one before, with these people to be reached."""

    event: Event
    crew: Crew
    seconds: int
    of_newest_call: bool  # the event tells of the call that was placed last, not of any number or name


PACES = st.builds(Pace, HAPPENED, CREWS, st.integers(0, 400), st.booleans())


@dataclass(slots=True)
class Telephones:
    """Whose telephones ring for this report, as somebody sees it who only reads orders and events."""

    ringing: dict[int, str] = field(default_factory=dict)

    def heard(self, event: Event) -> None:
        match event:
            case WentUnheard(order=order):
                self.ringing.pop(order, None)
            case PassedOn(person=person) | Acknowledged(person=person):
                self.ringing = {order: whom for order, whom in self.ringing.items() if whom != person}

    def ordered(self, climb: Climb) -> None:
        for order in climb.orders:
            if isinstance(order, HangUpOn):
                self.ringing.pop(order.ring, None)
            elif isinstance(order, RingPerson):
                self.ringing[order.order] = order.person.id


@dataclass(frozen=True, slots=True)
class Walked:
    """One step of a walk, and what rings after it."""

    before: Escalation
    event: Event
    crew: Crew
    climb: Climb
    ringing: dict[int, str]


def of_newest_call(event: Event, telephones: Telephones) -> Event:
    newest = max(telephones.ringing)
    match event:
        case Placed() | PickedUp() | WentUnheard():
            return replace(event, order=newest)
        case PassedOn() | Acknowledged():
            return replace(event, person=telephones.ringing[newest])
        case _:
            return event


def walk(policy: Policy, paces: list[Pace]) -> Iterator[Walked]:
    """Every step of a walk that begins as an escalation begins."""
    now, telephones, escalation = NOW, Telephones(), begun("W-0001", CREW)
    for pace in [Pace(BEGUN, paces[0].crew if paces else CREW, 0, False), *paces]:
        now += timedelta(seconds=pace.seconds)
        event = replace(pace.event, at=now)
        if pace.of_newest_call and telephones.ringing:
            event = of_newest_call(event, telephones)
        climb = step(policy, escalation, event, pace.crew)
        telephones.heard(event)
        telephones.ordered(climb)
        yield Walked(escalation, event, pace.crew, climb, dict(telephones.ringing))
        escalation = climb.escalation


unhurried = settings(deadline=None, max_examples=200)  # a slow machine breaks no law


def walks(test: Callable[[Policy, list[Pace]], None]) -> Callable[[], None]:
    """`test` over walks of any length."""
    return unhurried(given(POLICIES, st.lists(PACES, max_size=40))(test))


@walks
def test_nobody_has_it_without_having_acknowledged_it(policy: Policy, paces: list[Pace]) -> None:
    acknowledged: set[str] = set()
    for one in walk(policy, paces):
        if isinstance(one.event, Acknowledged):
            acknowledged.add(one.event.person)
        now = one.climb.escalation
        assert now.holder is None or now.holder in acknowledged
        if now.stage is Stage.HELD and one.before.stage is not Stage.HELD:
            assert isinstance(one.event, Acknowledged)
            assert now.holder == one.event.person


@walks
def test_until_somebody_has_it_something_is_always_due(policy: Policy, paces: list[Pace]) -> None:
    for one in walk(policy, paces):
        due_at = one.climb.escalation.due_at
        assert is_resting(one.climb.escalation) == (due_at is None)
        assert due_at is None or not one.climb.orders or due_at > one.event.at


@walks
def test_after_it_was_withdrawn_nobody_is_rung_until_it_is_reopened(policy: Policy, paces: list[Pace]) -> None:
    for one in walk(policy, paces):
        if isinstance(one.event, Withdrawn):
            assert one.climb.escalation.stage is Stage.OVER
        if one.before.stage is Stage.OVER and not isinstance(one.event, Begun):
            assert one.climb.orders == ()
        if is_resting(one.climb.escalation):
            assert one.ringing == {}


@walks
def test_no_number_is_given_to_two_orders(policy: Policy, paces: list[Pace]) -> None:
    numbers = [order.order for one in walk(policy, paces) for order in one.climb.orders]
    assert numbers == list(range(1, len(numbers) + 1))


@walks
def test_one_person_at_a_time_is_rung_except_by_an_alarm(policy: Policy, paces: list[Pace]) -> None:
    for one in walk(policy, paces):
        stage, people = one.climb.escalation.stage, list(one.ringing.values())
        assert len(people) == len(set(people))
        assert stage is not Stage.CALLING or len(people) == 1


@walks
def test_what_the_escalation_believes_to_ring_is_what_rings(policy: Policy, paces: list[Pace]) -> None:
    for one in walk(policy, paces):
        now = one.climb.escalation
        assert dict(zip(now.ringing, now.rung, strict=True)) == one.ringing


@walks
def test_only_who_can_be_reached_is_rung_and_below_an_alarm_only_who_is_on_duty(
    policy: Policy, paces: list[Pace]
) -> None:
    for one in walk(policy, paces):
        for order in one.climb.orders:
            if not isinstance(order, RingPerson):
                continue
            assert order.person.phone is not None
            assert order.alarm == (one.climb.escalation.stage is Stage.ALARMED)
            told_of_worse = isinstance(one.event, Worsened) and order.person.id == one.before.holder
            assert order.alarm or told_of_worse or order.person in one.crew.on_duty


@unhurried
@given(POLICIES, st.lists(PACES, max_size=20), st.lists(st.tuples(CREWS, st.booleans()), min_size=40, max_size=40))
def test_from_anywhere_an_alarm_comes_when_nobody_ever_answers(
    policy: Policy, paces: list[Pace], ahead: list[tuple[Crew, bool]]
) -> None:
    *_, last = walk(policy, paces)
    escalation = last.climb.escalation
    if is_resting(escalation):
        escalation = replace(escalation, stage=Stage.CALLING, due_at=NOW)
    heard = escalation.alarms
    for number, (crew, reported) in enumerate(ahead):
        assert escalation.due_at is not None
        event: Event = TimeUp(escalation.due_at)
        if reported and escalation.stage is Stage.CALLING and escalation.ringing:
            event = WentUnheard(escalation.due_at, escalation.ringing[-1], Unheard.NO_ANSWER)
        climb = step(policy, escalation, event, crew)
        escalation = climb.escalation
        if any(isinstance(order, RaiseAlarm) for order in climb.orders):
            assert number <= (policy.rounds + 1) * len(PEOPLE)
            break
    assert escalation.alarms == heard + 1


@unhurried
@given(POLICIES, st.lists(PACES, max_size=20), CREWS)
def test_an_alarm_goes_on_being_raised_and_tells_everybody(policy: Policy, paces: list[Pace], crew: Crew) -> None:
    *_, last = walk(policy, paces)
    due = last.climb.escalation.due_at or NOW
    alarmed = replace(last.climb.escalation, stage=Stage.ALARMED, due_at=due)
    climb = step(policy, alarmed, TimeUp(due), crew)
    supervisor: tuple[Person, ...] = (crew.supervisor,) if crew.supervisor else ()
    everybody = {person.id for person in (*crew.on_duty, *crew.everyone, *supervisor) if person.phone}
    assert isinstance(climb.orders[0], RaiseAlarm)
    assert {order.person.id for order in climb.orders if isinstance(order, RingPerson)} == everybody
