"""`Sound`: a piece of mono sound as a value, and what can be done to it: resample, level, send down a telephone."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from audio import mulaw

TELEPHONE_RATE = 8000
"""Hz: G.711 on the public network and in Twilio's media."""

SPOKEN_LEVEL = -20.0
"""dBFS, root mean square over the spoken parts: every line of the desk is brought to it."""

HIGHEST_PEAK = -1.0
"""dBFS: head room left so that the line's own coding never clips."""

EDGE_BEFORE_S, EDGE_AFTER_S = 0.03, 0.25
"""Seconds of silence left at the edges of a spoken line: no click at its beginning, a breath before the next one."""

_AUDIBLE = 0.005  # of full scale, -46 dBFS
_TELEPHONE_BAND = (300.0, 3400.0)  # Hz, ITU-T G.712
_NO_SOUND = -90.0  # dBFS; 16-bit sound has nothing below it that a gain could bring back


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Mono sound. `samples`: float32, shape (n,), within [-1, 1], read-only; `rate`: samples a second (Hz)."""

    samples: npt.NDArray[np.float32]
    rate: int

    def __post_init__(self) -> None:
        if self.samples.ndim != 1 or self.samples.dtype != np.float32:
            raise TypeError(f"a sound is float32 of one dimension, not {self.samples.dtype} of {self.samples.ndim}")
        if self.rate <= 0:
            raise ValueError(f"a sample rate is a positive number of Hz, not {self.rate}")
        self.samples.flags.writeable = False

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    @property
    def duration_ms(self) -> int:
        return round(self.seconds * 1000)

    def at_rate(self, rate: int) -> Sound:
        """The same sound at `rate` Hz (polyphase filter, no aliasing); itself when the rate is already that."""
        if rate == self.rate:
            return self
        from scipy.signal import resample_poly

        common = math.gcd(rate, self.rate)
        changed = resample_poly(self.samples, rate // common, self.rate // common)
        return Sound(np.clip(changed, -1.0, 1.0).astype(np.float32), rate)

    def as_int16(self) -> npt.NDArray[np.int16]:
        """The samples as 16-bit integers, shape (n,), rounded; +1.0 becomes 32767."""
        scaled: npt.NDArray[np.int16] = np.clip(np.rint(self.samples * 32768.0), -32768, 32767).astype(np.int16)
        return scaled


def from_int16(samples: npt.NDArray[np.int16], rate: int) -> Sound:
    """16-bit samples of shape (n,) as a Sound; -32768 becomes -1.0."""
    return Sound(samples.astype(np.float32) / np.float32(32768.0), rate)


def silence(seconds: float, rate: int = TELEPHONE_RATE) -> Sound:
    """Digital silence."""
    return Sound(np.zeros(round(seconds * rate), dtype=np.float32), rate)


def joined(*sounds: Sound) -> Sound:
    """The sounds one after the other, at the first one's rate. Raises ValueError when there is none."""
    if not sounds:
        raise ValueError("nothing to join")
    rate = sounds[0].rate
    return Sound(np.concatenate([sound.at_rate(rate).samples for sound in sounds]), rate)


def through_telephone(sound: Sound) -> Sound:
    """What the other end of the line hears: 300 to 3400 Hz (ITU-T G.712), 8 kHz, µ-law there and back (ITU-T G.711)."""
    from scipy.signal import butter, sosfilt

    narrow = sound.at_rate(TELEPHONE_RATE)
    band = butter(3, _TELEPHONE_BAND, btype="band", fs=TELEPHONE_RATE, output="sos")
    filtered = np.clip(sosfilt(band, narrow.samples), -1.0, 1.0).astype(np.float32)
    line = mulaw.encode(Sound(filtered, TELEPHONE_RATE).as_int16())
    return from_int16(mulaw.decode(line), TELEPHONE_RATE)


def without_edges(sound: Sound, before_s: float = EDGE_BEFORE_S, after_s: float = EDGE_AFTER_S) -> Sound:
    """The sound with at most that much silence before its first and after its last audible sample; silence as it was.

    A synthesiser leaves a third of a second before every sentence: on a telephone the caller waits for nothing.
    """
    audible = np.flatnonzero(np.abs(sound.samples) > _AUDIBLE)
    if not len(audible):
        return sound
    begin = max(0, int(audible[0]) - round(before_s * sound.rate))
    end = int(audible[-1]) + 1 + round(after_s * sound.rate)
    return Sound(sound.samples[begin:end].copy(), sound.rate)


def at_spoken_level(sound: Sound) -> Sound:
    """The sound at `SPOKEN_LEVEL`, measured where somebody speaks, or as near as `HIGHEST_PEAK` allows.

    Silence comes back as it was. Pauses do not count, so a line read digit by digit is as loud as a sentence.
    """
    segment = _as_segment(sound)
    if segment.dBFS < _NO_SOUND:
        return sound
    gain = min(SPOKEN_LEVEL - _spoken_level(segment), HIGHEST_PEAK - segment.max_dBFS)
    louder = segment.apply_gain(gain)
    return from_int16(np.array(louder.get_array_of_samples(), dtype=np.int16), sound.rate)


def _spoken_level(segment: Any) -> float:
    """dBFS of the parts that are not pauses (200 ms and more, 16 dB under the whole)."""
    from pydub.silence import split_on_silence

    spoken = split_on_silence(
        segment, min_silence_len=200, silence_thresh=segment.dBFS - 16, keep_silence=0, seek_step=10
    )
    return float(sum(spoken[1:], spoken[0]).dBFS) if spoken else float(segment.dBFS)


def _as_segment(sound: Sound) -> Any:
    """The sound as pydub's AudioSegment (16 bit, mono)."""
    samples = sound.as_int16().tobytes()
    return _audio_segment()(data=samples, sample_width=2, frame_rate=sound.rate, channels=1)


@cache
def _audio_segment() -> Any:
    """pydub's AudioSegment, imported without the remarks it makes."""
    with warnings.catch_warnings():
        # pydub 0.25.1 imports `audioop` (deprecated in Python 3.11, a package of its own from 3.13) and looks for an
        # ffmpeg programme, which we never ask it to run: PyAV decodes. Neither says anything about our code.
        warnings.filterwarnings("ignore", message="'audioop' is deprecated", category=DeprecationWarning)
        warnings.filterwarnings("ignore", message="Couldn't find ffmpeg", category=RuntimeWarning)
        warnings.filterwarnings("ignore", message=".*invalid escape sequence", category=Warning)
        from pydub import AudioSegment
    return AudioSegment
