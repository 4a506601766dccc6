"""Text to speech of many speakers: what was said, in kana, and how it sounded before the telephone."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyopenjtalk
from pyopenjtalk.htsengine import HTSEngine

from audio.sound import TELEPHONE_RATE
from audio.training.kana import plain
from audio.training.voices import Speaker, VoiceFont

_FONT_RATE = 48_000  # Hz, of every voice font for Open JTalk
_EDGE = 400  # samples at 8 kHz: 50 ms left around the speech
_AUDIBLE = 0.01  # of the peak
_FASTEST = 0.04  # seconds per kana: quicker clips are broken ones
_SLOWEST, _PAUSES = 0.5, 2.5  # seconds per kana, and seconds of pauses in all: longer ones are broken too

Floats = npt.NDArray[np.float32]


class NotSpoken(Exception):
    """This text cannot be used: it has no reading in the recogniser's alphabet, or the voice stumbled over it."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """`kana`: what was said, in the alphabet of audio.training.kana; `samples`: float32, shape (n,), 8 kHz, peak 1."""

    kana: str
    samples: Floats


class Mouth(Protocol):
    """Somebody who speaks, whatever synthesiser is behind."""

    def say(self, text: str, random: np.random.Generator) -> Spoken:
        """`text` aloud. Raises NotSpoken."""


class FontMouth:
    """One speaker of one font. Building it takes some 10 ms; a second of speech 0.04 s of one core.

    `accent_slips`: share of words said with another accent, as dialects do.
    """

    def __init__(self, font: VoiceFont, speaker: Speaker, accent_slips: float = 0.0) -> None:
        self._speaker, self._slips = speaker, accent_slips
        with tempfile.NamedTemporaryFile(suffix=".htsvoice") as file:
            file.write(font.spoken_by(speaker))
            file.flush()
            self._engine = HTSEngine(file.name.encode())

    def say(self, text: str, random: np.random.Generator) -> Spoken:
        """`text` aloud. Raises NotSpoken."""
        words = pyopenjtalk.run_frontend(text)
        kana = said_of(words)
        for word in words:
            if self._slips and word["mora_size"] > 1 and random.random() < self._slips:
                word["acc"] = int(random.integers(word["mora_size"] + 1))
        self._engine.set_speed(self._speaker.tempo)
        self._engine.add_half_tone(self._speaker.half_tones)
        wave: Any = self._engine.synthesize(pyopenjtalk.make_label(words))
        return spoken(kana, wave, _FONT_RATE)


def said_of(words: Sequence[Mapping[str, Any]]) -> str:
    """The kana of what pyopenjtalk's front end made of a text. Raises NotSpoken when there is none."""
    kana = plain("".join(word["pron"] for word in words if word["pos"] != "記号"))
    if not kana:
        raise NotSpoken("the text has no reading")
    return kana


def spoken(kana: str, wave: npt.NDArray[Any], rate: int) -> Spoken:
    """A synthesiser's `wave` (shape (n,), `rate` Hz, a multiple of 4 kHz) at 8 kHz, trimmed.

    Raises NotSpoken when it cannot hold its kana: no sound, or too little or too much of it.
    """
    samples = _trimmed(_narrowed(wave, rate))
    if len(samples) < _FASTEST * TELEPHONE_RATE * len(kana):
        raise NotSpoken("the speech is too short for its text")
    if len(samples) > (_SLOWEST * len(kana) + _PAUSES) * TELEPHONE_RATE:
        raise NotSpoken("the speech is too long for its text")
    return Spoken(kana, samples)


def _narrowed(wave: npt.NDArray[Any], rate: int) -> Floats:
    from scipy.signal import resample_poly

    if not len(wave) or not np.isfinite(wave).all() or not (peak := float(np.abs(wave).max())):
        raise NotSpoken("the voice gave no sound")
    narrow = resample_poly((wave / peak).astype(np.float32), TELEPHONE_RATE // 4000, rate // 4000)
    narrowed: Floats = (narrow / np.abs(narrow).max()).astype(np.float32)
    return narrowed


def _trimmed(samples: Floats) -> Floats:
    audible = np.flatnonzero(np.abs(samples) > _AUDIBLE)
    return samples[max(0, audible[0] - _EDGE) : audible[-1] + _EDGE]


def default_font() -> VoiceFont:
    """The font inside pyopenjtalk-plus (mei_normal)."""
    return VoiceFont(Path(pyopenjtalk.DEFAULT_HTS_VOICE.decode()))
