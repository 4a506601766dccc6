"""The caller's side of a call: webhooks become events, turns become TwiML."""

from __future__ import annotations

from datetime import datetime

import pytest

from ivr.domain.call import (
    Arrived,
    Ask,
    Dialled,
    Ears,
    EarsFailed,
    LeftMessage,
    Line,
    Pressed,
    Question,
    Spoke,
    StayedSilent,
)
from tests.channels.scripted_desk import (
    ORIGIN,
    OTHER_SID,
    RECORDING,
    RECORDING_URL,
    SID,
    ScriptedDesk,
    Twilio,
    app_of,
    desk_settings,
    edge_of,
    only,
    said,
    tags,
)
from tests.channels.turns import END, GREETING, MESSAGE, WHERE, twilio_for

# --- arriving ---------------------------------------------------------------------------------------------------------


def test_an_incoming_call_is_reported_once_with_who_rang_which_line() -> None:
    desk = ScriptedDesk([GREETING])
    twilio = twilio_for(desk, night_numbers="+81761999999")
    first = twilio.post("/twilio/voice", To="+81761999999", CallStatus="ringing")
    again = twilio.post("/twilio/voice", To="+81761999999", CallStatus="ringing")
    assert first.data == again.data
    assert desk.events == [(SID, "arrived", desk.last)]
    assert isinstance(desk.last, Arrived)
    assert (desk.last.dialled, desk.last.caller_id, desk.last.ears) == (
        Dialled.NIGHT_LINE,
        "09012345678",
        Ears.GATHER,
    )
    assert desk.last.at.tzinfo is not None


@pytest.mark.parametrize(
    ("ears", "has_recogniser", "rung"),
    [
        ("record", True, Ears.RECORD),
        ("record", False, Ears.KEYS),
        ("gather", False, Ears.GATHER),
        ("keys", True, Ears.KEYS),
    ],
)
def test_the_first_rung_is_the_configured_one_and_keys_without_a_recogniser(
    ears: str, has_recogniser: bool, rung: Ears
) -> None:
    desk = ScriptedDesk()
    hear = Hearing() if has_recogniser else None
    Twilio(app_of(edge_of(desk, desk_settings(ears=ears), hear=hear))).post("/twilio/voice")
    assert isinstance(desk.last, Arrived)
    assert desk.last.ears is rung


def test_jobs_are_woken_after_every_turn() -> None:
    woken: list[int] = []
    twilio = Twilio(app_of(edge_of(ScriptedDesk(), after_commit=lambda turn: woken.append(turn.seq))))
    twilio.post("/twilio/voice")
    twilio.post("/twilio/turn/1/open", SpeechResult="はい")
    assert len(woken) == 2


# --- listening --------------------------------------------------------------------------------------------------------


class Hearing:
    """Ears that hear what a test tells them; `asked`: the addresses they were given."""

    def __init__(self, text: str | None = "どうろから水が", fails: bool = False) -> None:
        self.text, self.fails, self.asked = text, fails, list[str]()
        self.questions: list[Question | None] = []

    def __call__(
        self, url: str, recording: str, at: datetime, question: Question | None = None, language: str = "ja"
    ) -> Spoke | StayedSilent | EarsFailed:
        self.asked.append(url)
        self.questions.append(question)
        if self.fails:
            return EarsFailed(at, "late", recording)
        return Spoke(at, self.text) if self.text else StayedSilent(at)


def in_record_mode(hearing: Hearing, desk: ScriptedDesk | None = None, **more: object) -> tuple[ScriptedDesk, Twilio]:
    desk = desk or ScriptedDesk()
    twilio = Twilio(app_of(edge_of(desk, desk_settings(ears="record"), hear=hearing, **more)))
    twilio.post("/twilio/voice")
    return desk, twilio


def test_with_the_carriers_ears_a_question_hears_speech_and_keys_and_never_runs_out() -> None:
    twilio = twilio_for(ScriptedDesk([GREETING]))
    reply = twilio.post("/twilio/voice")
    assert tags(reply) == ["Say", "Gather", "Redirect"]
    gather = only(reply, "Gather")
    assert gather.attrib == {
        "input": "dtmf speech",
        "language": "ja-JP",
        "speechTimeout": "auto",
        "profanityFilter": "false",
        "actionOnEmptyResult": "true",
        "timeout": "7",
        "numDigits": "1",
        "finishOnKey": "",
        "action": f"{ORIGIN}/twilio/turn/1/open",
        "method": "POST",
    }
    assert only(reply, "Redirect").text == gather.attrib["action"]
    assert said(reply)[:2] == ["[greeting.day]", "[greeting.how_can_we_help]"]


def test_with_our_own_ears_a_question_hears_keys_then_records_and_never_runs_out() -> None:
    desk = ScriptedDesk([WHERE])
    edge = edge_of(desk, desk_settings(ears="record"), hear=Hearing())
    reply = Twilio(app_of(edge)).post("/twilio/voice")
    assert tags(reply) == ["Gather", "Record", "Redirect"]
    assert only(reply, "Gather").attrib["input"] == "dtmf"
    assert "actionOnEmptyResult" not in only(reply, "Gather").attrib  # silence falls through to the recording
    assert only(reply, "Record").attrib == {
        "action": f"{ORIGIN}/twilio/turn/1/place",
        "method": "POST",
        "timeout": "3",
        "maxLength": "25",
        "playBeep": "false",
        "trim": "do-not-trim",
    }


def test_with_keys_only_nothing_is_recorded() -> None:
    reply = twilio_for(ScriptedDesk(), ears="keys").post("/twilio/voice")
    assert tags(reply) == ["Gather", "Redirect"]
    assert only(reply, "Gather").attrib["input"] == "dtmf"
    assert only(reply, "Gather").attrib["actionOnEmptyResult"] == "true"


@pytest.mark.parametrize("ears", ["gather", "keys", "record"])
def test_a_telephone_number_takes_eleven_keys_and_ends_with_the_hash_key(ears: str) -> None:
    desk = ScriptedDesk([(Ask(Question.PHONE, (Line("ask.phone"),)),)])
    reply = Twilio(app_of(edge_of(desk, desk_settings(ears=ears), hear=Hearing()))).post("/twilio/voice")
    gather = only(reply, "Gather").attrib
    assert (gather["numDigits"], gather["finishOnKey"]) == ("11", "#")


@pytest.mark.parametrize(
    ("fields", "kind", "text"),
    [
        ({"SpeechResult": "水が出ない", "Confidence": "0.9"}, Spoke, "水が出ない"),
        ({"SpeechResult": "水が出ない"}, Spoke, "水が出ない"),
        ({"SpeechResult": "", "Confidence": ""}, StayedSilent, None),
        ({"SpeechResult": " \n"}, StayedSilent, None),
        ({"Digits": "2"}, Pressed, "2"),
        ({"Digits": "", "SpeechResult": "はい"}, Spoke, "はい"),
        ({"Digits": ""}, StayedSilent, None),
        ({"Digits": "hangup"}, StayedSilent, None),
        ({}, StayedSilent, None),
        ({"RecordingUrl": RECORDING_URL, "RecordingSid": RECORDING, "RecordingDuration": "0"}, StayedSilent, None),
        ({"RecordingUrl": RECORDING_URL, "RecordingSid": RECORDING, "Digits": "1"}, Pressed, "1"),
    ],
)
def test_a_reply_is_keys_or_words_or_silence(fields: dict[str, str], kind: type, text: str | None) -> None:
    desk = ScriptedDesk()
    twilio = twilio_for(desk)
    twilio.post("/twilio/voice")
    assert tags(twilio.post("/twilio/turn/1/open", **fields)) == ["Gather", "Redirect"]
    sid, key, event = desk.events[-1]
    assert (sid, key, type(event)) == (SID, "turn:1", kind)
    assert getattr(event, "text", getattr(event, "keys", None)) == text


def test_a_recorded_reply_goes_through_our_own_ears_and_is_then_deleted_at_the_carrier() -> None:
    gone: list[str] = []
    hearing = Hearing()
    desk, twilio = in_record_mode(hearing, forget=gone.append)
    recorded = {"RecordingUrl": RECORDING_URL, "RecordingSid": RECORDING, "RecordingDuration": "4", "Digits": "hangup"}
    twilio.post("/twilio/turn/1/open", **recorded)
    assert hearing.asked == [RECORDING_URL]
    assert hearing.questions == [Question.OPEN]
    assert isinstance(desk.last, Spoke)
    assert gone == [RECORDING]
    twilio.post("/twilio/turn/1/open", **recorded)  # repeated
    assert hearing.asked == [RECORDING_URL], "a repeated webhook is not transcribed again"
    assert gone == [RECORDING]
    assert desk.kinds == ["Arrived", "Spoke"]


def test_a_recording_that_could_not_be_read_is_kept_for_staff_also_when_the_webhook_repeats() -> None:
    gone: list[str] = []
    desk, twilio = in_record_mode(Hearing(fails=True), forget=gone.append)
    for _ in range(2):
        twilio.post("/twilio/turn/1/open", RecordingUrl=RECORDING_URL, RecordingSid=RECORDING)
    assert isinstance(desk.last, EarsFailed)
    assert desk.last.recording == RECORDING
    assert gone == []


def test_a_recording_without_a_recogniser_is_an_ear_that_failed() -> None:
    desk = ScriptedDesk()
    twilio = twilio_for(desk, ears="keys")
    twilio.post("/twilio/voice")
    twilio.post("/twilio/turn/1/open", RecordingUrl=RECORDING_URL)
    assert isinstance(desk.last, EarsFailed)
    assert desk.last.recording == RECORDING


# --- messages for staff -----------------------------------------------------------------------------------------------


def test_a_message_is_recorded_with_a_beep_and_silence_comes_back_too() -> None:
    reply = twilio_for(ScriptedDesk([MESSAGE])).post("/twilio/voice")
    assert tags(reply) == ["Say", "Record", "Redirect"]
    record = only(reply, "Record").attrib
    assert (record["playBeep"], record["maxLength"], record["finishOnKey"]) == ("true", "60", "#")
    assert record["action"] == f"{ORIGIN}/twilio/message/1" == only(reply, "Redirect").text


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"RecordingSid": RECORDING, "RecordingUrl": RECORDING_URL, "RecordingDuration": "17"}, (RECORDING, 17)),
        ({"RecordingUrl": RECORDING_URL, "RecordingDuration": "x"}, (RECORDING, 0)),
        ({}, None),
        ({"RecordingSid": "nonsense"}, None),
    ],
)
def test_a_message_left_is_kept_by_its_reference(fields: dict[str, str], expected: tuple[str, int] | None) -> None:
    desk = ScriptedDesk([MESSAGE, END])
    twilio = twilio_for(desk)
    twilio.post("/twilio/voice")
    assert tags(twilio.post("/twilio/message/1", **fields)) == ["Say", "Hangup"]
    assert desk.events[-1][1] == "message:1"
    if expected is None:
        assert isinstance(desk.last, StayedSilent)
    else:
        assert isinstance(desk.last, LeftMessage)
        assert (desk.last.recording, desk.last.seconds) == expected


# --- the end ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["completed", "busy", "failed", "no-answer", "canceled"])
def test_a_hang_up_is_reported_exactly_once_and_nothing_after(status: str) -> None:
    desk = ScriptedDesk()
    twilio = twilio_for(desk)
    twilio.post("/twilio/voice")
    for sequence in ("2", "1", "2"):
        reply = twilio.post("/twilio/status", CallStatus=status, SequenceNumber=sequence)
        assert (reply.status_code, reply.data) == (204, b"")
    twilio.post("/twilio/status", CallStatus="in-progress", SequenceNumber="0")
    assert desk.kinds == ["Arrived", "HungUp"]
    assert tags(twilio.post("/twilio/turn/1/open", SpeechResult="はい")) == ["Hangup"]


@pytest.mark.parametrize("status", ["queued", "ringing", "in-progress", "something-new", None])
def test_a_status_that_is_not_the_end_changes_nothing(status: str | None) -> None:
    desk = ScriptedDesk()
    twilio = twilio_for(desk)
    twilio.post("/twilio/voice")
    assert twilio.post("/twilio/status", CallStatus=status).status_code == 204
    assert desk.kinds == ["Arrived"]


def test_the_status_of_a_call_the_desk_placed_itself_is_not_the_callers() -> None:
    desk = ScriptedDesk()
    assert twilio_for(desk).post("/twilio/status", CallSid=OTHER_SID, CallStatus="completed").status_code == 204
    assert desk.events == []


def test_a_goodbye_ends_the_call() -> None:
    reply = twilio_for(ScriptedDesk([END])).post("/twilio/voice")
    assert tags(reply) == ["Say", "Hangup"]
    assert only(reply, "Say").attrib == {"voice": "Polly.Kazuha-Neural", "language": "ja-JP"}
