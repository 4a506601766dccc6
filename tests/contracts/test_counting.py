"""Reports of one event are counted together as they are kept: nothing is lost, and staff hear of the event once."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.domain.call import NotifyStaff, Report, State, StoreTicket, TouchEarlier
from ivr.domain.ticket import Deed, TicketStatus
from ivr.settings import HOME
from ivr.storage.incident_files import read_incidents
from ivr.storage.sql import Store, open_store
from ivr.storage.tables import escalation_events, escalations, notices
from nlu.meaning import Category, Place
from tests.stores import arrived, at, deciding, sqlite_url

RULE = read_incidents(HOME / "prompts" / "incidents.yaml")
BURST = Report(
    form="emergency",
    urgent=True,
    category=Category.ROAD_LEAK,
    place=Place("泉野出町四丁目12", town="泉野出町", chome=4, banchi="12", certain=True),
)
SOMEWHERE = replace(BURST, place=Place("どこか", certain=False))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(sqlite_url(tmp_path), RULE)) as opened:
        yield opened


def reported(
    store: Store, reference: str, report: Report = BURST, seconds: float = 0.0, severity: int = 0, *, tell: bool = True
) -> None:
    stored = StoreTicket(reference, report, partial=False, severity=severity)
    told = (NotifyStaff(reference),) if tell else ()
    store.turns.take(f"CA{reference}", f"at:{seconds}", deciding(arrived(seconds), stored, *told, state=State.FORM))


def ladders(store: Store) -> list[str]:
    with store.engine.connect() as connection:
        return list(connection.execute(select(escalations.c.reference).order_by(escalations.c.reference)).scalars())


def news_of(store: Store, reference: str) -> list[str]:
    events = select(escalation_events.c.event).where(escalation_events.c.reference == reference)
    with store.engine.connect() as connection:
        found = connection.execute(events.order_by(escalation_events.c.id)).scalars()
        return [text.partition('"is":"')[2].partition('"')[0] or text for text in found]


def status(store: Store, reference: str) -> TicketStatus:
    ticket = store.tickets.ticket(reference)
    assert ticket is not None
    return ticket.status


def test_the_second_caller_of_an_event_makes_no_telephone_ring(store: Store) -> None:
    reported(store, "N-1")
    reported(store, "N-2", seconds=60)
    assert ladders(store) == ["N-1"]
    second = store.tickets.ticket("N-2")
    assert second is not None
    assert (second.status, second.same_as) == (TicketStatus.DUPLICATE, "N-1")
    assert store.tickets.reports("N-1") == store.tickets.reports("N-2") == 2


def test_every_report_is_kept_as_it_was_told(store: Store) -> None:
    reported(store, "N-1")
    reported(store, "N-2", replace(BURST, situation="道が川のようです"), seconds=60)
    second = store.tickets.ticket("N-2")
    assert second is not None
    assert second.report.situation == "道が川のようです"


@pytest.mark.parametrize(
    "other",
    [
        replace(BURST, place=replace(BURST.place, chome=1)),  # type: ignore[type-var]
        replace(BURST, place=Place("額", town="額新町", chome=1, certain=True)),
        replace(BURST, category=Category.ROAD_COLLAPSE),
        replace(BURST, category=Category.POLICE_FIRE_REPORT),
        SOMEWHERE,
    ],
    ids=["another chome", "another town", "a collapse", "the police", "no certain place"],
)
def test_what_may_be_something_else_is_rung_for_by_itself(store: Store, other: Report) -> None:
    reported(store, "N-1")
    reported(store, "N-2", other, seconds=60)
    assert ladders(store) == ["N-1", "N-2"]
    assert status(store, "N-2") is TicketStatus.OPEN


def test_whoever_is_done_first_makes_the_telephone_ring(store: Store) -> None:
    reported(store, "N-1", tell=False)
    reported(store, "N-2", seconds=30)
    reported(store, "N-1", seconds=60)
    assert ladders(store) == ["N-2"]
    assert status(store, "N-1") is TicketStatus.DUPLICATE


def test_a_place_put_right_after_the_end_makes_it_a_report_of_its_own(store: Store) -> None:
    reported(store, "N-1")
    reported(store, "N-2", seconds=30)
    elsewhere = replace(BURST, place=Place("額", town="額新町", chome=1, certain=True))
    reported(store, "N-2", elsewhere, seconds=40)
    assert ladders(store) == ["N-1", "N-2"]
    assert status(store, "N-2") is TicketStatus.OPEN
    assert store.tickets.reports("N-1") == 1


def test_the_first_report_put_right_leaves_the_event_to_the_next(store: Store) -> None:
    for number in range(1, 4):
        reported(store, f"N-{number}", seconds=number)
    elsewhere = replace(BURST, place=Place("額", town="額新町", chome=1, certain=True))
    reported(store, "N-1", elsewhere, seconds=40)
    assert ladders(store) == ["N-1", "N-2"]
    assert store.tickets.reports("N-3") == 2


def test_a_report_somebody_has_is_not_counted_away(store: Store) -> None:
    reported(store, "N-1", SOMEWHERE)
    store.deeds.do("N-1", Deed.ACKNOWLEDGE, who="w1", at=at(5))
    reported(store, "N-2", seconds=30)
    reported(store, "N-1", seconds=40)
    assert status(store, "N-1") is TicketStatus.ACKNOWLEDGED


def test_whoever_has_it_hears_that_it_got_worse(store: Store) -> None:
    reported(store, "N-1", severity=1)
    reported(store, "N-2", seconds=30, severity=3)
    reported(store, "N-3", seconds=40, severity=2)
    assert news_of(store, "N-1").count("Worsened") == 1


def test_300_callers_of_one_burst_in_ten_minutes_are_one_event_and_300_reports(store: Store) -> None:
    moments = sorted(random.Random(1).uniform(0, 600) for _ in range(300))
    for number, moment in enumerate(moments):
        reported(store, f"N-{number:03}", seconds=moment)
    assert ladders(store) == ["N-000"]
    assert store.tickets.reports("N-299") == 300
    assert len(store.tickets.recent(1000)) == 300
    with store.engine.connect() as connection:
        told = connection.execute(select(notices.c.reports).order_by(notices.c.id)).scalars().all()
    assert told == [1, *RULE.milestones]


def test_of_many_first_callers_at_once_one_opens_the_event(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: reported(store, f"N-{number}"), range(24)))
    assert len(ladders(store)) == 1
    assert store.tickets.reports("N-0") == 24


def test_a_report_after_the_event_was_closed_is_a_new_one(store: Store) -> None:
    reported(store, "N-1")
    store.deeds.do("N-1", Deed.CLOSE, who="w1", at=at(30))
    reported(store, "N-2", seconds=60)
    assert ladders(store) == ["N-1", "N-2"]


def test_when_the_first_report_is_out_the_next_one_climbs_a_ladder_of_its_own(store: Store) -> None:
    for number in range(1, 4):
        reported(store, f"N-{number}", seconds=number)
    store.deeds.do("N-1", Deed.CANCEL, who="w1", at=at(30))
    assert ladders(store) == ["N-1", "N-2"]
    assert status(store, "N-2") is TicketStatus.OPEN
    third = store.tickets.ticket("N-3")
    assert third is not None
    assert third.same_as == "N-2"
    assert store.tickets.reports("N-3") == 2


def test_a_callers_word_cancels_nothing_and_is_written_down(store: Store) -> None:
    reported(store, "N-1")
    store.turns.take("CA9", "later", deciding(arrived(60), TouchEarlier("N-1", "cancel", "N-9")))
    assert status(store, "N-1") is TicketStatus.OPEN
    last = store.tickets.history("N-1")[-1]
    assert (last.deed, last.who, last.note) == (None, "caller", "cancel: N-9")
    assert news_of(store, "N-1") == ["Begun"]


def test_whoever_has_it_hears_from_its_caller_that_it_got_worse(store: Store) -> None:
    reported(store, "N-1")
    store.turns.take("CA9", "later", deciding(arrived(60), TouchEarlier("N-1", "worse", "N-9")))
    assert news_of(store, "N-1") == ["Begun", "Worsened"]


def test_a_change_of_an_unknown_ticket_is_no_fault(store: Store) -> None:
    store.turns.take("CA9", "later", deciding(arrived(60), TouchEarlier("none", "worse", "N-9")))
    assert ladders(store) == []
