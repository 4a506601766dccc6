"""Live sound in TwiML: a question goes over a media socket; what a closed socket means is told by the store."""

from __future__ import annotations

import pytest

from ivr.channels.simulator.twiml_lint import lint
from ivr.channels.stream.token import Ticket, ticket_of
from ivr.domain.call import Arrived, Ask, Call, Ears, EarsFailed, Event, HungUp, Line, Question, SoundLost, Spoke
from tests.channels.scripted_desk import (
    ORIGIN,
    SID,
    TOKEN,
    WHAT_IS_IT,
    Answer,
    ScriptedDesk,
    Twilio,
    app_of,
    desk_settings,
    edge_of,
    only,
    tags,
)
from tests.channels.turns import END, MESSAGE, TO_MAIN


class Places:
    """Has as many places as it is told, and remembers who asked for an urgent one."""

    def __init__(self, free: int = 1) -> None:
        self.free = free
        self.urgent: list[bool] = []

    def reserve(self, sid: str, *, urgent: bool) -> bool:
        self.urgent.append(urgent)
        self.free -= 1
        return self.free >= 0


class Own:
    """A voice; nobody fetches its sound here."""

    def line(self, text: str, language: str) -> None:
        raise AssertionError("not fetched")


class Hears:
    """A recogniser for recordings; nobody speaks here."""


def streaming(*answers: Answer, free: int = 1, hear: object = None, night: str = "") -> tuple[ScriptedDesk, Twilio]:
    desk = ScriptedDesk(list(answers) or [(WHAT_IS_IT,)])
    settings = desk_settings(ears="stream", voice="own", night_numbers=night)
    return desk, Twilio(app_of(edge_of(desk, settings, streams=Places(free), hear=hear or Hears(), voice=Own())))


def test_a_question_goes_over_a_media_socket_and_the_document_leads_on_behind_it() -> None:
    _, twilio = streaming()
    reply = twilio.post("/twilio/voice")
    assert tags(reply) == ["Connect", "Redirect"]
    assert only(reply, "Connect").get("action") == f"{ORIGIN}/twilio/stream"
    assert only(reply, "Stream").get("url") == "wss://desk.example.jp/twilio/media"  # no query string: error 31920
    parameter = only(reply, "Parameter")
    assert parameter.get("name") == "token"
    assert ticket_of(TOKEN.encode(), SID, parameter.get("value")) == Ticket(1, 0)
    assert lint(reply.data) == []


def test_the_same_webhook_again_gives_the_same_token() -> None:
    _, twilio = streaming()
    assert twilio.post("/twilio/voice").data == twilio.post("/twilio/voice").data


def test_a_full_house_is_heard_by_recordings() -> None:
    _, twilio = streaming(free=0)
    assert tags(twilio.post("/twilio/voice")) == ["Gather", "Record", "Redirect"]


def test_a_call_says_which_languages_it_is_heard_in_and_which_can_be_offered_over_a_socket() -> None:
    for free, offers in ((1, ("ja",)), (0, None)):
        desk, twilio = streaming(free=free)
        twilio.post("/twilio/voice")
        arrived = desk.last
        assert isinstance(arrived, Arrived)
        assert (arrived.hears, arrived.offers) == (("ja",), offers)


def test_the_night_line_asks_for_one_of_the_reserved_places() -> None:
    places = Places()
    settings = desk_settings(ears="stream", voice="own", night_numbers="+81761999999")
    edge = edge_of(ScriptedDesk(), settings, streams=places, hear=Hears(), voice=Own())
    Twilio(app_of(edge)).post("/twilio/voice", To="+81761999999")
    assert places.urgent == [True]


def test_while_the_recogniser_is_dead_the_caller_is_served_by_keys() -> None:
    desk = ScriptedDesk([(WHAT_IS_IT,)])
    settings = desk_settings(ears="stream", voice="own")
    more = {"streams": Places(), "hear": Hears(), "voice": Own(), "ears_ready": lambda: False}
    Twilio(app_of(edge_of(desk, settings, **more))).post("/twilio/voice")
    assert desk.call(SID).ears is Ears.KEYS  # type: ignore[union-attr]


def test_without_anybody_to_listen_the_caller_is_served_by_keys() -> None:
    desk = ScriptedDesk([(WHAT_IS_IT,)])
    Twilio(app_of(edge_of(desk, desk_settings(ears="stream", voice="own")))).post("/twilio/voice")
    assert desk.call(SID) is not None
    assert desk.call(SID).ears is Ears.KEYS  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("decided", "done"),
    [(TO_MAIN, ["Say", "Enqueue"]), (MESSAGE, ["Say", "Record", "Redirect"]), (END, ["Say", "Hangup"])],
    ids=["transfer", "message", "end"],
)
def test_what_was_decided_before_we_closed_the_socket_is_done(decided: Answer, done: list[str]) -> None:
    desk, twilio = streaming((WHAT_IS_IT,), decided)
    twilio.post("/twilio/voice")
    desk.take_turn(SID, "turn:1", Spoke(desk_time(desk), "…"))
    reply = twilio.post("/twilio/stream")
    assert [tag.replace("Play", "Say") for tag in tags(reply)] == done


def desk_time(desk: ScriptedDesk) -> object:
    return desk.last.at


def test_a_lost_socket_is_opened_again_twice_then_the_caller_is_heard_by_recordings() -> None:
    def stepped_down(call: Call, event: Event) -> tuple[Call, tuple[Ask, ...]]:
        assert isinstance(event, SoundLost)
        return Call(call.sid, call.state, Ears.RECORD), (WHAT_IS_IT,)

    desk, twilio = streaming((WHAT_IS_IT,), stepped_down)
    twilio.post("/twilio/voice")
    first = twilio.post("/twilio/stream")
    assert tags(first) == ["Connect", "Redirect"]
    assert ticket_of(TOKEN.encode(), SID, only(first, "Parameter").get("value")) == Ticket(1, 1)
    again = only(first, "Connect").get("action") or ""
    second = twilio.post(again)
    assert tags(second) == ["Connect", "Redirect"]
    third = twilio.post(only(second, "Connect").get("action") or "")
    assert tags(third) == ["Gather", "Record", "Redirect"]
    assert desk.kinds == ["Arrived", "SoundLost"]


def test_ears_that_fail_in_live_sound_go_on_by_keys() -> None:
    def by_keys(call: Call, event: Event) -> tuple[Call, tuple[Ask, ...]]:
        return Call(call.sid, call.state, Ears.KEYS), (Ask(Question.MENU, (Line("question.menu"),)),)

    desk, twilio = streaming((WHAT_IS_IT,), by_keys)
    twilio.post("/twilio/voice")
    desk.take_turn(SID, "turn:1", EarsFailed(desk_time(desk), "late"))
    assert tags(twilio.post("/twilio/stream")) == ["Gather", "Redirect"]


def test_a_caller_who_hung_up_is_reported_once_and_no_socket_is_opened() -> None:
    desk, twilio = streaming()
    twilio.post("/twilio/voice")
    assert tags(twilio.post("/twilio/stream", CallStatus="completed")) == []
    assert isinstance(desk.last, HungUp)


def test_a_closed_socket_of_an_unknown_call_begins_anew() -> None:
    desk, twilio = streaming()
    assert tags(twilio.post("/twilio/stream"))[-2:] == ["Connect", "Redirect"]
    assert desk.kinds == ["Arrived"]
