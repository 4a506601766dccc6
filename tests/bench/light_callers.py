"""Many callers on media sockets in one light process: they listen, answer every question, and ring again.

Frames are masked with zeros (RFC 6455 allows any mask), so that nothing is copied byte by byte; marks come back when
playback would have reached them, as from the carrier.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
import struct
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from audio.pyopenjtalk_synthesiser import CALLER, PyOpenJTalkSynthesiser
from ivr.channels.simulator.line import identity
from ivr.channels.simulator.media_messages import ToDesk
from ivr.channels.simulator.media_sound import Frames, LineNoise, utterance
from nlu.gazetteer import town_readings
from tests.bench.callers import PausingVoice
from tests.bench.media_desk import ANSWERS, NUMBERS
from tests.bench.servers import ACCOUNT, TOKEN

FRAME_S = 0.02
HUMAN_S = 0.4
PING_EVERY = 50  # frames
REST_S = 0.5  # between two calls of one caller
NO_SOUND_S = 5.0  # a caller who hears nothing for so long after ringing is unanswered
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
_TOKEN = re.compile(r'name="token" value="([^"]+)"')
_PAYLOAD = re.compile(r'"payload": ?"([^"]+)"')
_MARK = re.compile(r'"name": ?"([^"]+)"')
_ENDED = re.compile(r'<Connect action="http://[^/]+([^"]+)"')
VALIDATOR = RequestValidator(TOKEN)


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


@dataclass(slots=True)
class Town:
    """Everybody who rings one server at `port`. `bare`: a socket that echoes instead of a desk."""

    port: int
    said: Sayings
    bare: bool = False
    seen: Seen = field(default_factory=Seen)
    lines: set[Line] = field(default_factory=set)
    _callers: list[asyncio.Task[None]] = field(default_factory=list)

    async def grow(self, callers: int) -> None:
        """Have so many callers on the line, over and over; new ones begin spread over two seconds."""
        while len(self._callers) < callers:
            self._callers.append(asyncio.create_task(self._over_and_over()))
            await asyncio.sleep(min(0.1, 2.0 / callers))

    async def go_home(self) -> None:
        for caller in self._callers:
            caller.cancel()
        await asyncio.gather(*self._callers, return_exceptions=True)
        for line in list(self.lines):
            line.hang_up()
        self._callers.clear()

    def fresh(self) -> None:
        """Forget the times seen so far; what became of calls is kept."""
        self.seen.round_trips.clear()
        self.seen.own_late.clear()

    async def _over_and_over(self) -> None:
        while True:
            try:
                await (self._echoed() if self.bare else self.call(urgent=True))
            except OSError as error:
                self.seen.count[f"unanswered: {type(error).__name__}"] += 1
            await asyncio.sleep(REST_S)

    async def _echoed(self) -> None:
        await self._line("/", None, "")

    async def call(self, *, urgent: bool) -> None:
        """One call from ringing to its end."""
        sid = f"CA{uuid.uuid4().hex}"
        begun = time.monotonic()
        status, document = await self.post("/twilio/voice", sid, {"CallStatus": "ringing"}, urgent=urgent)
        self.seen.answered.append((time.monotonic() - begun) * 1000)
        token = _TOKEN.search(document)
        if status != 200 or not re.search("<(Play|Say|Connect)", document):
            self.seen.count[f"unanswered: {status}"] += 1
            return
        if token is None:
            self.seen.count["recordings" if "<Record" in document else "keys"] += 1
            await asyncio.sleep(5.0)  # he listens to the question
        else:
            await self._live(sid, token[1], document, begun, urgent=urgent)
        await self.post("/twilio/status", sid, {"CallStatus": "completed"}, urgent=urgent)

    async def _live(self, sid: str, token: str, document: str, begun: float, *, urgent: bool) -> None:
        to_desk = ToDesk(f"MZ{uuid.uuid4().hex}", sid, ACCOUNT)
        line, code = await self._line("/twilio/media", to_desk, token)
        self.seen.count["live"] += 1
        if not line.first_sound or line.first_sound - begun > NO_SOUND_S:
            self.seen.count["unanswered: no sound"] += 1
        else:
            self.seen.sounded.append((line.first_sound - begun) * 1000)
        if code not in (1000, 1001):
            self.seen.count[f"lost: {code}"] += 1
        ended = _ENDED.search(document)
        if ended is not None:
            await self.post(ended[1], sid, {"CallStatus": "in-progress"}, urgent=urgent)

    async def _line(self, path: str, to_desk: ToDesk | None, token: str) -> tuple[Line, int]:
        """A socket to its end; the close code."""
        address = f"ws://127.0.0.1:{self.port}{path}"
        request = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n"
            f"X-Twilio-Signature: {VALIDATOR.compute_signature(address, {})}\r\n\r\n"
        )
        loop = asyncio.get_running_loop()
        _, line = await loop.create_connection(
            lambda: Line(self.seen, self.said, request.encode(), to_desk, token), "127.0.0.1", self.port
        )
        self.lines.add(line)
        try:
            return line, await line.over
        except asyncio.CancelledError:
            line.hang_up()
            raise
        finally:
            self.lines.discard(line)

    async def post(self, path: str, sid: str, more: dict[str, str], *, urgent: bool) -> tuple[int, str]:
        """A signed webhook: (status, body)."""
        called = next(number for dialled, number in NUMBERS.items() if (dialled.value == "night_line") == urgent)
        fields = identity(ACCOUNT, sid, "+266696687", called) | more
        body = urlencode(fields).encode()
        signature = VALIDATOR.compute_signature(f"http://127.0.0.1:{self.port}{path}", fields)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
            f"X-Twilio-Signature: {signature}\r\n\r\n".encode()
            + body
        )
        answer = (await reader.read()).decode()
        writer.close()
        head, _, text = answer.partition("\r\n\r\n")
        return int(head.split()[1]) if head else 0, text
