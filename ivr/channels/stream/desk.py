"""What live calls share: the desk behind them, its ears and its voice; one frozen value, as the edge is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any, Protocol

from audio.sound import Sound
from audio.transcriber import Hint, Transcript
from audio.voice_activity import Line as Ear
from ivr.channels.edge import Edge
from ivr.channels.stream.line_sounds import LineSounds
from ivr.channels.stream.orders import Reading
from ivr.channels.stream.places import Places
from ivr.domain.call import Question
from nlu.completeness import Endings, morae
from nlu.meaning import Act, Meaning
from nlu.reading import sound as sound_of


class Ears(Protocol):
    """A recogniser that takes work without waiting; `audio.recogniser.Recogniser` is one."""

    def submit(
        self, sound: Sound, hint: Hint | None = None, *, urgent: bool = False, seconds: float | None = None
    ) -> Future[Transcript]:
        """Raises TranscriptionFailed when no place is free."""
        ...


class Detector(Protocol):
    """Who speaks when; `audio.voice_activity.VoiceActivity` is one."""

    def submit(self, line: Ear, window: bytes) -> None: ...

    def close(self) -> None: ...


Watch = Callable[[str, Mapping[str, Any]], None]
"""Sees what happens on a live call as it happens: (what, details). Called on the event loop; must return at once."""


def _nobody(_sid: str) -> Watch | None:
    return None


@dataclass(frozen=True, slots=True)
class LiveDesk:
    """`key` seals tokens; `threads` run what blocks (store, voice, understanding); `watch` gives a call's onlooker."""

    edge: Edge
    ears: Ears
    detector: Detector
    endings: Endings
    understand: Callable[[str, Question], Meaning]
    voice: LineSounds
    places: Places
    threads: Executor
    key: bytes
    watch: Callable[[str], Watch | None] = field(default=_nobody)

    def read(self, before: str, text: str, question: Question) -> Reading:
        """What `text`, said after `before`, is as a reply to `question`: some 1 ms of one core."""
        whole = before + text
        if not whole:
            return Reading("")
        meaning = self.understand(whole, question)
        return Reading(
            text,
            self.endings.completeness(meaning, question.expecting),
            backchannel=self.endings.is_backchannel(meaning),
            morae=morae(sound_of(whole)),
            answers=meaning.act in (Act.YES, Act.NO),
            sentence=self.endings.ends_a_sentence(meaning),
        )
