"""A stream over a real socket: the carrier's part of the protocol, frame by frame, and how streams end.

Lines run twenty times faster than the clock here; nothing asserts how fast anything is.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest

from ivr.channels.simulator.call_file import CallerTurn
from ivr.channels.simulator.media_faults import LineQuality, departures
from ivr.channels.simulator.twilio_mode import Played
from ivr.domain.call import Line, Question, TakeMessage
from tests.simulator.media_desk import ENDED, FAST, LOUD, MediaDesk, Peer, media_desk, streamed
from tests.simulator.tiny_desk import ACCOUNT, BYE, SAY, a_call, ask, document

HELLO = CallerTurn(say="hello")


async def asks_and_hears(peer: Peer) -> None:
    """Put the open question, hear the caller out, say thanks, close."""
    await peer.until("start")
    peer.desk.asks(peer.call_sid, Question.OPEN)
    await peer.say(200)
    await peer.frames(80)
    await peer.say(200)
    await peer.mark("thanks")
    await peer.until("mark")


async def hears(peer: Peer) -> None:
    await peer.until("start")
    await peer.frames(30)


def loud(media: dict[str, Any]) -> bool:
    """Whether somebody speaks in this frame."""
    return any(code & 0x7F < 0x40 for code in base64.b64decode(media["media"]["payload"]))


def faults(played: Played) -> str:
    return "\n".join(played.faults)


# --- what the carrier sends -------------------------------------------------------------------------------------------


def test_a_stream_begins_with_connected_and_start_and_carries_the_token() -> None:
    desk = media_desk(hears)
    played = streamed(desk, a_call())
    assert played.faults == ()
    (peer,) = desk.peers
    kinds = [message["event"] for _, message in peer.got]
    assert kinds[:3] == ["connected", "start", "media"]
    start = peer.of("start")[0]
    assert start["sequenceNumber"] == "1"
    assert start["start"]["customParameters"] == {"token": "a-token"}
    assert (start["start"]["callSid"], start["start"]["accountSid"]) == (played.sid, ACCOUNT)
    assert start["streamSid"].startswith("MZ")
    assert len(start["streamSid"]) == 34


def test_every_frame_is_twenty_milliseconds_of_160_bytes_counted_in_strings() -> None:
    desk = media_desk(hears)
    streamed(desk, a_call())
    media = desk.peers[0].of("media")
    assert [len(base64.b64decode(message["media"]["payload"])) for message in media] == [160] * len(media)
    assert [message["media"]["timestamp"] for message in media] == [str(20 * number) for number in range(len(media))]
    assert [message["media"]["chunk"] for message in media] == [str(number) for number in range(1, len(media) + 1)]


def test_one_sequence_counts_messages_of_every_kind() -> None:
    desk = media_desk(asks_and_hears)
    streamed(desk, a_call(CallerTurn(dtmf="5")))
    numbered = [message["sequenceNumber"] for _, message in desk.peers[0].got if message["event"] != "connected"]
    assert numbered == [str(number) for number in range(1, len(numbered) + 1)]
    assert [message["dtmf"] for message in desk.peers[0].of("dtmf")] == [{"track": "inbound_track", "digit": "5"}]


def test_a_caller_who_does_not_speak_is_a_quiet_line_and_one_who_speaks_is_heard() -> None:
    desk = media_desk(asks_and_hears)
    played = streamed(desk, a_call(HELLO), seconds=0.5)
    frames = [loud(message) for message in desk.peers[0].of("media")]
    assert 24 <= sum(frames) <= 27
    assert not any(frames[:20]), "nobody speaks while the desk does"
    assert played.media is not None
    assert played.media.replies[0].to == "open"


def test_a_lost_frame_is_not_sent_and_its_time_passes() -> None:
    quality = replace(FAST, loss=0.3, seed=5)
    desk = media_desk(hears)
    streamed(desk, a_call(), quality)
    sent = [int(message["media"]["timestamp"]) for message in desk.peers[0].of("media")]
    whole = [frame.timestamp_ms for frame in islice(departures(quality), 1000) if not frame.lost]
    assert sent == whole[: len(sent)]


def test_a_line_at_another_speed_carries_the_same_frames() -> None:
    desk = media_desk(hears)
    streamed(desk, a_call(), LineQuality(speed=5))
    media = desk.peers[0].of("media")
    assert [message["media"]["timestamp"] for message in media] == [str(20 * number) for number in range(len(media))]


def test_the_clock_of_the_desk_follows_the_line() -> None:
    async def talk(peer: Peer) -> None:
        await peer.until("start")
        await peer.frames(250)

    desk = media_desk(talk)
    streamed(desk, a_call())
    assert int(desk.forms("/twilio/status")[-1]["CallDuration"]) in (5, 6)


# --- what the carrier plays -------------------------------------------------------------------------------------------


def test_marks_come_back_when_what_was_said_before_them_has_been_played() -> None:
    async def talk(peer: Peer) -> None:
        await peer.until("start")
        await peer.mark("at once")
        await peer.until("mark")
        await peer.say(400)
        await peer.mark("first")
        await peer.say(200)
        await peer.mark("second")
        await peer.until("mark", 2)

    desk = media_desk(talk)
    assert streamed(desk, a_call()).faults == ()
    (peer,) = desk.peers
    first, second = peer.at("mark", "first"), peer.at("mark", "second")
    assert first - peer.at("mark", "at once") >= 20
    assert second - first == 10


def test_clear_stops_playback_and_brings_the_marks_back_at_once() -> None:
    async def talk(peer: Peer) -> None:
        await peer.until("start")
        await peer.say(60_000)
        await peer.mark("one")
        await peer.mark("two")
        await peer.frames(10)
        assert peer.of("mark") == []
        await peer.clear()
        await peer.until("mark", 2)

    desk = media_desk(talk)
    played = streamed(desk, a_call())
    assert played.faults == ()
    assert [message["mark"]["name"] for message in desk.peers[0].of("mark")] == ["one", "two"]
    assert played.media is not None
    assert played.media.barge_ins == 1


def test_a_desk_that_closes_while_it_speaks_is_told_what_was_not_heard() -> None:
    async def talk(peer: Peer) -> None:
        await peer.until("start")
        await peer.say(5000)
        await peer.frames(5)

    assert "still to be played" in faults(streamed(media_desk(talk), a_call()))


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ({"event": "hangup"}, "31924"),
        ({"event": "media", "media": {"payload": "UklGRg=="}}, "header"),
        ({"event": "mark", "mark": {"name": "m"}, "streamSid": "MZ0"}, "streamSid"),
    ],
)
def test_what_twilio_does_not_take_is_a_fault_and_the_line_goes_on(message: dict[str, object], fault: str) -> None:
    async def talk(peer: Peer) -> None:
        await peer.until("start")
        await peer.send(message)
        await peer.frames(10)

    desk = media_desk(talk)
    played = streamed(desk, a_call())
    assert fault in faults(played)
    assert len(desk.forms(ENDED)) == 1


# --- how streams end --------------------------------------------------------------------------------------------------


def test_the_action_is_asked_when_the_desk_closes_the_socket() -> None:
    desk = media_desk(asks_and_hears, after=document(SAY.format("goodbye"), "<Hangup/>"))
    played = streamed(desk, a_call(HELLO))
    assert played.faults == ()
    assert played.said == ("goodbye",)
    (form,) = desk.forms(ENDED)
    assert (form["StreamSid"], form["CallStatus"]) == (desk.peers[0].stream_sid, "in-progress")
    assert played.media is not None
    assert (played.media.streams, played.media.sockets_lost, played.media.cut_offs) == (1, 0, 0)


def test_without_an_action_the_call_goes_on_behind_connect() -> None:
    desk = media_desk(hears, action=None)
    assert streamed(desk, a_call()).faults == ()
    assert desk.forms(ENDED) == []


def test_a_cut_line_asks_the_action_as_a_closed_one_does() -> None:
    async def talk(peer: Peer) -> None:
        await peer.to_the_end()

    desk = media_desk(talk)
    played = streamed(desk, a_call(), replace(FAST, cut_after_s=(0.5,)))
    assert played.faults == ()
    assert len(desk.forms(ENDED)) == 1
    assert desk.peers[0].of("stop") == []
    assert len(desk.peers[0].of("media")) <= 25
    assert played.media is not None
    assert played.media.sockets_lost == 1


def test_what_was_said_before_the_cut_is_said_again_on_the_next_stream() -> None:
    async def talk(peer: Peer) -> None:
        await peer.until("start")
        if len(peer.desk.peers) == 1:
            peer.desk.asks(peer.call_sid, Question.OPEN)
        await peer.say(200)
        await peer.frames(80)

    desk = media_desk(talk)
    first = desk.answers["/twilio/voice"]
    desk.answers[ENDED] = lambda form: BYE if len(desk.peers) == 2 else first(form)  # type: ignore[operator]
    played = streamed(desk, a_call(HELLO, CallerTurn(say="there")), replace(FAST, cut_after_s=(1.4,)))
    assert played.faults == ()
    assert played.media is not None
    assert [reply.to for reply in played.media.replies] == ["open", "open"]


def test_a_desk_that_breaks_off_is_a_fault_and_the_action_is_asked() -> None:
    desk = media_desk(hears)
    desk.closes_with = 1011
    played = streamed(desk, a_call())
    assert "1011" in faults(played)
    assert len(desk.forms(ENDED)) == 1


def test_a_refused_socket_is_a_fault_and_the_action_is_asked() -> None:
    desk = media_desk(hears)
    desk.refuses = True
    assert "403 (error 31920)" in faults(streamed(desk, a_call()))
    assert len(desk.forms(ENDED)) == 1


def test_a_caller_who_hangs_up_sends_stop_and_the_call_is_completed_without_action() -> None:
    async def talk(peer: Peer) -> None:
        await peer.until("start")
        peer.desk.asks(peer.call_sid, Question.OPEN)
        await peer.say(100)
        await peer.to_the_end()

    desk = media_desk(talk)
    assert streamed(desk, a_call(CallerTurn(hangup=True))).faults == ()
    assert desk.peers[0].of("stop")[0]["stop"]["callSid"] == desk.peers[0].call_sid
    assert desk.forms(ENDED) == []
    assert desk.statuses()[-1] == "completed"


def test_a_dead_line_is_a_fault() -> None:
    async def talk(peer: Peer) -> None:
        await peer.to_the_end()

    assert "silence" in faults(streamed(media_desk(talk), a_call(), replace(FAST, speed=200)))


def test_the_carrier_tells_of_its_streams_where_it_is_asked_to() -> None:
    desk = media_desk(hears)
    opens = desk.answers["/twilio/voice"]
    assert callable(opens)
    desk.answers["/twilio/voice"] = lambda form: str(opens(form)).replace(
        "<Stream ", '<Stream statusCallback="/twilio/stream_status" '
    )
    desk.answers["/twilio/stream_status"] = BYE
    assert streamed(desk, a_call()).faults == ()
    events = [(form["StreamEvent"], form["StreamSid"]) for form in desk.forms("/twilio/stream_status")]
    assert events == [(event, desk.peers[0].stream_sid) for event in ("stream-started", "stream-stopped")]


def test_a_call_can_go_on_with_verbs_after_its_stream() -> None:
    desk = media_desk(asks_and_hears, after=document(ask("place")))
    desk.answers["/twilio/turn/1/place"] = BYE
    played = streamed(desk, a_call(HELLO, CallerTurn(say="there")))
    assert played.faults == ()
    assert desk.forms("/twilio/turn/1/place")[0]["SpeechResult"] == "hello", "nothing was taken down: said again"


@pytest.mark.parametrize(
    ("connect", "fault"),
    [
        ('<Connect><Stream url="ws://elsewhere.example.jp/media"/></Connect>', "only the desk itself"),
        ("<Connect/>", "connects one <Stream>"),
        ('<Connect><Stream url="https://desk.example.jp/media"/></Connect>', "wss"),
    ],
)
def test_a_stream_that_twilio_would_not_open_is_a_fault(connect: str, fault: str) -> None:
    desk = MediaDesk(answers={"/twilio/voice": document(connect, "<Hangup/>")})
    assert fault in faults(streamed(desk, a_call()))


# --- what is measured -------------------------------------------------------------------------------------------------


def test_a_desk_that_speaks_while_the_caller_does_has_cut_him_off() -> None:
    async def talk(peer: Peer) -> None:
        await peer.until("start")
        peer.desk.asks(peer.call_sid, Question.OPEN)
        await peer.say(100)
        while not any(loud(message) for message in peer.of("media")):
            await peer.frames(1)
        await peer.say(100)
        await peer.frames(200)

    played = streamed(media_desk(talk), a_call(HELLO), seconds=2.0)
    assert played.media is not None
    assert played.media.cut_offs == 1


def test_how_soon_the_desk_speaks_is_measured_in_line_time() -> None:
    played = streamed(media_desk(asks_and_hears), a_call(HELLO))
    assert played.media is not None
    (reply,) = played.media.replies
    assert reply.received_ms is not None
    assert reply.heard_ms is not None
    assert 0 < reply.received_ms <= reply.heard_ms


def test_a_message_can_be_left_on_a_stream() -> None:
    async def talk(peer: Peer) -> None:
        await peer.until("start")
        peer.desk.put(peer.call_sid, TakeMessage((Line("leave"),)))
        await peer.say(100, LOUD)
        await peer.frames(200)

    played = streamed(media_desk(talk), a_call(HELLO))
    assert played.media is not None
    assert [reply.to for reply in played.media.replies] == ["message"]
