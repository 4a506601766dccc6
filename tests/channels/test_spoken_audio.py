"""The desk's own voice over HTTP: public lines for long, personal lines only by an address we sealed."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from flask.testing import FlaskClient

from ivr.channels.edge import Clip
from ivr.channels.spoken_audio import ClipAddresses
from ivr.domain.call import Ask, Line, Question, Transfer
from ivr.ports import StoreUnavailable
from tests.channels.scripted_desk import (
    ORIGIN,
    OTHER_SID,
    SID,
    TOKEN,
    ScriptedDesk,
    Twilio,
    app_of,
    desk_settings,
    edge_of,
    only,
    said,
)

READ_BACK = (Ask(Question.READ_BACK, (Line("report.kept"), Line("question.confirm_place", (("place", "泉野出町"),)))),)
HAND_OVER = (Transfer("night", True, ()),)
WAIT_FOR = (Transfer("main", False, ()),)


@dataclass(frozen=True)
class Spoken:
    wav: bytes
    etag: str


@dataclass
class Loudspeaker:
    """ "Speaks" a text as its bytes."""

    broken: bool = False
    spoken: list[tuple[str, str]] = field(default_factory=list)

    def line(self, text: str, language: str) -> Clip:
        if self.broken:
            raise OSError("disk full")
        self.spoken.append((text, language))
        return Spoken(text.encode(), f'"{len(text)}"')


def own_voice(*answers: tuple[object, ...], **more: object) -> tuple[ScriptedDesk, Twilio]:
    desk = ScriptedDesk(list(answers) or [READ_BACK])  # type: ignore[arg-type]
    settings = desk_settings(voice="own")
    return desk, Twilio(app_of(edge_of(desk, settings, **({"voice": Loudspeaker()} | more))))


def path_of(address: str) -> str:
    assert address.startswith(ORIGIN)
    return address.removeprefix(ORIGIN)


def test_what_is_played_is_what_the_addresses_give() -> None:
    _, twilio = own_voice()
    plain, sealed = said(twilio.post("/twilio/voice"))
    first = twilio.client.get(path_of(plain))
    second = twilio.client.get(path_of(sealed))
    assert first.data.decode() == "[report.kept]"
    assert second.data.decode() == "[question.confirm_place place=泉野出町]"
    for reply in (first, second):
        assert reply.status_code == 200
        assert reply.headers["Content-Type"] == "audio/wav"
        assert reply.headers["ETag"]
    assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert second.headers["Cache-Control"].startswith("private")


def test_an_unchanged_line_is_304() -> None:
    _, twilio = own_voice()
    address = path_of(said(twilio.post("/twilio/voice"))[0])
    etag = twilio.client.get(address).headers["ETag"]
    reply = twilio.client.get(address, headers={"If-None-Match": etag})
    assert (reply.status_code, reply.data) == (304, b"")


def test_the_whisper_and_the_position_are_played_too() -> None:
    _, twilio = own_voice(HAND_OVER)
    twilio.post("/twilio/voice")
    whisper, accept = said(twilio.post(f"/twilio/whisper/{SID}/1", CallSid=OTHER_SID))
    reply = twilio.client.get(path_of(whisper))
    assert reply.data.decode() == "[whisper.handover desk=night phone=09012345678]"
    assert twilio.client.get(path_of(accept)).data.decode() == "[whisper.accept]"
    _, twilio = own_voice(WAIT_FOR)
    twilio.post("/twilio/voice")
    (position,) = said(twilio.post("/twilio/wait/1", QueuePosition="3", QueueTime="0"))
    assert twilio.client.get(path_of(position)).data.decode() == "[wait.position position=3]"


@pytest.mark.parametrize(
    "change",
    [
        lambda address: address.split("?")[0],
        lambda address: address[:-1],
        lambda address: address[:-4] + "é000",
        lambda address: address.replace("/1.wav", "/0.wav"),
        lambda address: address.replace("/1/1.wav", "/2/1.wav"),
        lambda address: address.replace(SID, OTHER_SID),
        lambda address: address.replace("/1.wav", "/whisper.wav"),
    ],
)
def test_a_personal_line_is_not_given_to_anyone_who_was_not_told_its_address(change: object) -> None:
    _, twilio = own_voice()
    address = path_of(said(twilio.post("/twilio/voice"))[1])
    assert callable(change)
    assert twilio.client.get(change(address)).status_code == 404


@pytest.mark.parametrize("address", ["ja/report.kept/0.wav", "ja/unknown!/0.wav", "ja/report.kept/é.wav"])
def test_a_line_that_is_not_or_has_changed_is_404(address: str) -> None:
    _, twilio = own_voice()
    assert twilio.client.get(f"/audio/line/{address}").status_code == 404


@pytest.mark.parametrize(("seq", "name"), [(9, "0"), (1, "2"), (1, "whisper"), (1, "x"), (1, "wait-0")])
def test_a_line_that_the_turn_does_not_have_is_404(seq: int, name: str) -> None:
    _, twilio = own_voice()
    twilio.post("/twilio/voice")
    address = ClipAddresses(ORIGIN, TOKEN.encode()).of_turn(SID, seq, name)
    assert twilio.client.get(path_of(address)).status_code == 404


def test_a_voice_that_breaks_is_503_and_an_absent_one_says() -> None:
    desk, twilio = own_voice(READ_BACK, voice=Loudspeaker(broken=True))
    addresses = [path_of(address) for address in said(twilio.post("/twilio/voice"))]
    assert [twilio.client.get(address).status_code for address in addresses] == [503, 503]
    _, twilio = own_voice(READ_BACK, voice=None)
    assert said(twilio.post("/twilio/voice"))[0] == "[report.kept]"
    assert twilio.client.get(addresses[0]).status_code == 404
    assert desk.kinds == ["Arrived"]


def test_a_store_that_cannot_be_read_is_503() -> None:
    class Gone(ScriptedDesk):
        def turn(self, sid: str, seq: int) -> None:  # the port's signature
            raise StoreUnavailable

    desk = Gone([READ_BACK])
    twilio = Twilio(app_of(edge_of(desk, desk_settings(voice="own"), voice=Loudspeaker())))
    assert twilio.client.get(path_of(said(twilio.post("/twilio/voice"))[1])).status_code == 503


def test_only_get_is_answered() -> None:
    _, twilio = own_voice()
    address = path_of(said(twilio.post("/twilio/voice"))[0])
    client: FlaskClient = twilio.client
    assert client.post(address).status_code == 405
    assert client.options(address).status_code == 405
    assert client.head(address).status_code == 200
    assert only(twilio.post("/twilio/voice"), "Gather") is not None
