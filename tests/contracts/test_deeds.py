"""What people do with tickets is decided once, written down, and told to the ladder, all in one commit (R18)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from ivr.domain.call import StoreTicket
from ivr.domain.escalation import Acknowledged, Begun, Climb, Escalation, Event, Released, Stage, Withdrawn
from ivr.domain.ticket import Deed, Entry, TicketStatus
from ivr.storage.codec import Codec
from ivr.storage.deeds import NOTE_LENGTH
from ivr.storage.sql import Store
from ivr.storage.tables import escalation_events
from tests.stores import REPORT, at, deciding, put_tickets
from tests.stores import arrived as a_caller


@pytest.fixture
def store(sqlite: Store) -> Store:
    """One ticket of which staff are to be told."""
    put_tickets(sqlite, ["N-1"])
    return sqlite


def do(store: Store, *deeds: Deed, who: str = "a", seconds: float = 10) -> bool:
    """Whether the last of `deeds` was done."""
    done = False
    for deed in deeds:
        done = store.deeds.do("N-1", deed, who=who, at=at(seconds)).done
    return done


def told(store: Store, reference: str = "N-1") -> list[Event]:
    """Every event that the ladder was told of, in order."""
    events = select(escalation_events.c.event).where(escalation_events.c.reference == reference)
    with store.engine.connect() as connection:
        texts = connection.execute(events.order_by(escalation_events.c.id)).scalars().all()
    return [Codec().climbs.event(text) for text in texts]


def last_line(store: Store) -> Entry:
    return store.tickets.history("N-1")[-1]


NEXT = [  # deeds before, the deed, its status, the holder afterwards
    ((), Deed.TELL, TicketStatus.NOTIFIED, None),
    ((), Deed.ACKNOWLEDGE, TicketStatus.ACKNOWLEDGED, "b"),
    ((Deed.ACKNOWLEDGE,), Deed.TAKE_OVER, TicketStatus.ACKNOWLEDGED, "b"),
    ((Deed.ACKNOWLEDGE,), Deed.RELEASE, TicketStatus.NOTIFIED, None),
    ((Deed.ACKNOWLEDGE,), Deed.DISPATCH, TicketStatus.DISPATCHED, "b"),
    ((Deed.ACKNOWLEDGE,), Deed.CLOSE, TicketStatus.CLOSED, "a"),
    ((Deed.ACKNOWLEDGE,), Deed.CANCEL, TicketStatus.CANCELLED, "a"),
    ((), Deed.MARK_DUPLICATE, TicketStatus.DUPLICATE, None),
    ((Deed.ACKNOWLEDGE, Deed.CLOSE), Deed.REOPEN, TicketStatus.OPEN, None),
]


@pytest.mark.parametrize(("before", "deed", "status", "holder"), NEXT, ids=[case[1] for case in NEXT])
def test_each_deed_writes_its_line_with_who_and_note(
    store: Store, before: tuple[Deed, ...], deed: Deed, status: TicketStatus, holder: str | None
) -> None:
    do(store, *before)
    lines = len(store.tickets.history("N-1"))
    done = store.deeds.do("N-1", deed, who="b", at=at(20), note="見本")
    assert done.done
    assert done.ticket == store.tickets.ticket("N-1")
    assert done.ticket is not None
    assert (done.ticket.status, done.ticket.holder, done.ticket.changed_at) == (status, holder, at(20))
    assert len(store.tickets.history("N-1")) == lines + 1
    assert last_line(store) == Entry(at(20), status, False, deed, "b", "見本")


def test_every_deed_has_a_case_here() -> None:
    assert {deed for _, deed, _, _ in NEXT} == set(Deed)


def test_a_duplicate_says_of_which_ticket_until_it_is_reopened(store: Store) -> None:
    put_tickets(store, ["N-0"])
    marked = store.deeds.do("N-1", Deed.MARK_DUPLICATE, who="a", at=at(10), same_as="N-0").ticket
    assert marked is not None
    assert marked.same_as == "N-0"
    reopened = store.deeds.do("N-1", Deed.REOPEN, who="a", at=at(11)).ticket
    assert reopened is not None
    assert reopened.same_as is None


def test_a_deed_that_the_table_refuses_changes_nothing(store: Store) -> None:
    do(store, Deed.ACKNOWLEDGE)
    ticket, lines, events = store.tickets.ticket("N-1"), store.tickets.history("N-1"), told(store)
    refused = store.deeds.do("N-1", Deed.ACKNOWLEDGE, who="b", at=at(20))
    assert not refused.done
    assert refused.ticket == ticket == store.tickets.ticket("N-1")
    assert store.tickets.history("N-1") == lines
    assert told(store) == events


def test_of_two_who_confirm_at_once_exactly_one_has_it(store: Store) -> None:
    together = threading.Barrier(2)

    def confirm(who: str) -> bool:
        together.wait()
        return store.deeds.do("N-1", Deed.ACKNOWLEDGE, who=who, at=at(10)).done

    with ThreadPoolExecutor(2) as pool:
        outcomes = dict(zip("ab", pool.map(confirm, "ab"), strict=True))
    assert sorted(outcomes.values()) == [False, True]
    ticket = store.tickets.ticket("N-1")
    assert ticket is not None
    assert outcomes[str(ticket.holder)]
    assert [event for event in told(store) if isinstance(event, Acknowledged)] == [
        Acknowledged(at(10), str(ticket.holder))
    ]


@pytest.mark.parametrize(
    ("holder", "stage", "taken"),
    [
        ("a", Stage.CALLING, True),  # it got worse, and the ladder looks for somebody past its holder
        ("a", Stage.ALARMED, True),
        ("a", Stage.HELD, False),
        (None, Stage.CALLING, False),  # the ladder has not heard yet of the first key: of two at once, one counts
        ("c", Stage.CALLING, False),
    ],
)
def test_who_confirms_what_the_ladder_looks_for_past_its_holder_takes_it_over(
    store: Store, holder: str | None, stage: Stage, taken: bool
) -> None:
    do(store, Deed.ACKNOWLEDGE)
    climbing = Climb(Escalation("N-1", "water", stage, holder=holder))
    store.escalations.advance("N-1", at(11), lambda *_: climbing)
    done = store.deeds.do("N-1", Deed.ACKNOWLEDGE, who="b", at=at(12))
    assert done.done is taken
    assert done.ticket is not None
    assert done.ticket.holder == ("b" if taken else "a")
    assert (last_line(store).deed is Deed.TAKE_OVER) is taken


def test_an_attempt_that_was_refused_is_written_down_and_changes_nothing(store: Store) -> None:
    ticket, events = store.tickets.ticket("N-1"), told(store)
    store.deeds.refused("N-1", at(20), "見本", who="b")
    assert last_line(store) == Entry(at(20), TicketStatus.OPEN, False, None, "b", "見本")
    assert store.tickets.ticket("N-1") == ticket
    assert told(store) == events


def test_what_is_written_down_is_cut_and_made_storable(store: Store) -> None:
    store.deeds.do("N-1", Deed.ACKNOWLEDGE, who="a\0", at=at(20), note="\ud83d" + "x" * 9999)
    line = last_line(store)
    assert line.who == "a"
    assert line.note == "?" + "x" * (NOTE_LENGTH - 1)


@pytest.mark.parametrize(
    ("before", "deed", "event"),
    [
        ((), Deed.TELL, None),
        ((), Deed.ACKNOWLEDGE, Acknowledged(at(20), "b")),
        ((Deed.ACKNOWLEDGE,), Deed.TAKE_OVER, Acknowledged(at(20), "b")),
        ((), Deed.DISPATCH, Acknowledged(at(20), "b")),
        ((Deed.ACKNOWLEDGE,), Deed.RELEASE, Released(at(20))),
        ((), Deed.CANCEL, Withdrawn(at(20))),
        ((), Deed.CLOSE, Withdrawn(at(20))),
        ((), Deed.MARK_DUPLICATE, Withdrawn(at(20))),
        ((Deed.CANCEL,), Deed.REOPEN, Begun(at(20))),
    ],
    ids=lambda value: value if isinstance(value, Deed) else "",
)
def test_the_ladder_is_told_what_a_deed_means_for_it(
    store: Store, before: tuple[Deed, ...], deed: Deed, event: Event | None
) -> None:
    do(store, *before)
    known = len(told(store))
    store.deeds.do("N-1", deed, who="b", at=at(20))
    assert told(store)[known:] == ([] if event is None else [event])


def test_a_ticket_of_which_nobody_was_told_has_no_ladder_to_tell(sqlite: Store) -> None:
    sqlite.turns.take("CA1", "arrived", deciding(a_caller(), StoreTicket("N-1", REPORT, partial=True)))
    assert do(sqlite, Deed.CANCEL)
    assert sqlite.escalations.standing("N-1") is None
    assert told(sqlite) == []


def test_a_ticket_reopened_that_had_no_ladder_gets_one(sqlite: Store) -> None:
    sqlite.turns.take("CA1", "arrived", deciding(a_caller(), StoreTicket("N-1", REPORT, partial=True)))
    do(sqlite, Deed.CANCEL, Deed.REOPEN)
    assert told(sqlite) == [Begun(at(10))]
    assert sqlite.escalations.climbing() == ["N-1"]


@pytest.mark.parametrize("deed", list(Deed))
def test_nothing_can_be_done_with_a_ticket_that_does_not_exist(store: Store, deed: Deed) -> None:
    done = store.deeds.do("N-9", deed, who="a", at=at(20))
    assert (done.ticket, done.done) == (None, False)
    assert store.tickets.history("N-9") == []


def test_what_is_told_of_an_unknown_ticket_is_of_no_matter(store: Store) -> None:
    store.deeds.refused("N-9", at(20), "見本")
    store.deeds.happened("N-9", Withdrawn(at(20)))
    assert store.tickets.history("N-9") == []
    assert told(store, "N-9") == []
    assert store.deeds.rung("N-9", 1) is None
