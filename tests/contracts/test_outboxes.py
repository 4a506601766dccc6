"""Work for after the commit is claimed by one worker at a time, and never lost with a worker."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from ivr.domain.call import HungUp, NobodyAnswered, NotifyStaff, PersonAnswered, StoreTicket, Transfer
from ivr.domain.ticket import TicketStatus
from tests.stores import REPORT, AnyStore, arrived, at, deciding, put_tickets, references, ticketed

LEASE = 60.0


def transferred(store: AnyStore, sid: str = "CA1") -> None:
    store.turns.take(sid, "arrived", deciding(arrived(), Transfer("repair", urgent=True, lines=())))


def test_a_notice_says_what_and_when_and_which_try_it_is(store: AnyStore) -> None:
    put_tickets(store, ["N-1"])
    (notice,) = store.notices.claim(at(1), LEASE)
    assert (notice.reference, notice.category, notice.opened_at, notice.attempts) == ("N-1", "road_leak", at(0), 1)


def test_claimed_work_is_not_given_to_another_worker(store: AnyStore) -> None:
    put_tickets(store, ["N-1"])
    assert len(store.notices.claim(at(1), LEASE)) == 1
    assert store.notices.claim(at(60.9), LEASE) == []


def test_the_work_of_a_dead_worker_is_taken_over_when_its_lease_has_ended(store: AnyStore) -> None:
    put_tickets(store, ["N-1"])
    store.notices.claim(at(1), LEASE)
    (again,) = store.notices.claim(at(61), LEASE)
    assert (again.reference, again.attempts) == ("N-1", 2)


def test_the_oldest_work_comes_first_and_no_more_than_asked_for(store: AnyStore) -> None:
    put_tickets(store, ["N-1", "N-2", "N-3"])
    assert references(store.notices.claim(at(9), LEASE, limit=2)) == ["N-1", "N-2"]
    assert references(store.notices.claim(at(9), LEASE, limit=2)) == ["N-3"]


def test_work_is_not_due_before_its_time(store: AnyStore) -> None:
    put_tickets(store, ["N-1"])
    (notice,) = store.notices.claim(at(1), LEASE)
    store.notices.postponed(notice, at(100), "line down")
    assert store.notices.claim(at(99.9), LEASE) == []
    assert references(store.notices.claim(at(100), LEASE)) == ["N-1"]


def test_a_delivered_notice_makes_the_ticket_notified_and_is_done(store: AnyStore) -> None:
    put_tickets(store, ["N-1"])
    (notice,) = store.notices.claim(at(1), LEASE)
    store.notices.delivered(notice, at(2))
    ticket = store.tickets.ticket("N-1")
    assert ticket is not None
    assert (ticket.status, ticket.changed_at, ticket.opened_at) == (TicketStatus.NOTIFIED, at(2), at(0))
    assert [entry.status for entry in store.tickets.history("N-1")] == [TicketStatus.OPEN, TicketStatus.NOTIFIED]
    assert store.notices.claim(at(999), LEASE) == []


def test_a_worker_that_lost_its_claim_cannot_postpone_the_work_of_the_next(store: AnyStore) -> None:
    put_tickets(store, ["N-1"])
    (late,) = store.notices.claim(at(1), LEASE)
    (now,) = store.notices.claim(at(61), LEASE)
    store.notices.postponed(late, at(9999), "too late to say so")
    store.notices.postponed(now, at(70), "line down")
    assert len(store.notices.claim(at(70), LEASE)) == 1


def test_what_left_has_left_even_if_the_claim_was_lost(store: AnyStore) -> None:
    put_tickets(store, ["N-1"])
    (late,) = store.notices.claim(at(1), LEASE)
    (now,) = store.notices.claim(at(61), LEASE)
    store.notices.delivered(late, at(62))
    store.notices.postponed(now, at(63), "line down")
    assert store.notices.claim(at(999), LEASE) == []


def test_a_ticket_changed_after_it_was_notified_stays_notified(store: AnyStore) -> None:
    store.turns.take("CA1", "arrived", ticketed("N-1", partial=True))
    (notice,) = store.notices.claim(at(1), LEASE)
    store.notices.delivered(notice, at(2))
    store.turns.take("CA1", "k", deciding(HungUp(at(9)), StoreTicket("N-1", REPORT, partial=False)))
    assert store.tickets.recent()[0].status is TicketStatus.NOTIFIED


@pytest.mark.parametrize("outbox", ["notices", "rings"])
def test_many_workers_at_once_get_every_piece_of_work_exactly_once(store: AnyStore, outbox: str) -> None:
    for number in range(20):
        reference = f"N-{number}"
        actions = (
            StoreTicket(reference, REPORT, partial=False),
            NotifyStaff(reference),
            Transfer("repair", urgent=True, lines=()),
        )
        store.turns.take(f"CA{number}", "arrived", deciding(arrived(), *actions))
    claim: Callable[..., list[object]] = getattr(store, outbox).claim

    def work(_: int) -> list[int]:
        mine: list[int] = []
        while found := claim(at(1), LEASE, limit=3):
            mine += [getattr(one, "id", 0) for one in found]
        return mine

    with ThreadPoolExecutor(4) as pool:
        claimed = [one for mine in pool.map(work, range(4)) for one in mine]
    # A worker may come away empty-handed while another holds the rest; nothing may be claimed twice.
    assert len(claimed) == len(set(claimed)) == 20


def test_a_ticket_that_nobody_was_told_of_is_found_once_its_call_is_quiet(store: AnyStore) -> None:
    store.turns.take("CA1", "arrived", deciding(arrived(0), StoreTicket("N-1", REPORT, partial=True)))
    assert store.notices.sweep(at(0)) == 0
    assert store.notices.sweep(at(0.1)) == 1
    assert store.notices.sweep(at(0.1)) == 0
    assert references(store.notices.claim(at(0.1), LEASE)) == ["N-1"]


def test_a_call_that_goes_on_is_not_quiet(store: AnyStore) -> None:
    store.turns.take("CA1", "arrived", deciding(arrived(0), StoreTicket("N-1", REPORT, partial=True)))
    store.turns.take("CA1", "turn:1", deciding(PersonAnswered(at(200))))
    assert store.notices.sweep(at(200)) == 0
    assert store.notices.sweep(at(201)) == 1


def test_a_ticket_with_a_notice_is_not_swept_whether_told_or_not(store: AnyStore) -> None:
    put_tickets(store, ["N-1", "N-2"])
    store.notices.delivered(store.notices.claim(at(5), LEASE, limit=1)[0], at(6))
    assert store.notices.sweep(at(999)) == 0


@pytest.mark.parametrize(
    "event",
    [HungUp(at(3)), PersonAnswered(at(3)), NobodyAnswered(at(3), "timeout")],
    ids=lambda event: type(event).__name__,
)
@pytest.mark.parametrize("claimed_before", [False, True])
def test_a_desk_is_not_rung_for_a_caller_who_no_longer_waits(
    store: AnyStore, event: HungUp | PersonAnswered | NobodyAnswered, claimed_before: bool
) -> None:
    transferred(store)
    held = store.rings.claim(at(1), 30) if claimed_before else []
    store.turns.take("CA1", "queue:1", deciding(event))
    for ring in held:
        store.rings.postponed(ring, at(4), "line busy")
    assert store.rings.claim(at(999), 30) == []


def test_a_ring_placed_or_given_up_is_done(store: AnyStore) -> None:
    transferred(store, "CA1")
    transferred(store, "CA2")
    placed, refused = store.rings.claim(at(1), 30)
    store.rings.placed(placed, "CAdesk")
    store.rings.given_up(refused, "no such number")
    assert store.rings.claim(at(999), 30) == []


def test_a_ring_postponed_comes_again_with_the_next_try_counted(store: AnyStore) -> None:
    transferred(store)
    (first,) = store.rings.claim(at(1), 30)
    store.rings.postponed(first, at(2), "line busy")
    (again,) = store.rings.claim(at(2), 30)
    assert (first.attempts, again.attempts, again.id) == (1, 2, first.id)


def test_a_worker_that_lost_its_claim_cannot_give_the_ring_up(store: AnyStore) -> None:
    transferred(store)
    (late,) = store.rings.claim(at(1), 30)
    store.rings.claim(at(31), 30)
    store.rings.given_up(late, "refused")
    assert len(store.rings.claim(at(61), 30)) == 1
