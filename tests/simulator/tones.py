"""A voice that is no voice: every text is a tone of the same length."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audio.sound import Sound


@dataclass(frozen=True, slots=True)
class Tone:
    """Speaks every text as `seconds` of 440 Hz."""

    seconds: float = 1.0

    def speak(self, text: str, language: str = "ja") -> Sound:
        wave = 0.5 * np.sin(2 * np.pi * 440 * np.arange(round(self.seconds * 48_000)) / 48_000)
        return Sound(wave.astype(np.float32), 48_000)
