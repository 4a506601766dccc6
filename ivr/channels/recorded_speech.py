"""A recorded reply -> what was said: fetch it from the carrier, decode it, write it down, all within one deadline."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from audio.recording import NotSound, decode
from audio.sound import Sound
from audio.transcriber import Hint, Transcript, TranscriptionFailed
from ivr.channels.hints import HINTS
from ivr.domain.call import EarsFailed, Question, Spoke, StayedSilent
from ivr.domain.languages import JAPANESE
from ivr.ports import Recordings, RecordingUnavailable

logger = logging.getLogger(__name__)


class Punctual(Protocol):
    """A transcriber that keeps a deadline; `audio.recogniser.Recogniser` is one."""

    def transcribe_within(
        self, sound: Sound, seconds: float, hint: Hint | None = None, *, urgent: bool = False
    ) -> Transcript:
        """Raises TranscriptionFailed when the transcript is not there within `seconds`."""
        ...


@dataclass(frozen=True, slots=True)
class RecordedSpeech:
    """`deadline_s` counts from the webhook to the text; what fetching takes is missing to the recogniser. `languages`
    are those that the transcriber understands.

    Nothing of the store is held meanwhile. Never raises: ears that fail are an event, and the next rung takes over.
    """

    recordings: Recordings
    transcriber: Punctual
    deadline_s: float
    elapsed: Callable[[], float] = time.monotonic
    languages: frozenset[str] = frozenset({JAPANESE})

    def __call__(
        self, url: str, recording: str, at: datetime, question: Question | None = None, language: str = JAPANESE
    ) -> Spoke | StayedSilent | EarsFailed:
        """`url`, `recording`: the carrier's address and id of the sound; `at`: when it came in, in reply to what.

        `language`: in which the call is held; words of one that nobody here understands go to staff as sound.
        """
        if language not in self.languages:
            return _failed(at, recording, f"nobody here understands {language!r}")
        begun = self.elapsed()
        try:
            sound = decode(self.recordings.fetch(url))
            left = self.deadline_s - (self.elapsed() - begun)
            if left <= 0:
                return _failed(at, recording, "the recording came too late")
            transcript = self.transcriber.transcribe_within(sound, left, HINTS.get(question) if question else None)
        except RecordingUnavailable as error:
            return _failed(at, recording, f"the recording is not there: {error}")
        except NotSound:
            return _failed(at, recording, "the recording is no sound")
        except TranscriptionFailed as error:
            return _failed(at, recording, f"the recogniser failed: {error}")
        if not transcript.heard or not transcript.text.strip():
            return StayedSilent(at)
        guess = transcript.language if len(self.languages) > 1 else None  # with one language there is nothing to guess
        return Spoke(at, transcript.text.strip(), language=guess)


def _failed(at: datetime, recording: str, why: str) -> EarsFailed:
    logger.warning("ears failed: %s", why)
    return EarsFailed(at, why, recording)
