"""What counts as a loss: one test for every column, each with the smallest night in which it is not empty."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.chaos.books import Books, Placed, Remembered, Text, Told
from tests.chaos.verdict import Stored, Ticket, judged, quantile, settled, table

A, B = "+819000000001", "+819000000002"
TELEPHONES = {A: "w1", B: "w2"}
NIGHT = datetime(2026, 12, 8, 13, 0, tzinfo=UTC)
HAD = Ticket("0001", "CA1", "acknowledged")
TOOK = (("0001", "tell", "ladder"), ("0001", "acknowledge", "w1"))


def rung(sid: str = "CA9", order: int = 1, at: float = 12.0, *, twin: bool = False) -> Placed:
    url = f"http://127.0.0.1:1/twilio/duty/0001/{order}"
    return Placed(sid, A, url, "http://127.0.0.1:1/s", NIGHT, at, twin=twin, status="completed")


def a_good_night() -> Books:
    books = Books()
    books.calls = [Remembered("CA1", urgent=True, tries=1, accepted=True, promised=True)]
    books.placed = {"CA9": rung()}
    books.told = [Told("0001", A, 15.0)]
    books.sent = {("CA1", "turn:3"): 10.0}
    return books


def losses(store: Stored, books: Books) -> list[str]:
    return [name for name, found in judged(store, books, TELEPHONES).losses.items() if found]


def test_a_night_in_which_all_went_well_loses_nothing() -> None:
    verdict = judged(Stored([HAD], TOOK, {"0001": ("CA1", "turn:3")}), a_good_night(), TELEPHONES)
    assert verdict.lost_nothing
    assert (verdict.to_ring, verdict.to_acknowledgement) == ([2.0], [5.0])


def test_an_urgent_word_that_was_taken_and_left_no_ticket_is_lost() -> None:
    books = Books()
    books.calls = [Remembered("CA1", urgent=True, tries=1, accepted=True)]
    assert losses(Stored([]), books) == ["LOST TICKETS"]


def test_a_word_that_the_desk_never_took_is_no_lost_ticket() -> None:
    books = Books()
    books.calls = [Remembered("CA1", urgent=True, tries=1)]
    assert losses(Stored([]), books) == []


def test_a_promise_without_a_ticket_is_a_contradiction() -> None:
    books = Books()
    books.calls = [Remembered("CA1", urgent=True, tries=1, promised=True)]
    assert losses(Stored([]), books) == ["CONTRADICTORY WORDS"]


def test_it_is_yours_without_the_store_knowing_of_it_is_a_contradiction() -> None:
    books = a_good_night()
    assert losses(Stored([HAD], [("0001", "acknowledge", "w2")]), books) == ["CONTRADICTORY WORDS"]


def test_a_ticket_nobody_was_rung_about_is_unnotified_and_unacknowledged() -> None:
    assert losses(Stored([Ticket("0001", "CA1", "open")]), Books()) == ["UNNOTIFIED", "UNACKNOWLEDGED"]


def test_one_more_report_of_an_event_stands_and_falls_with_the_first() -> None:
    more = Ticket("0002", "CA2", "duplicate", "0001")
    assert losses(Stored([HAD, more], TOOK), a_good_night()) == []
    first = Ticket("0001", "CA1", "notified")
    assert losses(Stored([first, more]), Books()) == ["UNNOTIFIED", "UNACKNOWLEDGED"]


@pytest.mark.parametrize(
    ("deeds", "expected"),
    [
        ((), ["DUPLICATE DISPATCHES"]),
        ((("0001", "release", "w1"),), []),
        ((("0001", "take_over", "w2"),), []),
    ],
)
def test_two_people_who_have_one_ticket_are_a_duplicate_dispatch_unless_it_was_handed_on(
    deeds: tuple[tuple[str, str, str], ...], expected: list[str]
) -> None:
    books = a_good_night()
    books.told.append(Told("0001", B, 16.0))
    assert losses(Stored([HAD], (*TOOK, ("0001", "acknowledge", "w2"), *deeds)), books) == expected


def test_an_order_placed_twice_counts_unless_the_carrier_itself_doubled_it() -> None:
    books = a_good_night()
    books.placed["CA8"] = rung("CA8", twin=True)
    books.placed["CA7"] = rung("CA7", order=2)
    assert losses(Stored([HAD], TOOK), books) == []
    books.placed["CA6"] = rung("CA6")
    assert losses(Stored([HAD], TOOK), books) == ["ORDERS PLACED TWICE"]


def test_more_texts_than_were_ordered_are_counted_as_a_nuisance_and_are_no_loss() -> None:
    books = a_good_night()
    books.texts = [Text(f"SM{number}", A, "ticket 0001", NIGHT) for number in range(2)]
    for ordered, twice in ((2, 0), (1, 1)):
        found = judged(Stored([HAD], TOOK, texts={("0001", "w1"): ordered}), books, TELEPHONES)
        assert found.count["texts sent twice"] == twice
        assert found.lost_nothing


@pytest.mark.parametrize(
    ("fault", "undisturbed"), [((0.0, 9.9), [2.0]), ((12.1, 13.0), [2.0]), ((11.0, 11.1), []), ((9.0, 20.0), [])]
)
def test_a_time_counts_as_undisturbed_when_no_fault_touches_it(
    fault: tuple[float, float], undisturbed: list[float]
) -> None:
    books = a_good_night()
    books.fault(*fault)
    verdict = judged(Stored([HAD], TOOK, {"0001": ("CA1", "turn:3")}), books, TELEPHONES)
    assert (verdict.to_ring, verdict.to_ring_undisturbed) == ([2.0], undisturbed)


def test_the_night_is_settled_when_everything_is_had_and_no_call_and_no_order_is_open() -> None:
    books = a_good_night()
    assert settled(Stored([HAD]), books)
    assert not settled(Stored([HAD], open_orders=1), books)
    assert not settled(Stored([Ticket("0001", "CA1", "notified")]), books)
    books.placed["CA9"].status = "in-progress"
    assert not settled(Stored([HAD]), books)


def test_the_table_names_what_was_lost() -> None:
    books = Books()
    books.calls = [Remembered("CA1", urgent=True, tries=1, accepted=True)]
    printed = table(judged(Stored([]), books, TELEPHONES), {"locks": 3})
    assert any(line.split() == ["LOST", "TICKETS", "1", "CA1"] for line in printed.splitlines())
    assert any(line.split() == ["locks", "3"] for line in printed.splitlines())


@pytest.mark.parametrize(("share", "value"), [(0.5, 10.0), (0.95, 19.0), (1.0, 20.0), (0.01, 1.0)])
def test_a_quantile_is_the_nearest_rank(share: float, value: float) -> None:
    assert quantile([float(number) for number in range(20, 0, -1)], share) == value
