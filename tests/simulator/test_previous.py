"""The earlier report of a call file is there when the call rings, and no other call's is."""

from __future__ import annotations

from datetime import timedelta

from ivr.channels.simulator.call_file import PreviousTicket
from ivr.channels.simulator.previous import UNNAMED, Previous
from ivr.storage.memory import MemoryStore, memory_store
from nlu.meaning import Category
from tests.stores import at, references, ticketed

TICKET = PreviousTicket("17", 40, "road_leak", "0760000001", "寺町", "notified")


def previous(store: MemoryStore) -> Previous:
    return Previous(store.turns, store.tickets, {"寺町": "てらまち"}.get)


def test_the_report_is_as_old_as_the_call_file_says_and_is_a_ticket_as_well() -> None:
    store = memory_store()
    known = previous(store)
    known.recall(TICKET, at(0))
    (report,) = known.reported_since(at(-3600))
    assert (report.reference, report.opened_at, report.category) == ("17", at(-2400), Category.ROAD_LEAK)
    assert (report.phone, report.status) == ("0760000001", "notified")
    assert report.place is not None
    assert (report.place.town, report.place.town_yomi) == ("寺町", "てらまち")
    ticket = store.tickets.ticket("17")
    assert ticket is not None
    assert ticket.opened_at == at(-2400)


def test_the_reports_of_the_calls_before_are_forgotten() -> None:
    store = memory_store()
    known = previous(store)
    store.turns.take("CA1", "arrived", ticketed("N-1"))
    known.recall(TICKET, at(0))
    known.recall(None, at(10))
    assert list(known.reported_since(at(-3600))) == []


def test_the_same_number_in_two_files_is_no_conflict() -> None:
    store = memory_store()
    known = previous(store)
    known.recall(TICKET, at(0))
    known.recall(TICKET, at(60))
    assert known.reported_since(at(-3600))[0].opened_at == at(60) - timedelta(minutes=40)


def test_a_number_that_the_desk_gives_itself_is_left_to_the_desk() -> None:
    store = memory_store()
    known = previous(store)
    known.recall(PreviousTicket("0017"), at(0))
    assert references(known.reported_since(at(-3600))) == ["0017"]
    assert store.tickets.ticket("0017") is None


def test_an_empty_report_has_a_name_all_the_same() -> None:
    known = previous(memory_store())
    known.recall(PreviousTicket(), at(0))
    assert references(known.reported_since(at(-3600))) == [UNNAMED]
