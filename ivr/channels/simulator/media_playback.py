"""What the carrier still has to play to the caller: queued sound, the marks in it, played a frame at a time. Pure.

As under twilio.com/docs/voice/media-streams/websocket-messages: sound of any size is queued; a mark comes back when
playback reaches it, at once when nothing is queued; `clear` drops the queue and brings back every mark left.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cache

import numpy as np

from audio import mulaw
from ivr.channels.simulator.media_faults import FRAME_BYTES

AUDIBLE_LEVEL = -45.0  # dBFS of a sample: quieter than any voice, louder than the rounding of µ-law
_BYTES_A_MS = 8


@cache
def _quiet() -> bytes:
    """Every µ-law code that nobody hears."""
    samples = np.abs(mulaw.decode(bytes(range(256))).astype(np.int32))
    return bytes(np.flatnonzero(samples < 32768 * 10 ** (AUDIBLE_LEVEL / 20)).astype(np.uint8))


def first_sound_ms(line: bytes) -> int | None:
    """Milliseconds of µ-law before the first audible sample; None when all of it is quiet."""
    return (len(line) - len(line.lstrip(_quiet()))) // _BYTES_A_MS if line.translate(None, _quiet()) else None


@dataclass(frozen=True, slots=True)
class PlayedFrame:
    """20 ms of playing. `marks` were reached before it; `sound_ms`: where in it the first audible sample lies."""

    marks: tuple[str, ...]
    sound_ms: int | None


_NOTHING = PlayedFrame((), None)


class Playback:
    """The queue of one stream."""

    def __init__(self) -> None:
        self._queued = bytearray()
        self._marks: deque[tuple[int, str]] = deque()
        self._ended = 0  # bytes that left the queue since the stream began

    @property
    def left_ms(self) -> float:
        """Queued sound not played yet."""
        return len(self._queued) / _BYTES_A_MS

    @property
    def left_sounds(self) -> bool:
        """Whether anything audible is still queued."""
        return bool(bytes(self._queued).translate(None, _quiet()))

    def add(self, line: bytes) -> None:
        self._queued += line

    def mark(self, name: str) -> tuple[str, ...]:
        """Set a mark behind what is queued; gives the marks reached at once."""
        if not self._queued:
            return (*self.clear(), name)
        self._marks.append((self._ended + len(self._queued), name))
        return ()

    def clear(self) -> tuple[str, ...]:
        """Drop what is queued; gives every mark that was in it."""
        self._ended += len(self._queued)
        self._queued.clear()
        names = tuple(name for _, name in self._marks)
        self._marks.clear()
        return names

    def play(self) -> PlayedFrame:
        """Let 20 ms pass."""
        if not self._queued and not self._marks:
            return _NOTHING
        reached = []
        while self._marks and self._marks[0][0] <= self._ended:
            reached.append(self._marks.popleft()[1])
        line = bytes(self._queued[:FRAME_BYTES])
        del self._queued[:FRAME_BYTES]
        self._ended += len(line)
        return PlayedFrame(tuple(reached), first_sound_ms(line))
