"""Twilio Media Streams, message by message: JSON text <-> values. Strict: what is malformed is refused with a reason.

Source: twilio.com/docs/voice/media-streams/websocket-messages. Numbers come as strings; sound is µ-law, 8 kHz, base64.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ivr.channels.twilio_requests import CALL_SID

STREAM_SID = re.compile(r"MZ[0-9a-fA-F]{32}")
MOST_SOUND = 8000
"""µ-law bytes in one message: a second. Twilio sends 160."""

_KEYS = frozenset("0123456789*#")
_MOST_NAME = 64
_CHUNK = 3200  # µ-law bytes we put into one message: 400 ms


class BadMessage(ValueError):
    """This message is none of the protocol; the reason is short enough to close a socket with (RFC 6455: 123 bytes)."""


@dataclass(frozen=True, slots=True)
class StreamConnected:
    """The first message: the protocol is spoken."""


@dataclass(frozen=True, slots=True)
class StreamStarted:
    stream_sid: str
    call_sid: str
    account_sid: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SoundCame:
    """`sound`: µ-law bytes of the caller."""

    sound: bytes


@dataclass(frozen=True, slots=True)
class KeyCame:
    digit: str


@dataclass(frozen=True, slots=True)
class MarkCame:
    """Everything sent before the mark of this name was played, or cleared."""

    name: str


@dataclass(frozen=True, slots=True)
class StreamStopped:
    pass


Message = StreamConnected | StreamStarted | SoundCame | KeyCame | MarkCame | StreamStopped


def read(text: object) -> Message | None:
    """The message, None for an event of tomorrow (unknown, but well-formed). Raises BadMessage, whatever is given."""
    if not isinstance(text, str):
        raise BadMessage("binary message")
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadMessage("not JSON") from error
    if not isinstance(given, dict) or not isinstance(given.get("event"), str):
        raise BadMessage("no event")
    reader = _READERS.get(given["event"])
    return reader(given) if reader is not None else None


def _connected(given: dict[str, Any]) -> StreamConnected:
    if given.get("protocol") != "Call":
        raise BadMessage("connected: not the protocol Call")
    return StreamConnected()


def _started(given: dict[str, Any]) -> StreamStarted:
    start = _part(given, "start")
    sid, call = start.get("streamSid"), start.get("callSid")
    if not isinstance(sid, str) or not STREAM_SID.fullmatch(sid):
        raise BadMessage("start: no streamSid")
    if not isinstance(call, str) or not CALL_SID.fullmatch(call):
        raise BadMessage("start: no callSid")
    sound = _part(start, "mediaFormat")
    if (sound.get("encoding"), str(sound.get("sampleRate")), str(sound.get("channels"))) != _FORMAT:
        raise BadMessage("start: not mu-law of 8000 Hz, one channel")
    given_parameters = start.get("customParameters") or {}
    if not isinstance(given_parameters, dict):
        raise BadMessage("start: bad customParameters")
    parameters = {str(name): value for name, value in given_parameters.items() if isinstance(value, str)}
    return StreamStarted(sid, call, str(start.get("accountSid", "")), parameters)


def _sound(given: dict[str, Any]) -> SoundCame:
    media = _part(given, "media")
    payload = media.get("payload")
    if not isinstance(payload, str):
        raise BadMessage("media: no payload")
    if len(payload) > MOST_SOUND * 4 // 3 + 4:
        raise BadMessage("media: more than a second of sound")
    try:
        return SoundCame(base64.b64decode(payload, validate=True))
    except (binascii.Error, ValueError) as error:
        raise BadMessage("media: not base64") from error


def _key(given: dict[str, Any]) -> KeyCame:
    digit = _part(given, "dtmf").get("digit")
    if not isinstance(digit, str) or digit not in _KEYS:
        raise BadMessage("dtmf: no such key")
    return KeyCame(digit)


def _mark(given: dict[str, Any]) -> MarkCame:
    name = _part(given, "mark").get("name")
    if not isinstance(name, str) or len(name) > _MOST_NAME:
        raise BadMessage("mark: no name")
    return MarkCame(name)


def _stopped(_given: dict[str, Any]) -> StreamStopped:
    return StreamStopped()


def _part(given: dict[str, Any], name: str) -> dict[str, Any]:
    part = given.get(name)
    if not isinstance(part, dict):
        raise BadMessage(f"{name}: missing")
    return part


_FORMAT = ("audio/x-mulaw", "8000", "1")
_READERS: Mapping[str, Callable[[dict[str, Any]], Message]] = {
    "connected": _connected,
    "start": _started,
    "media": _sound,
    "dtmf": _key,
    "mark": _mark,
    "stop": _stopped,
}


def sound_messages(stream_sid: str, sound: bytes) -> list[str]:
    """`sound` (µ-law) as messages to be played one behind the other."""
    return [
        json.dumps(
            {
                "event": "media",
                "streamSid": stream_sid,
                "media": {"payload": base64.b64encode(sound[at : at + _CHUNK]).decode()},
            }
        )
        for at in range(0, len(sound), _CHUNK)
    ]


def mark_message(stream_sid: str, name: str) -> str:
    return json.dumps({"event": "mark", "streamSid": stream_sid, "mark": {"name": name}})


def clear_message(stream_sid: str) -> str:
    return json.dumps({"event": "clear", "streamSid": stream_sid})
