"""The media socket on a real server: who is let in, how a call runs over it, and how every bad peer is shown out."""

from __future__ import annotations

import base64
import contextlib
import gc
import json
from datetime import datetime
from socket import SHUT_RDWR

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus

from ivr.channels.stream import socket as media_socket
from ivr.channels.stream.live_call import LiveCall
from ivr.domain.call import (
    Action,
    Arrived,
    Ask,
    Call,
    Connected,
    Dialled,
    Ears,
    EarsFailed,
    Event,
    Line,
    Pressed,
    Question,
    Spoke,
    State,
    StayedSilent,
)
from tests.channels.scripted_desk import NOON, SID, WHAT_IS_IT, Answer
from tests.channels.turns import END, TO_MAIN
from tests.stream.conftest import SPEECH, Served
from tests.stream.peer import STREAM, Peer, connected, eventually, first_token, signed, started

WHERE = (Ask(Question.PLACE, (Line("ask.place"),)),)


def asks(*actions: Action) -> Answer:
    """Decides `actions`, and the call knows what it was asked."""

    def decided(call: Call, event: Event) -> tuple[Call, tuple[Action, ...]]:
        closing = actions[-1] if actions and isinstance(actions[-1], Ask) else call.asked
        if isinstance(event, Connected):
            return call, ()
        return Call(call.sid, State.OPEN, Ears.STREAM, asked=closing, dialled=call.dialled), actions

    return decided


def arrived(served: Served, *answers: Answer, at: datetime = NOON) -> None:
    """The call came in and was asked what it is about; `answers` follow, the last for ever."""
    served.desk.answers = [asks(WHAT_IS_IT), *(answers or (asks(*WHERE),))]
    served.desk.take_turn(SID, "arrived", Arrived(at, Dialled.CENTRE, "0760000000", ears=Ears.STREAM))
    served.desk.answers.insert(0, asks())  # for the event that the socket is connected


# --- a call ------------------------------------------------------------------------------------------


def test_a_question_is_spoken_heard_and_answered(served: Served) -> None:
    arrived(served)
    with connected(served.media) as peer:
        peer.introduces_itself().plays()
        assert sum(message["event"] == "media" for message in peer.got) == 1  # 400 ms in one message
        peer.sounds(600).sounds(800, SPEECH).sounds(900)
        peer.plays()
        spoke = served.desk.last
    assert isinstance(spoke, Spoke)
    assert (spoke.text, spoke.question) == ("道路から水が出ています", Question.OPEN)
    assert served.desk.kinds == ["Arrived", "Connected", "Spoke"]
    assert served.desk.events[-1][1] == "turn:1"


def test_the_recogniser_gets_the_clip_with_its_pre_roll_and_what_was_asked(served: Served) -> None:
    arrived(served, asks(Ask(Question.PHONE, (Line("ask.phone"),))), asks(*END))
    served.ears.texts = ["道路から水が出ています", "ゼロナナロクノイチニサンノヨンゴロクナナ"]
    with connected(served.media) as peer:
        peer.introduces_itself().plays().sounds(1600).sounds(800, SPEECH).sounds(900)
        peer.plays().sounds(600).sounds(1600, SPEECH).sounds(900)
        assert peer.closed()[0] == 1000
    first, second = served.ears.asked
    assert first[0] == pytest.approx(0.5 + 0.8 + 0.2, abs=0.07)
    assert (first[1], second[1]) == (None, "number")


def test_speaking_over_the_desk_clears_what_was_sent(served: Served) -> None:
    arrived(served)
    with connected(served.media) as peer:
        peer.introduces_itself()
        peer.next("mark")  # not echoed: the desk is still being played
        peer.sounds(1600, SPEECH)
        peer.next("clear")
        peer.sounds(900)
        peer.plays()
    assert isinstance(served.desk.last, Spoke)


def test_keys_count_at_once(served: Served) -> None:
    arrived(served)
    with connected(served.media) as peer:
        peer.introduces_itself().plays().presses("1")
        peer.plays()
    assert isinstance(served.desk.last, Pressed)
    assert served.desk.last.keys == "1"


def test_silence_is_a_turn_of_its_own(served: Served) -> None:
    arrived(served)
    with connected(served.media) as peer:
        peer.introduces_itself().plays().sounds(7400)
        peer.plays()
    assert isinstance(served.desk.last, StayedSilent)


def test_ten_minutes_of_silence_end_by_what_the_desk_decides_and_free_the_place(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_socket, "HEAD_START_MS", 600_000)
    arrived(served, asks(WHAT_IS_IT), asks(WHAT_IS_IT), asks(*END))
    with connected(served.media) as peer:
        peer.introduces_itself()
        for _ in range(3):
            peer.plays().sounds(7400)
        assert peer.closed() == (1000, "handed over")
    assert served.desk.kinds.count("StayedSilent") == 3
    assert eventually(lambda: served.places.live == 0)


def test_what_is_no_question_is_handed_back_by_closing_the_socket(served: Served) -> None:
    arrived(served, asks(*TO_MAIN))
    with connected(served.media) as peer:
        peer.introduces_itself().plays().sounds(600).sounds(800, SPEECH).sounds(900)
        assert peer.closed() == (1000, "handed over")


def test_ears_that_fail_twice_are_an_event_and_the_webhooks_go_on(served: Served) -> None:
    def by_keys(call: Call, event: Event) -> tuple[Call, tuple[Action, ...]]:
        return Call(call.sid, State.MENU, Ears.KEYS, asked=WHAT_IS_IT), (WHAT_IS_IT,)

    arrived(served, by_keys)
    served.ears.broken = ["full", "full"]
    with connected(served.media) as peer:
        peer.introduces_itself().plays().sounds(600).sounds(800, SPEECH).sounds(400)
        assert eventually(lambda: served.ears.asked != [])
        with contextlib.suppress(ConnectionClosed):  # the second try may have failed already
            peer.sounds(200)
        assert peer.closed() == (1000, "handed over")
    assert isinstance(served.desk.last, EarsFailed)


def test_what_was_being_said_when_the_line_broke_is_kept(served: Served) -> None:
    arrived(served)
    with connected(served.media) as peer:
        peer.introduces_itself().plays().sounds(600).sounds(900, SPEECH)
        assert eventually(lambda: ("said", {"text": "[greeting.how_can_we_help]"}) in served.notes)
        peer.send({"event": "stop", "streamSid": STREAM, "stop": {"callSid": SID}})
    assert eventually(lambda: isinstance(served.desk.last, Spoke))


def test_a_lost_socket_is_taken_up_by_the_next_one_with_its_own_token(served: Served) -> None:
    arrived(served)
    with connected(served.media) as peer:
        peer.introduces_itself().plays()
        peer.socket.socket.shutdown(SHUT_RDWR)  # no goodbye
    assert eventually(lambda: served.places.live == 0)
    with connected(served.media) as peer:
        peer.introduces_itself(first_token(1, 1)).plays().sounds(600).sounds(800, SPEECH).sounds(900)
        peer.plays()
    assert isinstance(served.desk.last, Spoke)


def test_a_call_that_is_over_is_let_go_of(served: Served) -> None:
    arrived(served)
    for again in range(3):
        with connected(served.media) as peer:
            peer.introduces_itself(first_token(1, again)).plays().sounds(600).sounds(800, SPEECH).sounds(900)
            peer.plays()
        assert eventually(lambda: served.places.live == 0)

    def calls_in_memory() -> int:
        gc.collect()
        return sum(type(one) is LiveCall for one in gc.get_objects())

    assert eventually(lambda: calls_in_memory() == 0)


# --- who is let in -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers", [{}, {"X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}, {"X-Twilio-Signature": "水"}], ids=str
)
def test_an_upgrade_that_twilio_did_not_sign_is_refused(served: Served, headers: dict[str, str]) -> None:
    encoded = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    with pytest.raises(InvalidStatus, match="403"), connected(served.media, encoded):
        pass


def test_an_address_with_a_query_is_refused(served: Served) -> None:
    with pytest.raises(InvalidStatus, match="403"), connected(f"{served.media}?token=x", signed(served.media)):
        pass


def test_another_path_is_refused(served: Served) -> None:
    address = served.media.replace("media", "medium")
    with pytest.raises(InvalidStatus, match="403"), connected(address):
        pass


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "the token has not the shape of ours"),
        ("1.0." + "0" * 32, "the token is not sealed by us for this call"),
        (first_token(7), "this call has no question to put"),
        (first_token(2), "this call has no question to put"),
    ],
    ids=["none", "forged", "of no turn", "of a turn without a question"],
)
def test_a_wrong_token_is_shown_out(served: Served, token: str, reason: str) -> None:
    arrived(served)
    served.desk.take_turn(SID, "x", Connected(NOON))
    with connected(served.media) as peer:
        peer.introduces_itself(token)
        assert peer.closed() == (1008, reason)
    assert served.places.live == 0


def test_a_token_is_used_once(served: Served) -> None:
    arrived(served)
    with connected(served.media) as peer:
        peer.introduces_itself().plays()
    with connected(served.media) as peer:
        peer.introduces_itself()
        assert peer.closed() == (1008, "the token was used before")


def test_a_call_has_one_socket_at_a_time(served: Served) -> None:
    arrived(served)
    with connected(served.media) as first, connected(served.media) as second:
        first.introduces_itself().plays()
        second.introduces_itself(first_token(1, 1))
        assert second.closed()[0] == 1013
        first.sounds(600).sounds(800, SPEECH).sounds(900)
        first.plays()
    assert isinstance(served.desk.last, Spoke)


# --- bad peers -------------------------------------------------------------------------------------------

HELLO = {"event": "connected", "protocol": "Call", "version": "1.0.0"}
FRAME = {"event": "media", "media": {"payload": base64.b64encode(b"\xff" * 160).decode()}}
BAD: list[tuple[str, list[object], int, str]] = [
    ("random bytes", [b"\x00\x9f\x92\x96"], 1007, "binary message"),
    ("no JSON", ["<Response/>"], 1007, "not JSON"),
    ("deep JSON", ["[" * 5000 + "]" * 5000], 1007, "not JSON"),
    ("no object", ["[]"], 1007, "no event"),
    ("event is no text", [{"event": 7}], 1007, "no event"),
    ("another protocol", [{"event": "connected", "protocol": "Song"}], 1007, "connected: not the protocol Call"),
    ("frames before start", [HELLO, FRAME], 1008, "the second message has to be start"),
    ("start without connected", [started()], 1008, "the first message has to be connected"),
    ("start without a call", [HELLO, {"event": "start", "start": {"streamSid": STREAM}}], 1007, "start: no callSid"),
    ("start of nothing", [HELLO, {"event": "start"}], 1007, "start: missing"),
    ("start of another sound", [HELLO, started(mediaFormat={})], 1007, "start: not mu-law of 8000 Hz, one channel"),
    ("a second start", [HELLO, started(), started()], 1008, "started already"),
    ("a second connected", [HELLO, started(), HELLO], 1008, "started already"),
    (
        "sound that is no base64",
        [HELLO, started(), {"event": "media", "media": {"payload": "水"}}],
        1007,
        "media: not base64",
    ),
    (
        "sound that is a number",
        [HELLO, started(), {"event": "media", "media": {"payload": 7}}],
        1007,
        "media: no payload",
    ),
    (
        "a huge frame of sound",
        [HELLO, started(), {"event": "media", "media": {"payload": "/" * 20_000}}],
        1007,
        "media: more than a second of sound",
    ),
    ("a key that is none", [HELLO, started(), {"event": "dtmf", "dtmf": {"digit": "Ａ"}}], 1007, "dtmf: no such key"),
    ("a mark without a name", [HELLO, started(), {"event": "mark", "mark": {}}], 1007, "mark: no name"),
]


@pytest.mark.parametrize(("messages", "code", "reason"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_bad_peer_is_told_why_and_another_call_is_unharmed(
    served: Served, messages: list[object], code: int, reason: str
) -> None:
    arrived(served)
    with connected(served.media) as bad:
        for message in messages:
            bad.send(message)
        assert bad.closed() == (code, reason)
    assert eventually(lambda: served.places.live == 0)
    a_call_goes_well(served)


def a_call_goes_well(served: Served) -> None:
    with connected(served.media) as good:
        good.introduces_itself(first_token(1, 2)).plays().sounds(600).sounds(800, SPEECH).sounds(900)
        good.plays()
    assert isinstance(served.desk.last, Spoke)


def test_a_message_larger_than_any_of_twilios_closes_the_socket(served: Served) -> None:
    arrived(served)
    with connected(served.media) as bad:
        bad.send("x" * 100_000)
        assert bad.closed()[0] == 1009
    a_call_goes_well(served)


def test_an_event_of_tomorrow_is_passed_over(served: Served) -> None:
    arrived(served)
    with connected(served.media) as peer:
        peer.introduces_itself().plays()
        peer.send({"event": "hologram", "hologram": {}})
        peer.sounds(600).sounds(800, SPEECH).sounds(900)
        peer.plays()
    assert isinstance(served.desk.last, Spoke)


def test_sound_faster_than_anyone_speaks_is_shown_out(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_socket, "HEAD_START_MS", 2000)
    arrived(served)
    with connected(served.media) as peer:
        peer.introduces_itself().plays()
        with pytest.raises(ConnectionClosed):
            peer.sounds(600_000)
        assert peer.closed() == (1008, "sound faster than anyone speaks")


def test_a_hundred_sockets_opened_and_abandoned_are_let_go(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_socket, "START_S", 0.3)
    arrived(served)
    from contextlib import ExitStack

    with ExitStack() as opened:
        peers = [opened.enter_context(connected(served.media)) for _ in range(100)]
        a_call_goes_well(served)
        assert {peer.closed()[0] for peer in peers} == {1008}


def test_a_peer_that_falls_silent_is_let_go(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_socket, "QUIET_S", 0.3)
    arrived(served)
    with connected(served.media) as peer:
        peer.introduces_itself().plays()
        assert peer.closed()[0] == 1001
    assert eventually(lambda: served.places.live == 0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
EVENTS = st.sampled_from(["connected", "start", "media", "dtmf", "mark", "stop", "clear", ""])
MESSAGES = st.lists(
    st.one_of(
        st.binary(max_size=80),
        st.text(max_size=80),
        JSON.map(json.dumps),
        st.tuples(EVENTS, JSON).map(lambda one: json.dumps({"event": one[0], one[0] or "x": one[1]})),
        st.just(json.dumps(HELLO)),
        st.just(json.dumps(FRAME)),
        st.just(json.dumps(started())),
    ),
    max_size=6,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MESSAGES)
def test_whatever_a_peer_sends_the_server_stays_up(served: Served, messages: list[str | bytes]) -> None:
    if not served.desk.events:
        arrived(served)
    with connected(served.media) as peer:
        try:
            for message in messages:
                peer.send(message)
            peer.send({"event": "stop"})
        except ConnectionClosed:
            pass
        code, _ = peer.closed()
    assert code in (1000, 1007, 1008, 1013)
    assert eventually(lambda: served.places.live == 0)


def test_peer_reads_what_the_desk_says_as_whole_frames(served: Served) -> None:
    arrived(served)
    with connected(served.media) as peer:
        peer.introduces_itself().plays()
        sound = [base64.b64decode(one["media"]["payload"]) for one in peer.got if one["event"] == "media"]
    assert sum(map(len, sound)) == 3200
    assert all(len(piece) % 160 == 0 for piece in sound)
    assert isinstance(peer, Peer)
