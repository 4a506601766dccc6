"""The port of the ears: what a recogniser is given and gives back, and how it fails."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from audio.sound import Sound

NEVER_SAID = -10.0
"""The log-probability of a transcript in which nothing was heard: finite, so that it can be written as JSON."""


class Hint(StrEnum):
    """What the running question makes likely: a place, digits read out, or a short yes or no."""

    PLACE = "place"
    NUMBER = "number"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was heard in one piece of sound.

    `heard` is False when nobody spoke, or when the text is one that recognisers invent: then `text` is empty.
    `no_speech_prob` in [0, 1]; `avg_logprob` <= 0, natural logarithm, mean over the written tokens.
    """

    text: str
    language: str
    duration_ms: int
    compute_seconds: float
    no_speech_prob: float
    avg_logprob: float
    heard: bool


def nothing_heard(sound: Sound, language: str, compute_seconds: float) -> Transcript:
    """The transcript of a sound in which nobody spoke."""
    return Transcript("", language, sound.duration_ms, compute_seconds, 1.0, NEVER_SAID, heard=False)


class ModelMissing(Exception):
    """The recogniser's model is absent or unusable. Permanent. The message names the setting and the remedy."""


class TranscriptionFailed(Exception):
    """This piece of sound could not be transcribed now (late, full, broken). Temporary: another try may succeed."""


class TranscriptionRefused(TranscriptionFailed):
    """This piece of sound, or whoever brings it, will be refused again (key, model, format). Permanent."""


class Transcriber(Protocol):
    """Sound in, text out. `name` says which model it is, for people."""

    @property
    def name(self) -> str: ...

    def transcribe(self, sound: Sound, hint: Hint | None = None) -> Transcript:
        """Write down `sound` (any rate). `hint`: what was asked; a recogniser may ignore it.

        Raises TranscriptionFailed. Silence and noise are no failure: `heard` is False.
        """
        ...
