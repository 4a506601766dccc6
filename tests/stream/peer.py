"""The carrier's end of a media socket, by hand: every message as the test wants it, without real time."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from twilio.request_validator import RequestValidator
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from audio.recording import to_telephone_wav
from audio.sound import silence
from ivr.channels.stream.token import Ticket, token_of
from tests.channels.scripted_desk import ACCOUNT, SID, TOKEN

STREAM = "MZ" + "0123456789abcdef" * 2
LINE_MS = 400


@dataclass(frozen=True, slots=True)
class Clip:
    etag: str
    wav: bytes


class LineTone:
    """A voice: every line is silence of `LINE_MS`. `broken`: texts it cannot speak."""

    broken: frozenset[str] = frozenset()

    def line(self, text: str, language: str) -> Clip:
        if text in self.broken:
            raise RuntimeError("cannot be spoken")
        return Clip('"x"', to_telephone_wav(silence(LINE_MS / 1000)))


class Peer:
    """One socket. `got`: every message that came, parsed."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.got: list[dict[str, Any]] = []
        self._chunk = 0

    def send(self, message: object) -> None:
        self.socket.send(message if isinstance(message, str | bytes) else json.dumps(message))

    def introduces_itself(self, token: str | None = None, **start: object) -> Peer:
        self.send({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        self.send(started(token, **start))
        return self

    def sounds(self, ms: int, byte: int = 0xFF) -> Peer:
        """`ms` of sound in frames of 20 ms, as fast as the socket takes them."""
        payload = base64.b64encode(bytes([byte]) * 160).decode()
        for _ in range(ms // 20):
            self._chunk += 1
            media = {"track": "inbound", "chunk": str(self._chunk), "timestamp": str(self._chunk * 20)}
            self.send({"event": "media", "streamSid": STREAM, "media": media | {"payload": payload}})
        return self

    def presses(self, digit: str) -> Peer:
        self.send({"event": "dtmf", "streamSid": STREAM, "dtmf": {"track": "inbound_track", "digit": digit}})
        return self

    def next(self, event: str, within_s: float = 10.0) -> dict[str, Any]:
        """The next message of this kind; those before it are kept in `got`."""
        until = time.monotonic() + within_s
        while True:
            message: dict[str, Any] = json.loads(self.socket.recv(timeout=max(0.01, until - time.monotonic())))
            self.got.append(message)
            if message["event"] == event:
                return message

    def plays(self, marks: int = 1) -> Peer:
        """Play what comes and echo that many marks."""
        for _ in range(marks):
            name = self.next("mark")["mark"]["name"]
            self.send({"event": "mark", "streamSid": STREAM, "mark": {"name": name}})
        return self

    def closed(self, within_s: float = 10.0) -> tuple[int, str]:
        """Code and reason with which the desk closes."""
        until = time.monotonic() + within_s
        try:
            while True:
                self.got.append(json.loads(self.socket.recv(timeout=max(0.01, until - time.monotonic()))))
        except ConnectionClosed as closed:
            frame = closed.rcvd
            return (frame.code, frame.reason) if frame else (1006, "")


def started(token: str | None = None, **start: object) -> dict[str, Any]:
    given = {
        "streamSid": STREAM,
        "accountSid": ACCOUNT,
        "callSid": SID,
        "tracks": ["inbound"],
        "customParameters": {"token": token if token is not None else first_token()},
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
    }
    return {"event": "start", "sequenceNumber": "1", "streamSid": STREAM, "start": given | start}


def first_token(seq: int = 1, again: int = 0) -> str:
    return token_of(TOKEN.encode(), SID, Ticket(seq, again))


def signed(address: str) -> dict[str, str]:
    return {"X-Twilio-Signature": str(RequestValidator(TOKEN).compute_signature(address, {}))}


@contextmanager
def connected(address: str, headers: dict[str, str] | None = None) -> Iterator[Peer]:
    """A socket as Twilio opens it: signed, uncompressed."""
    with connect(
        address, additional_headers=signed(address) if headers is None else headers, compression=None, proxy=None
    ) as socket:
        yield Peer(socket)


def eventually(holds: Callable[[], bool], within_s: float = 10.0) -> bool:
    """Whether it holds before long: for what happens in another thread."""
    until = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.005)
    return True
