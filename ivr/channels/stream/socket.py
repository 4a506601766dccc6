"""The media socket (ASGI): who may connect, what a peer may send, and how a socket ends. One coroutine a socket.

Every way to end is told to the peer as code and reason (RFC 6455, 7.4), and frees everything: place, jobs, timers.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from twilio.request_validator import RequestValidator

from ivr.channels.stream.desk import LiveDesk
from ivr.channels.stream.live_call import LiveCall
from ivr.channels.stream.protocol import BadMessage, Message, StreamConnected, StreamStarted, StreamStopped, read
from ivr.channels.stream.token import BadToken, ticket_of
from ivr.channels.twiml import ADMISSION, MEDIA_PATH
from ivr.domain.call import Ask, Connected, State
from ivr.ports import StoredTurn, StoreUnavailable
from ivr.security.redaction import where
from ivr.settings import Settings

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Admit = Callable[[Scope], str | None]
"""None for a request that may connect, else why not."""

START_S = 5.0
"""Seconds in which a peer has to say who it is."""

QUIET_S = 15.0
"""Seconds without any message after which a peer counts as gone: Twilio sends fifty a second."""

MOST_WAITING = 200
"""Sockets that have not said yet who they are; more are refused at once."""

MOST_UNSENT = 4000  # messages
FASTEST = 12  # times real time, after a start of `HEAD_START_MS`: nobody speaks faster than that
HEAD_START_MS = 15_000

NORMAL, GOING_AWAY, BAD_DATA, POLICY, TOO_BUSY = 1000, 1001, 1007, 1008, 1013


class Refused(Exception):
    """This socket is closed with `code`; the message is the reason the peer is told."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Gone(Exception):
    """The peer has closed the socket, or it broke."""


def signed_by_twilio(settings: Settings) -> Admit:
    """Admits upgrades that Twilio signed: the GET carries X-Twilio-Signature over the wss address, no parameters."""
    validator = RequestValidator(settings.twilio_auth_token.get_secret_value())
    address = f"ws{settings.public_url.removeprefix('http')}{MEDIA_PATH}"

    def admit(scope: Scope) -> str | None:
        if scope.get("query_string"):
            return "a media address has no query"
        signature = _header(scope, b"x-twilio-signature")
        if not signature:
            return "not signed"
        return None if validator.validate(address, {}, signature) else "wrongly signed"

    return admit


class MediaSocket:
    """The ASGI application of one address for media sockets."""

    def __init__(self, desk: LiveDesk, admit: Admit) -> None:
        self._desk, self._admit = desk, admit
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (await receive())["type"] != "websocket.connect":
            return
        why = self._admit(scope) or ("too many sockets" if self._waiting >= MOST_WAITING else None)
        if why is not None:
            logger.warning("REFUSED a media socket: %s", why)
            await send({"type": "websocket.close", "code": POLICY})  # before accept: HTTP 403
            return
        await send({"type": "websocket.accept"})
        code, reason = NORMAL, ""
        try:
            reason = await self._serve(_Wire(receive, send))
        except Gone:
            return
        except Refused as error:
            code, reason = error.code, str(error)
            logger.warning("closed a media socket: %s", reason)
        except Exception as error:  # noqa: BLE001  # one broken call must not look like a broken server
            code, reason = 1011, "internal error"
            logger.error("a media socket broke: %s", where(error))
        with contextlib.suppress(Exception):  # it may be closed already
            await send({"type": "websocket.close", "code": code, "reason": reason[:100]})

    async def _serve(self, wire: _Wire) -> str:
        self._waiting += 1
        try:
            started = await _introduction(wire)
        except TimeoutError:
            raise Refused(POLICY, f"no start within {START_S:.0f} s") from None
        finally:
            self._waiting -= 1
        turn = await self._claimed(started)
        sid = started.call_sid
        if not self._desk.places.enter(sid):
            raise Refused(TOO_BUSY, "no place, or this call has a socket already")
        try:
            return await self._listen(wire, started, turn)
        finally:
            self._desk.places.leave(sid)

    async def _claimed(self, started: StreamStarted) -> StoredTurn:
        """The turn whose question this socket may put. The store lets every token be used once. Raises Refused."""
        desk, sid = self._desk, started.call_sid
        try:
            ticket = ticket_of(desk.key, sid, started.parameters.get(ADMISSION))
        except BadToken as error:
            raise Refused(POLICY, str(error)) from None

        def claim() -> StoredTurn:
            turn = desk.edge.turns.turn(sid, ticket.seq)
            call = desk.edge.turns.call(sid)
            asks = turn is not None and any(isinstance(action, Ask) for action in turn.actions)
            if turn is None or call is None or not asks or call.state is State.ENDED:
                raise Refused(POLICY, "this call has no question to put")
            if desk.edge.commit(sid, ticket.claim, Connected(desk.edge.clock.now())).repeated:
                raise Refused(POLICY, "the token was used before")
            return turn

        try:
            return await asyncio.get_running_loop().run_in_executor(desk.threads, claim)
        except StoreUnavailable:
            raise Refused(TOO_BUSY, "the store is unavailable") from None

    async def _listen(self, wire: _Wire, started: StreamStarted, turn: StoredTurn) -> str:
        """Until either side closes. Gives the reason to close with. Raises Gone, Refused."""
        call = LiveCall(self._desk, started.call_sid, started.stream_sid, wire.queue, wire.ask_to_close)
        writing = asyncio.create_task(wire.write())
        reading = asyncio.create_task(self._read(wire, call))
        closing = asyncio.create_task(wire.close_wanted.wait())
        try:
            call.begin(turn)
            while True:
                # Once a socket and every few seconds, not once a message: fifty messages a second come on each.
                await asyncio.wait((reading, closing), timeout=QUIET_S / 5, return_when=asyncio.FIRST_COMPLETED)
                if reading.done():
                    return reading.result()
                if closing.done():
                    return wire.closing
                if wire.quiet_s() > QUIET_S:
                    raise Refused(GOING_AWAY, f"nothing came for {QUIET_S:.0f} s")
        finally:
            for task in (reading, closing):
                task.cancel()
            await call.finish()
            writing.cancel()

    async def _read(self, wire: _Wire, call: LiveCall) -> str:
        """Every message into the call, until the carrier says `stop`. Raises Gone, Refused."""
        began = time.monotonic()
        while True:
            message = await wire.message()
            if isinstance(message, StreamStarted | StreamConnected):
                raise Refused(POLICY, "started already")
            if isinstance(message, StreamStopped):
                return "stopped"
            call.receive(message)
            if call.media_ms > HEAD_START_MS + (time.monotonic() - began) * 1000 * FASTEST:
                raise Refused(POLICY, "sound faster than anyone speaks")


async def _introduction(wire: _Wire) -> StreamStarted:
    """`connected`, then `start`. Raises TimeoutError, Gone, Refused."""
    async with asyncio.timeout(START_S):
        if not isinstance(await wire.message(), StreamConnected):
            raise Refused(POLICY, "the first message has to be connected")
        started = await wire.message()
        if not isinstance(started, StreamStarted):
            raise Refused(POLICY, "the second message has to be start")
        return started


class _Wire:
    """The two directions of one socket."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._unsent: asyncio.Queue[str] = asyncio.Queue(MOST_UNSENT)
        self._last = time.monotonic()
        self.close_wanted = asyncio.Event()
        self.closing = ""

    def quiet_s(self) -> float:
        """Seconds since the last message."""
        return time.monotonic() - self._last

    async def message(self) -> Message:
        """The next message of the protocol. Raises Gone, Refused."""
        while True:
            given = await self._receive()
            if given["type"] == "websocket.disconnect":
                raise Gone
            self._last = time.monotonic()
            try:
                found = read(given.get("text"))
            except BadMessage as error:
                raise Refused(BAD_DATA, str(error)) from None
            if found is not None:
                return found

    def queue(self, text: str) -> None:
        """Send `text` when its turn comes."""
        try:
            self._unsent.put_nowait(text)
        except asyncio.QueueFull:
            self.ask_to_close("you read too slowly")

    def ask_to_close(self, reason: str) -> None:
        self.closing = reason
        self.close_wanted.set()

    async def write(self) -> None:
        with contextlib.suppress(Exception):  # a broken socket is seen by the reading side
            while True:
                await self._send({"type": "websocket.send", "text": await self._unsent.get()})


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope.get("headers", ()) if key.lower() == name), "")
