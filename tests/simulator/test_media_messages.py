"""The messages of a stream, letter by letter, and what of the desk's is not taken."""

from __future__ import annotations

import base64
import json

import pytest

from ivr.channels.simulator.media_messages import Clear, Mark, Media, ToDesk, WrongMessageError, read

SID = "MZ" + "a" * 32


def test_every_message_is_as_twilio_sends_it_with_numbers_as_strings_and_one_sequence() -> None:
    to_desk = ToDesk(SID, "CA1", "AC1")
    texts = [
        to_desk.connected(),
        to_desk.start({"token": "t"}),
        to_desk.media("QUJD", 0),
        to_desk.dtmf("5"),
        to_desk.media("QUJD", 20),
        to_desk.mark("m"),
        to_desk.stop(),
    ]
    media_format = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
    start = {
        "accountSid": "AC1",
        "streamSid": SID,
        "callSid": "CA1",
        "tracks": ["inbound"],
        "mediaFormat": media_format,
        "customParameters": {"token": "t"},
    }

    def media(number: str, chunk: str, timestamp: str) -> dict[str, object]:
        sound = {"track": "inbound", "chunk": chunk, "timestamp": timestamp, "payload": "QUJD"}
        return {"event": "media", "sequenceNumber": number, "media": sound, "streamSid": SID}

    assert [json.loads(text) for text in texts] == [
        {"event": "connected", "protocol": "Call", "version": "1.0.0"},
        {"event": "start", "sequenceNumber": "1", "start": start, "streamSid": SID},
        media("2", "1", "0"),
        {"event": "dtmf", "sequenceNumber": "3", "dtmf": {"track": "inbound_track", "digit": "5"}, "streamSid": SID},
        media("4", "2", "20"),
        {"event": "mark", "sequenceNumber": "5", "mark": {"name": "m"}, "streamSid": SID},
        {"event": "stop", "sequenceNumber": "6", "stop": {"accountSid": "AC1", "callSid": "CA1"}, "streamSid": SID},
    ]


def message(event: str, sid: str = SID, **body: object) -> str:
    return json.dumps({"event": event, "streamSid": sid, **({event: body} if body else {})})


def test_media_mark_and_clear_are_taken() -> None:
    assert read(message("media", payload=base64.b64encode(b"\xff" * 7).decode()), SID) == Media(b"\xff" * 7)
    assert read(message("mark", name="m"), SID) == Mark("m")
    assert read(message("clear"), SID) == Clear()


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        (b"\x00", "binary"),
        ("{", "not JSON"),
        ("[]", "no JSON object"),
        (message("stop"), "'stop'"),
        (message("media", sid="MZ1", payload="AA=="), "streamSid"),
        (message("media"), "without its media object"),
        (message("media", payload=""), "without payload"),
        (message("media", payload=5), "without payload"),
        (message("media", payload="A"), "not base64"),
        (message("media", payload="ää=="), "not base64"),
        (message("media", payload=base64.b64encode(b"RIFFxxxx").decode()), "header"),
        (message("mark"), "without its mark object"),
        (message("mark", name=""), "without a name"),
    ],
)
def test_anything_else_is_refused(sent: str | bytes, word: str) -> None:
    with pytest.raises(WrongMessageError, match=word):
        read(sent, SID)
