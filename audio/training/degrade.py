"""What a telephone line, a room and a street do to clean speech."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from audio import mulaw
from audio.sound import TELEPHONE_RATE

_PACKET = TELEPHONE_RATE // 50  # samples in the 20 ms that one RTP packet carries
_EDGE = TELEPHONE_RATE // 20  # samples, 50 ms, that speech is followed by when it comes to `degraded`
_QUIET = 1e-9

Floats = npt.NDArray[np.float32]
Random = np.random.Generator


def degraded(
    clean: Floats, random: Random, babble: Floats | None = None, harsh: bool = True, broken_off: bool = False
) -> Floats:
    """`clean` (8 kHz, shape (n,)) as it arrives, at 8 kHz: pauses around it, echo, noise, band, level, G.711, losses.

    `babble`: somebody else's speech, sometimes heard behind; `harsh` False leaves band, level and G.711 only;
    `broken_off`: nothing follows the speech.
    """
    before, after = random.uniform(0.0, 0.5), random.uniform(0.05, 0.7)
    sound = np.concatenate([_silence(before), clean, _silence(after)])
    if broken_off:
        sound = np.concatenate([_silence(before), clean[: len(clean) - _EDGE]])
    level = _loudness(clean)
    if harsh:
        if random.random() < 0.3:
            sound = _echoing(sound, random)
        if random.random() < 0.8:
            sound = sound + _noise(len(sound), random) * level * _gain(-random.uniform(6, 40))
        if babble is not None and random.random() < 0.12:
            sound = sound + np.resize(babble, len(sound)) * level / _loudness(babble) * _gain(-random.uniform(12, 25))
    if random.random() < 0.85:
        sound = _banded(sound, round(random.uniform(150, 320), -1), round(random.uniform(3200, 3800), -2))
    if harsh and random.random() < 0.15:
        peak = 0.5 * float(np.abs(sound).max())
        sound = np.clip(sound, -peak, peak)
    if harsh and random.random() < 0.15:
        sound = _with_losses(sound, random)
    sound = sound / (np.abs(sound).max() + _QUIET) * _gain(-random.uniform(1, 24))
    return _through_g711(sound)


def noise_only(seconds: float, random: Random) -> Floats:
    """A line on which nobody speaks."""
    return _through_g711(_noise(round(seconds * TELEPHONE_RATE), random) * 0.2 * _gain(-random.uniform(6, 40)))


def _through_g711(sound: npt.NDArray[Any]) -> Floats:
    line = mulaw.encode(np.clip(np.rint(sound * 32768), -32768, 32767).astype(np.int16))
    arrived: Floats = mulaw.decode(line).astype(np.float32) / np.float32(32768)
    return arrived


def _noise(size: int, random: Random) -> Floats:
    """Noise of loudness 1: white, room, wind, mains hum or passing cars."""
    from scipy.signal import lfilter

    noise = random.standard_normal(size).astype(np.float32)
    time = np.arange(size) / TELEPHONE_RATE
    match int(random.integers(5)):
        case 1:
            noise = lfilter([1], [1, -0.7], noise)
        case 2:
            noise = lfilter([1], [1, -0.97], noise)
        case 3:
            hum = sum(
                np.sin(2 * np.pi * f * time + random.uniform(0, 6)) / (i + 1) for i, f in enumerate((60, 120, 180))
            )
            noise = noise * 0.3 + hum
        case 4:
            swell = 1 + 0.8 * np.sin(2 * np.pi * random.uniform(0.2, 1.5) * time + random.uniform(0, 6))
            noise = lfilter([1], [1, -0.95], noise) * swell
        case _:
            pass
    return (noise / _loudness(noise)).astype(np.float32)


def _echoing(sound: Floats, random: Random) -> Floats:
    """A small room: a decaying tail of 50 to 300 ms behind the direct sound."""
    from scipy.signal import fftconvolve

    size = int(TELEPHONE_RATE * random.uniform(0.05, 0.3))
    tail = random.standard_normal(size) * np.exp(-np.arange(size) / (size / random.uniform(4, 8)))
    tail *= random.uniform(0.05, 0.3) / np.sqrt((tail * tail).sum())
    tail[0] = 1.0
    echoing: Floats = fftconvolve(sound, tail)[: len(sound)].astype(np.float32)
    return echoing


def _with_losses(sound: Floats, random: Random) -> Floats:
    """One to five per cent of the packets lost: silence, or the one before once more, as decoders conceal it."""
    damaged = sound.copy()
    lost = np.flatnonzero(random.random(len(sound) // _PACKET) < random.uniform(0.01, 0.05))
    repeat = random.random() < 0.5
    for packet in lost[lost > 0]:
        begin = packet * _PACKET
        damaged[begin : begin + _PACKET] = damaged[begin - _PACKET : begin] if repeat else 0.0
    return damaged


def _banded(sound: Floats, low: float, high: float) -> Floats:
    from scipy.signal import sosfilt

    banded: Floats = sosfilt(_filter(low, high), sound).astype(np.float32)
    return banded


@cache
def _filter(low: float, high: float) -> Any:
    from scipy.signal import butter

    return butter(3, [low, high], btype="band", fs=TELEPHONE_RATE, output="sos")


def _silence(seconds: float) -> Floats:
    return np.zeros(round(seconds * TELEPHONE_RATE), dtype=np.float32)


def _loudness(sound: npt.NDArray[Any]) -> float:
    return float(np.sqrt(np.mean(np.square(sound)))) + _QUIET


def _gain(decibels: float) -> float:
    return float(10 ** (decibels / 20))
