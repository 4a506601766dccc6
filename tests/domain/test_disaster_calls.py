"""A call while a disaster is on: what changes, that many callers ring staff once, and that each still ends well."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import product

import pytest

from ivr.domain import moves, surge
from ivr.domain.call import (
    Ask,
    Call,
    Dialled,
    Ears,
    Event,
    HangUp,
    HungUp,
    Line,
    NotifyStaff,
    Pressed,
    Question,
    State,
    StayedSilent,
    StoreTicket,
    TakeMessage,
    Transfer,
    Turn,
)
from ivr.domain.dialog import EVENTS, step
from ivr.domain.disaster import Area
from ivr.domain.hours import Duty, duty_at
from ivr.domain.incident import Incident, Sighting, assign, must_ring
from ivr.domain.outcome import OutcomeKind
from ivr.domain.script import Script
from nlu.meaning import Act, Category
from tests.domain.events import BY_SOUND, DAY, IZUMINO, NEW_YEAR, NIGHT, TOWN_ONLY, arrived, said, spoke, urgent
from tests.domain.test_disaster import HOUR, LEAK, RULE, disaster
from tests.domain.test_promises import MOST_EVENTS, SCRIPT, SETTLED, VOICE, heard, shape

# --- what it changes in a call ------------------------------------------------------------------------


def play(script: Script, *events: Event, reference: str = "0009") -> tuple[Call, list[Turn]]:
    call, turns = Call("CA1", reference=reference), []
    for event in events:
        turn = step(script, call, event)
        call = turn.call
        turns.append(turn)
    return call, turns


def lines_of(turn: Turn) -> list[Line]:
    return [line for action in turn.actions for line in getattr(action, "lines", ())]


def keys_of(turn: Turn) -> list[str]:
    return [line.key for line in lines_of(turn)]


IN_DISASTER = SCRIPT.in_disaster(disaster(LEAK))
NIGHT_CALL = replace(arrived(NIGHT, Dialled.NIGHT_LINE), reference="0009")


def test_without_a_switch_nothing_changes() -> None:
    assert SCRIPT.in_disaster(None) is SCRIPT


def test_the_greeting_says_so_right_after_the_name_and_before_the_emergency_key() -> None:
    _, (greeted,) = play(IN_DISASTER, NIGHT_CALL)
    assert keys_of(greeted)[:4] == [
        "greeting.night_line",
        "greeting.disaster",
        "greeting.disaster_areas",
        "greeting.urgent_first",
    ]


@pytest.mark.parametrize(("towns", "named"), [(0, False), (1, True), (3, True), (4, False)])
def test_a_few_towns_are_named_in_the_greeting_and_many_are_not(towns: int, named: bool) -> None:
    script = SCRIPT.in_disaster(disaster(areas=tuple(Area(f"見本町{number}") for number in range(towns))))
    _, (greeted,) = play(script, NIGHT_CALL)
    assert "greeting.disaster" in keys_of(greeted)
    assert ("greeting.disaster_areas" in keys_of(greeted)) is named


@pytest.mark.parametrize(("extended", "duty"), [(True, Duty.CENTRE), (False, Duty.NIGHT)])
def test_operators_answer_at_night_only_where_their_hours_are_extended(extended: bool, duty: Duty) -> None:
    script = SCRIPT.in_disaster(disaster(extended=extended))
    assert duty_at(script.calendar, NIGHT) is duty
    assert duty_at(script.calendar, NIGHT + 24 * HOUR) is Duty.NIGHT  # it is over
    assert play(script, NIGHT_CALL)[0].duty is duty


def test_a_caller_whose_event_is_known_hears_so_and_is_asked_once_whether_there_is_more() -> None:
    call, turns = play(IN_DISASTER, NIGHT_CALL, urgent(place=IZUMINO))
    assert (call.state, call.question) == (State.KNOWN, Question.LEAVE_DETAILS)
    assert isinstance(turns[-1].actions[0], StoreTicket)  # stored before anything is said about it
    assert keys_of(turns[-1]) == [
        "report.taken_as_urgent",
        "safety.road",
        "report.known_area",
        "question.leave_details",
    ]


@pytest.mark.parametrize(
    "no", [said(Act.NO), said(Act.DECLINE), said(Act.UNKNOWN), Pressed(NIGHT, "2"), StayedSilent(NIGHT), said(Act.STOP)]
)
def test_no_more_to_say_keeps_the_report_as_it_is_and_thanks(no: Event) -> None:
    call, turns = play(IN_DISASTER, NIGHT_CALL, urgent(place=IZUMINO), no)
    assert call.state is State.ENDED
    stored = [action for action in turns[-1].actions if isinstance(action, StoreTicket)]
    assert [(one.reference, one.partial) for one in stored] == [("0009", True)]
    assert any(isinstance(action, NotifyStaff) for action in turns[-1].actions)
    assert keys_of(turns[-1]) == ["report.done"]


@pytest.mark.parametrize("yes", [said(Act.YES), Pressed(NIGHT, "1")])
def test_more_to_say_leads_to_the_usual_questions(yes: Event) -> None:
    town = replace(TOWN_ONLY, chome=4)
    call, _ = play(IN_DISASTER, NIGHT_CALL, urgent(place=town), yes)
    assert call.question is Question.PLACE_DETAIL


def test_a_detail_told_at_once_is_kept_in_the_report() -> None:
    call, _ = play(IN_DISASTER, NIGHT_CALL, urgent(place=IZUMINO), spoke("車が二台止まっています", NIGHT))
    assert call.report is not None
    assert "車が二台" in (call.report.situation or "")


def test_a_hole_told_beside_the_no_is_reported_as_a_hole() -> None:
    no_but = urgent("いいえ、でも穴が開いています", category=Category.ROAD_COLLAPSE)
    assert no_but.meaning is not None
    no_but = replace(no_but, meaning=replace(no_but.meaning, act=Act.NO))
    call, turns = play(IN_DISASTER, NIGHT_CALL, urgent(place=IZUMINO), no_but)
    assert call.report is not None
    assert call.report.category is Category.ROAD_COLLAPSE
    assert "穴" in (call.report.situation or "")
    assert any(isinstance(action, StoreTicket) for turn in turns for action in turn.actions)


def test_another_key_puts_the_question_again() -> None:
    call, turns = play(IN_DISASTER, NIGHT_CALL, urgent(place=IZUMINO), Pressed(NIGHT, "7"), Pressed(NIGHT, "3"))
    assert call.question is Question.LEAVE_DETAILS
    assert turns[-1].actions


def test_in_another_language_the_question_is_put_again_in_it() -> None:
    call, turns = play(IN_DISASTER, NIGHT_CALL, urgent(place=IZUMINO), Pressed(NIGHT, "5"))
    assert (call.language, call.question) == ("en", Question.LEAVE_DETAILS)
    assert "report.known_area" in keys_of(turns[-1])


def test_a_caller_of_a_named_town_hears_that_staff_know_of_it() -> None:
    at_kanda = replace(BY_SOUND, certain=True, banchi="3")
    _, turns = play(IN_DISASTER, NIGHT_CALL, urgent(place=at_kanda))
    assert "report.known_by_staff" in keys_of(turns[-1])
    (told,) = [line for line in lines_of(turns[-1]) if line.key == "report.known_by_staff"]
    assert "神田" in IN_DISASTER.text(told, "ja")


@pytest.mark.parametrize("category", [Category.ROAD_COLLAPSE, Category.POLICE_FIRE_REPORT, Category.METER_LEAK])
def test_what_is_another_matter_is_taken_down_as_ever(category: Category) -> None:
    _, turns = play(IN_DISASTER, NIGHT_CALL, urgent(category=category, place=IZUMINO))
    assert "report.known_area" not in keys_of(turns[-1])


def test_a_place_confirmed_by_the_caller_is_known_too() -> None:
    at_kanda = replace(BY_SOUND, banchi="3")
    call, _ = play(IN_DISASTER, NIGHT_CALL, urgent(place=at_kanda))
    assert call.question is Question.CONFIRM_PLACE
    call = step(IN_DISASTER, call, said(Act.YES)).call
    assert call.question is Question.LEAVE_DETAILS


@pytest.mark.parametrize(
    ("told", "heard_so"),
    [
        ((("flow", "oozing"),), True),
        ((("flow", "flowing"),), True),
        ((("flow", "gushing"),), False),  # worse than what was told
        ((("traffic", "blocked"),), False),  # grave
        ((("people", "danger"),), False),
    ],
)
def test_what_is_worse_or_grave_is_taken_down_whole_although_the_event_is_known(
    told: tuple[tuple[str, str], ...], heard_so: bool
) -> None:
    call, _ = play(SCRIPT, NIGHT_CALL, urgent(place=IZUMINO))
    assert call.report is not None
    call = replace(call, report=replace(call.report, details=told))
    assert bool(surge.known_lines(IN_DISASTER, call)) is heard_so


def test_a_new_certain_place_is_taken_without_a_single_question() -> None:
    new = replace(IZUMINO, town="見本町", town_yomi="みほんまち")
    call, turns = play(IN_DISASTER, NIGHT_CALL, urgent(place=new))
    assert call.state is State.ENDED
    assert call.questions == 1  # the open question
    assert any(isinstance(action, NotifyStaff) for action in turns[-1].actions)


def test_a_number_to_call_back_is_confirmed_as_ever() -> None:
    """No urgent report: what is read back there is the promise itself."""
    call = Call("CA1", caller_id="0760000000", reference="0009", duty=Duty.CENTRE)
    asked = moves.callback_form(IN_DISASTER, call).call
    assert asked.question is Question.READ_BACK
    assert (
        step(IN_DISASTER, asked, spoke("泉野出町四丁目です", NIGHT, place=IZUMINO)).call.question is Question.READ_BACK
    )


def test_three_hundred_callers_of_one_burst_main_are_all_answered_and_all_kept_while_staff_are_rung_once() -> None:
    """One call after the other within ten minutes, each with what became known of the event by then."""
    replies: tuple[Event, ...] = (said(Act.NO), Pressed(NIGHT, "2"), StayedSilent(NIGHT), HungUp(NIGHT), said(Act.YES))
    faces = (Category.ROAD_LEAK, Category.NO_WATER_AREA, Category.DIRTY_WATER)
    incidents: dict[int, Incident] = {}
    kept, rung, asked = set(), 0, 0
    for number in range(300):
        reference, at = f"{number:04}", NIGHT + timedelta(seconds=2 * number)
        script = SCRIPT.in_disaster(replace(disaster(at=NIGHT), at=at, incidents=tuple(incidents.values())))
        place = replace(IZUMINO, banchi=str(1 + number % 40))
        events = (
            replace(NIGHT_CALL, reference=reference, at=at),
            urgent(at=at, category=faces[number % 3], place=place),
        )
        call, turns = play(script, *events, reference=reference)
        if call.question is Question.LEAVE_DETAILS:
            asked += 1
            last = step(script, call, replies[number % len(replies)])
            call, turns = last.call, [*turns, last]
        assert call.state is State.ENDED, number
        assert call.notified, number
        assert isinstance(turns[-1].actions[-1], HangUp) or number % len(replies) == 3, number
        kept |= {action.reference for turn in turns for action in turn.actions if isinstance(action, StoreTicket)}
        assert call.report is not None
        sighting = Sighting(reference, call.report.category, call.report.place, 1, at)
        found = assign(incidents.values(), sighting, RULE, disaster=True)
        assert found is not None
        rung += must_ring(found.news)
        known_as = found.incident.number or len(incidents) + 1
        incidents[known_as] = replace(found.incident, number=known_as)
    assert ([one.reports for one in incidents.values()], len(kept), rung, asked) == ([300], 300, 1, 299)


# --- the promises, in a disaster --------------------------------------------------------------------


def scripts() -> Iterator[tuple[Script, datetime]]:
    for at, extended in product((DAY, NIGHT, NEW_YEAR), (True, False)):
        yield SCRIPT.in_disaster(disaster(replace(LEAK, opened_at=at, last_at=at), at=at, extended=extended)), at


@cache
def walked() -> tuple[tuple[Script, Call, Event, Turn], ...]:
    found: list[tuple[Script, Call, Event, Turn]] = []
    for script, at in scripts():
        seen_shapes: set[object] = set()
        starts = [
            step(script, Call("CA1"), replace(arrived(at, dialled, caller, ears=ears), reference="0009")).call
            for dialled, caller, ears in product(Dialled, ("0760000000", None), (Ears.STREAM, Ears.KEYS))
        ]
        queue = deque(starts)
        while queue and len(seen_shapes) < 250:
            call = queue.popleft()
            if shape(call) in seen_shapes:
                continue
            seen_shapes.add(shape(call))
            for event in heard(at):
                turn = step(script, call, event)
                found.append((script, call, event, turn))
                queue.append(turn.call)
    return tuple(found)


def test_the_walk_meets_every_event_at_the_question_of_a_known_event() -> None:
    met = {type(event) for _, call, event, _ in walked() if call.state is State.KNOWN}
    assert met == set(EVENTS)


def test_every_word_spoken_in_a_disaster_is_an_approved_line_with_its_slots_filled() -> None:
    unspeakable = {"en": "[ぁ-んァ-ヶ一-龠가-힣]", "zh": "[ぁ-んァ-ヶ가-힣]", "ko": "[ぁ-んァ-ヶ一-龠]"}
    for script, _, event, turn in walked():
        for line in lines_of(turn):
            text = script.text(line, turn.call.language)
            assert text, (event, line)
            assert "{" not in text, (event, line)
            if line.language is None and turn.call.language != "ja":
                assert not re.search(unspeakable[turn.call.language], text), (event, text)


def test_whoever_is_asked_for_details_is_never_left_in_silence() -> None:
    for _, call, event, turn in walked():
        if call.state is State.KNOWN and not isinstance(event, HungUp) and type(event).__name__ not in QUIET:
            voice = [action for action in turn.actions if isinstance(action, VOICE)]
            assert voice, event
            assert isinstance(voice[-1], Ask | TakeMessage | Transfer | HangUp), event


QUIET = {"PersonAnswered", "Connected"}


def test_every_call_the_desk_ends_in_a_disaster_ended_well() -> None:
    for _, call, event, turn in walked():
        if turn.call.state is not State.ENDED or call.state is State.ENDED or isinstance(event, HungUp):
            continue
        assert turn.call.outcome is not None, (call.state, event)
        assert turn.call.outcome.kind in SETTLED | {OutcomeKind.DECLINED}, (call.state, event)


def test_every_report_of_a_known_event_is_stored_and_told_of() -> None:
    """Kept by the desk or left by the caller: the counter is the staff's, the report is whole."""
    ended = 0
    for _, call, event, turn in walked():
        if call.state is not State.KNOWN or turn.call.state is not State.ENDED:
            continue
        if turn.call.report is None or not turn.call.report.urgent:
            continue
        ended += 1
        assert any(isinstance(action, StoreTicket) for action in turn.actions), event
        assert call.notified or any(isinstance(action, NotifyStaff) for action in turn.actions), event
    assert ended


def test_nobody_can_keep_the_desk_in_a_loop_in_a_disaster() -> None:
    for script, at in scripts():
        replies = [event for event in heard(at) if not isinstance(event, HungUp)]
        for first, second in product(replies[::5], replies[1::5]):
            call = step(script, Call("CA1"), replace(arrived(at), reference="0009")).call
            for number in range(MOST_EVENTS):
                if call.state in (State.ENDED, State.WAITING, State.TALKING):
                    break
                call = step(script, call, first if number % 2 else second).call
            assert call.state in (State.ENDED, State.WAITING, State.TALKING), (first, second)
