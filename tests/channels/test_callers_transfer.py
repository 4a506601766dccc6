"""How a transfer ends for the caller: with a person, without one, or with nobody left on the line."""

from __future__ import annotations

import pytest

from ivr.domain.call import (
    NobodyAnswered,
)
from tests.channels.scripted_desk import (
    ORIGIN,
    OTHER_SID,
    SID,
    ScriptedDesk,
    only,
    tags,
)
from tests.channels.turns import END, TO_MAIN, TO_NIGHT, TO_NOBODY, twilio_for

# --- to a person ------------------------------------------------------------------------------------------------------


def test_a_desk_with_a_queue_is_waited_for() -> None:
    reply = twilio_for(ScriptedDesk([TO_MAIN])).post("/twilio/voice")
    assert tags(reply) == ["Say", "Enqueue"]
    enqueue = only(reply, "Enqueue")
    assert enqueue.text == "main"
    assert enqueue.attrib["action"] == f"{ORIGIN}/twilio/queue/1"
    assert enqueue.attrib["waitUrl"] == f"{ORIGIN}/twilio/wait/1"


def test_a_desk_with_a_telephone_is_dialled_with_a_whisper() -> None:
    reply = twilio_for(ScriptedDesk([TO_NIGHT]), twilio_from="+81761000000").post("/twilio/voice")
    assert tags(reply) == ["Say", "Dial"]
    assert only(reply, "Dial").attrib["action"] == f"{ORIGIN}/twilio/queue/1"
    assert only(reply, "Dial").attrib["callerId"] == "+81761000000"
    assert only(reply, "Number").text == "+81761445566"
    assert only(reply, "Number").attrib["url"] == f"{ORIGIN}/twilio/whisper/{SID}/1"


def test_a_desk_that_cannot_be_reached_gives_the_caller_back_at_once() -> None:
    desk = ScriptedDesk([TO_NOBODY, END])
    twilio = twilio_for(desk)
    reply = twilio.post("/twilio/voice")
    assert tags(reply) == ["Say", "Redirect"]
    assert tags(twilio.post(only(reply, "Redirect").text or "")) == ["Say", "Hangup"]
    assert isinstance(desk.last, NobodyAnswered)


@pytest.mark.parametrize(
    ("fields", "kinds"),
    [
        ({"QueueResult": "bridged"}, ["TalkEnded"]),
        ({"QueueResult": "redirected-from-bridged"}, ["TalkEnded"]),
        ({"QueueResult": "leave"}, ["NobodyAnswered"]),
        ({"QueueResult": "queue-full"}, ["NobodyAnswered"]),
        ({"QueueResult": "system-error"}, ["NobodyAnswered"]),
        ({"QueueResult": "hangup", "CallStatus": "completed"}, ["HungUp"]),
        ({"QueueResult": "hangup"}, ["HungUp"]),
        ({"DialCallStatus": "no-answer"}, ["NobodyAnswered"]),
        ({"DialCallStatus": "completed", "DialBridged": "true"}, ["TalkEnded"]),
        ({"DialCallStatus": "completed", "DialBridged": "false"}, ["NobodyAnswered"]),
        ({"DialCallStatus": "completed"}, ["NobodyAnswered"]),  # picked up, never accepted: a machine
        ({"DialCallStatus": "completed", "DialBridged": "true", "CallStatus": "completed"}, ["HungUp"]),
        ({}, ["NobodyAnswered"]),
    ],
)
def test_a_transfer_ends_with_a_person_without_one_or_with_nobody_on_the_line(
    fields: dict[str, str], kinds: list[str]
) -> None:
    desk = ScriptedDesk([TO_MAIN, END])
    twilio = twilio_for(desk)
    twilio.post("/twilio/voice")
    twilio.post("/twilio/queue/1", **fields)
    twilio.post("/twilio/queue/1", **fields)
    assert desk.kinds == ["Arrived", *kinds]


def test_an_accepted_call_counts_as_talked_even_when_twilio_does_not_say_bridged() -> None:
    desk = ScriptedDesk([TO_NIGHT, (), END])
    twilio = twilio_for(desk)
    twilio.post("/twilio/voice")
    twilio.post(f"/twilio/accept/{SID}/1?desk=night", CallSid=OTHER_SID, Digits="1")
    twilio.post("/twilio/queue/1", DialCallStatus="completed")
    assert desk.kinds == ["Arrived", "PersonAnswered", "TalkEnded"]
