"""The desk's telephone rings for whoever waits: not for callers who left, and not twice without need."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from ivr.domain.call import HungUp, PersonAnswered, Transfer
from ivr.jobs.rings import PICK_UP_S, DeskBell
from ivr.ports import RingFailed
from tests.stores import AnyStore, HandClock, arrived, at, chances, deciding

REPAIR_DESK = "+81765550111"
LONGEST_WAIT_S = 90.0


class Exchange:
    """A carrier that fails as it is told: each failure once, then it works."""

    def __init__(self, *failures: Exception) -> None:
        self.rung: list[tuple[str, str, str]] = []
        self.tries = 0
        self._failures: Iterator[Exception] = iter(failures)

    def ring(
        self,
        number: str,
        answer_url: str,
        status_url: str,
        *,
        tried_at: datetime | None = None,
        others: Callable[[str], bool] = lambda _sid: False,
        answered: bool = False,
    ) -> str:
        assert tried_at is None
        assert not answered, "a desk that is rung for a waiting caller reports its end only"
        self.tries += 1
        for failure in self._failures:
            raise failure
        self.rung.append((number, answer_url, status_url))
        return f"CAdesk{len(self.rung)}"

    def hang_up(self, sid: str) -> None:
        raise AssertionError(f"a bell hangs nobody up: {sid}")

    def prepare_queue(self, name: str, max_size: int) -> None:
        raise AssertionError(f"a bell prepares no queue: {name}, {max_size}")


def bell(store: AnyStore, clock: HandClock, exchange: Exchange) -> DeskBell:
    numbers = {"repair": REPAIR_DESK}
    return DeskBell(store.rings, exchange, clock, numbers, "https://desk.example.jp", LONGEST_WAIT_S, chances(0.0))


def transferred(store: AnyStore, desk: str = "repair", sid: str = "CA1") -> None:
    store.turns.take(sid, "arrived", deciding(arrived(), Transfer(desk, urgent=True, lines=())))


def test_the_desk_is_rung_once_and_whispered_to_about_this_caller(store: AnyStore) -> None:
    transferred(store)
    exchange, clock = Exchange(), HandClock(at(1))
    job = bell(store, clock, exchange)
    assert job.ring() == 1
    assert exchange.rung == [
        (REPAIR_DESK, "https://desk.example.jp/twilio/whisper/CA1/1", "https://desk.example.jp/twilio/status")
    ]
    clock.pass_by(60)
    assert job.ring() == 0


def test_a_desk_without_a_number_is_not_rung(store: AnyStore) -> None:
    transferred(store, "centre")
    exchange = Exchange()
    assert bell(store, HandClock(at(1)), exchange).ring() == 0
    assert exchange.tries == 0
    assert store.rings.claim(at(999), 30) == []


@pytest.mark.parametrize("event", [HungUp(at(2)), PersonAnswered(at(2))], ids=lambda event: type(event).__name__)
def test_nobody_is_rung_for_a_caller_who_left_or_was_answered(store: AnyStore, event: HungUp | PersonAnswered) -> None:
    transferred(store)
    store.turns.take("CA1", "hangup", deciding(event))
    exchange = Exchange()
    assert bell(store, HandClock(at(3)), exchange).ring() == 0
    assert exchange.tries == 0


def test_nobody_is_rung_after_the_longest_wait(store: AnyStore) -> None:
    transferred(store)
    exchange = Exchange()
    assert bell(store, HandClock(at(LONGEST_WAIT_S + 1)), exchange).ring() == 0
    assert exchange.tries == 0


def test_a_refusal_that_passes_is_tried_again_soon(store: AnyStore) -> None:
    transferred(store)
    exchange, clock = Exchange(RingFailed("429", permanent=False), RingFailed("503", permanent=False)), HandClock(at(1))
    job = bell(store, clock, exchange)
    assert job.ring() == 0
    clock.pass_by(1)
    assert job.ring() == 0
    clock.pass_by(2)
    assert job.ring() == 1


def test_a_refusal_that_does_not_pass_is_logged_as_error_and_given_up(
    store: AnyStore, caplog: pytest.LogCaptureFixture
) -> None:
    transferred(store)
    exchange, clock = Exchange(RingFailed("21211", permanent=True)), HandClock(at(1))
    job = bell(store, clock, exchange)
    assert job.ring() == 0
    clock.pass_by(60)
    assert job.ring() == 0
    assert exchange.tries == 1
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert REPAIR_DESK not in caplog.text


@pytest.mark.parametrize("failure", [TimeoutError(), ZeroDivisionError()], ids=["no answer", "a bug"])
def test_when_it_is_not_known_whether_it_rings_nobody_rings_again_before_it_could_be_picked_up(
    store: AnyStore, failure: Exception
) -> None:
    transferred(store)
    exchange, clock = Exchange(failure), HandClock(at(1))
    job = bell(store, clock, exchange)
    assert job.ring() == 0
    clock.pass_by(PICK_UP_S - 1)
    assert job.ring() == 0
    assert exchange.tries == 1
    clock.pass_by(1)
    assert job.ring() == 1  # the caller still waits: nobody picked up


def test_when_it_was_picked_up_after_all_it_is_not_rung_again(store: AnyStore) -> None:
    transferred(store)
    exchange, clock = Exchange(TimeoutError()), HandClock(at(1))
    job = bell(store, clock, exchange)
    job.ring()
    store.turns.take("CA1", "bridge:1", deciding(PersonAnswered(at(9))))
    clock.pass_by(PICK_UP_S)
    assert job.ring() == 0
    assert exchange.tries == 1


def test_the_ring_of_a_worker_that_died_is_taken_over_while_the_caller_waits(store: AnyStore) -> None:
    transferred(store)
    store.rings.claim(at(1), PICK_UP_S)
    exchange, clock = Exchange(), HandClock(at(2))
    job = bell(store, clock, exchange)
    assert job.ring() == 0
    clock.pass_by(PICK_UP_S)
    assert job.ring() == 1


def test_one_desk_that_cannot_be_rung_holds_no_other_up(store: AnyStore) -> None:
    transferred(store, sid="CA1")
    transferred(store, sid="CA2")
    exchange = Exchange(ZeroDivisionError())
    assert bell(store, HandClock(at(1)), exchange).ring() == 1
    assert len(exchange.rung) == 1
