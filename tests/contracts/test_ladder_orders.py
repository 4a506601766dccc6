"""An order of a ladder is claimed by one worker at a time, and outlives whoever carries it out (R18)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from ivr.domain.escalation import (
    HangUpOn,
    RaiseAlarm,
    RingPerson,
    TextPerson,
    Unheard,
    WentUnheard,
)
from ivr.domain.roster import Crew
from ivr.domain.ticket import Deed, TicketStatus
from ivr.storage.sql import Store
from ivr.storage.tables import Work, notices
from tests.contracts.ladders import (
    CREW,
    LEASE,
    NOBODY,
    A,
    Deciding,
    advance,
    carry_out,
    carry_out_all,
    claim,
    event_count,
    works,
)
from tests.stores import at, put_tickets


@pytest.fixture
def store(sqlite: Store) -> Store:
    """One ticket of which staff are to be told: its ladder begins at at(0)."""
    put_tickets(sqlite, ["N-1"])
    return sqlite


# --- orders -----------------------------------------------------------------------------------------


def test_orders_come_in_order(store: Store) -> None:
    advance(store, 1)
    assert [carry_out(store, 1), carry_out(store, 1)] == [RingPerson(1, A), TextPerson(2, A)]
    assert store.escalations.claim("N-1", at(1), LEASE) is None


def test_a_claim_is_a_lease_and_says_when_the_first_try_began(store: Store) -> None:
    advance(store, 1)
    first = claim(store, 2)
    assert (first.order, first.attempts, first.tried_at) == (RingPerson(1, A), 1, None)
    assert claim(store, 2).order == TextPerson(2, A)  # the other work goes on meanwhile
    assert store.escalations.claim("N-1", at(61.9), LEASE) is None
    again = claim(store, 62)
    assert (again.order, again.attempts, again.tried_at) == (RingPerson(1, A), 2, at(2))
    assert claim(store, 122).tried_at == at(2)  # the first try, whichever is the last


def test_two_workers_never_have_the_same_order(store: Store) -> None:
    advance(store, 1)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: store.escalations.claim("N-1", at(1), LEASE), range(16)))
    orders = [claimed.order.order for claimed in found if claimed is not None]
    assert sorted(orders) == sorted(set(orders))


def test_work_postponed_is_due_then_and_still_says_that_it_was_tried(store: Store) -> None:
    advance(store, 1)
    store.escalations.postponed(claim(store, 2), at(30), "429")
    assert carry_out(store, 29) == TextPerson(2, A)
    assert store.escalations.claim("N-1", at(29.9), LEASE) is None
    again = claim(store, 30)
    assert (again.attempts, again.tried_at) == (2, at(2))


def test_work_put_back_was_never_tried(store: Store) -> None:
    advance(store, 1)
    store.escalations.put_back(claim(store, 2), at(30), "busy")
    carry_out(store, 2)
    assert store.escalations.claim("N-1", at(29.9), LEASE) is None
    again = claim(store, 30)
    assert (again.order, again.attempts, again.tried_at) == (RingPerson(1, A), 1, None)
    store.escalations.postponed(again, at(40), "429")
    tried = claim(store, 40)
    store.escalations.put_back(tried, at(50), "busy")
    assert (claim(store, 50).attempts, claim(store, 111).tried_at) == (2, at(30))


def test_who_has_lost_a_claim_can_neither_postpone_nor_give_up_nor_put_back(store: Store) -> None:
    advance(store, 1)
    late, text = claim(store, 2), claim(store, 2)
    store.escalations.carried_out(text, at(2), "SM1")
    again = claim(store, 62)
    store.escalations.postponed(late, at(999), "late")
    store.escalations.put_back(late, at(999), "late")
    store.escalations.given_up(late, at(63), "late", WentUnheard(at(63), 1, Unheard.FAILED))
    assert works(store)[0] == (1, Work.CLAIMED)
    store.escalations.carried_out(again, at(64), "CA1")
    assert store.escalations.placed("N-1", 1) == (True, "CA1")
    assert event_count(store) == 2, "it began, and the call was placed"


def test_work_that_a_late_worker_reports_as_done_is_done(store: Store) -> None:
    advance(store, 1)
    late = claim(store, 2)
    carry_out(store, 2)
    claim(store, 62)
    store.escalations.carried_out(late, at(63), "CA1")
    assert store.escalations.claim("N-1", at(999), LEASE) is None


def test_what_the_carrier_placed_is_known_when_it_is_settled(store: Store) -> None:
    advance(store, 1)
    assert store.escalations.placed("N-1", 1) == (False, None)
    claimed = claim(store, 2)
    assert store.escalations.placed("N-1", 1) == (False, None)
    store.escalations.carried_out(claimed, at(3), "CA1")
    assert store.escalations.placed("N-1", 1) == (True, "CA1")
    assert store.escalations.placed("N-1", 99) == (True, None)  # never ordered: nothing to wait for


def test_a_person_rung_makes_the_ticket_notified_and_says_who_was_rung(store: Store) -> None:
    advance(store, 1)
    assert store.deeds.rung("N-1", 1) == A
    carry_out(store, 2, "CA1")
    ticket = store.tickets.ticket("N-1")
    assert ticket is not None
    assert ticket.status is TicketStatus.NOTIFIED
    line = store.tickets.history("N-1")[-1]
    assert (line.at, line.deed, line.who) == (at(2), Deed.TELL, "ladder")
    assert store.deeds.rung("N-1", 2) is None  # a text rings nobody


def test_a_text_alone_does_not_make_a_ticket_notified(store: Store) -> None:
    advance(store, 1)
    claim(store, 1)
    carry_out(store, 1, "SM1")
    ticket = store.tickets.ticket("N-1")
    assert ticket is not None
    assert ticket.status is TicketStatus.OPEN


@pytest.mark.parametrize(("crew", "why"), [(NOBODY, "nobody_on_duty"), (CREW, "nobody_heard")])
def test_an_alarm_makes_one_notice_with_its_reason_even_when_raised_twice(store: Store, crew: Crew, why: str) -> None:
    for seconds in () if crew is NOBODY else (1, 45):
        advance(store, seconds, Deciding(crew))
        carry_out_all(store, seconds)
        advance(store, seconds, Deciding(crew))
    advance(store, 100, Deciding(crew))
    alarm = next(
        claimed
        for _ in range(9)
        if (claimed := store.escalations.claim("N-1", at(100), LEASE)) and isinstance(claimed.order, RaiseAlarm)
    )
    for seconds in (100, 101):
        store.escalations.carried_out(alarm, at(seconds))
    told = store.notices.claim(at(101), LEASE)
    assert [(notice.reference, notice.alarm) for notice in told] == [("N-1", None), ("N-1", why)]


def test_each_alarm_that_is_raised_again_makes_a_notice_of_its_own(store: Store) -> None:
    for seconds in (1, 301, 602):
        advance(store, seconds, Deciding(NOBODY))
        carry_out_all(store, seconds)
    with store.engine.connect() as connection:
        occasions = connection.execute(select(notices.c.occasion).order_by(notices.c.id)).scalars().all()
    assert occasions == ["", *(f"alarm:{order}:nobody_on_duty" for order in (1, 2, 3))]


def test_a_ring_that_nobody_wants_any_more_is_dropped(store: Store) -> None:
    advance(store, 1)
    store.deeds.do("N-1", Deed.CANCEL, who="a", at=at(2))
    advance(store, 3)
    assert works(store) == [(1, Work.CANCELLED), (2, Work.PENDING), (3, Work.PENDING)]
    assert carry_out_all(store, 3) == [TextPerson(2, A), HangUpOn(3, 1)]
    assert store.escalations.placed("N-1", 1) == (True, None)


def test_a_ring_in_somebodys_hands_is_not_dropped(store: Store) -> None:
    advance(store, 1)
    claimed = claim(store, 2)
    store.deeds.do("N-1", Deed.CANCEL, who="a", at=at(2))
    advance(store, 3)
    store.escalations.carried_out(claimed, at(4), "CA1")
    assert store.escalations.placed("N-1", 1) == (True, "CA1")


def test_an_order_given_up_tells_the_ladder_in_the_same_commit(store: Store) -> None:
    advance(store, 1)
    store.escalations.given_up(claim(store, 2), at(2), "refused", WentUnheard(at(2), 1, Unheard.FAILED))
    assert works(store)[0] == (1, Work.FAILED)
    decide = Deciding()
    standing = advance(store, 3, decide)
    assert decide.told == [WentUnheard(at(2), 1, Unheard.FAILED)]
    assert standing.escalation is not None
    assert standing.escalation.rung == ("b",)


def test_an_order_given_up_in_silence_tells_nobody(store: Store) -> None:
    advance(store, 1)
    store.escalations.given_up(claim(store, 2), at(2), "not wanted any more")
    assert event_count(store) == 1
