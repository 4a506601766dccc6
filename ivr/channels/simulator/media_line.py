"""A media stream over a real WebSocket, the carrier's end: frames in time, playback, marks, and how it ended.

Protocol: twilio.com/docs/voice/media-streams/websocket-messages. Line time runs `speed` times faster than the clock.
Frames leave on a schedule and never wait for the desk; one that cannot leave in time leaves as soon as it can.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple, Protocol

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from ivr.channels.simulator.media_faults import FRAME_S, Departure
from ivr.channels.simulator.media_measures import Measures
from ivr.channels.simulator.media_messages import Clear, Mark, Media, ToDesk, WrongMessageError, read
from ivr.channels.simulator.media_playback import Playback, first_sound_ms

CONNECT_S, CLOSE_S = 5.0, 2.0
LONGEST_S = 1800.0  # line seconds of one stream: nobody is on the telephone with a bot for longer
_PLANNED = (1000, 1001)  # close codes of a desk that means it


class Ended(Enum):
    """How a stream came to its end."""

    BY_DESK = auto()  # the desk closed the socket: the call goes on elsewhere
    BY_CALLER = auto()  # the caller hung up
    LOST = auto()  # cut, broken, or never opened


class Phase(Enum):
    LISTENS = auto()
    SPEAKS = auto()
    ENDS = auto()  # the last voiced frame


class Act(NamedTuple):
    """What the caller does in 20 ms. `frame`: base64 µ-law. `to`: what he replies to, for the measures."""

    frame: str
    key: str | None = None
    phase: Phase = Phase.LISTENS
    to: str = ""


class Sounding(NamedTuple):
    """What the caller hears. `heard`: audible sound now; `queued`: playback has not run out."""

    heard: bool
    queued: bool


class Party(Protocol):
    """Whoever holds the receiver at this end."""

    def tick(self, at_s: float, sounding: Sounding) -> Act | None:
        """What he does in the 20 ms from `at_s` (line seconds); None: he hangs up. Must return at once."""
        ...


@dataclass(frozen=True, slots=True)
class StreamAddress:
    """Where a stream goes and what it carries. `url`: where the socket is opened; `signature`: X-Twilio-Signature."""

    url: str
    signature: str
    parameters: Mapping[str, str]
    stream_sid: str
    call_sid: str
    account_sid: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`complain` takes what Twilio would log as an error; `passed` takes line seconds as they pass."""

    measures: Measures
    complain: Callable[[str], None]
    passed: Callable[[float], None]


class MediaLine:
    """One stream of one call. `run` once."""

    def __init__(
        self, address: StreamAddress, party: Party, frames: Iterable[Departure], speed: float, around: Surroundings
    ) -> None:
        self._address, self._party, self._frames, self._speed = address, party, frames, speed
        self._measures, self._complain, self._passed = around.measures, around.complain, around.passed
        self._to_desk = ToDesk(address.stream_sid, address.call_sid, address.account_sid)
        self._playback = Playback()
        self._began = 0.0
        self._speaking = False
        self._closed_ms = 0.0

    async def run(self) -> Ended:
        """From the handshake to the end of the stream. Raises what the party raises."""
        self._measures.began()
        try:
            socket = await connect(
                self._address.url,
                additional_headers={"X-Twilio-Signature": self._address.signature},
                user_agent_header="Twilio.TmeWs/1.0",
                compression=None,
                open_timeout=CONNECT_S,
                close_timeout=CLOSE_S,
                ping_interval=None,
                max_size=None,
                proxy=None,  # the desk is here; a proxy of the environment is not asked
            )
        except InvalidStatus as refused:
            return self._lost(f"the handshake was answered with {refused.response.status_code} (error 31920)")
        except (OSError, TimeoutError, InvalidHandshake) as error:
            return self._lost(f"no stream (error 31901): {type(error).__name__}")
        receiving: asyncio.Task[None] | None = None
        try:
            await socket.send(self._to_desk.connected())
            await socket.send(self._to_desk.start(self._address.parameters))
            receiving = asyncio.create_task(self._receive(socket))
            return await self._send(socket, receiving)
        except ConnectionClosed:
            return self._closed(socket)
        finally:
            await _settle(socket, receiving)

    # --- to the desk --------------------------------------------------------------------------------------------------

    async def _send(self, socket: ClientConnection, receiving: asyncio.Task[None]) -> Ended:
        self._began = time.perf_counter()
        for departure in self._frames:
            await asyncio.sleep(max(0.0, departure.due_s / self._speed - (time.perf_counter() - self._began)))
            if receiving.done():
                return self._closed(socket)
            at_s = departure.number * FRAME_S
            if at_s > LONGEST_S:
                self._complain(f"the stream does not end: {LONGEST_S:.0f} s and nobody has hung up")
                return Ended.BY_CALLER
            self._measures.lateness((self._line_s() - departure.due_s) * 1000)
            if not await self._frame(socket, departure, at_s):
                await socket.send(self._to_desk.stop())
                return Ended.BY_CALLER
            self._passed(FRAME_S)
        self._measures.lost()
        socket.transport.abort()  # a cut line says nothing
        return Ended.LOST

    async def _frame(self, socket: ClientConnection, departure: Departure, at_s: float) -> bool:
        """20 ms of both directions; False when the caller hangs up."""
        played = self._playback.play()
        for name in played.marks:
            await socket.send(self._to_desk.mark(name))
        if played.sound_ms is not None:
            self._measures.heard(self._line_s() * 1000 + played.sound_ms)
        act = self._party.tick(at_s, Sounding(played.sound_ms is not None, self._playback.left_ms > 0))
        if act is None:
            return False
        if act.key is not None:
            await socket.send(self._to_desk.dtmf(act.key))
        if not departure.lost:
            await socket.send(self._to_desk.media(act.frame, departure.timestamp_ms))
        self._note(act)
        return True

    def _note(self, act: Act) -> None:
        if act.phase is not Phase.LISTENS and not self._speaking:
            self._speaking = True
            self._measures.speaks(act.to)
        if act.phase is Phase.ENDS:
            self._speaking = False
            self._measures.ended(self._line_s() * 1000)

    def _line_s(self) -> float:
        return (time.perf_counter() - self._began) * self._speed

    # --- from the desk ------------------------------------------------------------------------------------------------

    async def _receive(self, socket: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):  # how it was closed is read off the socket
            async for message in socket:
                for name in self._take(message):
                    await socket.send(self._to_desk.mark(name))
        self._closed_ms = self._line_s() * 1000

    def _take(self, message: str | bytes) -> tuple[str, ...]:
        """Do what a message says; gives the marks to be echoed for it at once."""
        try:
            content = read(message, self._address.stream_sid)
        except WrongMessageError as error:
            self._complain(f"the desk sent {error} (error 31924)")
            return ()
        match content:
            case Media(line=line):
                self._playback.add(line)
                if first_sound_ms(line) is not None:
                    self._measures.received(self._line_s() * 1000)
            case Mark(name=name):
                return self._playback.mark(name)
            case Clear():
                self._measures.cleared()
                return self._playback.clear()
        return ()

    # --- the end ------------------------------------------------------------------------------------------------------

    def _closed(self, socket: ClientConnection) -> Ended:
        """The desk's end is closed: on purpose, or broken."""
        if socket.close_code not in _PLANNED:
            return self._lost(f"the desk's end of the stream broke with code {socket.close_code} (error 31903)")
        self._measures.closed(self._closed_ms or self._line_s() * 1000)
        if self._playback.left_sounds:
            self._complain(
                f"the desk closed the stream with {self._playback.left_ms:.0f} ms of sound still to be played"
            )
        return Ended.BY_DESK

    def _lost(self, complaint: str) -> Ended:
        self._measures.lost()
        self._complain(complaint)
        return Ended.LOST


async def _settle(socket: ClientConnection, receiving: asyncio.Task[None] | None) -> None:
    """Close what is open; nothing of the stream stays behind."""
    await socket.close()
    if receiving is not None:
        receiving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await receiving
