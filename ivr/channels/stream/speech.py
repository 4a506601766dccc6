"""What the desk says on a live call: lines as sound with a mark behind each, stopped and gone on with."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

from audio.sound import TELEPHONE_RATE
from ivr.channels.stream.desk import LiveDesk
from ivr.channels.stream.line_sounds import pieces_of
from ivr.channels.stream.protocol import clear_message, mark_message, sound_messages
from ivr.channels.stream.turn_taking import TurnTaking
from ivr.domain.call import Line
from ivr.domain.languages import JAPANESE
from ivr.security.redaction import where

logger = logging.getLogger(__name__)

ONE_MOMENT = Line("ladder.one_moment")


class Note(Protocol):
    def __call__(self, what: str, **details: Any) -> None: ...


class Speech:
    """`heard`: lines of the last saying that were played to their end, as far as marks tell.

    `send` queues a message to the carrier, `start` runs a coroutine beside the others, `note` tells an onlooker, `end`
    closes the socket with a reason: what cannot be said here the carrier says its own way.
    """

    def __init__(
        self,
        desk: LiveDesk,
        stream_sid: str,
        send: Callable[[str], None],
        taking: TurnTaking,
        start: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
        note: Note,
        end: Callable[[str], None],
    ) -> None:
        self._desk, self._stream_sid, self._send, self._taking = desk, stream_sid, send, taking
        self._start, self._note, self._end = start, note, end
        self._lines: tuple[Line, ...] = ()
        self._language = JAPANESE
        self._saying: asyncio.Task[None] | None = None
        self._said = 0  # counts sayings: marks of one that was cleared prove nothing any more
        self.heard = 0

    def say(self, lines: Sequence[Line], language: str) -> None:
        """Speak `lines` in place of whatever is being said."""
        self._stop()
        self._lines, self._language, self.heard = tuple(lines), language, 0
        self._saying = self._start(self._sent(self._said))

    def say_on(self) -> None:
        """What was not heard of the last lines, once more."""
        self.say(self._lines[self.heard :], self._language)

    def clear(self) -> None:
        """Silence, now: what was sent and not played is dropped."""
        self._stop()
        self._send(clear_message(self._stream_sid))

    def marked(self, name: str) -> bool:
        """A mark came back; True when the last line was heard. After a `clear` all of them do (vellum PR 38316)."""
        said, _, index = name.partition(".")
        if said != str(self._said) or not index.isdecimal():
            return False
        self.heard = int(index) + 1
        return self.heard >= len(self._lines)

    async def fill(self) -> None:
        """A word so that the line is not dead. It belongs to no question and has no mark."""
        for piece in pieces_of(self._desk.edge.wording, ONE_MOMENT, self._language):
            for message in sound_messages(self._stream_sid, await self._desk.voice.sound(piece, self._language)):
                self._send(message)

    def _stop(self) -> None:
        self._said += 1
        if self._saying is not None:
            self._saying.cancel()

    async def _sent(self, said: int) -> None:
        """Send the lines, each with its mark; the first is on its way while the next is still being synthesised."""
        wording = self._desk.edge.wording
        try:
            for index, line in enumerate(self._lines):
                language = line.spoken_in(self._language)
                for piece in pieces_of(wording, line, language):
                    sound = await self._desk.voice.sound(piece, language)
                    guarded = line.key in wording.uninterruptible
                    self._taking.speak(len(sound) * 1000 // TELEPHONE_RATE, guarded=guarded)
                    for message in sound_messages(self._stream_sid, sound):
                        self._send(message)
                    self._note("said", text=piece)
                self._send(mark_message(self._stream_sid, f"{said}.{index}"))
        except Exception as error:  # noqa: BLE001  # whatever the voice met: the carrier's own way goes on
            logger.error("a line could not be spoken: %s", where(error))
            self._end("a line could not be spoken")
            return
        self._taking.said_all()
