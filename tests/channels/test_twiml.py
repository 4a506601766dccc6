"""Every voice action on every rung, in every language and voice, is TwiML that Twilio runs and that never runs out."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import product

import pytest

from ivr.channels.simulator.twiml_lint import lint
from ivr.channels.spoken_audio import ClipAddresses, text_hash
from ivr.channels.twiml import MAX_TWIML, Mouth, TurnTwiml, TwimlTooLong
from ivr.domain.call import Action, Ask, Call, Ears, HangUp, Line, Question, Say, State, TakeMessage, Transfer
from ivr.ports import StoredTurn
from tests.channels.scripted_desk import ORIGIN, SID, Words

LINES = (Line("greeting.day"), Line("question.confirm_place", (("place", "泉野出町 <4> & \x00\ud800"),)))
CLOSING: list[Action] = [
    *(Ask(question, LINES) for question in Question),
    TakeMessage(LINES),
    *(Transfer(desk, True, LINES) for desk in (*Words.desks, "unheard-of")),
    HangUp(),
]
WAYS_TO_END = {"Redirect", "Enqueue", "Dial", "Hangup"}


def twiml(own: frozenset[str] = frozenset(), hints: tuple[str, ...] = ("泉野出町", "漏水")) -> TurnTwiml:
    words = Words()
    mouth = Mouth(words.text, "Polly.Kazuha-Neural", own, ClipAddresses(ORIGIN, b"key"))
    return TurnTwiml(
        ORIGIN, mouth, words.desks, {"ja": dict.fromkeys(Question, hints)}, words.listening, media_key=b"key"
    )


def turn(*actions: Action, ears: Ears = Ears.GATHER, language: str = "ja", state: State = State.OPEN) -> StoredTurn:
    return StoredTurn(Call(SID, state, ears, language), 3, actions)


@pytest.mark.parametrize("action", CLOSING, ids=str)
@pytest.mark.parametrize("own", [frozenset[str](), frozenset({"ja"})], ids=["say", "own voice"])
def test_every_turn_is_clean_and_leads_on_whatever_the_rung_and_the_language(
    action: Action, own: frozenset[str]
) -> None:
    for ears, language in product(Ears, ("ja", "en", "zh", "ko", "xx")):
        document = twiml(own).turn(turn(Say(LINES), action, ears=ears, language=language))
        assert lint(document) == []
        assert list(ET.fromstring(document))[-1].tag in WAYS_TO_END  # noqa: S314
        again = twiml(own).once_more(turn(Say(LINES), action, ears=ears, language=language), 1)
        assert lint(again) == []
        assert list(ET.fromstring(again))[-1].tag in WAYS_TO_END  # noqa: S314


def test_a_turn_without_anything_to_do_leads_on_or_ends() -> None:
    for actions in ((), (Say(LINES),)):
        assert b"<Redirect" in twiml().once_more(turn(*actions), 1)
        assert b"<Redirect" in twiml().turn(turn(*actions))
        assert b"<Hangup" in twiml().turn(turn(*actions, state=State.ENDED))


def test_every_question_has_its_patience() -> None:
    assert set(Words.listening) == set(Question)
    assert Words.listening[Question.PLACE].pause_s > Words.listening[Question.READ_BACK].pause_s
    assert all(entry.longest_s <= 60 for entry in Words.listening.values())


def test_our_own_voice_is_played_by_address_and_personal_words_only_by_a_sealed_one() -> None:
    document = ET.fromstring(twiml(frozenset({"ja"})).turn(turn(Ask(Question.CONFIRM_PLACE, LINES))))  # noqa: S314
    plain, sealed = [play.text or "" for play in document.iter("Play")]
    assert plain == f"{ORIGIN}/audio/line/ja/greeting.day/{text_hash('[greeting.day]')}.wav"
    assert sealed.startswith(f"{ORIGIN}/audio/turn/{SID}/3/1.wav?seal=")
    assert "泉野" not in sealed


def test_a_language_our_voice_does_not_speak_is_said_by_the_carrier() -> None:
    document = twiml(frozenset({"ja"})).turn(turn(Ask(Question.OPEN, LINES), language="ko"))
    assert b"<Play" not in document
    assert b'language="ko-KR"' in document


OFFERS = (Line("greeting.day"), *(Line("language.offer", language=language) for language in ("en", "zh", "ko")))


def test_a_language_offers_itself_in_its_own_voice_whatever_the_call_is_in() -> None:
    document = ET.fromstring(twiml(frozenset({"ja"})).turn(turn(Ask(Question.OPEN, OFFERS))))  # noqa: S314
    said = [(say.get("language"), say.text) for say in document.iter("Say")]
    assert said == [
        ("en-US", "[en:language.offer]"),
        ("cmn-CN", "[zh:language.offer]"),
        ("ko-KR", "[ko:language.offer]"),
    ]
    assert len(list(document.iter("Play"))) == 1


@pytest.mark.parametrize(("own", "connects"), [({"ja"}, False), ({"ja", "en", "zh", "ko"}, True)])
def test_a_question_with_words_our_voice_cannot_say_is_put_by_the_carrier(own: set[str], connects: bool) -> None:
    asked = turn(Ask(Question.OPEN, OFFERS), ears=Ears.STREAM)
    assert twiml(frozenset(own)).live(asked) is connects
    document = twiml(frozenset(own)).turn(asked)
    assert (b"<Connect" in document, b"<Record" in document) == (connects, not connects)


@pytest.mark.parametrize(("language", "tag"), [("en", "en-US"), ("zh", "cmn-Hans-CN"), ("ko", "ko-KR")])
def test_the_carrier_hears_the_language_of_the_call_and_expects_its_words(language: str, tag: str) -> None:
    words = Words()
    mouth = Mouth(words.text, "Polly.Kazuha-Neural", frozenset(), ClipAddresses(ORIGIN, b"key"))
    hints = {"ja": {Question.PLACE: ("泉野出町",)}, language: {Question.PLACE: ("Izuminode-machi",)}}
    rendered = TurnTwiml(ORIGIN, mouth, words.desks, hints, words.listening)
    document = ET.fromstring(rendered.turn(turn(Ask(Question.PLACE, LINES), language=language)))  # noqa: S314
    gather = document.find("Gather")
    assert gather is not None
    assert (gather.get("language"), gather.get("hints")) == (tag, "Izuminode-machi")


def test_the_same_turn_gives_the_same_bytes() -> None:
    assert twiml().turn(turn(*CLOSING[:1])) == twiml().turn(turn(*CLOSING[:1]))


def test_hints_are_cut_to_what_the_carrier_takes() -> None:
    document = twiml(hints=("あ" * 300,) * 900).turn(turn(Ask(Question.PLACE, LINES)))
    assert lint(document) == []
    assert len(document) < MAX_TWIML
    assert b"hints" not in twiml(hints=()).turn(turn(Ask(Question.PLACE, LINES)))


def test_a_long_line_is_said_in_pieces_and_a_document_that_is_too_long_is_not_sent() -> None:
    long = Line("answer.long", (("text", "水" * 8000),))
    document = twiml().turn(turn(Say((long,)), HangUp()))
    assert lint(document) == []
    assert document.count(b"<Say") == 3
    with pytest.raises(TwimlTooLong):
        twiml().turn(turn(Say((long,) * 9), HangUp()))
