"""The caller's voice as sound on a telephone line: 8 kHz mono µ-law WAV."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from audio import recording
from audio.sound import Sound, joined, silence, through_telephone

_BEFORE_S, _AFTER_S = 0.4, 0.8  # nobody begins to speak at once, and the recorder waits for silence


@dataclass(frozen=True, slots=True)
class Clip:
    wav: bytes
    seconds: float


class CallerVoice(Protocol):
    """Turns what a caller says into what the carrier records."""

    def say(self, text: str) -> Clip: ...

    def from_file(self, path: Path) -> Clip:
        """A recording of a real or synthetic caller. Raises audio.recording.NotSound."""
        ...

    def silent(self, seconds: float) -> Clip: ...


class Synthesiser(Protocol):
    """`audio.synthesiser.Synthesiser`, as far as a caller needs it."""

    def speak(self, text: str, language: str = "ja") -> Sound: ...


@dataclass(frozen=True, slots=True)
class SyntheticVoice:
    """A caller's voice from a synthesiser, band-limited and companded as on a real line."""

    synthesiser: Synthesiser
    language: str = "ja"

    def say(self, text: str) -> Clip:
        return _clip(self.synthesiser.speak(text, self.language))

    def from_file(self, path: Path) -> Clip:
        return _clip(recording.decode(path.read_bytes()))

    def silent(self, seconds: float) -> Clip:
        return _on_the_line(silence(seconds))


class NoVoice:
    """Silence as long as the sentence: for runs in which nobody listens to the recording."""

    def say(self, text: str) -> Clip:
        return self.silent(max(1.0, len(text) / 7.0))

    def from_file(self, path: Path) -> Clip:
        return _clip(recording.decode(path.read_bytes()))

    def silent(self, seconds: float) -> Clip:
        return _on_the_line(silence(seconds))


def _clip(speech: Sound) -> Clip:
    return _on_the_line(
        through_telephone(joined(silence(_BEFORE_S, speech.rate), speech, silence(_AFTER_S, speech.rate)))
    )


def _on_the_line(sound: Sound) -> Clip:
    return Clip(recording.to_telephone_wav(sound), sound.seconds)
