"""Who is rung for an urgent report, in which order, and what makes it stop (R18)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.domain.escalation import (
    Acknowledged,
    Begun,
    Climb,
    Escalation,
    Event,
    HangUpOn,
    Order,
    PassedOn,
    PickedUp,
    RaiseAlarm,
    Released,
    RingPerson,
    Stage,
    TextPerson,
    TimeUp,
    Unheard,
    WentUnheard,
    Withdrawn,
    Worsened,
    is_resting,
)
from ivr.domain.roster import Crew, Person
from tests.domain.ladder import (
    BEGUN,
    CALL_ONLY,
    CHIEF,
    CREW,
    HELD_BY_A,
    IN_VAIN,
    NOBODY,
    NOW,
    POLICY,
    UNLISTED,
    A,
    B,
    C,
    after,
    hung_up,
    late,
    no_key,
    run,
    rung,
    texted,
    unanswered,
)

# --- the first rung ---------------------------------------------------------------------------------


def test_the_first_on_duty_is_rung_and_texted() -> None:
    climb = run(BEGUN)
    assert climb.orders == (RingPerson(1, A), TextPerson(2, A))
    assert climb.escalation == Escalation(
        "W-0001", "water", Stage.CALLING, orders=2, ringing=(1,), rung=("a",), tried=("a",), due_at=after(40)
    )


@pytest.mark.parametrize("events", [(BEGUN,), IN_VAIN, HELD_BY_A])
def test_a_ladder_told_twice_is_begun_once(events: tuple[Event, ...]) -> None:
    assert run(*events, Begun(after(5))) == Climb(run(*events).escalation)


def test_who_has_no_number_is_skipped() -> None:
    climb = run(BEGUN, crew=replace(CREW, on_duty=(UNLISTED, B)))
    assert (rung(climb), texted(climb), climb.escalation.place) == (["b"], ["b"], 1)


def test_who_wants_no_text_is_only_rung() -> None:
    assert run(BEGUN, crew=replace(CREW, on_duty=(CALL_ONLY,))).orders == (RingPerson(1, CALL_ONLY),)


@pytest.mark.parametrize("on_duty", [(), (UNLISTED,)])
def test_nobody_on_duty_with_a_telephone_is_an_alarm_at_once(on_duty: tuple[Person, ...]) -> None:
    climb = run(BEGUN, crew=replace(CREW, on_duty=on_duty))
    assert climb.escalation.stage is Stage.ALARMED
    assert climb.orders[0] == RaiseAlarm(1, nobody_on_duty=True)
    assert rung(climb) == ["b", "c", "a", "chief"]


def test_an_alarm_that_can_ring_nobody_is_still_raised() -> None:
    climb = run(BEGUN, crew=NOBODY)
    assert climb.orders == (RaiseAlarm(1, nobody_on_duty=True),)
    assert climb.escalation.due_at == after(300)


# --- what moves to the next person, and what does not -------------------------------------------------


def test_whoever_picked_up_is_given_time_to_listen_and_nothing_else() -> None:
    climb = run(BEGUN, PickedUp(after(10), 1))
    assert climb == Climb(replace(run(BEGUN).escalation, due_at=after(100)))


@pytest.mark.parametrize("order", [2, 99, 0])
def test_a_call_that_does_not_ring_now_is_given_no_time(order: int) -> None:
    assert run(BEGUN, PickedUp(after(10), order)) == Climb(run(BEGUN).escalation)


@pytest.mark.parametrize("why", list(Unheard))
def test_a_call_without_a_key_leads_to_the_next_person_at_once(why: Unheard) -> None:
    climb = run(BEGUN, PickedUp(NOW, 1), WentUnheard(after(7), 1, why))
    assert climb.orders == (RingPerson(3, B), TextPerson(4, B))
    assert (climb.escalation.ringing, climb.escalation.due_at) == ((3,), after(47))


def test_the_end_of_an_older_call_moves_nobody() -> None:
    assert run(BEGUN, no_key(1), no_key(1)) == Climb(run(BEGUN, no_key(1)).escalation)


def test_the_second_round_rings_again_and_sends_no_second_text() -> None:
    climb = run(BEGUN, no_key(1), no_key(3))
    assert climb.orders == (RingPerson(5, A),)
    assert (climb.escalation.round, climb.escalation.place) == (1, 0)
    assert run(no_key(5), since=climb.escalation).orders == (RingPerson(6, B),)


def test_passing_on_leads_to_the_next_person_and_hangs_up_on_nobody() -> None:
    climb = run(BEGUN, PassedOn(NOW, "a"))
    assert climb.orders == (RingPerson(3, B), TextPerson(4, B))
    assert climb.escalation.passed == ("a",)


def test_who_passed_is_left_out_of_the_next_round() -> None:
    assert rung(run(BEGUN, PassedOn(NOW, "a"), no_key(3))) == ["b"]


def test_passing_on_twice_is_remembered_once() -> None:
    assert run(BEGUN, PassedOn(NOW, "a"), PassedOn(NOW, "a")).escalation.passed == ("a",)


def test_passing_on_late_is_remembered_and_disturbs_no_other_call() -> None:
    climb = run(BEGUN, no_key(1), PassedOn(NOW, "a"))
    assert climb == Climb(replace(run(BEGUN, no_key(1)).escalation, passed=("a",)))


def test_when_all_on_duty_passed_the_alarm_comes_at_once() -> None:
    climb = run(BEGUN, PassedOn(NOW, "a"), PassedOn(NOW, "b"))
    assert climb.orders[0] == RaiseAlarm(5, nobody_on_duty=False)
    assert rung(climb) == ["a", "b", "c", "chief"]  # an alarm rings those who passed as well


@pytest.mark.parametrize(("seconds", "moves"), [(39.9, False), (40, True), (41, True)])
def test_a_call_whose_end_is_never_reported_counts_as_unheard_when_its_time_is_up(seconds: float, moves: bool) -> None:
    climb = run(BEGUN, TimeUp(after(seconds)))
    assert climb.orders == ((HangUpOn(3, 1), RingPerson(4, B), TextPerson(5, B)) if moves else ())


@pytest.mark.parametrize(("seconds", "moves"), [(40, False), (99.9, False), (100, True)])
def test_whoever_picked_up_is_waited_for_as_long_as_they_may_listen(seconds: float, moves: bool) -> None:
    assert bool(run(BEGUN, PickedUp(after(10), 1), TimeUp(after(seconds))).orders) is moves


def test_a_key_pressed_late_still_counts() -> None:
    climb = run(BEGUN, late(), Acknowledged(NOW, "a"))
    assert (climb.escalation.stage, climb.escalation.holder) == (Stage.HELD, "a")
    assert hung_up(climb) == [4]


# --- the alarm --------------------------------------------------------------------------------------


def test_a_ladder_climbed_in_vain_is_an_alarm_to_all_and_to_the_supervisor() -> None:
    climb = run(*IN_VAIN)
    everybody = (A, B, C, CHIEF)
    expected: tuple[Order, ...] = (
        RaiseAlarm(7, nobody_on_duty=False),
        *(RingPerson(number, person, alarm=True) for number, person in enumerate(everybody, 8)),
        *(TextPerson(number, person, alarm=True) for number, person in enumerate(everybody, 12)),
    )
    assert climb.orders == expected
    now = climb.escalation
    assert (now.stage, now.alarms, now.ringing, now.due_at) == (Stage.ALARMED, 1, (8, 9, 10, 11), after(300))


@pytest.mark.parametrize("rounds", [0, 1, 2, 3])
def test_the_roster_is_gone_through_as_often_as_the_policy_says(rounds: int) -> None:
    policy = replace(POLICY, rounds=rounds)
    *calls, _ = unanswered(run(BEGUN, policy=policy), policy=policy)
    assert [rung(call) for call in calls] == [["a"], ["b"]] * rounds


def test_nobody_is_rung_twice_by_one_alarm_and_only_who_has_a_number() -> None:
    crew = Crew("water", on_duty=(UNLISTED, CALL_ONLY), everyone=(A, CALL_ONLY, CHIEF, A), supervisor=CHIEF)
    climb = unanswered(run(BEGUN, crew=crew), crew)[-1]
    assert rung(climb) == ["call-only", "a", "chief"]
    assert texted(climb) == ["a", "chief"]


def test_the_call_given_up_on_is_ended_before_the_alarm_rings_the_same_person() -> None:
    climb = run(BEGUN, late(), crew=replace(CREW, on_duty=(A,)), policy=replace(POLICY, rounds=1))
    assert climb.orders[:3] == (RaiseAlarm(3, nobody_on_duty=False), HangUpOn(4, 1), RingPerson(5, A, alarm=True))


def test_during_an_alarm_a_call_without_a_key_rings_nobody_else() -> None:
    climb = run(*IN_VAIN, no_key(9))
    assert climb == Climb(replace(run(*IN_VAIN).escalation, ringing=(8, 10, 11), rung=("a", "c", "chief")))


def test_a_pick_up_does_not_put_off_the_next_alarm() -> None:
    assert run(*IN_VAIN, PickedUp(after(299), 11)) == Climb(run(*IN_VAIN).escalation)


def test_during_an_alarm_passing_on_is_noted_and_the_alarm_goes_on() -> None:
    climb = run(*IN_VAIN, PassedOn(NOW, "c"))
    assert (climb.orders, climb.escalation.stage, climb.escalation.passed) == ((), Stage.ALARMED, ("c",))


@pytest.mark.parametrize(("seconds", "again"), [(299.9, False), (300, True)])
def test_an_alarm_that_nobody_heard_is_raised_again(seconds: float, again: bool) -> None:
    climb = run(*IN_VAIN, TimeUp(after(seconds)))
    assert bool(climb.orders) is again
    assert climb.escalation.alarms == (2 if again else 1)


def test_an_alarm_is_repeated_for_ever() -> None:
    alarmed = run(*IN_VAIN).escalation
    for time in range(1, 51):
        climb = run(TimeUp(after(300 * time)), since=alarmed)
        alarmed = climb.escalation
        assert isinstance(climb.orders[0], RaiseAlarm)
        assert rung(climb) == texted(climb) == ["a", "b", "c", "chief"]
        assert alarmed.due_at == after(300 * (time + 1))
    assert len(alarmed.ringing) == 4


# --- somebody has it --------------------------------------------------------------------------------


def test_who_acknowledges_has_it_and_no_other_call_goes_on() -> None:
    climb = run(*IN_VAIN, Acknowledged(NOW, "c"))
    assert hung_up(climb) == [8, 9, 11]  # order 10 rings the one who pressed the key: that call ends by itself
    now = climb.escalation
    assert (now.stage, now.holder, now.due_at, now.ringing) == (Stage.HELD, "c", None, ())
    assert is_resting(now)


def test_a_confirmation_on_a_screen_ends_the_call_to_whoever_is_rung() -> None:
    assert run(BEGUN, Acknowledged(NOW, "c")).orders == (HangUpOn(3, 1),)


def test_whoever_the_ticket_went_to_last_has_it() -> None:
    """A second person was sent: the ticket took that before it was told."""
    held = run(*HELD_BY_A).escalation
    assert run(Acknowledged(NOW, "b"), since=held) == Climb(replace(held, holder="b"))


def test_nothing_happens_by_itself_while_somebody_has_it() -> None:
    held = run(*HELD_BY_A).escalation
    assert run(late(), since=held) == Climb(held)


def test_who_passed_and_then_acknowledges_can_go_after_all() -> None:
    assert run(BEGUN, PassedOn(NOW, "a"), Acknowledged(NOW, "a")).escalation.passed == ()


def test_a_holder_who_cannot_go_has_given_it_back() -> None:
    assert run(*HELD_BY_A, PassedOn(NOW, "a")) == run(*HELD_BY_A, Released(NOW))
    assert run(*HELD_BY_A, PassedOn(NOW, "b")).orders == ()


def test_what_is_given_back_climbs_the_ladder_anew_without_whoever_gave_it_back() -> None:
    climb = run(BEGUN, no_key(1), no_key(3), Acknowledged(NOW, "a"), Released(NOW))  # acknowledged in the second round
    assert climb.orders == (RingPerson(6, B), TextPerson(7, B))
    now = climb.escalation
    assert (now.stage, now.holder, now.passed, now.round, now.due_at) == (Stage.CALLING, None, ("a",), 0, after(40))


def test_given_back_by_the_only_one_on_duty_it_is_an_alarm() -> None:
    climb = run(*HELD_BY_A, Released(NOW), crew=replace(CREW, on_duty=(A,)))
    assert climb.orders[0] == RaiseAlarm(3, nobody_on_duty=False)


# --- worse than told --------------------------------------------------------------------------------


@pytest.mark.parametrize("events", [(BEGUN,), IN_VAIN])
def test_worse_than_told_while_nobody_has_it_changes_no_call(events: tuple[Event, ...]) -> None:
    assert run(*events, Worsened(NOW)) == Climb(run(*events).escalation)


@pytest.mark.parametrize("on_duty", [(A, B), (B, A), (B,)])  # whoever has it is told, on duty or not
def test_worse_than_told_rings_whoever_has_it_first(on_duty: tuple[Person, ...]) -> None:
    held = run(BEGUN, no_key(1), no_key(3), Acknowledged(NOW, "a")).escalation  # in the second round
    climb = run(Worsened(NOW), since=held, crew=replace(CREW, on_duty=on_duty))
    assert climb.orders == (RingPerson(6, A), TextPerson(7, A))
    now = climb.escalation
    assert (now.stage, now.holder, now.round, now.due_at) == (Stage.CALLING, "a", 0, after(40))


def test_a_holder_who_does_not_hear_of_the_worse_is_followed_by_the_ladder_from_its_start_and_stays_recorded() -> None:
    *calls, alarm = unanswered(run(BEGUN, no_key(1), Acknowledged(NOW, "b"), Worsened(NOW)))
    assert [rung(call) for call in calls] == [["b"], ["a"], ["a"], ["b"]]
    assert {climb.escalation.holder for climb in (*calls, alarm)} == {"b"}


@pytest.mark.parametrize("who", ["a", "b"])
def test_the_worse_is_held_by_whoever_acknowledges_it(who: str) -> None:
    climb = run(*HELD_BY_A, Worsened(NOW), late(), Acknowledged(NOW, who))
    assert (climb.escalation.stage, climb.escalation.holder) == (Stage.HELD, who)


def test_a_holder_who_cannot_be_found_is_no_reason_to_wait() -> None:
    gone = replace(run(*HELD_BY_A).escalation, holder="somebody who left")
    assert rung(run(Worsened(NOW), since=gone)) == ["a"]


def test_given_back_while_told_of_the_worse_ends_that_call_and_goes_on_to_the_next() -> None:
    climb = run(*HELD_BY_A, Worsened(NOW), Released(NOW))
    assert climb.orders == (HangUpOn(5, 3), RingPerson(6, B), TextPerson(7, B))
    assert (climb.escalation.holder, climb.escalation.passed) == (None, ("a",))


def test_given_back_by_key_while_told_of_the_worse_goes_on_once_and_cuts_nobody_off() -> None:
    climb = run(*HELD_BY_A, Worsened(NOW), PassedOn(NOW, "a"))
    assert climb.orders == (RingPerson(5, B), TextPerson(6, B))
    again = run(Released(NOW), since=climb.escalation)
    assert again == Climb(replace(climb.escalation, holder=None))


def test_given_back_during_the_alarm_about_the_worse_the_alarm_goes_on_and_nobody_has_it() -> None:
    alarmed = unanswered(run(*HELD_BY_A, Worsened(NOW)))[-1].escalation
    climb = run(Released(NOW), since=alarmed)
    now = climb.escalation
    assert (climb.orders, now.stage, now.due_at, now.ringing) == ((), Stage.ALARMED, alarmed.due_at, alarmed.ringing)
    assert (now.holder, now.passed) == (None, ("a",))


def test_given_back_when_nobody_has_it_changes_nothing() -> None:
    assert run(BEGUN, Released(NOW)) == Climb(run(BEGUN).escalation)
    assert run(*IN_VAIN, Released(NOW)) == Climb(run(*IN_VAIN).escalation)


# --- no longer wanted -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "ringing"), [((BEGUN,), [1]), (IN_VAIN, [8, 9, 10, 11]), (HELD_BY_A, []), ((BEGUN, no_key(1)), [3])]
)
def test_what_is_withdrawn_rings_nobody_any_more(events: tuple[Event, ...], ringing: list[int]) -> None:
    climb = run(*events, Withdrawn(NOW))
    assert hung_up(climb) == ringing
    now = climb.escalation
    assert (now.stage, now.due_at, now.ringing) == (Stage.OVER, None, ())
    assert is_resting(now)


def test_what_is_reopened_climbs_the_ladder_anew_and_its_numbers_go_on() -> None:
    climb = run(BEGUN, PassedOn(NOW, "a"), Acknowledged(NOW, "b"), Withdrawn(NOW), Begun(after(9)))
    assert climb.orders == (RingPerson(5, A), TextPerson(6, A))
    assert (climb.escalation.holder, climb.escalation.passed, climb.escalation.due_at) == (None, (), after(49))


def test_what_is_reopened_remembers_how_often_it_was_alarmed() -> None:
    assert run(*IN_VAIN, Withdrawn(NOW), BEGUN).escalation.alarms == 1


# --- the roster changes on the way ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on_duty", "calls"),
    [
        ((A,), ["a"]),  # shorter than the place reached: the second round
        ((C,), ["c"]),
        ((A, B, C), ["c"]),  # who came on duty is rung in this round
        ((C, A, B), ["c"]),  # also above those who were rung before
        ((UNLISTED,), ["b", "c", "a", "chief"]),  # nobody left who can be rung: the alarm
        ((), ["b", "c", "a", "chief"]),
    ],
)
def test_who_is_rung_next_when_the_roster_changed(on_duty: tuple[Person, ...], calls: list[str]) -> None:
    third_rings = run(BEGUN, no_key(1), crew=replace(CREW, on_duty=(UNLISTED, B, A))).escalation
    assert third_rings.place == 2
    assert rung(run(no_key(3), since=third_rings, crew=replace(CREW, on_duty=on_duty))) == calls


def test_when_the_order_of_the_roster_changes_nobody_is_left_out_of_the_round() -> None:
    assert rung(run(no_key(1), since=run(BEGUN).escalation, crew=replace(CREW, on_duty=(B, A)))) == ["b"]


def test_who_is_no_longer_on_duty_is_not_rung() -> None:
    *calls, _ = unanswered(run(BEGUN), crew=replace(CREW, on_duty=(C,)))
    assert [rung(call) for call in calls] == [["a"], ["c"], ["c"]]
