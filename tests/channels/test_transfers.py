"""The desk's side of a transfer: waiting, whispering, accepting, joining."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.channels.simulator.twiml_lint import Where, lint
from ivr.domain.call import Action, Call, Event, Line, PersonAnswered, State, Transfer
from ivr.ports import StoreUnavailable
from tests.channels.scripted_desk import (
    ORIGIN,
    OTHER_SID,
    SID,
    WHAT_IS_IT,
    ScriptedDesk,
    Twilio,
    app_of,
    desk_settings,
    edge_of,
    only,
    said,
    tags,
)

LEG = "CA" + "9" * 32  # the desk's own telephone


def transferred_to(desk_id: str, **settings: object) -> tuple[ScriptedDesk, Twilio]:
    desk = ScriptedDesk([(WHAT_IS_IT,), (Transfer(desk_id, True, (Line("transfer.to"),)),), ()])
    twilio = Twilio(app_of(edge_of(desk, desk_settings(**settings))))
    twilio.post("/twilio/voice")
    twilio.post("/twilio/turn/1/open", SpeechResult="人と話したい")
    return desk, twilio


# --- the waiting room -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "heard", "pause"),
    [
        ({"QueuePosition": "3", "QueueTime": "0"}, ["[wait.position position=3]"], "12"),
        ({"QueuePosition": "2", "QueueTime": "15"}, ["[wait.again]", "[wait.position position=2]"], "12"),
        ({"QueuePosition": "1", "QueueTime": "85"}, ["[wait.again]", "[wait.position position=1]"], "5"),
        ({"QueuePosition": "x", "QueueTime": "y"}, ["[wait.again]"], "12"),
        ({}, ["[wait.again]"], "12"),
        ({"CallSid": None, "QueuePosition": "1"}, ["[wait.position position=1]"], "12"),
    ],
)
def test_a_waiting_caller_hears_the_position_and_then_a_pause(
    fields: dict[str, str | None], heard: list[str], pause: str
) -> None:
    _, twilio = transferred_to("main")
    reply = twilio.post("/twilio/wait/2", **fields)
    assert said(reply) == heard
    assert only(reply, "Pause").attrib["length"] == pause
    assert lint(reply.data, Where.WAIT) == []


@pytest.mark.parametrize(("waited", "leaves"), [("89", False), ("90", True), ("5000", True)])
def test_nobody_waits_longer_than_the_setting_says(waited: str, leaves: bool) -> None:
    _, twilio = transferred_to("main", max_wait_s=90)
    reply = twilio.post("/twilio/wait/2", QueuePosition="1", QueueTime=waited)
    assert ("Leave" in tags(reply)) is leaves
    assert lint(reply.data, Where.WAIT) == []


@pytest.mark.parametrize("trouble", [StoreUnavailable(), RuntimeError("x")])
def test_trouble_in_the_waiting_room_costs_nobody_the_place(trouble: Exception) -> None:
    desk, twilio = transferred_to("main")
    desk.broken, desk.events = [trouble], []
    reply = twilio.post("/twilio/wait/2", QueuePosition="1", QueueTime="3")
    assert "Pause" in tags(reply)
    assert lint(reply.data, Where.WAIT) == []


# --- whisper and acceptance -------------------------------------------------------------------------------------------


def test_a_person_hears_who_waits_and_must_press_a_key() -> None:
    _, twilio = transferred_to("night")
    reply = twilio.post(f"/twilio/whisper/{SID}/2", CallSid=LEG)
    assert tags(reply) == ["Gather", "Hangup"]
    assert said(reply) == ["[whisper.handover desk=night phone=09012345678]", "[whisper.accept]"]
    gather = only(reply, "Gather").attrib
    assert (gather["input"], gather["numDigits"]) == ("dtmf", "1")
    assert gather["action"] == f"{ORIGIN}/twilio/accept/{SID}/2?desk=night"
    assert lint(reply.data, Where.WHISPER) == []


@pytest.mark.parametrize(
    "path", [f"/twilio/whisper/{OTHER_SID}/1", f"/twilio/whisper/{SID}/9", f"/twilio/whisper/{SID}/1"]
)
def test_without_a_caller_to_hand_over_there_is_no_whisper(path: str) -> None:
    _, twilio = transferred_to("night")
    assert tags(twilio.post(path, CallSid=LEG)) == ["Hangup"]


def test_a_whisper_in_trouble_is_tried_again_before_the_person_is_let_go() -> None:
    desk, twilio = transferred_to("night")
    desk.broken, desk.events = [StoreUnavailable()], []
    reply = twilio.post(f"/twilio/whisper/{SID}/2", CallSid=LEG)
    assert lint(reply.data, Where.WHISPER) == []
    assert tags(twilio.post(only(reply, "Redirect").text or "", CallSid=LEG)) == ["Gather", "Hangup"]


def test_an_acceptance_that_breaks_leaves_the_person_on_no_silent_line() -> None:
    desk, twilio = transferred_to("night")
    desk.broken = [RuntimeError("x")]
    assert tags(twilio.post(f"/twilio/accept/{SID}/2?desk=night", CallSid=LEG, Digits="1")) == ["Hangup"]


def talking(call: Call, _: Event) -> tuple[Call, tuple[Action, ...]]:
    return replace(call, state=State.TALKING), ()


def test_a_caller_whom_somebody_else_took_is_not_whispered_about() -> None:
    desk, twilio = transferred_to("repair")
    desk.answers = [talking]
    twilio.post("/twilio/bridge/2")
    assert tags(twilio.post(f"/twilio/whisper/{SID}/2", CallSid=LEG)) == ["Hangup"]


def test_a_caller_who_has_left_is_not_whispered_about() -> None:
    _, twilio = transferred_to("repair")
    twilio.post("/twilio/status", CallStatus="completed")
    assert tags(twilio.post(f"/twilio/whisper/{SID}/2", CallSid=LEG)) == ["Hangup"]


@pytest.mark.parametrize("path", ["/twilio/whisper/nonsense/1", "/twilio/accept/nonsense/1"])
def test_a_whisper_about_a_malformed_call_is_404(path: str) -> None:
    _, twilio = transferred_to("night")
    assert twilio.post(path, CallSid=LEG, Digits="1").status_code == 404


def test_key_one_at_a_dialled_desk_accepts_the_caller() -> None:
    desk, twilio = transferred_to("night")
    reply = twilio.post(f"/twilio/accept/{SID}/2?desk=night", CallSid=LEG, Digits="1")
    assert tags(reply) == []  # the document ends, and Twilio joins the two
    assert desk.events[-1][:2] == (SID, "bridge:2")
    assert isinstance(desk.last, PersonAnswered)
    assert lint(reply.data, Where.WHISPER) == []


@pytest.mark.parametrize("keys", ["2", "", "11", "#", None])
@pytest.mark.parametrize("desk_id", ["night", "repair"])
def test_no_key_or_another_key_is_no_acceptance(desk_id: str, keys: str | None) -> None:
    desk, twilio = transferred_to(desk_id)
    assert tags(twilio.post(f"/twilio/accept/{SID}/2?desk={desk_id}", CallSid=LEG, Digits=keys)) == ["Hangup"]
    assert desk.kinds == ["Arrived", "Spoke"]


@pytest.mark.parametrize("query", ["?desk=repair", "", "?desk=unheard-of"])
def test_key_one_at_a_desk_with_a_queue_takes_whoever_waits_longest(query: str) -> None:
    desk, twilio = transferred_to("repair")
    reply = twilio.post(f"/twilio/accept/{SID}/2{query}", CallSid=LEG, Digits="1")
    assert tags(reply) == ["Dial"]
    assert only(reply, "Queue").text == "repair"
    assert only(reply, "Queue").attrib["url"] == f"{ORIGIN}/twilio/bridge/2"
    assert desk.kinds == ["Arrived", "Spoke"], "not a success before the caller is joined"
    assert lint(reply.data) == []


def test_an_acceptance_that_cannot_be_stored_still_joins_the_two() -> None:
    desk, twilio = transferred_to("night")
    desk.broken = [StoreUnavailable()]
    assert tags(twilio.post(f"/twilio/accept/{SID}/2?desk=night", CallSid=LEG, Digits="1")) == []


# --- joining ----------------------------------------------------------------------------------------------------------


def test_the_caller_who_is_joined_is_the_one_who_was_answered_once() -> None:
    desk, twilio = transferred_to("repair")
    for seq in ("2", "2", "7", "0"):  # the address may stem from another caller's hand-over, or an operator's
        reply = twilio.post(f"/twilio/bridge/{seq}", DequeingCallSid=LEG)
        assert lint(reply.data, Where.BRIDGE) == []
    assert desk.events[2:] == [(SID, "bridge:2", desk.last)]
    assert isinstance(desk.last, PersonAnswered)


@pytest.mark.parametrize("trouble", [StoreUnavailable(), RuntimeError("x")])
def test_trouble_never_stops_two_people_from_being_joined(trouble: Exception) -> None:
    desk, twilio = transferred_to("repair")
    desk.broken = [trouble]
    assert tags(twilio.post("/twilio/bridge/2")) == []


def test_an_unknown_caller_is_joined_without_a_note() -> None:
    desk, twilio = transferred_to("repair")
    assert tags(twilio.post("/twilio/bridge/2", CallSid=OTHER_SID)) == []
    assert desk.kinds == ["Arrived", "Spoke"]


def test_an_operator_rings_in_to_take_the_next_caller_of_a_queue() -> None:
    _, twilio = transferred_to("main")
    reply = twilio.post("/twilio/operator/main", CallSid=LEG)
    assert only(reply, "Queue").text == "main"
    assert lint(reply.data) == []


@pytest.mark.parametrize("desk_id", ["night", "unheard-of"])
def test_only_desks_with_a_queue_can_be_rung_into(desk_id: str) -> None:
    _, twilio = transferred_to("main")
    assert twilio.post(f"/twilio/operator/{desk_id}", CallSid=LEG).status_code == 404
