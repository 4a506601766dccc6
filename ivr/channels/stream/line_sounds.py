"""The desk's lines as bare µ-law, ready to be sent: those spoken lately are kept in memory."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor

from ivr.channels.edge import Voice, Wording
from ivr.domain.call import Line
from ivr.security.redaction import where

MOST_BYTES = 32 * 1024 * 1024
"""An hour of speech: every fixed line of the script several times over."""

_FULL_STOP = "。"
_PARTS = "word."  # never spoken alone
_ANSWERS = ("faq.", "ask.")  # long, many, and asked for less often than any greeting: last

logger = logging.getLogger(__name__)


def pieces_of(wording: Wording, line: Line, language: str) -> Sequence[str]:
    """The texts a line is spoken in. One with slots is new to the voice: sentence by sentence, the first sounds sooner.

    Raises KeyError for an unknown line.
    """
    text = wording.text(line, language)
    if not line.slots:
        return (text,)
    return [f"{sentence}{_FULL_STOP}" for sentence in text.split(_FULL_STOP) if sentence.strip()] or [text]


class LineSounds:
    """Safe with several event loops and threads. `threads` do the synthesis."""

    def __init__(self, voice: Voice, threads: Executor, most_bytes: int = MOST_BYTES) -> None:
        self._voice, self._threads, self._most = voice, threads, most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._size = 0

    def warm(self, lines: Mapping[str, str], language: str, stopped: Callable[[], bool]) -> None:
        """Have every line ready that has no slots, in this thread: what was said before is read, the rest synthesised.

        A line that cannot be spoken is left for the call that needs it, and named in the log.
        """
        for key, text in sorted(lines.items(), key=lambda line: line[0].startswith(_ANSWERS)):
            if stopped():
                return
            if "{" in text or key.startswith(_PARTS):
                continue
            try:
                self.made(text, language)
            except Exception as error:  # noqa: BLE001  # the desk opens all the same
                logger.error("the line %s cannot be spoken: %s", key, where(error))

    async def sound(self, text: str, language: str) -> bytes:
        """`text` as µ-law of 8 kHz. Raises what the voice raises."""
        with self._lock:
            found = self._kept.get((text, language))
            if found is not None:
                self._kept.move_to_end((text, language))
                return found
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.made, text, language)

    def made(self, text: str, language: str) -> bytes:
        """The same, in this thread: from the voice, and kept."""
        sound = _data(self._voice.line(text, language).wav)
        with self._lock:
            if (text, language) not in self._kept:
                self._kept[text, language] = sound
                self._size += len(sound)
            while self._size > self._most and len(self._kept) > 1:
                _, dropped = self._kept.popitem(last=False)
                self._size -= len(dropped)
        return sound


def _data(wav: bytes) -> bytes:
    """The samples of a µ-law WAV of our own making: what its data chunk holds. Raises ValueError for another file."""
    at = wav.find(b"data")
    if wav[:4] != b"RIFF" or at < 0:
        raise ValueError("not a WAV of this desk")
    size = int.from_bytes(wav[at + 4 : at + 8], "little")
    return wav[at + 8 : at + 8 + size]
