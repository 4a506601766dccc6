"""A desk that speaks the media protocol as a test tells it, and keeps what it was sent: for trying a media line."""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from a2wsgi import WSGIMiddleware
from twilio.request_validator import RequestValidator

from ivr.channels.simulator.call_file import CallFile
from ivr.channels.simulator.caller import Says
from ivr.channels.simulator.caller_voice import SyntheticVoice
from ivr.channels.simulator.clock import SimulatedClock
from ivr.channels.simulator.desk_ports import Books, RunningDesk
from ivr.channels.simulator.exchange import Exchange
from ivr.channels.simulator.media_faults import LineQuality
from ivr.channels.simulator.media_sound import RememberingVoice
from ivr.channels.simulator.twilio_mode import Carrier, Played
from ivr.domain.call import Action, Arrived, Ask, Call, Dialled, Event, Line, Question, Spoke, Turn
from ivr.storage.memory import MemoryStore, memory_store
from tests.simulator.tiny_desk import ACCOUNT, BYE, NOON, TOKEN, TinyDesk, document
from tests.simulator.tones import Tone

VOICE, ENDED = "/twilio/voice", "/twilio/stream"
LOUD = b"\x00"  # the loudest µ-law there is
FAST = LineQuality(speed=20)


@dataclass
class Peer:
    """The desk's end of one stream. `got`: every message so far, with the clock's seconds at which it came."""

    desk: MediaDesk
    receive_text: Callable[[], Awaitable[str | None]]
    send_text: Callable[[str], Awaitable[None]]
    got: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    stream_sid: str = ""
    call_sid: str = ""

    async def receive(self) -> dict[str, Any] | None:
        """The next message; None when the carrier is gone."""
        text = await self.receive_text()
        if text is None:
            return None
        message: dict[str, Any] = json.loads(text)
        self.got.append((time.perf_counter(), message))
        if message["event"] == "start":
            self.stream_sid, self.call_sid = message["streamSid"], message["start"]["callSid"]
        return message

    async def until(self, event: str, count: int = 1) -> dict[str, Any]:
        """Read on until the `count`-th further message of this kind."""
        while (message := await self.receive()) is not None:
            count -= message["event"] == event
            if not count:
                return message
        raise EOFError(event)

    async def to_the_end(self) -> None:
        while await self.receive() is not None:
            pass

    async def frames(self, count: int) -> None:
        """Let `count` frames pass."""
        await self.until("media", count)

    async def say(self, ms: int, code: bytes = LOUD) -> None:
        payload = base64.b64encode(code * 8 * ms).decode()
        await self.send({"event": "media", "media": {"payload": payload}})

    async def mark(self, name: str) -> None:
        await self.send({"event": "mark", "mark": {"name": name}})

    async def clear(self) -> None:
        await self.send({"event": "clear"})

    async def send(self, message: dict[str, Any]) -> None:
        await self.send_text(json.dumps({"streamSid": self.stream_sid, **message}))

    def of(self, event: str) -> list[dict[str, Any]]:
        return [message for _, message in self.got if message["event"] == event]

    def at(self, event: str, name: str) -> int:
        """How many frames had come when this message did."""
        before = 0
        for _, message in self.got:
            if message["event"] == event and name in json.dumps(message):
                return before
            before += message["event"] == "media"
        raise LookupError(f"{event} {name}")


Talk = Callable[[Peer], Awaitable[None]]


@dataclass
class MediaDesk(TinyDesk):
    """`talk` is what the desk does on each stream; when it returns the desk closes the socket."""

    talk: Talk | None = None
    store: MemoryStore = field(default_factory=memory_store)
    peers: list[Peer] = field(default_factory=list)
    refuses: bool = False
    closes_with: int = 1000

    def put(self, sid: str, *actions: Action, event: Event | None = None) -> None:
        """The desk takes a turn of its own."""
        happened = event or Arrived(NOON, Dialled.CENTRE, None, "")
        seq = len(self.store.turns.history(sid)) + 1

        def decide(before: Call | None, _serial: int) -> tuple[Event, Turn]:
            return happened, Turn(before or Call(sid), actions)

        self.store.turns.take(sid, f"turn:{seq}", decide)

    def asks(self, sid: str, question: Question, *, heard: str | None = None) -> None:
        """The desk puts a question, after having heard `heard`."""
        ask = Ask(question, (Line(question.value),))
        self.put(sid, ask, event=None if heard is None else Spoke(NOON, heard))

    def books(self) -> Books:
        return Books(self.store.turns, self.store.tickets, lambda line, _language: f"[{line.key}]")

    async def asgi(self, scope: Any, receive: Any, send: Any) -> None:
        """One media socket."""
        await receive()
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        url = f"ws{self.base_url.removeprefix('http')}{scope['path']}"
        signed = RequestValidator(TOKEN).validate(url, {}, headers.get("x-twilio-signature", ""))
        if self.refuses or not signed or scope["path"] != "/twilio/media":
            await send({"type": "websocket.close", "code": 1008})
            return
        await send({"type": "websocket.accept"})

        async def receive_text() -> str | None:
            message = await receive()
            return message.get("text") if message["type"] == "websocket.receive" else None

        async def send_text(text: str) -> None:
            await send({"type": "websocket.send", "text": text})

        peer = Peer(self, receive_text, send_text)
        self.peers.append(peer)
        assert self.talk is not None
        try:
            await self.talk(peer)
            await send({"type": "websocket.close", "code": self.closes_with})
        except EOFError:
            pass  # the carrier is gone: there is nothing left to close


def connect(*, action: str | None = ENDED, after: str = "<Hangup/>") -> Callable[[dict[str, str]], str]:
    """A document that opens a stream, with its token. `{base}` is where the desk is."""
    attribute = f' action="{action}" method="POST"' if action else ""
    return lambda form: document(
        f'<Connect{attribute}><Stream url="{form["base"]}/twilio/media">'
        f'<Parameter name="token" value="a-token"/></Stream></Connect>{after}'
    )


@contextmanager
def carrier_to(desk: MediaDesk, quality: LineQuality = FAST, seconds: float = 0.5) -> Iterator[Carrier]:
    """Twilio's part against `desk`, over loopback, with a caller whose every utterance is a tone of `seconds`."""
    listening = socket.create_server(("127.0.0.1", 0))
    desk.base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    http = WSGIMiddleware(desk.app())

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await (desk.asgi if scope["type"] == "websocket" else http)(scope, receive, send)

    config = uvicorn.Config(app, log_config=None, lifespan="off", access_log=False, ws="websockets-sansio")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    numbers = {Dialled.CENTRE: "+815000000010", Dialled.NIGHT_LINE: "+815000000011"}
    running = RunningDesk(desk.base_url, ACCOUNT, TOKEN, desk.books(), numbers, set_ears=None, designate=None)
    try:
        with Exchange() as exchange:
            exchange.admit(ACCOUNT, TOKEN)
            voice = RememberingVoice(SyntheticVoice(Tone(seconds)))
            voice.learn((Says("hello"), Says("there"), Says("はい")))
            yield Carrier(running, exchange, voice, SimulatedClock(NOON), quality=quality)
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


def media_desk(talk: Talk, *, action: str | None = ENDED, after: str = BYE) -> MediaDesk:
    """A desk whose first document opens a stream on which it does `talk`; `after` answers the action."""
    desk = MediaDesk(talk=talk)
    opens = connect(action=action)
    desk.answers |= {VOICE: lambda form: opens({**form, "base": f"ws{desk.base_url.removeprefix('http')}"})}
    desk.answers |= {ENDED: after}
    return desk


def streamed(desk: MediaDesk, call: CallFile, quality: LineQuality = FAST, seconds: float = 0.5) -> Played:
    """One call against `desk`, on a line of this quality."""
    with carrier_to(desk, quality, seconds) as carrier:
        return carrier.play(call)
