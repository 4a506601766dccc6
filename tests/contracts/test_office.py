"""What a call leaves for the office: tickets with every version, promises, answers given, transfers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.domain.call import (
    Event,
    HungUp,
    NobodyAnswered,
    NotifyStaff,
    PersonAnswered,
    Pressed,
    RecordAnswer,
    RegisterCallback,
    StayedSilent,
    StoreTicket,
    TalkEnded,
    Transfer,
)
from ivr.domain.handoff import HandoffResult
from ivr.domain.ticket import Callback, Entry, Ticket, TicketStatus
from ivr.ports import StoredTurn
from nlu.meaning import Intent
from tests.stores import REPORT, AnyStore, arrived, at, deciding, put_tickets, references, ticketed

EARLY = replace(REPORT, phone=None)
TO_DESK = Transfer("repair", urgent=True, lines=())


def step(store: AnyStore, event: Event, *actions: object) -> StoredTurn:
    """The next turn of call CA1."""
    key = f"k{len(store.turns.history('CA1'))}"
    return store.turns.take("CA1", key, deciding(event, *actions))  # type: ignore[arg-type]  # any actions of the tables below


def test_a_ticket_is_there_with_everything_taken_down(store: AnyStore) -> None:
    store.turns.take("CA1", "arrived", ticketed("N-1", seconds=3))
    assert store.tickets.ticket("N-1") == Ticket("N-1", "CA1", at(3), at(3), TicketStatus.OPEN, False, REPORT)


def test_a_ticket_keeps_when_it_was_opened_and_every_version_since(store: AnyStore) -> None:
    step(store, arrived(), StoreTicket("N-1", EARLY, partial=True))
    step(store, Pressed(at(20), "1"), StoreTicket("N-1", REPORT, partial=False))
    ticket = store.tickets.ticket("N-1")
    assert ticket == Ticket("N-1", "CA1", at(0), at(20), TicketStatus.OPEN, False, REPORT)
    assert list(store.tickets.history("N-1")) == [
        Entry(at(0), TicketStatus.OPEN, partial=True),
        Entry(at(20), TicketStatus.OPEN, partial=False),
    ]


def test_storing_the_same_again_changes_nothing(store: AnyStore) -> None:
    step(store, arrived(), StoreTicket("N-1", REPORT, partial=False))
    step(store, Pressed(at(20), "1"), StoreTicket("N-1", REPORT, partial=False))
    assert len(store.tickets.history("N-1")) == 1
    assert store.tickets.recent()[0].changed_at == at(0)


def test_tickets_come_newest_first(store: AnyStore) -> None:
    put_tickets(store, ["N-1", "N-2", "N-3"])
    assert references(store.tickets.recent(2)) == ["N-3", "N-2"]


def test_staff_are_told_once_of_one_version(store: AnyStore) -> None:
    step(store, arrived(), StoreTicket("N-1", REPORT, partial=False), NotifyStaff("N-1"))
    step(store, HungUp(at(30)), StoreTicket("N-1", REPORT, partial=False), NotifyStaff("N-1"))
    assert references(store.notices.claim(at(60), 60)) == ["N-1"]


def test_staff_are_told_again_of_a_ticket_that_changed_after_they_were_told(store: AnyStore) -> None:
    step(store, arrived(), StoreTicket("N-1", EARLY, partial=True), NotifyStaff("N-1"))
    (first,) = store.notices.claim(at(1), 60)
    store.notices.delivered(first, at(2))
    step(store, HungUp(at(30)), StoreTicket("N-1", REPORT, partial=False), NotifyStaff("N-1"))
    assert references(store.notices.claim(at(31), 60)) == ["N-1"]


def test_a_change_before_staff_were_told_makes_no_second_notice(store: AnyStore) -> None:
    step(store, arrived(), StoreTicket("N-1", EARLY, partial=True), NotifyStaff("N-1"))
    step(store, HungUp(at(30)), StoreTicket("N-1", REPORT, partial=False), NotifyStaff("N-1"))
    assert references(store.notices.claim(at(31), 60)) == ["N-1"]


def test_a_change_while_staff_are_being_told_makes_a_second_notice(store: AnyStore) -> None:
    """What the notice in hand says may be the old version already."""
    step(store, arrived(), StoreTicket("N-1", EARLY, partial=True), NotifyStaff("N-1"))
    assert references(store.notices.claim(at(1), 60)) == ["N-1"]
    step(store, HungUp(at(30)), StoreTicket("N-1", REPORT, partial=False), NotifyStaff("N-1"))
    assert references(store.notices.claim(at(31), 60)) == ["N-1"]


def test_a_promise_to_call_back_is_kept_with_the_latest_number_and_language(store: AnyStore) -> None:
    step(store, arrived(), RegisterCallback("N-1", "0765550100", None))
    step(store, Pressed(at(9), "1"), RegisterCallback("N-1", "0765550199", Intent.BILLING, "ko"))
    assert list(store.tickets.callbacks()) == [Callback("N-1", "CA1", "0765550199", "billing", at(9), "ko")]


def test_promises_come_newest_first(store: AnyStore) -> None:
    for number in (1, 2, 3):
        promise = RegisterCallback(f"N-{number}", "0765550100", None)
        store.turns.take(f"CA{number}", "arrived", deciding(arrived(number), promise))
    assert references(store.tickets.callbacks(2)) == ["N-3", "N-2"]


def test_every_answer_given_is_recorded_with_its_question(store: AnyStore) -> None:
    step(store, arrived(), RecordAnswer("meter_cycle", "検針はいつですか"))
    step(store, Pressed(at(8), "1"), RecordAnswer("start", "使いはじめたい"))
    assert list(store.tickets.answers()) == [
        (at(8), "CA1", RecordAnswer("start", "使いはじめたい")),
        (at(0), "CA1", RecordAnswer("meter_cycle", "検針はいつですか")),
    ]


def test_a_transfer_is_written_down_before_anything_is_dialled(store: AnyStore) -> None:
    taken = step(store, arrived(), TO_DESK)
    (handoff,) = store.tickets.handoffs("CA1")
    assert (handoff.seq, handoff.desk, handoff.urgent, handoff.created_at) == (taken.seq, "repair", True, at(0))
    assert (handoff.answered_at, handoff.ended_at, handoff.result, handoff.talked_s) == (None, None, None, None)
    (ring,) = store.rings.claim(at(0), 30)
    assert (ring.call_sid, ring.seq, ring.desk, ring.waiting_since) == ("CA1", taken.seq, "repair", at(0))


@pytest.mark.parametrize(
    ("events", "result", "talked_s"),
    [
        ([PersonAnswered(at(5)), TalkEnded(at(65))], HandoffResult.TALKED, 60.0),
        ([PersonAnswered(at(5)), HungUp(at(6))], HandoffResult.TALKED, 1.0),
        ([TalkEnded(at(65))], HandoffResult.TALKED, None),
        ([HungUp(at(20))], HandoffResult.CALLER_LEFT, None),
        ([NobodyAnswered(at(90), "timeout")], HandoffResult.TIMEOUT, None),
        ([NobodyAnswered(at(9), "busy")], HandoffResult.BUSY, None),
        ([NobodyAnswered(at(9), "no-answer")], HandoffResult.NO_ANSWER, None),
        ([NobodyAnswered(at(9), "queue-full")], HandoffResult.QUEUE_FULL, None),
        ([NobodyAnswered(at(9), "rejected")], HandoffResult.REJECTED, None),
        ([NobodyAnswered(at(9), "error")], HandoffResult.ERROR, None),
        ([NobodyAnswered(at(9), "talked")], HandoffResult.ERROR, None),
        ([NobodyAnswered(at(9), "struck by lightning")], HandoffResult.ERROR, None),
        ([PersonAnswered(at(5)), PersonAnswered(at(7)), TalkEnded(at(10))], HandoffResult.TALKED, 5.0),
        ([StayedSilent(at(9))], None, None),
        ([PersonAnswered(at(5))], None, None),
    ],
)
def test_a_transfer_ends_with_what_came_of_it(
    store: AnyStore, events: list[Event], result: HandoffResult | None, talked_s: float | None
) -> None:
    step(store, arrived(), TO_DESK)
    for event in events:
        step(store, event)
    (handoff,) = store.tickets.handoffs("CA1")
    assert (handoff.result, handoff.talked_s) == (result, talked_s)


def test_a_transfer_to_the_next_desk_closes_the_one_before(store: AnyStore) -> None:
    step(store, arrived(), TO_DESK)
    step(store, NobodyAnswered(at(30), "busy"), Transfer("night", urgent=True, lines=()))
    step(store, Pressed(at(40), "0"), Transfer("centre", urgent=False, lines=()))
    found = [(handoff.desk, handoff.result) for handoff in store.tickets.handoffs("CA1")]
    assert found == [("repair", HandoffResult.BUSY), ("night", HandoffResult.REPLACED), ("centre", None)]


def test_a_late_hang_up_does_not_change_how_the_transfer_ended(store: AnyStore) -> None:
    step(store, arrived(), TO_DESK)
    step(store, NobodyAnswered(at(30), "busy"))
    step(store, HungUp(at(40)))
    assert store.tickets.handoffs("CA1")[0].result is HandoffResult.BUSY
