"""Staff are told of every ticket: soon, once as a rule, and whatever breaks on the way."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from ivr.domain.call import Arrived, StoreTicket
from ivr.domain.ticket import Notice, TicketStatus
from ivr.jobs.backoff import pause_s
from ivr.jobs.notices import LEASE_S, LONGEST_PAUSE_S, QUIET_S, NoticeDelivery
from ivr.ports import Notices, NotifyFailed, StoreUnavailable
from ivr.storage.sql import open_store
from tests.stores import REPORT, AnyStore, HandClock, arrived, at, chances, deciding, put_tickets, sqlite_url, ticketed


class Staff:
    """A way of reaching staff that fails as it is told: each failure once, then it works."""

    def __init__(self, name: str = "staff", *failures: Exception) -> None:
        self.name = name
        self.heard: list[str] = []
        self.tries = 0
        self._failures: Iterator[Exception] = iter(failures)

    def tell(self, notice: Notice) -> None:
        self.tries += 1
        for failure in self._failures:
            raise failure
        self.heard.append(notice.reference)


class Forgetful:
    """An outbox that cannot be written once, just after staff were told."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._failed = False
        self.claim, self.postponed, self.sweep = notices.claim, notices.postponed, notices.sweep

    def delivered(self, notice: Notice, now: datetime) -> None:
        if not self._failed:
            self._failed = True
            raise StoreUnavailable("disk full")
        self._notices.delivered(notice, now)


def delivery(store: AnyStore, clock: HandClock, *staff: Staff) -> NoticeDelivery:
    return NoticeDelivery(store.notices, staff, clock, chances(0.0))


def status(store: AnyStore, reference: str) -> TicketStatus:
    ticket = store.tickets.ticket(reference)
    assert ticket is not None
    return ticket.status


def test_staff_hear_of_every_ticket_through_every_way_and_it_becomes_notified(store: AnyStore) -> None:
    put_tickets(store, ["N-1", "N-2"])
    printed, webhook = Staff("printed"), Staff("webhook")
    assert delivery(store, HandClock(), printed, webhook).deliver() == 2
    assert printed.heard == webhook.heard == ["N-1", "N-2"]
    assert status(store, "N-1") is status(store, "N-2") is TicketStatus.NOTIFIED


def test_nothing_to_tell_is_no_work(store: AnyStore) -> None:
    assert delivery(store, HandClock(), Staff()).deliver() == 0


def test_a_second_pass_tells_nobody_again(store: AnyStore) -> None:
    put_tickets(store, ["N-1"])
    staff, clock = Staff(), HandClock()
    job = delivery(store, clock, staff)
    job.deliver()
    clock.pass_by(9999)
    assert job.deliver() == 0
    assert staff.heard == ["N-1"]


def test_a_failure_that_passes_is_tried_again_after_longer_and_longer_pauses(store: AnyStore) -> None:
    put_tickets(store, ["N-1"])
    staff, clock = Staff("staff", *(NotifyFailed("down", permanent=False) for _ in range(12))), HandClock()
    job, began, tries = delivery(store, clock, staff), clock.now(), []
    while not staff.heard:
        before = staff.tries
        job.deliver()
        if staff.tries > before:
            tries.append((clock.now() - began).total_seconds())
        clock.pass_by(1)
    pauses = [after - before for before, after in pairwise(tries)]
    assert pauses[:8] == [2, 4, 8, 16, 32, 64, 128, 256]
    assert set(pauses[8:]) == {LONGEST_PAUSE_S}


def test_a_failure_that_does_not_pass_is_logged_as_error_and_tried_again_at_the_slowest_pace(
    store: AnyStore, caplog: pytest.LogCaptureFixture
) -> None:
    put_tickets(store, ["N-1"])
    staff, clock = Staff("staff", NotifyFailed("gone", permanent=True)), HandClock()
    job = delivery(store, clock, staff)
    assert job.deliver() == 0
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert status(store, "N-1") is TicketStatus.OPEN
    clock.pass_by(LONGEST_PAUSE_S - 1)
    assert job.deliver() == 0
    clock.pass_by(1)
    assert job.deliver() == 1


def test_a_way_that_works_is_not_used_again_because_another_fails(store: AnyStore) -> None:
    put_tickets(store, ["N-1"])
    printed, webhook, clock = Staff("printed"), Staff("webhook", NotifyFailed("down", permanent=False)), HandClock()
    job = delivery(store, clock, printed, webhook)
    assert job.deliver() == 0
    assert status(store, "N-1") is TicketStatus.OPEN
    clock.pass_by(5)
    assert job.deliver() == 1
    assert (printed.heard, webhook.heard) == (["N-1"], ["N-1"])


def test_a_way_that_passes_sets_the_pace_when_another_is_broken_for_good(store: AnyStore) -> None:
    put_tickets(store, ["N-1"])
    broken = Staff("printed", *(NotifyFailed("gone", permanent=True) for _ in range(2)))
    down, clock = Staff("webhook", NotifyFailed("down", permanent=False)), HandClock()
    job = delivery(store, clock, broken, down)
    job.deliver()
    clock.pass_by(2)
    job.deliver()
    assert down.heard == ["N-1"]


def test_a_bug_in_one_way_keeps_no_other_ticket_from_staff(store: AnyStore, caplog: pytest.LogCaptureFixture) -> None:
    put_tickets(store, ["N-1", "N-2"])
    staff = Staff("staff", ZeroDivisionError())
    assert delivery(store, HandClock(), staff).deliver() == 1
    assert staff.heard == ["N-2"]
    assert status(store, "N-1") is TicketStatus.OPEN
    assert "N-1: staff broke" in caplog.text


def test_a_worker_killed_between_claim_and_delivery_loses_nothing(tmp_path: Path) -> None:
    clock, staff = HandClock(), Staff()

    class Killed(BaseException):
        """Not an Exception: nothing may catch it, as nothing catches a kill."""

    class Killer(Staff):
        def tell(self, notice: Notice) -> None:
            raise Killed(notice.reference)

    with closing(open_store(sqlite_url(tmp_path))) as store:
        put_tickets(store, ["N-1"])
        with pytest.raises(Killed):
            delivery(store, clock, Killer()).deliver()
    with closing(open_store(sqlite_url(tmp_path))) as store:
        job = delivery(store, clock, staff)
        clock.pass_by(LEASE_S - 1)
        assert job.deliver() == 0
        clock.pass_by(1)
        assert job.deliver() == 1
    assert staff.heard == ["N-1"]


def test_a_store_that_fails_after_staff_were_told_does_not_make_them_hear_twice(store: AnyStore) -> None:
    put_tickets(store, ["N-1"])
    staff, clock = Staff(), HandClock()
    job = NoticeDelivery(Forgetful(store.notices), (staff,), clock, chances())
    with pytest.raises(StoreUnavailable):
        job.deliver()
    clock.pass_by(LEASE_S)
    assert job.deliver() == 1
    assert staff.heard == ["N-1"]


def test_two_workers_at_once_tell_staff_once(tmp_path: Path) -> None:
    tickets = [f"N-{number:02}" for number in range(12)]
    staff, clock, url = Staff(), HandClock(), sqlite_url(tmp_path)
    with closing(open_store(url)) as one, closing(open_store(url)) as other:
        put_tickets(one, tickets)
        together = threading.Barrier(2)

        def work(store: AnyStore) -> None:
            job = delivery(store, clock, staff)
            together.wait()
            while any(ticket.status is TicketStatus.OPEN for ticket in store.tickets.recent()):
                job.deliver()

        threads = [threading.Thread(target=work, args=(store,)) for store in (one, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert sorted(staff.heard) == tickets


def test_staff_hear_of_a_ticket_whose_call_went_quiet(store: AnyStore, caplog: pytest.LogCaptureFixture) -> None:
    """A crash or a lost hang-up: the report stands there and nobody was told."""
    store.turns.take("CA1", "arrived", deciding(arrived(), StoreTicket("N-1", REPORT, partial=True)))
    staff, clock = Staff(), HandClock(at(QUIET_S))
    job = delivery(store, clock, staff)
    assert (job.sweep(), job.deliver()) == (0, 0)
    clock.pass_by(0.1)
    assert (job.sweep(), job.deliver()) == (1, 1)
    assert (job.sweep(), job.deliver()) == (0, 0)
    assert staff.heard == ["N-1"]
    assert "went quiet" in caplog.text


def test_nothing_of_the_caller_is_logged_whatever_fails(store: AnyStore, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    store.turns.take("CA1", "arrived", ticketed("N-1"))
    failures = (NotifyFailed("down", permanent=False), NotifyFailed("gone", permanent=True), ValueError("?"))
    staff, clock = Staff("staff", *failures), HandClock()
    job = delivery(store, clock, staff)
    while not staff.heard:
        job.deliver()
        clock.pass_by(30)
    assert Arrived.__name__ not in caplog.text
    assert "0765550100" not in caplog.text
    assert "森本町" not in caplog.text


@pytest.mark.parametrize(
    ("attempt", "chance", "seconds"),
    [(1, 0.0, 2.0), (1, 1.0, 1.0), (2, 0.0, 4.0), (3, 0.5, 6.0), (9, 0.0, 300.0), (9, 1.0, 150.0), (10**6, 0.0, 300.0)],
)
def test_a_pause_doubles_up_to_the_longest_and_is_shortened_by_chance(
    attempt: int, chance: float, seconds: float
) -> None:
    assert pause_s(attempt, chance, first_s=2.0, longest_s=300.0) == seconds
