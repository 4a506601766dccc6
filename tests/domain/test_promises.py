"""The promises of the desk, on every path: walks over the table, the calendar and the state of the desks."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.domain.call import (
    Ask,
    Call,
    Connected,
    Dialled,
    Ears,
    EarsFailed,
    Event,
    HangUp,
    HungUp,
    LeftMessage,
    NobodyAnswered,
    NotifyStaff,
    PersonAnswered,
    Pressed,
    Question,
    Say,
    SoundLost,
    Spoke,
    State,
    StayedSilent,
    StoreTicket,
    TakeMessage,
    TalkEnded,
    Transfer,
    Turn,
)
from ivr.domain.dialog import EVENTS, LISTENING, TABLE, step
from ivr.domain.earlier import EarlierReport
from ivr.domain.outcome import OutcomeKind
from ivr.domain.script import Script
from ivr.storage.script_files import read_script
from nlu.meaning import Act, Category, Intent, Level, Phone, Pick, Redirect
from tests.domain.conftest import PROMPTS
from tests.domain.events import (
    BY_SOUND,
    DAY,
    IZUMINO,
    NEW_YEAR,
    NIGHT,
    OUTSIDE,
    TOWN_ONLY,
    arrived,
    redirected,
    said,
    spoke,
    unsure,
    urgent,
)

VOICE = (Say, Ask, TakeMessage, Transfer, HangUp)
MOST_EVENTS = 60
SCRIPT = read_script(
    PROMPTS,
    {"ja": {"start": "見本の回答です。", "meter_cycle": "見本の回答です。"}, "en": {"start": "A sample answer."}},
    {"ja": {"start": "見本の質問ですか", "meter_cycle": "別の質問ですか"}},
)


def an_hour_before(at: datetime) -> EarlierReport:
    """What the caller of most walks reported before."""
    return EarlierReport("0012", at - timedelta(hours=1), Category.ROAD_LEAK, IZUMINO, "0760000000")


def heard(at: datetime) -> tuple[Event, ...]:
    """One event of every kind that a caller or the carrier can cause at `at`."""
    return (
        spoke(at=at),
        spoke("", at),
        spoke("使い始めたい", at, intent=Intent.START),
        spoke("どうすれば使えますか", at, intent=Intent.QUESTION, answer="start"),
        spoke("何か月ごとですか", at, intent=Intent.QUESTION, choices=("start", "meter_cycle")),
        spoke("二つ目です", at, pick=Pick.SECOND),
        spoke("ひどいじゃないか", at, intent=Intent.COMPLAINT),
        spoke("hello", at, language="en"),
        spoke("what do I have to do to start", at, intent=Intent.QUESTION, answer="start", language="en"),
        spoke("就是那个事情怎么说呢", at, language="zh"),
        urgent("도로에서 물이 솟아나고 있어요", at, language="ko"),
        spoke("英語でお願いします", at, wish="en"),
        urgent(at=at),
        urgent(at=at, place=IZUMINO),
        urgent(at=at, place=OUTSIDE),
        urgent("水が出ています", at, place=IZUMINO, details=()),
        urgent("警察です", at, Category.POLICE_FIRE_REPORT, organization="金沢中警察署"),
        urgent("さっきの件です", at, Category.REPAIR_CANCEL_CHANGE),
        replace(urgent("さっきの件です", at, Category.REPAIR_CANCEL_CHANGE), earlier=(an_hour_before(at),)),
        unsure(at=at),
        redirected(Redirect.GAS, at),
        redirected(Redirect.FIRE_AMBULANCE, at, water_too=True),
        *(said(act, at) for act in Act),
        spoke("泉野出町四丁目12の3", at, place=IZUMINO),
        spoke("泉野出町", at, place=TOWN_ONLY),
        spoke("カンダ", at, place=BY_SOUND),
        spoke("噴き出しています", at, details=(("flow", "gushing"),)),
        spoke("二番です", at, option=2),
        spoke("野々市の本町", at, place=OUTSIDE),
        spoke("09000000000", at, phone=Phone("09000000000", complete=True)),
        spoke("090", at, phone=Phone("090", complete=False)),
        spoke("00000000", at, phone=Phone("00000000", complete=False)),
        *(
            Pressed(at, keys)
            for keys in ("1", "2", "3", "4", "5", "7", "8", "0", "9", "*", "0900000", "09000000000", "")
        ),
        StayedSilent(at),
        LeftMessage(at, "RE1", 12),
        EarsFailed(at, "late"),
        EarsFailed(at, "late", "RE2"),
        Connected(at),
        SoundLost(at, "lost sockets"),
        PersonAnswered(at),
        NobodyAnswered(at, "timeout"),
        TalkEnded(at),
        arrived(at),
        HungUp(at),
    )


def openings() -> Iterator[tuple[Turn, datetime]]:
    """Every way in which a call can begin."""
    for at, dialled, caller, ears in product((DAY, NIGHT, NEW_YEAR), Dialled, ("0760000000", None), Ears):
        yield step(SCRIPT, Call("CA1"), arrived(at, dialled, caller, ears=ears)), at


def shape(call: Call) -> object:
    """What of a call can change a decision: calls of one shape need to be walked once."""
    report = call.report
    taken = report and (
        report.form,
        report.earlier is None,
        report.category in (None, Category.POLICE_FIRE_REPORT),
        report.place and (bool(report.place.town), report.place.certain, bool(report.place.banchi)),
        report.place_confirmed,
        report.situation is None,
        report.phone is None,
        report.phone_part is None,
        report.given_up,
        report.tries,
        report.refusals,
        bool(report.recordings),
    )
    asked = call.question or (call.asked is not None)
    outcome = call.outcome and call.outcome.kind
    held_in = (call.language if call.language == "ja" else "other", call.chosen)
    counted = (call.misses, call.silences, call.clarified, call.unsure, call.notified, call.tried_desks)
    return call.state, call.ears, call.duty, call.caller_id, asked, taken, outcome, counted, held_in, call.questions > 8


@cache
def walked() -> tuple[tuple[Call, Event, Turn], ...]:
    """Every transition found by walking breadth first from every opening (deep enough to meet every state)."""
    found: list[tuple[Call, Event, Turn]] = []
    seen: set[object] = set()
    queue: deque[tuple[Call, datetime]] = deque((turn.call, at) for turn, at in openings())
    while queue and len(seen) < 1_500:
        call, at = queue.popleft()
        if shape(call) in seen:
            continue
        seen.add(shape(call))
        for event in heard(at):
            turn = step(SCRIPT, call, event)
            found.append((call, event, turn))
            queue.append((turn.call, at))
    return tuple(found)


def test_every_state_and_event_has_a_cell() -> None:
    assert set(TABLE) == set(State)
    for state in State:
        assert set(TABLE[state]) == set(EVENTS), state


def test_the_walk_meets_every_state_every_event_and_every_question() -> None:
    transitions = walked()
    met = {(call.state, type(event)) for call, event, _ in transitions}
    live = set(State) - {State.RINGING, State.KNOWN}  # KNOWN: in a disaster alone (test_disaster.py)
    assert {state for state, _ in met} == live
    assert met == {(state, event) for state in live for event in EVENTS}
    asked = {action.question for _, _, turn in transitions for action in turn.actions if isinstance(action, Ask)}
    assert asked == set(Question) - {Question.NAME, Question.LEAVE_DETAILS}


def test_an_event_of_a_call_never_greeted_runs_every_cell_of_ringing() -> None:
    for event in heard(NIGHT):
        turn = step(SCRIPT, Call("CA1", reference="0001"), event)
        assert turn.actions or isinstance(event, PersonAnswered | HungUp), event


def test_every_word_spoken_is_an_approved_line_with_its_slots_filled() -> None:
    for _, event, turn in walked():
        for action in turn.actions:
            for line in getattr(action, "lines", ()):
                text = SCRIPT.text(line, turn.call.language)
                assert text, (event, line)
                assert "{" not in text, (event, line)


def test_a_call_in_another_language_is_in_that_language_throughout() -> None:
    """Only the offers of other languages are in theirs; what the voice cannot say is never said."""
    unspeakable = {"en": "[ぁ-んァ-ヶ一-龠가-힣]", "zh": "[ぁ-んァ-ヶ가-힣]", "ko": "[ぁ-んァ-ヶ一-龠]"}
    met = set()
    for _, event, turn in walked():
        for line in (line for action in turn.actions for line in getattr(action, "lines", ())):
            if line.language is None and turn.call.language != "ja":
                met.add(turn.call.language)
                text = SCRIPT.text(line, turn.call.language)
                assert not re.search(unspeakable[turn.call.language], text), (event, text)
    assert met == set(unspeakable)


def test_nobody_waits_in_silence() -> None:
    """Whatever happens to a caller who is listening, something is said, asked or done next.

    A caller whose live sound has just been connected hears the open question from the socket.
    """
    quiet = (HungUp, PersonAnswered, Connected)
    for call, event, turn in walked():
        if call.state in LISTENING | {State.MESSAGE} and not isinstance(event, quiet):
            voice = [action for action in turn.actions if isinstance(action, VOICE)]
            assert voice, (call.state, event)
            assert isinstance(voice[-1], Ask | TakeMessage | Transfer | HangUp), (call.state, event)


def test_a_turn_has_one_way_on() -> None:
    for call, event, turn in walked():
        ways = [action for action in turn.actions if isinstance(action, Ask | TakeMessage | Transfer | HangUp)]
        assert len(ways) <= 1, (call.state, event, ways)


def test_an_urgent_word_reaches_a_ticket_from_every_state() -> None:
    for call, event, turn in walked():
        if not isinstance(event, Spoke) or event.meaning is None:
            continue
        if event.meaning.urgency.level is not Level.URGENT or call.state is State.TALKING:
            continue
        had_one = call.report is not None and call.report.urgent
        assert had_one or any(isinstance(action, StoreTicket) for action in turn.actions), (call.state, event)


def test_an_urgent_matter_is_stored_before_anything_is_said_about_it() -> None:
    for call, event, turn in walked():
        kinds = [type(action) for action in turn.actions]
        if StoreTicket in kinds and any(kind in VOICE for kind in kinds):
            first_voice = min(index for index, kind in enumerate(kinds) if kind in VOICE)
            assert kinds.index(StoreTicket) < first_voice, (call.state, event)


def test_a_caller_who_leaves_with_an_urgent_matter_has_a_ticket_that_staff_are_told_of() -> None:
    for call, event, turn in walked():
        if isinstance(event, HungUp) and call.report is not None and call.report.urgent and call.state != State.ENDED:
            if call.state is State.TALKING:
                continue  # a person has the matter
            stored = any(isinstance(action, StoreTicket) for action in turn.actions)
            told = call.notified or any(isinstance(action, NotifyStaff) for action in turn.actions)
            assert stored, call.state
            assert told, call.state


def test_a_ticket_is_never_announced_to_staff_twice_by_one_call() -> None:
    for call, event, turn in walked():
        notices = sum(isinstance(action, NotifyStaff) for action in turn.actions)
        assert notices <= (0 if call.notified else 1), (call.state, event)


SETTLED = {
    OutcomeKind.EMERGENCY_TICKET,
    OutcomeKind.TRANSFER,
    OutcomeKind.FAQ_ANSWERED,
    OutcomeKind.TOLD_HOURS,
    OutcomeKind.CALLBACK_REGISTERED,
    OutcomeKind.BUSY_ANNOUNCEMENT,
    OutcomeKind.SAFETY_REDIRECT,
    OutcomeKind.OUT_OF_AREA,
}


def test_every_call_the_desk_ends_ended_at_a_person_a_stored_report_or_a_spoken_number_or_time() -> None:
    for call, event, turn in walked():
        if turn.call.state is not State.ENDED or call.state is State.ENDED or isinstance(event, HungUp):
            continue
        assert turn.call.outcome is not None, (call.state, event)
        if turn.call.outcome.kind not in SETTLED:
            wished = isinstance(event, Spoke) and event.meaning is not None and event.meaning.act is not None
            assert turn.call.outcome.kind is OutcomeKind.DECLINED, (call.state, event, turn.call.outcome)
            assert wished, (call.state, event)


def spoken_value(turn: Turn) -> bool:
    return any(line.slots for action in turn.actions for line in getattr(action, "lines", ()))


def test_a_refused_call_back_ends_with_a_number_to_call() -> None:
    for call, event, turn in walked():
        outcome = turn.call.outcome
        ends = turn.call.state is State.ENDED and call.state in (State.FORM, State.READ_BACK)
        busy = outcome is not None and outcome.kind is OutcomeKind.BUSY_ANNOUNCEMENT
        wished = isinstance(event, HungUp) or (
            isinstance(event, Spoke) and event.meaning is not None and event.meaning.act is Act.STOP
        )
        if ends and busy and not wished:
            assert spoken_value(turn), event


@pytest.mark.parametrize("at", [DAY, NIGHT, NEW_YEAR])
def test_no_caller_can_keep_the_desk_in_a_loop(at: datetime) -> None:
    """The same reply for ever, or two in turn for ever: the call ends or waits for a person."""
    replies = [event for event in heard(at) if not isinstance(event, HungUp | PersonAnswered)]
    for start, begun in openings():
        if begun != at or start.call.caller_id is None:
            continue
        for first, second in product(replies[::2], replies[1::2]):
            call = start.call
            for turn_number in range(MOST_EVENTS):
                if call.state in (State.ENDED, State.WAITING, State.TALKING):
                    break
                call = step(SCRIPT, call, first if turn_number % 2 else second).call
            assert call.state in (State.ENDED, State.WAITING, State.TALKING), (first, second, call.state)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_random_call_always_comes_to_an_end(data: st.DataObject) -> None:
    at = data.draw(st.sampled_from((DAY, NIGHT, NEW_YEAR)))
    call = step(SCRIPT, Call("CA1"), arrived(at, data.draw(st.sampled_from(Dialled)))).call
    replies = [event for event in heard(at) if not isinstance(event, HungUp | PersonAnswered)]
    nobody_came = [NobodyAnswered(at, why) for why in ("timeout", "busy", "queue-full")]
    for _ in range(MOST_EVENTS):
        if call.state is State.ENDED:
            return
        events = nobody_came if call.state is State.WAITING else replies
        call = step(SCRIPT, call, data.draw(st.sampled_from(events))).call
    assert call.state is State.ENDED


def test_step_is_pure() -> None:
    """Same script, call and event: same turn; and the call given is not touched."""
    for call, event, turn in walked()[::37]:
        before = replace(call)
        assert step(SCRIPT, call, event) == turn
        assert call == before


def test_the_walk_uses_the_factory_script(script: Script) -> None:
    assert script.menu == SCRIPT.menu
