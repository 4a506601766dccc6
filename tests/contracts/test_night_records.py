"""The port `NightRecords` over the store: calls with what became of their reports, and the lines of the log (R21)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import event as engine_event

from ivr.domain.call import Action, Arrived, Dialled, HungUp, NotifyStaff, Report, State, StoreTicket, TouchEarlier
from ivr.domain.climbing import step
from ivr.domain.duty_log import LogKind, LogLine
from ivr.domain.escalation import (
    Acknowledged,
    Begun,
    Climb,
    Escalation,
    Event,
    PassedOn,
    PickedUp,
    Policy,
    Unheard,
    WentUnheard,
    Worsened,
    begun,
)
from ivr.domain.night_report import FollowUp, NightReceipt
from ivr.domain.outcome import Outcome, OutcomeKind
from ivr.domain.roster import Crew, Person
from ivr.domain.ticket import Deed, TicketStatus
from ivr.storage.codec import Codec
from ivr.storage.database import Transactions
from ivr.storage.night_records import KINDS, SqlNightRecords
from ivr.storage.sql import Store
from ivr.usecases.report_night import NightRecords
from nlu.meaning import Category, Place, Redirect
from tests.stores import REPORT, at, deciding

A, B = Person("a", "見本 a", "+81000000001"), Person("b", "見本 b", "+81000000002", sms=False)
CREW = Crew("water", on_duty=(A, B), everyone=(A, B))
TOWN = "森本町"
LEAVES = Outcome(OutcomeKind.EMERGENCY_TICKET, Category.ROAD_LEAK)


def records(store: Store) -> NightRecords:
    return SqlNightRecords(Transactions(store.engine), Codec())


def take(
    store: Store, sid: str, seconds: float, *actions: Action, outcome: Outcome | None = None, **more: object
) -> None:
    """The one turn of a call on the night line."""
    arrived = Arrived(at(seconds), Dialled.NIGHT_LINE, "0765550100")
    fields = {"dialled": Dialled.NIGHT_LINE, "outcome": outcome, "state": State.ENDED, **more}
    store.turns.take(sid, "arrived", deciding(arrived, *actions, **fields))


def report(
    store: Store, reference: str, seconds: float = 0, report: Report = REPORT, *, told_after: float = 60
) -> None:
    """A call that is stored at once and told of `told_after` seconds later."""
    stored = StoreTicket(reference, report, partial=False)
    take(store, f"CA{reference}", seconds, stored, outcome=LEAVES)
    over = deciding(HungUp(at(seconds + told_after)), NotifyStaff(reference))
    store.turns.take(f"CA{reference}", "over", over)


def climb(store: Store, reference: str, seconds: float, *, crew: Crew | None = None) -> None:
    """What is due at that second is decided and carried out."""
    on_duty = crew or CREW

    def decide(before: Escalation | None, _category: str | None, events: Sequence[Event]) -> Climb:
        decided = Climb(before or begun(reference, on_duty))
        for event in events:
            later = step(Policy(rounds=1), decided.escalation, event, on_duty)
            decided = Climb(later.escalation, (*decided.orders, *later.orders))
        return decided

    store.escalations.advance(reference, at(seconds), decide)
    while (claimed := store.escalations.claim(reference, at(seconds), 60)) is not None:
        store.escalations.carried_out(claimed, at(seconds), "CA")


def receipts(store: Store, since: float = 0, until: float = 86400) -> Sequence[NightReceipt]:
    return records(store).receipts(at(since), at(until))


def lines(store: Store, since: float = 0, until: float = 86400) -> Sequence[LogLine]:
    return records(store).happened(at(since), at(until))


# --- calls -----------------------------------------------------------------------------------------


def test_a_call_without_a_report_comes_with_its_outcome_and_town(sqlite: Store) -> None:
    gas = Outcome(OutcomeKind.SAFETY_REDIRECT, redirect=Redirect.GAS)
    take(sqlite, "CA1", 5, outcome=gas, language="en", place=Place("もりもと", town=TOWN), reference="N-7")
    assert receipts(sqlite) == [
        NightReceipt(at(5), Dialled.NIGHT_LINE, OutcomeKind.SAFETY_REDIRECT, Redirect.GAS, "en", town=TOWN)
    ]


def test_a_report_comes_with_what_became_of_it(sqlite: Store) -> None:
    report(sqlite, "N-1", told_after=60)
    climb(sqlite, "N-1", 62)
    sqlite.deeds.do("N-1", Deed.ACKNOWLEDGE, who="a", at=at(90))
    sqlite.deeds.do("N-1", Deed.RELEASE, who="a", at=at(95))
    climb(sqlite, "N-1", 96)
    sqlite.deeds.do("N-1", Deed.ACKNOWLEDGE, who="b", at=at(120))
    follow = FollowUp(TicketStatus.ACKNOWLEDGED, at(60), at(62), at(62), at(90))
    assert receipts(sqlite) == [
        NightReceipt(
            at(0), Dialled.NIGHT_LINE, OutcomeKind.EMERGENCY_TICKET, None, "ja", True, Category.ROAD_LEAK, TOWN, "N-1",
            follow,
        )
    ]  # fmt: skip


def test_an_alarm_is_counted_and_a_report_that_nobody_was_told_of_says_so(sqlite: Store) -> None:
    report(sqlite, "N-1")
    climb(sqlite, "N-1", 61, crew=Crew("water"))
    take(sqlite, "CA2", 10, StoreTicket("N-2", REPORT, partial=True))
    first, second = (one.follow for one in receipts(sqlite))
    assert first is not None
    assert (first.alarms, first.rung_at, first.notified_at) == (1, None, None)
    assert second == FollowUp(TicketStatus.OPEN)


def test_a_duplicate_names_its_report(sqlite: Store) -> None:
    report(sqlite, "N-1")
    report(sqlite, "N-2", 10)
    sqlite.deeds.do("N-2", Deed.MARK_DUPLICATE, who="a", at=at(100), same_as="N-1")
    (_, second) = receipts(sqlite)
    assert second.follow is not None
    assert (second.follow.status, second.follow.same_as) == (TicketStatus.DUPLICATE, "N-1")


def test_a_call_belongs_to_the_span_of_its_arrival_however_long_it_goes_on(sqlite: Store) -> None:
    for seconds in (99, 100, 199, 200):
        take(sqlite, f"CA{seconds}", seconds)
    sqlite.turns.take("CA199", "over", deciding(HungUp(at(500))))
    sqlite.turns.take("CA99", "over", deciding(HungUp(at(150))))
    assert [one.at for one in receipts(sqlite, 100, 200)] == [at(100), at(199)]


def test_a_report_confirmed_after_the_span_is_confirmed_all_the_same(sqlite: Store) -> None:
    report(sqlite, "N-1", 10)
    sqlite.deeds.do("N-1", Deed.DISPATCH, who="a", at=at(5000))
    ((follow,),) = ([one.follow for one in receipts(sqlite, 0, 100)],)
    assert follow is not None
    assert follow.acknowledged_at == at(5000)


def test_a_month_is_read_by_a_few_statements_however_many_calls_it_had(sqlite: Store) -> None:
    for number in range(12):
        report(sqlite, f"N-{number}", number)
        climb(sqlite, f"N-{number}", 80)
    counted: list[str] = []
    engine_event.listen(sqlite.engine, "before_cursor_execute", lambda *args: counted.append(args[2]))
    assert len(receipts(sqlite)) == 12
    assert len(counted) <= 5


# --- the log ---------------------------------------------------------------------------------------


def test_the_log_tells_of_every_ring_and_what_came_of_it(sqlite: Store) -> None:
    report(sqlite, "N-1", told_after=0)
    climb(sqlite, "N-1", 2)
    for seconds, event in ((5, PickedUp(at(5), 1)), (30, WentUnheard(at(30), 1, Unheard.NO_KEY))):
        sqlite.deeds.happened("N-1", event)
        climb(sqlite, "N-1", seconds)
    sqlite.deeds.happened("N-1", PassedOn(at(40), "b"))
    climb(sqlite, "N-1", 40)
    sqlite.deeds.do("N-1", Deed.ACKNOWLEDGE, who="a", at=at(55))
    told = [(line.kind, line.who, line.why) for line in lines(sqlite)]
    assert told == [
        (LogKind.TOLD, "ladder", None),
        (LogKind.RANG, "a", None),
        (LogKind.TEXTED, "a", None),
        (LogKind.PICKED_UP, "a", None),
        (LogKind.RANG, "b", None),
        (LogKind.UNHEARD, "a", "no-key"),
        (LogKind.RANG, "a", None),
        (LogKind.RANG, "b", None),
        (LogKind.TEXTED, "a", None),
        (LogKind.PASSED_ON, "b", None),
        (LogKind.ALARM, None, "nobody_heard"),
        (LogKind.ACKNOWLEDGED, "a", None),
    ]


def test_a_ring_that_was_given_up_rang_nobody(sqlite: Store) -> None:
    report(sqlite, "N-1", told_after=0)
    sqlite.escalations.advance("N-1", at(1), lambda *_: step(Policy(), begun("N-1", CREW), Begun(at(0)), CREW))
    claimed = sqlite.escalations.claim("N-1", at(1), 60)
    assert claimed is not None
    sqlite.escalations.given_up(claimed, at(2), "no number", WentUnheard(at(2), 1, Unheard.NO_NUMBER))
    assert lines(sqlite) == (LogLine(at(2), LogKind.UNHEARD, "N-1", "a", "no-number"),)
    (one,) = receipts(sqlite)
    assert one.follow is not None
    assert one.follow.rung_at is None


DEEDS = [
    (Deed.DISPATCH, LogKind.DISPATCHED),
    (Deed.CLOSE, LogKind.CLOSED),
    (Deed.CANCEL, LogKind.CANCELLED),
    (Deed.MARK_DUPLICATE, LogKind.DUPLICATE),
    (Deed.ACKNOWLEDGE, LogKind.ACKNOWLEDGED),
    (Deed.TELL, LogKind.TOLD),
]


@pytest.mark.parametrize(("deed", "kind"), DEEDS)
def test_a_deed_is_one_line_and_its_note_stays_with_the_ticket(sqlite: Store, deed: Deed, kind: LogKind) -> None:
    report(sqlite, "N-1")
    report(sqlite, "N-2")
    same = "N-2" if deed is Deed.MARK_DUPLICATE else None
    sqlite.deeds.do("N-1", deed, who="a", at=at(70), note="見本の覚え書き", same_as=same)
    assert lines(sqlite) == (LogLine(at(70), kind, "N-1", "a", other=same),)


def test_every_deed_there_is_has_its_line() -> None:
    assert set(KINDS) == set(Deed)
    assert len(set(KINDS.values())) == len(Deed)


def test_whoever_takes_over_is_told_once(sqlite: Store) -> None:
    report(sqlite, "N-1")
    sqlite.deeds.do("N-1", Deed.ACKNOWLEDGE, who="a", at=at(70))
    sqlite.deeds.do("N-1", Deed.TAKE_OVER, who="b", at=at(80))
    assert lines(sqlite, 75) == (LogLine(at(80), LogKind.TAKEN_OVER, "N-1", "b"),)
    (one,) = receipts(sqlite)
    assert one.follow is not None
    assert one.follow.acknowledged_at == at(70)


def test_released_and_reopened_are_told(sqlite: Store) -> None:
    report(sqlite, "N-1")
    for seconds, deed in ((70, Deed.ACKNOWLEDGE), (71, Deed.RELEASE), (72, Deed.CLOSE), (73, Deed.REOPEN)):
        sqlite.deeds.do("N-1", deed, who="a", at=at(seconds))
    kinds = [line.kind for line in lines(sqlite)]
    assert kinds == [LogKind.ACKNOWLEDGED, LogKind.RELEASED, LogKind.CLOSED, LogKind.REOPENED]


def test_worse_and_confirmed_again_are_told_without_a_deed(sqlite: Store) -> None:
    report(sqlite, "N-1")
    sqlite.deeds.do("N-1", Deed.ACKNOWLEDGE, who="a", at=at(70))
    sqlite.deeds.happened("N-1", Worsened(at(80)))
    sqlite.deeds.happened("N-1", Acknowledged(at(90), "a"))
    told = [(line.at, line.kind, line.who) for line in lines(sqlite)]
    assert told == [
        (at(70), LogKind.ACKNOWLEDGED, "a"),
        (at(80), LogKind.WORSENED, None),
        (at(90), LogKind.ACKNOWLEDGED, "a"),
    ]


def test_an_attempt_in_vain_and_a_word_of_the_caller_are_told_by_their_codes(sqlite: Store) -> None:
    report(sqlite, "N-1")
    sqlite.deeds.do("N-1", Deed.ACKNOWLEDGE, who="a", at=at(70))
    sqlite.deeds.refused("N-1", at(80), "held", who="b")
    sqlite.deeds.refused("N-1", at(81), "お名前は見本様", who=None)
    take(sqlite, "CA2", 82, StoreTicket("N-2", REPORT, partial=False), TouchEarlier("N-1", "place", "N-2"))
    assert lines(sqlite, 75) == (
        LogLine(at(80), LogKind.REFUSED, "N-1", "b", "held"),
        LogLine(at(81), LogKind.REFUSED, "N-1", None, None),
        LogLine(at(82), LogKind.CALLER_CHANGED, "N-1", "caller", "place", "N-2"),
    )


def test_the_log_has_what_happened_in_the_span_whenever_the_call_was(sqlite: Store) -> None:
    report(sqlite, "N-1")
    for seconds, deed in ((99, Deed.TELL), (100, Deed.ACKNOWLEDGE), (199, Deed.DISPATCH), (200, Deed.CLOSE)):
        sqlite.deeds.do("N-1", deed, who="a", at=at(seconds))
    assert [line.at for line in lines(sqlite, 100, 200)] == [at(100), at(199)]


def test_no_line_and_no_call_carries_a_name_a_number_or_a_word_of_the_caller(sqlite: Store) -> None:
    telling = replace(REPORT, name="見本太郎", situation="見本の状況", phone="0765550199")
    report(sqlite, "N-1", report=telling)
    climb(sqlite, "N-1", 61)
    sqlite.deeds.do("N-1", Deed.CLOSE, who="a", at=at(70), note="見本太郎 0765550199")
    text = repr([*receipts(sqlite), *lines(sqlite)])
    assert "N-1" in text
    for personal in ("見本太郎", "見本の状況", "076555", "もりもと"):
        assert personal not in text
