"""Bad input, repeated webhooks and trouble of our own: the caller is always led on."""

from __future__ import annotations

import logging

import pytest

from ivr.channels.simulator.twiml_lint import lint
from ivr.domain.call import (
    LeftMessage,
    Line,
    NobodyAnswered,
)
from ivr.ports import StoreUnavailable
from tests.channels.scripted_desk import (
    ORIGIN,
    RECORDING,
    SID,
    ScriptedDesk,
    app_of,
    edge_of,
    only,
    said,
    tags,
)
from tests.channels.turns import GREETING, MESSAGE, TO_MAIN, WHERE, twilio_for

# --- bad and repeated input -------------------------------------------------------------------------------------------

BAD_SIDS = [None, "", "CA1", "CA" + "z" * 32, SID + "0", "CA" + "0" * 31 + "\n", "' or 1=1 --"]


@pytest.mark.parametrize("sid", BAD_SIDS)
@pytest.mark.parametrize(
    "path",
    [
        "/twilio/voice",
        "/twilio/turn/1/open",
        "/twilio/message/1",
        "/twilio/queue/1",
        "/twilio/bridge/1",
        "/twilio/status",
    ],
)
def test_a_missing_or_malformed_call_id_is_400(path: str, sid: str | None) -> None:
    desk = ScriptedDesk()
    assert twilio_for(desk).post(path, CallSid=sid).status_code == 400
    assert desk.events == []


@pytest.mark.parametrize("path", ["/twilio/turn/7/open", "/twilio/message/7", "/twilio/queue/7"])
def test_a_reply_of_an_unknown_call_gets_an_apology_and_a_fresh_start(path: str) -> None:
    desk = ScriptedDesk([GREETING])
    reply = twilio_for(desk).post(path, SpeechResult="はい")
    assert said(reply)[0] == "[ladder.lost_call]"
    assert tags(reply) == ["Say", "Say", "Gather", "Redirect"]
    assert desk.kinds == ["Arrived"]


@pytest.mark.parametrize(
    "path", ["/twilio/turn/7/place", "/twilio/turn/0/open", "/twilio/message/9", "/twilio/queue/9"]
)
def test_a_reply_to_a_turn_that_never_was_asks_the_open_question_again(path: str) -> None:
    desk = ScriptedDesk([GREETING])
    twilio = twilio_for(desk)
    twilio.post("/twilio/voice")
    reply = twilio.post(path, SpeechResult="はい")
    assert said(reply) == ["[greeting.how_can_we_help]"]
    assert desk.kinds == ["Arrived"]


def test_repeated_and_reordered_webhooks_get_the_stored_answer_byte_for_byte() -> None:
    desk = ScriptedDesk([GREETING, WHERE, MESSAGE])
    twilio = twilio_for(desk)
    first = twilio.post("/twilio/voice")
    second = twilio.post("/twilio/turn/1/open", SpeechResult="水が")
    third = twilio.post("/twilio/turn/2/place", SpeechResult="泉野出町")
    assert len({first.data, second.data, third.data}) == 3
    token = {"I-Twilio-Idempotency-Token": "x"}
    assert twilio.post("/twilio/turn/1/open", token, SpeechResult="水が").data == second.data
    assert twilio.post("/twilio/turn/1/open", SpeechResult="別のことば").data == second.data
    assert twilio.post("/twilio/turn/2/place", SpeechResult="泉野出町").data == third.data
    assert twilio.post("/twilio/voice").data == first.data
    assert desk.kinds == ["Arrived", "Spoke", "Spoke"]


def test_an_event_that_changes_nothing_for_the_ear_leads_back_to_the_open_question() -> None:
    desk = ScriptedDesk([GREETING, ()])
    twilio = twilio_for(desk)
    twilio.post("/twilio/voice")
    reply = twilio.post("/twilio/turn/1/open", SpeechResult="あの")
    assert tags(reply) == ["Redirect"]
    assert tags(twilio.post(only(reply, "Redirect").text or "")) == ["Gather", "Redirect"]


# --- trouble of our own -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "trouble", [StoreUnavailable("disk full"), RuntimeError("田中さん 09012345678"), KeyError("x")]
)
@pytest.mark.parametrize("path", ["/twilio/voice", "/twilio/turn/1/open", "/twilio/message/1", "/twilio/queue/1"])
def test_trouble_is_survived_by_holding_the_line_and_trying_again(
    path: str, trouble: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    desk = ScriptedDesk([WHERE])
    twilio = twilio_for(desk)
    if path != "/twilio/voice":
        twilio.post("/twilio/voice")
    desk.broken = [trouble]
    with caplog.at_level(logging.DEBUG):
        reply = twilio.post(path, RecordingSid=RECORDING, RecordingDuration="9", QueueResult="leave", Digits="1")
    assert tags(reply) == ["Say", "Pause", "Redirect"]
    assert said(reply) == ["[wait.again]"]
    assert "ERROR" in {record.levelname for record in caplog.records}
    assert "田中" not in caplog.text
    assert "9012345678" not in caplog.text
    again = only(reply, "Redirect").text or ""
    assert again.startswith(f"{ORIGIN}{path}?try=1")
    assert lint(reply.data) == []
    assert tags(twilio.post(again))[0] == "Gather"
    if path == "/twilio/message/1":
        assert isinstance(desk.last, LeftMessage)
        assert (desk.last.recording, desk.last.seconds) == (RECORDING, 9)
    if path == "/twilio/queue/1":
        assert desk.last == NobodyAnswered(desk.last.at, "timeout")


@pytest.mark.parametrize("path", ["/twilio/voice", "/twilio/turn/1/open", "/twilio/message/1", "/twilio/queue/1"])
def test_lasting_trouble_ends_in_the_apology_after_two_more_tries(path: str) -> None:
    desk = ScriptedDesk()
    twilio = twilio_for(desk)
    twilio.post("/twilio/voice")
    desk.broken = [StoreUnavailable()] * 3
    reply = twilio.post(path)
    reply = twilio.post(only(reply, "Redirect").text or "")
    reply = twilio.post(only(reply, "Redirect").text or "")
    assert tags(reply) == ["Say", "Hangup"]
    assert said(reply) == ["[fallback.sorry]"]


def test_a_status_that_could_not_be_stored_asks_to_be_sent_again() -> None:
    desk = ScriptedDesk()
    twilio = twilio_for(desk)
    twilio.post("/twilio/voice")
    desk.broken = [StoreUnavailable()]
    assert twilio.post("/twilio/status", CallStatus="completed").status_code == 503
    assert twilio.post("/twilio/status", CallStatus="completed").status_code == 204
    assert desk.kinds == ["Arrived", "HungUp"]


def test_a_script_without_the_apology_is_refused_at_start_up() -> None:
    class Speechless:
        desks: dict[str, object] = {}  # noqa: RUF012  # never changed

        def text(self, line: Line, language: str) -> str:
            raise KeyError(f"{language}:{line.key}")

    edge = edge_of(ScriptedDesk())
    with pytest.raises(KeyError, match=r"wait\.again"):
        app_of(type(edge)(**{name: getattr(edge, name) for name in edge.__slots__} | {"wording": Speechless()}))  # type: ignore[arg-type]


# --- the carrier's fallback -------------------------------------------------------------------------------------------


def test_the_fallback_asks_the_last_question_again_and_gives_up_in_the_end() -> None:
    desk = ScriptedDesk([GREETING, WHERE])
    twilio = twilio_for(desk)
    twilio.post("/twilio/voice")
    twilio.post("/twilio/turn/1/open", SpeechResult="水が")
    address = f"{ORIGIN}/twilio/turn/2/place"
    for _ in range(2):
        reply = twilio.post("/twilio/fallback", ErrorCode="11200", ErrorUrl=address)
        assert said(reply) == ["[ask.place]"]
        address = only(reply, "Gather").attrib["action"]
    reply = twilio.post("/twilio/fallback", ErrorCode="11200", ErrorUrl=address)
    assert tags(reply) == ["Say", "Hangup"]
    assert desk.kinds == ["Arrived", "Spoke"]
    assert tags(twilio.post(address, SpeechResult="泉野出町")) == ["Gather", "Redirect"]
    assert desk.events[-1][1] == "turn:2"


def test_the_fallback_puts_a_waiting_caller_back_into_the_queue() -> None:
    twilio = twilio_for(ScriptedDesk([TO_MAIN]))
    twilio.post("/twilio/voice")
    assert tags(twilio.post("/twilio/fallback", ErrorCode="11200", ErrorUrl=f"{ORIGIN}/twilio/wait/1")) == ["Enqueue"]


def test_the_fallback_of_a_call_that_never_got_in_tries_the_front_door_and_gives_up_in_the_end() -> None:
    twilio = twilio_for(ScriptedDesk())
    address = f"{ORIGIN}/twilio/voice"
    for _ in range(2):
        reply = twilio.post("/twilio/fallback", ErrorUrl=address)
        address = only(reply, "Redirect").text or ""
        assert address.startswith(f"{ORIGIN}/twilio/voice")
    assert tags(twilio.post("/twilio/fallback", ErrorUrl=address)) == ["Say", "Hangup"]


@pytest.mark.parametrize("fields", [{"CallSid": None}, {"CallSid": "x"}, {"ErrorUrl": "http://[x?again=1"}])
def test_the_fallback_has_words_for_everything(fields: dict[str, str | None]) -> None:
    assert said(twilio_for(ScriptedDesk()).post("/twilio/fallback", **fields)) == ["[fallback.sorry]"]


def test_the_fallback_needs_no_store() -> None:
    desk = ScriptedDesk(broken=[StoreUnavailable()])
    assert said(twilio_for(desk).post("/twilio/fallback")) == ["[fallback.sorry]"]
