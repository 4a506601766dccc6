"""Many callers on media sockets in one light process: they ring, talk, hang up, and ring again."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import time
import uuid
from dataclasses import dataclass, field
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from ivr.channels.simulator.line import identity
from ivr.channels.simulator.media_messages import ToDesk
from tests.bench.light_line import Line, Sayings, Seen
from tests.bench.media_desk import NUMBERS
from tests.bench.servers import ACCOUNT, TOKEN

REST_S = 0.5  # between two calls of one caller
NO_SOUND_S = 5.0  # a caller who hears nothing for so long after ringing is unanswered
_TOKEN = re.compile(r'name="token" value="([^"]+)"')
_ENDED = re.compile(r'<Connect action="http://[^/]+([^"]+)"')
VALIDATOR = RequestValidator(TOKEN)


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
