"""The Japanese voice: pyopenjtalk-plus, whose dictionary and voice font come inside the package."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import pyopenjtalk

from audio.readings import Readings, front_end
from audio.sound import Sound
from audio.synthesiser import LanguageNotSpoken, SynthesisFailed

_LANGUAGE = "ja"


@dataclass(frozen=True, slots=True)
class Manner:
    """How the voice speaks. `speed`: 1.0 is the font's own, more is faster; `half_tones`: added to its pitch."""

    speed: float = 1.0
    half_tones: float = 0.0


DESK = Manner()
"""The desk's own manner."""

CALLER = Manner(speed=1.05, half_tones=-4.0)
"""A simulated caller: lower and a little faster, so that in a recorded call one hears who speaks."""


class PyOpenJTalkSynthesiser:
    """A Synthesiser for "ja". A second of speech takes about 0.035 s of one core; calls from several threads wait.

    `readings` correct the dictionary (see audio.readings). Building them takes about half a second, at construction.
    """

    def __init__(self, manner: Manner = DESK, readings: Readings | None = None) -> None:
        self._manner = manner
        self._front_end = front_end(readings or {})
        self._one_at_a_time = threading.Lock()
        settings = [version("pyopenjtalk-plus"), manner.speed, manner.half_tones, sorted((readings or {}).items())]
        self._signature = "pyopenjtalk-" + hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:16]

    @property
    def signature(self) -> str:
        return self._signature

    def speak(self, text: str, language: str = _LANGUAGE) -> Sound:
        """`text` as Sound at 48 kHz. Digits apart ("0 9 0、1 2 3") are said one by one, with a pause at each comma.

        Raises LanguageNotSpoken for another language than "ja", SynthesisFailed for a text without a sound.
        """
        if language != _LANGUAGE:
            raise LanguageNotSpoken(f"the voice speaks {_LANGUAGE!r}, not {language!r}")
        with self._one_at_a_time:
            waveform, rate = pyopenjtalk.tts(
                text, speed=self._manner.speed, half_tone=self._manner.half_tones, jtalk=self._front_end
            )
        if len(waveform) == 0:
            raise SynthesisFailed("the text holds nothing that can be said")
        return Sound(np.clip(waveform / 32768.0, -1.0, 1.0).astype(np.float32), int(rate))

    def pronunciation(self, text: str) -> str:
        """How the voice would say `text`, in katakana with its punctuation: what a test or an editor can look at."""
        with self._one_at_a_time:
            return str(pyopenjtalk.g2p(text, kana=True, jtalk=self._front_end))
