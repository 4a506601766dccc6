"""The ladders as they are stored: a step is one commit that takes each event once (R18)."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from ivr.domain.escalation import (
    Acknowledged,
    Begun,
    Climb,
    Escalation,
    Event,
    PickedUp,
    Released,
    Stage,
    TimeUp,
    Unheard,
    WentUnheard,
    Withdrawn,
    begun,
)
from ivr.domain.ticket import Deed
from ivr.ports import Standing
from ivr.storage.sql import Store
from ivr.storage.tables import Work
from tests.contracts.ladders import (
    CREW,
    LEASE,
    POLICY,
    Deciding,
    advance,
    carry_out,
    carry_out_all,
    claim,
    event_count,
    works,
)
from tests.stores import at, put_tickets, ticketed


@pytest.fixture
def store(sqlite: Store) -> Store:
    """One ticket of which staff are to be told: its ladder begins at at(0)."""
    put_tickets(sqlite, ["N-1"])
    return sqlite


# --- steps ------------------------------------------------------------------------------------------


def test_a_ticket_of_which_staff_are_told_has_a_ladder_that_has_begun(store: Store) -> None:
    assert store.escalations.standing("N-1") == Standing(None, resting=False, rests=0, next_at=None)
    decide = Deciding()
    advance(store, 1, decide)
    assert decide.told == [Begun(at(0))]
    assert decide.before == [None]


def test_a_ticket_that_staff_are_told_of_twice_begins_once(store: Store) -> None:
    store.turns.take("CAN-1", "again", ticketed("N-1", seconds=5, partial=True))
    decide = Deciding()
    advance(store, 6, decide)
    assert decide.told == [Begun(at(0))]


def test_a_ticket_nobody_was_told_of_has_no_ladder(sqlite: Store) -> None:
    assert sqlite.escalations.advance("N-9", at(1), Deciding()) is None
    assert sqlite.escalations.standing("N-9") is None
    assert sqlite.escalations.claim("N-9", at(1), LEASE) is None


def test_a_step_stores_the_state_and_its_orders(store: Store) -> None:
    standing = advance(store, 1)
    assert standing.escalation is not None
    assert (standing.escalation.stage, standing.escalation.ringing) == (Stage.CALLING, (1,))
    assert standing == store.escalations.standing("N-1")
    assert works(store) == [(1, Work.PENDING), (2, Work.PENDING)]


def test_a_decision_that_fails_leaves_nothing_behind(store: Store) -> None:
    advance(store, 1)
    carry_out_all(store, 1)
    advance(store, 1)
    before, orders, events = store.escalations.standing("N-1"), works(store), event_count(store)
    store.deeds.happened("N-1", PickedUp(at(2), 1))

    def fail(*_: object) -> Climb:
        raise ZeroDivisionError

    def fail_late(state: Escalation | None, category: str | None, events: Sequence[Event]) -> Climb:
        return fail() if any(isinstance(event, TimeUp) for event in events) else Climb(state or begun("N-1", CREW))

    for bad in (fail, fail_late):
        with pytest.raises(ZeroDivisionError):
            store.escalations.advance("N-1", at(100), bad)
        assert store.escalations.standing("N-1") == before
        assert (works(store), event_count(store)) == (orders, events + 1)
    decide = Deciding()
    advance(store, 3, decide)
    assert decide.told == [PickedUp(at(2), 1)]


def test_every_event_is_taken_once_and_in_order(store: Store) -> None:
    news: list[Event] = [PickedUp(at(2), 1), WentUnheard(at(3), 1, Unheard.NO_KEY), PickedUp(at(4), 3)]
    for event in news:
        store.deeds.happened("N-1", event)
    decide = Deciding()
    for seconds in (5, 6):
        advance(store, seconds, decide)
    assert decide.told == [Begun(at(0)), *news]
    store.deeds.happened("N-1", Acknowledged(at(7), "b"))
    advance(store, 8, decide)
    assert decide.told[-1] == Acknowledged(at(7), "b")
    assert len(decide.told) == 5


def test_nothing_is_decided_while_nothing_happens_and_no_time_is_up(store: Store) -> None:
    advance(store, 1)
    decide = Deciding()
    advance(store, 39.9, decide)
    assert decide.before == []  # it was not even asked


def test_time_that_is_up_is_an_event_and_is_kept(store: Store) -> None:
    advance(store, 0)
    carry_out_all(store, 0)
    advance(store, 0)
    events = event_count(store)
    decide = Deciding()
    standing = advance(store, 40, decide)
    assert decide.told == [TimeUp(at(40))]
    assert event_count(store) == events + 1
    assert standing.escalation is not None
    assert standing.escalation.rung == ("b",)
    decide = Deciding()
    advance(store, 41, decide)
    assert decide.told == []  # it is not taken again


def test_no_time_is_up_while_the_call_that_is_wanted_waits_for_the_line(store: Store) -> None:
    """Forty ladders at one call a second: whoever was ordered is rung before anybody else is."""
    advance(store, 0)
    decide = Deciding()
    standing = advance(store, 400, decide)
    assert decide.told == []
    assert standing.next_at == at(0), "its order is due, nothing else"
    carry_out_all(store, 400)
    assert advance(store, 400).next_at == at(440)


def test_what_happened_before_the_time_was_up_comes_first(store: Store) -> None:
    advance(store, 1)
    store.deeds.happened("N-1", PickedUp(at(39), 1))
    decide = Deciding()
    standing = advance(store, 50, decide)
    assert decide.told == [PickedUp(at(39), 1)]  # whoever picked up may listen: the time is not up
    assert standing.escalation is not None
    assert standing.escalation.due_at == at(39 + POLICY.listen_s)


def test_two_who_step_at_once_take_an_event_once(store: Store) -> None:
    deciders = [Deciding() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda decide: store.escalations.advance("N-1", at(1), decide), deciders))
    assert [event for decide in deciders for event in decide.told] == [Begun(at(0))]
    assert works(store) == [(1, Work.PENDING), (2, Work.PENDING)]


def test_a_ladder_that_comes_to_rest_is_counted_once_for_each_rest(store: Store) -> None:
    advance(store, 1)
    store.deeds.happened("N-1", Acknowledged(at(2), "a"))
    assert (advance(store, 3).resting, advance(store, 4).rests) == (True, 1)
    store.deeds.happened("N-1", Released(at(5)))
    assert (advance(store, 6).resting, advance(store, 7).rests) == (False, 1)
    store.deeds.happened("N-1", Withdrawn(at(8)))
    assert (advance(store, 9).resting, advance(store, 10).rests) == (True, 2)


def test_a_ladder_that_is_withdrawn_while_it_rests_rests_on(store: Store) -> None:
    advance(store, 1)
    store.deeds.happened("N-1", Acknowledged(at(2), "a"))
    advance(store, 3)
    store.deeds.happened("N-1", Withdrawn(at(4)))
    assert advance(store, 5).rests == 1


# --- what there is to do ----------------------------------------------------------------------------


def test_a_ladder_is_looked_at_when_its_order_or_its_time_is_due_whatever_comes_first(store: Store) -> None:
    assert advance(store, 1).next_at == at(1)
    store.escalations.postponed(claim(store, 1), at(20), "429")
    store.escalations.carried_out(claim(store, 1), at(1))
    assert advance(store, 2).next_at == at(20)
    carry_out(store, 20)
    assert advance(store, 21).next_at == at(60), "from when it rings"


def test_what_has_something_to_do_is_unfinished(store: Store) -> None:
    def unfinished(seconds: float) -> Sequence[str]:
        return store.escalations.unfinished(at(seconds))

    assert unfinished(0) == ["N-1"]  # it has begun
    advance(store, 1)
    assert unfinished(1) == ["N-1"]  # orders
    carry_out_all(store, 1)
    advance(store, 1)  # the telephone rings: its time begins
    assert unfinished(40.9) == []
    assert unfinished(41) == ["N-1"]  # its time is up
    store.deeds.happened("N-1", Acknowledged(at(5), "a"))
    assert unfinished(5) == ["N-1"]  # something happened
    advance(store, 6)
    carry_out_all(store, 6)
    assert unfinished(99999) == []


def test_the_oldest_unfinished_come_first_and_no_more_than_asked_for(store: Store) -> None:
    put_tickets(store, ["N-2", "N-3"])
    assert len(store.escalations.unfinished(at(9), limit=2)) == 2
    assert set(store.escalations.unfinished(at(9))) == {"N-1", "N-2", "N-3"}


def test_a_ladder_is_climbing_until_it_rests_with_nothing_left_to_do(store: Store) -> None:
    def climbing() -> Sequence[str]:
        return store.escalations.climbing()

    assert climbing() == ["N-1"]
    advance(store, 1)
    carry_out_all(store, 1)
    assert climbing() == ["N-1"]
    store.deeds.do("N-1", Deed.CANCEL, who="a", at=at(2))
    assert climbing() == ["N-1"]
    advance(store, 3)
    assert climbing() == ["N-1"]  # the call that rings is to be ended
    carry_out_all(store, 3)
    assert climbing() == []
    store.deeds.do("N-1", Deed.REOPEN, who="a", at=at(4))
    assert climbing() == ["N-1"]


# --- the carrier's pace -----------------------------------------------------------------------------


def test_each_call_has_a_second_of_its_own(store: Store) -> None:
    taken = [store.escalations.take_slot("AC1", at(0), 1.0, 30.0) for _ in range(3)]
    assert taken == [at(0), at(1), at(2)]
    assert store.escalations.take_slot("AC1", at(10), 1.0, 30.0) == at(10)
    assert store.escalations.take_slot("AC2", at(0), 1.0, 30.0) == at(0)  # another account has its own


def test_a_second_too_far_away_is_told_and_not_taken(store: Store) -> None:
    taken = [store.escalations.take_slot("AC1", at(0), 1.0, 1.0) for _ in range(4)]
    assert taken == [at(0), at(1), at(2), at(2)]


def test_twenty_threads_get_twenty_seconds(store: Store) -> None:
    with ThreadPoolExecutor(20) as pool:
        taken = list(pool.map(lambda _: store.escalations.take_slot("AC1", at(0), 1.0, 30.0), range(20)))
    assert sorted(taken) == [at(number) for number in range(20)]
