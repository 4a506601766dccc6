"""Who is on duty is rung one after the other until somebody has the report, whatever the carrier does (R18)."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.domain.escalation import (
    Acknowledged,
    Climb,
    Escalation,
    Event,
    PassedOn,
    PickedUp,
    Released,
    RingPerson,
    Stage,
    Unheard,
    WentUnheard,
)
from ivr.domain.roster import Crew
from ivr.domain.ticket import Deed
from ivr.jobs.ladder import CALLS_EVERY_S, LEASE_S, MOST_TRIES
from ivr.ports import RingFailed
from ivr.storage.sql import Store
from tests.contracts.conftest import sqlite
from tests.jobs.duty import CREW, POLICY, UNLISTED, Died, Dying, Night, Rung
from tests.stores import at, put_tickets

__all__ = ["sqlite"]

BUSY = RingFailed("429", permanent=False)
BROKEN = RingFailed("500", permanent=False)
REFUSED = RingFailed("21211", permanent=True)
ADDRESS = "https://desk.example.jp/twilio"


@pytest.fixture
def night(sqlite: Store) -> Night:
    """One ticket, of which nobody on duty has heard yet."""
    put_tickets(sqlite, ["N-1"])
    return Night(sqlite)


def happened(night: Night, *events: Event) -> None:
    for event in events:
        night.store.deeds.happened("N-1", event)
    night.climb()


def unheard(night: Night, order: int, why: Unheard = Unheard.NO_KEY) -> WentUnheard:
    return WentUnheard(night.clock.now(), order, why)


def alarmed(night: Night) -> list[str]:
    return [str(notice.alarm) for notice in night.store.notices.claim(night.clock.now(), 1) if notice.alarm]


# --- up the ladder ----------------------------------------------------------------------------------


def test_the_first_on_duty_is_rung_with_the_addresses_of_this_order_and_texted(night: Night) -> None:
    night.climb()
    assert night.carrier.placed == [Rung("a", f"{ADDRESS}/duty/N-1/1", f"{ADDRESS}/duty-status/N-1/1", None, at(1))]
    assert night.carrier.texts == [("a", "N-1 call", None)]
    assert night.roster.asked[0] == ("road_leak", at(1))


def test_nobody_else_is_rung_while_a_telephone_may_still_bring_a_key(night: Night) -> None:
    night.climb()
    night.climb(after_s=POLICY.reachable_s - 1)
    happened(night, PickedUp(night.clock.now(), 1))
    night.climb(after_s=POLICY.listen_s - 1)
    assert night.carrier.rung == ["a"]


@pytest.mark.parametrize("why", [Unheard.BUSY, Unheard.NO_ANSWER, Unheard.NO_KEY, Unheard.FAILED])
def test_after_a_call_in_vain_the_next_one_is_rung_at_once(night: Night, why: Unheard) -> None:
    night.climb()
    happened(night, unheard(night, 1, why))
    assert night.carrier.rung == ["a", "b"]


def test_whoever_cannot_go_is_followed_by_the_next_one(night: Night) -> None:
    night.climb()
    happened(night, PassedOn(night.clock.now(), "a"))
    assert night.carrier.rung == ["a", "b"]


def test_a_call_whose_end_is_never_reported_is_ended_and_the_next_one_rung(night: Night) -> None:
    night.climb()
    night.climb(after_s=POLICY.reachable_s)
    assert night.carrier.ended == ["CA1"]
    assert night.carrier.rung == ["a", "b"]


def test_when_nobody_takes_it_everybody_is_told_and_told_again(night: Night) -> None:
    night.climb()
    happened(night, unheard(night, 1))
    happened(night, unheard(night, 3))
    everybody = ["a", "b", "c", "chief"]
    assert night.carrier.rung[2:] == everybody
    assert night.carrier.texts[2:] == [(who, "N-1 alarm", None) for who in everybody]
    assert alarmed(night) == ["nobody_heard"]
    night.climb(after_s=POLICY.alarm_every_s)
    assert night.carrier.rung[6:] == everybody
    assert alarmed(night) == ["nobody_heard"] * 2


def test_when_nobody_is_on_duty_it_is_an_alarm_at_once(night: Night, caplog: pytest.LogCaptureFixture) -> None:
    night.roster.crew_now = replace(CREW, on_duty=())
    night.climb()
    assert night.carrier.rung == ["a", "b", "c", "chief"]
    assert alarmed(night) == ["nobody_on_duty"]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_somebody_who_has_it_is_left_alone_and_nobody_else_is_rung(night: Night) -> None:
    night.climb()
    night.store.deeds.do("N-1", Deed.ACKNOWLEDGE, who="a", at=night.clock.now())
    night.climb(after_s=9999)
    assert night.carrier.rung == ["a"]
    assert night.carrier.ended == []  # the call of whoever pressed the key ends by itself


def test_a_call_that_still_rings_is_ended_when_somebody_else_has_it(night: Night) -> None:
    night.climb()
    happened(night, Acknowledged(night.clock.now(), "c"))
    assert night.carrier.ended == ["CA1"]


def test_what_was_given_back_is_rung_for_again(night: Night) -> None:
    night.climb()
    happened(night, Acknowledged(night.clock.now(), "a"), Released(night.clock.now()))
    assert night.carrier.rung == ["a", "b"]


def test_a_roster_that_changes_meanwhile_counts_as_it_stands(night: Night) -> None:
    night.climb()
    night.roster.crew_now = replace(CREW, on_duty=(CREW.everyone[2],))
    happened(night, unheard(night, 1))
    assert night.carrier.rung == ["a", "c"]


def test_a_person_whose_number_is_missing_is_no_obstacle(night: Night) -> None:
    night.roster.crew_now = Crew("water", on_duty=(UNLISTED, *CREW.on_duty), everyone=CREW.everyone)
    night.climb()
    assert night.carrier.rung == ["a"]


def test_an_order_for_a_person_without_a_number_leads_to_the_next_one(night: Night) -> None:
    due_at = at(1) + timedelta(seconds=POLICY.reachable_s)
    ringing = Escalation("N-1", "water", Stage.CALLING, 1, ringing=(1,), rung=("unlisted",), due_at=due_at)
    order = Climb(ringing, (RingPerson(1, UNLISTED),))
    night.store.escalations.advance("N-1", at(1), lambda *_: order)
    night.climb()
    assert night.carrier.rung == ["a"]
    assert night.store.escalations.placed("N-1", 1) == (True, None)


def test_without_a_way_to_text_people_are_rung_all_the_same(night: Night) -> None:
    ladder = replace(night.ladder, texts=None)
    ladder.climb("N-1")
    assert night.carrier.rung == ["a"]
    assert night.carrier.texts == []
    assert night.store.escalations.claim("N-1", at(9999), LEASE_S) is None  # nothing waits for ever


def test_after_a_long_stop_of_the_desk_the_first_one_is_rung_and_waited_for(night: Night) -> None:
    night.climb(after_s=9999)
    night.climb(after_s=POLICY.reachable_s - 1)
    assert night.carrier.rung == ["a"]
    night.climb(after_s=1)
    assert night.carrier.rung == ["a", "b"]


# --- the carrier ------------------------------------------------------------------------------------


@pytest.mark.parametrize("failure", [BUSY, BROKEN])
def test_a_refusal_that_passes_is_tried_again_soon(night: Night, failure: RingFailed) -> None:
    night.carrier.failures += [failure] * (MOST_TRIES - 1)
    for _ in range(12):
        night.climb(after_s=1)
    assert night.carrier.rung == ["a"]
    assert len(night.carrier.tries) == MOST_TRIES


def test_a_carrier_that_refuses_too_often_leads_to_the_next_one(night: Night) -> None:
    night.carrier.failures += [BUSY] * MOST_TRIES
    for _ in range(20):
        night.climb(after_s=1)
    assert [call.to for call in night.carrier.tries] == ["a"] * MOST_TRIES + ["b"]
    assert night.carrier.rung == ["b"]


def test_a_refusal_that_does_not_pass_leads_to_the_next_one_at_once(
    night: Night, caplog: pytest.LogCaptureFixture
) -> None:
    night.carrier.failures.append(REFUSED)
    night.climb()
    assert [call.to for call in night.carrier.tries] == ["a", "b"]
    assert "+81" not in caplog.text


@pytest.mark.parametrize(
    "lost", [TimeoutError(), ConnectionResetError(), BROKEN], ids=lambda error: type(error).__name__
)
def test_a_call_whose_placing_was_not_heard_of_is_looked_for_and_not_placed_twice(
    night: Night, lost: Exception
) -> None:
    night.carrier.lost.append(lost)
    night.climb()
    night.climb(after_s=9)
    assert [call.tried_at for call in night.carrier.tries] == [None, at(1)]
    assert night.carrier.rung == ["a"]
    assert night.store.escalations.placed("N-1", 1) == (True, "CA1")


def test_one_call_a_second_is_placed_over_all_ladders(night: Night) -> None:
    put_tickets(night.store, ["N-2", "N-3"])
    night.climb("N-1", "N-2", "N-3")
    times = [call.at for call in night.carrier.placed]
    assert times == [at(1), at(2), at(3)]
    assert night.waited == [CALLS_EVERY_S] * 2


def test_a_line_that_is_busy_for_long_is_no_failed_try_and_nothing_to_look_for(night: Night) -> None:
    night.policy = replace(POLICY, reachable_s=6000)
    for _ in range(MOST_TRIES + 1):
        for _ in range(40):
            night.store.escalations.take_slot("carrier", night.clock.now(), CALLS_EVERY_S, 99)
        night.climb()
        night.clock.pass_by(41)
    assert night.carrier.tries == []
    assert night.waited == []
    night.carrier.failures.append(BUSY)
    first = night.clock.now()
    night.climb()
    night.climb(after_s=8)
    assert [(call.to, call.tried_at) for call in night.carrier.tries] == [("a", None), ("a", first)]


def test_the_first_ring_of_a_new_report_goes_before_those_that_were_in_vain(night: Night) -> None:
    night.climb()
    night.store.escalations.take_slot("carrier", night.clock.now(), 3 * CALLS_EVERY_S, 99)
    put_tickets(night.store, ["N-2"])
    happened(night, WentUnheard(night.clock.now(), 1, Unheard.NO_KEY))
    night.climb("N-2")
    assert [call.answer_url.split("/")[-2] for call in night.carrier.placed] == ["N-1", "N-2"]
    night.climb("N-1", after_s=2)
    assert night.carrier.rung == ["a", "a", "b"]


def test_a_ticket_cancelled_while_its_ring_waits_for_the_line_is_not_rung(night: Night) -> None:
    night.store.escalations.take_slot("carrier", night.clock.now(), 5.0, 99)

    def cancelled_meanwhile(seconds: float) -> None:
        night.wait(seconds)
        night.store.deeds.do("N-1", Deed.CANCEL, who="a", at=night.clock.now())

    replace(night.ladder, wait=cancelled_meanwhile).climb("N-1")
    assert night.carrier.tries == []
    assert night.store.escalations.placed("N-1", 1) == (True, None)


def test_a_ticket_cancelled_between_the_order_and_the_ring_is_not_rung(night: Night) -> None:
    night.carrier.failures.append(BUSY)
    night.climb()
    night.store.deeds.do("N-1", Deed.CANCEL, who="a", at=night.clock.now())
    night.climb(after_s=60)
    assert len(night.carrier.tries) == 1
    assert night.carrier.placed == []


# --- whoever carries it out may die ------------------------------------------------------------------


def test_what_a_worker_that_died_may_have_placed_is_looked_for(night: Night) -> None:
    night.policy = replace(POLICY, reachable_s=600)
    with pytest.raises(Died):
        replace(night.ladder, escalations=Dying(night.store)).climb("N-1")
    night.climb(after_s=LEASE_S - 1)
    assert len(night.carrier.tries) == 1
    night.climb(after_s=1)
    assert [call.tried_at for call in night.carrier.tries] == [None, at(1)]
    assert night.carrier.rung == ["a"]


def test_what_a_worker_that_died_left_is_not_placed_when_nobody_wants_it_any_more(night: Night) -> None:
    with pytest.raises(Died):
        replace(night.ladder, escalations=Dying(night.store)).climb("N-1")
    night.store.deeds.do("N-1", Deed.CLOSE, who="a", at=night.clock.now())
    for _ in range(30):
        night.climb(after_s=8)
    assert len(night.carrier.tries) == 1
    assert night.store.escalations.climbing() == []


def test_the_call_of_a_worker_that_died_is_found_when_its_claim_ends_and_given_its_time(night: Night) -> None:
    with pytest.raises(Died):
        replace(night.ladder, escalations=Dying(night.store)).climb("N-1")
    night.climb(after_s=LEASE_S)
    assert night.carrier.rung == ["a"], "found, not placed again"
    night.climb(after_s=POLICY.reachable_s)
    assert night.carrier.rung == ["a", "b"]


def test_whoever_is_rung_cannot_stop_the_ladder_by_what_breaks_at_their_number(night: Night) -> None:
    night.carrier.failures += [ZeroDivisionError("a bug")] * MOST_TRIES
    for _ in range(MOST_TRIES + 1):
        night.climb(after_s=10)
    assert night.carrier.rung == ["b"]


def test_a_hang_up_waits_until_the_call_it_ends_is_known(night: Night) -> None:
    def withdrawn() -> None:
        night.store.deeds.do("N-1", Deed.CANCEL, who="a", at=night.clock.now())
        night.climb()  # another worker, while this one places the call

    night.carrier.before_ringing = withdrawn
    night.climb()
    assert night.carrier.ended == []
    night.climb(after_s=8)
    assert night.carrier.ended == ["CA1"]


def test_a_call_that_cannot_be_ended_is_given_up_after_some_tries(night: Night) -> None:
    night.climb()
    happened(night)
    night.store.deeds.do("N-1", Deed.CANCEL, who="a", at=night.clock.now())
    night.carrier.failures += [BROKEN] * 99
    for _ in range(30):
        night.climb(after_s=8)
    assert len(night.carrier.failures) == 99 - MOST_TRIES
    assert night.store.escalations.climbing() == []


# --- several ladders --------------------------------------------------------------------------------


def test_one_pass_climbs_every_ladder_that_has_something_to_do(night: Night) -> None:
    put_tickets(night.store, ["N-2"])
    assert night.ladder.climb_all() == 2
    assert [call.answer_url.split("/")[-2] for call in night.carrier.placed] == ["N-1", "N-2"]
    assert night.ladder.climb_all() == 0


def test_a_ladder_that_breaks_keeps_no_other_from_climbing(night: Night, caplog: pytest.LogCaptureFixture) -> None:
    put_tickets(night.store, ["N-2"])
    night.carrier.failures.append(ZeroDivisionError("+81000000000"))
    assert night.ladder.climb_all() == 2
    assert [call.answer_url.split("/")[-2] for call in night.carrier.placed] == ["N-2"]
    assert "+81" not in caplog.text
    night.clock.pass_by(LEASE_S)
    night.ladder.climb_all()
    assert f"{ADDRESS}/duty/N-1/1" in [call.answer_url for call in night.carrier.placed]  # the first one goes on too


def test_the_call_about_another_report_does_not_pass_for_this_one(night: Night) -> None:
    put_tickets(night.store, ["N-2"])
    night.carrier.failures.append(RingFailed("HTTP 429", permanent=False))
    night.climb("N-1")
    night.climb("N-2")
    night.climb("N-1", after_s=10)
    assert [call.answer_url.split("/")[-2] for call in night.carrier.placed] == ["N-2", "N-1"]


def test_a_ticket_without_a_ladder_has_nothing_to_climb(night: Night) -> None:
    assert night.ladder.climb("N-9") is None


def test_times_are_counted_from_when_something_is_learnt(night: Night) -> None:
    night.climb()
    night.clock.pass_by(30)
    happened(night, PickedUp(at(2), 1))
    standing = night.store.escalations.standing("N-1")
    assert standing is not None
    assert standing.next_at == night.clock.now() + timedelta(seconds=POLICY.listen_s)
