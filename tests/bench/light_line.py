"""One caller's media socket, as light as can be: listens, answers every question, sends marks back in time.

Frames are masked with zeros (RFC 6455 allows any mask), so that nothing is copied byte by byte.
"""

from __future__ import annotations

import asyncio
import re
import struct
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from audio.pyopenjtalk_synthesiser import CALLER, PyOpenJTalkSynthesiser
from ivr.channels.simulator.media_messages import ToDesk
from ivr.channels.simulator.media_sound import Frames, LineNoise, utterance
from nlu.gazetteer import town_readings
from tests.bench.callers import PausingVoice
from tests.bench.media_desk import ANSWERS

FRAME_S = 0.02
HUMAN_S = 0.4
PING_EVERY = 50  # frames
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
_PAYLOAD = re.compile(r'"payload": ?"([^"]+)"')
_MARK = re.compile(r'"name": ?"([^"]+)"')


@dataclass(slots=True)
class Seen:
    """What all callers saw since it was last emptied. Times in ms; `count`: calls by how they went."""

    round_trips: list[float] = field(default_factory=list)
    own_late: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    sounded: list[float] = field(default_factory=list)
    count: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Sayings:
    """Frames made beforehand; every caller takes turns in them."""

    quiet: Frames
    spoken: tuple[Frames, ...]


def sayings() -> Sayings:
    noise = LineNoise(1)
    voice = PausingVoice(PyOpenJTalkSynthesiser(manner=CALLER, readings=town_readings()), share=0.0)
    spoken = tuple(utterance(voice.say(text), noise) for text in ANSWERS.values())
    return Sayings(tuple(noise.frame() for _ in range(250)), spoken)


def framed(opcode: int, payload: bytes) -> bytes:
    """A client's WebSocket frame under a mask of zeros."""
    size = len(payload)
    head = bytes((0x80 | opcode, 0x80 | size)) if size < 126 else struct.pack(">BBH", 0x80 | opcode, 0xFE, size)
    return head + bytes(4) + payload


class Line(asyncio.Protocol):
    """One socket. `over` is done when it is closed, with its close code (1006: without one)."""

    def __init__(self, seen: Seen, said: Sayings, request: bytes, to_desk: ToDesk | None, token: str) -> None:
        self._seen, self._said, self._request, self._to_desk, self._token = seen, said, request, to_desk, token
        self._loop = asyncio.get_running_loop()
        self.over: asyncio.Future[int] = self._loop.create_future()
        self.first_sound = 0.0
        self._data = bytearray()
        self._open = False
        self._number = 0
        self._due = 0.0
        self._code = 1006
        self._plays_until = 0.0
        self._marks: list[tuple[asyncio.TimerHandle, str]] = []
        self._speaking: Sequence[str] = ()
        self._spoken = 0
        self._turns = 0

    # --- the socket ---------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._data += data
        if not self._open:
            end = self._data.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self._data.startswith(b"HTTP/1.1 101"):
                self._transport.close()
                return
            del self._data[: end + 4]
            self._begin()
        while self._frame():
            pass

    def connection_lost(self, _error: Exception | None) -> None:
        self._open = False
        for timer, _ in self._marks:
            timer.cancel()
        if not self.over.done():
            self.over.set_result(self._code)

    def hang_up(self) -> None:
        if self._open and self._to_desk is not None:
            self._send(self._to_desk.stop())
        self._code = 1000
        self._transport.close()

    def _frame(self) -> bool:
        """Take one frame off the data; False when none is whole."""
        if len(self._data) < 2:
            return False
        size, at = self._data[1] & 0x7F, 2
        if size == 126:
            size, at = int.from_bytes(self._data[2:4], "big"), 4
        elif size == 127:
            size, at = int.from_bytes(self._data[2:10], "big"), 10
        if len(self._data) < at + size:
            return False
        opcode, payload = self._data[0] & 0x0F, bytes(self._data[at : at + size])
        del self._data[: at + size]
        if opcode == TEXT and self._to_desk is not None:
            self._take(payload.decode())
        elif opcode == PING:
            self._transport.write(framed(PONG, payload))
        elif opcode == PONG:
            self._seen.round_trips.append(time.monotonic() * 1000 - float(payload))
        elif opcode == CLOSE:
            self._code = int.from_bytes(payload[:2], "big") if payload else 1005
            self._transport.write(framed(CLOSE, payload[:2]))
            self._transport.close()
        return True

    def _send(self, text: str) -> None:
        self._transport.write(framed(TEXT, text.encode()))

    # --- the caller ---------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._open = True
        if self._to_desk is not None:
            self._send(self._to_desk.connected())
            self._send(self._to_desk.start({"token": self._token}))
        else:
            self._to_bare = ToDesk("MZ" + "0" * 32, "CA", "AC")
        self._due = self._loop.time()
        self._tick()

    def _tick(self) -> None:
        """20 ms of the line."""
        if not self._open:
            return
        self._seen.own_late.append((self._loop.time() - self._due) * 1000)
        if self._spoken < len(self._speaking):
            frame = self._speaking[self._spoken]
            self._spoken += 1
        else:
            frame = self._said.quiet[self._number % len(self._said.quiet)]
        text = (self._to_desk or self._to_bare).media(frame, self._number * 20)
        self._send(f'{text[:-1]},"sent":"{time.monotonic() * 1000:.3f}"}}')  # for the desk that notes when it takes it
        if self._number % PING_EVERY == 7:
            self._transport.write(framed(PING, f"{time.monotonic() * 1000:.3f}".encode()))
        self._number += 1
        self._due += FRAME_S
        self._loop.call_at(self._due, self._tick)

    def _take(self, text: str) -> None:
        now = self._loop.time()
        if '"media"' in text and (sound := _PAYLOAD.search(text)):
            self.first_sound = self.first_sound or time.monotonic()
            self._plays_until = max(now, self._plays_until) + len(sound[1]) * 3 // 4 / 8000
        elif '"mark"' in text and (name := _MARK.search(text)):
            timer = self._loop.call_at(max(now, self._plays_until), self._played, name[1])
            self._marks.append((timer, name[1]))
        elif '"clear"' in text:
            self._plays_until = now
            for timer, _ in self._marks:
                timer.cancel()
            for _, name_ in list(self._marks):
                self._played(name_)

    def _played(self, name: str) -> None:
        """A mark is reached: when it was the last one, the question has been heard, and he answers."""
        assert self._to_desk is not None
        self._marks = [(timer, other) for timer, other in self._marks if other != name]
        if not self._open:
            return
        self._send(self._to_desk.mark(name))
        if not self._marks and self._loop.time() >= self._plays_until - 0.001:
            self._loop.call_later(HUMAN_S, self._answer)

    def _answer(self) -> None:
        if self._marks or self._spoken < len(self._speaking):
            return
        self._speaking, self._spoken = self._said.spoken[self._turns % len(self._said.spoken)], 0
        self._turns += 1
