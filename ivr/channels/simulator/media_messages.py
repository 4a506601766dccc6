"""The messages of a media stream: those the carrier sends, as text, and those it takes from the desk, checked.

Shapes as under twilio.com/docs/voice/media-streams/websocket-messages. Numbers travel as strings, and one sequence
counts every message but `connected`.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass

MOST_NAME = 256  # characters of a mark
_FILES = (b"RIFF", b"ID3", b"OggS", b"fLaC", b".snd")  # sound with a header would be played as a crack


class WrongMessageError(ValueError):
    """What the desk sent is none of media, mark and clear as Twilio takes them (error 31924)."""


@dataclass(frozen=True, slots=True)
class Media:
    """Sound to be played: µ-law, 8 kHz, no header."""

    line: bytes


@dataclass(frozen=True, slots=True)
class Mark:
    name: str


@dataclass(frozen=True, slots=True)
class Clear:
    """Stop playing, forget what is queued."""


FromDesk = Media | Mark | Clear


class ToDesk:
    """Writes the carrier's messages of one stream, counting them."""

    def __init__(self, stream_sid: str, call_sid: str, account_sid: str) -> None:
        self._stream_sid, self._call_sid, self._account_sid = stream_sid, call_sid, account_sid
        self._sequence = 0
        self._chunk = 0
        self._media_end = f'"}},"streamSid":"{stream_sid}"}}'

    def connected(self) -> str:
        return '{"event":"connected","protocol":"Call","version":"1.0.0"}'

    def start(self, parameters: Mapping[str, str]) -> str:
        return self._numbered(
            "start",
            {
                "accountSid": self._account_sid,
                "streamSid": self._stream_sid,
                "callSid": self._call_sid,
                "tracks": ["inbound"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
                "customParameters": dict(parameters),
            },
        )

    def media(self, payload: str, timestamp_ms: int) -> str:
        """`payload`: base64. Written by hand: it goes fifty times a second."""
        self._sequence += 1
        self._chunk += 1
        return (
            f'{{"event":"media","sequenceNumber":"{self._sequence}","media":{{"track":"inbound","chunk":"{self._chunk}"'
            f',"timestamp":"{timestamp_ms}","payload":"{payload}{self._media_end}'
        )

    def dtmf(self, digit: str) -> str:
        return self._numbered("dtmf", {"track": "inbound_track", "digit": digit})

    def mark(self, name: str) -> str:
        return self._numbered("mark", {"name": name})

    def stop(self) -> str:
        return self._numbered("stop", {"accountSid": self._account_sid, "callSid": self._call_sid})

    def _numbered(self, event: str, content: Mapping[str, object]) -> str:
        self._sequence += 1
        message = {
            "event": event,
            "sequenceNumber": str(self._sequence),
            event: content,
            "streamSid": self._stream_sid,
        }
        return json.dumps(message, ensure_ascii=False)


def read(message: str | bytes, stream_sid: str) -> FromDesk:
    """A message of the desk. Raises WrongMessageError."""
    if isinstance(message, bytes):
        raise WrongMessageError("a binary message; every message is JSON text")
    try:
        content = json.loads(message)
    except ValueError:
        raise WrongMessageError("a message that is not JSON") from None
    if not isinstance(content, dict):
        raise WrongMessageError("a message that is no JSON object")
    event = content.get("event")
    if event not in ("media", "mark", "clear"):
        raise WrongMessageError(f"a message of the event {event!r}; media, mark and clear are taken")
    if content.get("streamSid") != stream_sid:
        raise WrongMessageError(f"a {event} message without this stream's streamSid")
    if event == "clear":
        return Clear()
    body = content.get(event)
    if not isinstance(body, dict):
        raise WrongMessageError(f"a {event} message without its {event} object")
    return _media(body.get("payload")) if event == "media" else _mark(body.get("name"))


def _media(payload: object) -> Media:
    if not isinstance(payload, str) or not payload:
        raise WrongMessageError("a media message without payload")
    try:
        line = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError):
        raise WrongMessageError("a payload that is not base64") from None
    if line.startswith(_FILES):
        raise WrongMessageError("a payload with the header of a sound file; bare µ-law is played")
    return Media(line)


def _mark(name: object) -> Mark:
    if not isinstance(name, str) or not 0 < len(name) <= MOST_NAME:
        raise WrongMessageError("a mark without a name")
    return Mark(name)
