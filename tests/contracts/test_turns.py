"""One turn, one commit: whatever the carrier repeats, reorders or sends at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ivr.domain.call import Ask, Call, Event, HangUp, HungUp, NotifyStaff, Pressed, Question, State, StoreTicket, Turn
from tests.stores import REPORT, AnyStore, arrived, at, deciding, ticketed

THREADS = 8
MENU = Ask(Question.MENU, ())


def test_the_first_turn_of_a_call_is_number_one(store: AnyStore) -> None:
    taken = store.turns.take("CA1", "arrived", deciding(arrived(), MENU, sid="CA1", asked=MENU))
    assert (taken.seq, taken.actions, taken.repeated) == (1, (MENU,), False)
    assert store.turns.call("CA1") == taken.call
    assert taken.call.asked == MENU


def test_a_new_call_is_decided_from_nothing_and_a_known_one_from_how_it_stands(store: AnyStore) -> None:
    seen: list[tuple[Call | None, int]] = []

    def decide(call: Call | None, serial: int) -> tuple[Event, Turn]:
        seen.append((call, serial))
        return Pressed(at(len(seen)), "1"), Turn(Call("CA1", misses=len(seen)))

    store.turns.take("CA0", "arrived", deciding(arrived()))
    store.turns.take("CA1", "arrived", decide)
    store.turns.take("CA1", "turn:1", decide)
    assert seen == [(None, 2), (Call("CA1", misses=1), 2)]


def test_a_repeated_webhook_gets_the_stored_turn_and_nothing_is_decided(store: AnyStore) -> None:
    first = store.turns.take("CA1", "arrived", deciding(arrived(), MENU, misses=0))
    store.turns.take("CA1", "turn:1", deciding(Pressed(at(5), "1"), HangUp(), misses=3))

    def must_not_run(call: Call | None, serial: int) -> tuple[Event, Turn]:
        raise AssertionError("decided twice")

    again = store.turns.take("CA1", "arrived", must_not_run)
    assert again.repeated
    assert (again.call, again.seq, again.actions) == (first.call, first.seq, first.actions)


def test_the_same_key_in_another_call_is_another_turn(store: AnyStore) -> None:
    store.turns.take("CA1", "arrived", deciding(arrived(), MENU))
    assert not store.turns.take("CA2", "arrived", deciding(arrived(), HangUp())).repeated


def test_what_was_never_there_is_none_or_empty(store: AnyStore) -> None:
    store.turns.take("CA1", "arrived", deciding(arrived()))
    assert store.turns.call("CA9") is None
    assert store.turns.turn("CA9", 1) is None
    assert store.turns.turn("CA1", 0) is None
    assert store.turns.turn("CA1", 2) is None
    assert store.turns.history("CA9") == []
    assert store.tickets.ticket("N-9") is None


def test_the_history_tells_every_event_in_order_with_the_call_as_it_was(store: AnyStore) -> None:
    events: list[Event] = [arrived(), Pressed(at(4), "2"), HungUp(at(9))]
    taken = [
        store.turns.take("CA1", f"k{number}", deciding(event, MENU, sid="CA1", questions=number))
        for number, event in enumerate(events)
    ]
    assert list(store.turns.history("CA1")) == list(zip(events, taken, strict=True))
    assert [stored.call.questions for _, stored in store.turns.history("CA1")] == [0, 1, 2]
    assert store.turns.turn("CA1", 2) == taken[1]


def test_a_decision_that_fails_leaves_nothing(store: AnyStore) -> None:
    def broken(call: Call | None, serial: int) -> tuple[Event, Turn]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.turns.take("CA1", "arrived", broken)
    assert store.turns.call("CA1") is None
    store.turns.take("CA1", "arrived", deciding(arrived(), MENU))
    with pytest.raises(ZeroDivisionError):
        store.turns.take("CA1", "turn:1", broken)
    assert len(store.turns.history("CA1")) == 1


def test_a_turn_is_kept_wholly_or_not_at_all(store: AnyStore) -> None:
    """The ticket comes before the mistake in the same turn: it must not stay behind."""
    mistaken = deciding(arrived(), StoreTicket("N-1", REPORT, partial=False), NotifyStaff("N-2"))
    with pytest.raises(LookupError, match="N-2"):
        store.turns.take("CA1", "arrived", mistaken)
    assert store.tickets.ticket("N-1") is None
    assert store.turns.call("CA1") is None


def test_a_ticket_is_not_overwritten_by_another_call(store: AnyStore) -> None:
    store.turns.take("CA1", "arrived", ticketed("N-1"))
    with pytest.raises(LookupError, match="N-1"):
        store.turns.take("CA2", "arrived", ticketed("N-1", partial=True))
    assert store.tickets.recent()[0].call_sid == "CA1"


def test_a_webhook_that_comes_eight_times_at_once_is_decided_once(store: AnyStore) -> None:
    decided: list[int] = []
    together = threading.Barrier(THREADS)

    def one(number: int) -> tuple[int, bool, State]:
        def decide(call: Call | None, serial: int) -> tuple[Event, Turn]:
            decided.append(number)
            return ticketed("N-1", seconds=number)(call, serial)

        together.wait()
        taken = store.turns.take("CA1", "arrived", decide)
        return taken.seq, taken.repeated, taken.call.state

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(one, range(THREADS)))
    assert sorted(answers) == [(1, False, State.FORM)] + [(1, True, State.FORM)] * (THREADS - 1)
    assert len(decided) == 1
    assert len(store.turns.history("CA1")) == 1
    assert len(store.tickets.recent()) == 1


def test_a_later_webhook_that_comes_eight_times_at_once_is_stored_once(store: AnyStore) -> None:
    store.turns.take("CA1", "arrived", deciding(arrived(), MENU))
    together = threading.Barrier(THREADS)

    def one(number: int) -> tuple[int, str]:
        together.wait()
        taken = store.turns.take("CA1", "turn:1", deciding(Pressed(at(number), "1"), words=f"thread {number}"))
        return taken.seq, taken.call.words or ""

    with ThreadPoolExecutor(THREADS) as pool:
        answers = set(pool.map(one, range(THREADS)))
    assert len(answers) == 1
    assert [stored.seq for _, stored in store.turns.history("CA1")] == [1, 2]
    assert store.turns.call("CA1") == store.turns.history("CA1")[1][1].call


def test_different_webhooks_of_one_call_at_once_are_all_kept_one_after_another(store: AnyStore) -> None:
    def count(call: Call | None, serial: int) -> tuple[Event, Turn]:
        return Pressed(at(), "1"), Turn(Call("CA1", misses=call.misses + 1 if call else 1))

    with ThreadPoolExecutor(THREADS) as pool:
        taken = list(pool.map(lambda number: store.turns.take("CA1", f"turn:{number}", count), range(3 * THREADS)))
    assert sorted(one.seq for one in taken) == list(range(1, 3 * THREADS + 1))
    assert all(one.call.misses == one.seq for one in taken)


def test_different_calls_at_once_get_different_serial_numbers(store: AnyStore) -> None:
    serials: list[int] = []

    def one(number: int) -> None:
        def decide(call: Call | None, serial: int) -> tuple[Event, Turn]:
            serials.append(serial)
            return ticketed(f"N-{serial}")(call, serial)

        store.turns.take(f"CA{number}", "arrived", decide)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(one, range(5 * THREADS)))
    assert sorted(serials) == list(range(1, 5 * THREADS + 1))
    assert len(store.tickets.recent()) == 5 * THREADS
