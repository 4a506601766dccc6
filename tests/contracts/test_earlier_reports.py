"""The port EarlierReports over every store: what was reported since, newest first, whatever became of it."""

from __future__ import annotations

from dataclasses import replace

from ivr.domain.earlier import EarlierReport
from ivr.storage.earlier_reports import MOST_RECENT
from nlu.meaning import Category
from tests.stores import REPORT, AnyStore, at, put_tickets, references, ticketed


def test_a_report_comes_with_what_it_can_be_found_again_by(store: AnyStore) -> None:
    store.turns.take("CA1", "arrived", ticketed("N-1", seconds=3))
    assert list(store.tickets.reported_since(at(0))) == [
        EarlierReport("N-1", at(3), Category.ROAD_LEAK, REPORT.place, REPORT.phone, "open")
    ]


def test_reports_come_newest_first_and_older_ones_not_at_all(store: AnyStore) -> None:
    put_tickets(store, ["N-1", "N-2", "N-3"])
    assert references(store.tickets.reported_since(at(0))) == ["N-3", "N-2", "N-1"]
    assert references(store.tickets.reported_since(at(1))) == ["N-3", "N-2"]
    assert references(store.tickets.reported_since(at(3))) == []


def test_a_report_of_which_staff_were_told_is_found_as_well(store: AnyStore) -> None:
    put_tickets(store, ["N-1"])
    (notice,) = store.notices.claim(at(1), 60)
    store.notices.delivered(notice, at(2))
    (report,) = store.tickets.reported_since(at(0))
    assert report.status == "notified"


def test_an_anonymous_report_without_a_place_is_there_too(store: AnyStore) -> None:
    bare = replace(REPORT, place=None, phone=None)
    store.turns.take("CA1", "arrived", ticketed("N-1", report=bare))
    (report,) = store.tickets.reported_since(at(0))
    assert (report.place, report.phone) == (None, None)


def test_a_caller_never_waits_for_more_than_some_hundred_reports(store: AnyStore) -> None:
    put_tickets(store, [f"N-{number:04}" for number in range(MOST_RECENT + 2)])
    found = store.tickets.reported_since(at(0))
    assert len(found) == MOST_RECENT
    assert found[-1].reference == "N-0002"
