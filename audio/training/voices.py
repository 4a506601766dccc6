"""Many speakers out of one HTS voice font: a seed changes vocal tract, timbre, breath, melody and rhythm.

Layout of the file: HTS engine API 1.10, `HTS_ModelSet_load`. A text head with byte ranges, then for each stream the
number of distributions in each state, then their means and variances as little-endian float32.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

_RANGE = re.compile(rb"^(DURATION_PDF|STREAM_PDF\[\w+\]):(\d+)-(\d+)\s*$", re.MULTILINE)
_ALPHA = re.compile(rb"ALPHA=([0-9.]+)")
_DATA = b"[DATA]\n"

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Speaker:
    """A way of speaking. `seed` None leaves the font's timbre, melody and rhythm as they are.

    `formants`: times the font's (0.8 a large man, 1.2 a child); `half_tones`: added to its pitch; `tempo`: times its;
    `liveliness`: times its range of melody; `breath`: 1 the font's own, less is breathier; `strangeness`: how far the
    seed's timbre and rhythm are from the font's, 1 for those that are measured.
    """

    seed: int | None = None
    formants: float = 1.0
    half_tones: float = 0.0
    tempo: float = 1.0
    liveliness: float = 1.0
    breath: float = 1.0
    strangeness: float = 1.0


def plain_speaker(random: np.random.Generator) -> Speaker:
    """The font itself at another pitch, tempo and tract length: the range that the interim model was made with."""
    formants = random.uniform(0.83, 1.13)
    pitch = float(np.clip(-4.5 + (formants - 0.98) / 0.15 * 4 + random.uniform(-5, 4), -11, 2))
    return Speaker(None, formants, pitch, random.uniform(0.85, 1.35))


def new_speaker(random: np.random.Generator) -> Speaker:
    """Somebody else: wide ranges, and a timbre, melody and rhythm of their own."""
    formants = float(random.uniform(0.76, 1.24))
    pitch = float(np.clip(-4 + (formants - 1) * 25 + random.uniform(-6, 6), -14, 6))
    return Speaker(
        seed=int(random.integers(1 << 31)),
        formants=formants,
        half_tones=pitch,
        tempo=float(random.uniform(0.72, 1.45)),
        liveliness=float(random.uniform(0.4, 1.6)),
        breath=float(random.uniform(0.6, 1.0)),
    )


def strange_speaker(random: np.random.Generator) -> Speaker:
    """Somebody from further away: for training alone, where more variety than will ever be met does no harm."""
    speaker = new_speaker(random)
    return replace(
        speaker,
        half_tones=float(np.clip(speaker.half_tones + random.uniform(-3, 3), -15, 7)),
        liveliness=float(random.uniform(0.2, 1.9)),
        breath=float(random.uniform(0.4, 1.0)),
        strangeness=float(random.uniform(0.6, 1.7)),
    )


class VoiceFont:
    """A font's bytes, ready to be spoken by others. Raises ValueError for a file without the ranges it needs."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        head, mark, self._data = path.read_bytes().partition(_DATA)
        self._head = head + mark
        self._ranges = {match[1].decode(): (int(match[2]), int(match[3])) for match in _RANGE.finditer(head)}
        alpha = _ALPHA.search(head)
        if not mark or alpha is None or not {"DURATION_PDF", "STREAM_PDF[MCP]", "STREAM_PDF[LF0]"} <= set(self._ranges):
            raise ValueError(f"{path}: not an HTS voice of mel-cepstrum; take a .htsvoice file of Open JTalk")
        self._alpha = float(alpha[1])

    def spoken_by(self, speaker: Speaker) -> bytes:
        """The font of this speaker, as the bytes of a .htsvoice file."""
        data = bytearray(self._data)  # ranges count from its beginning: the head may grow
        head = _ALPHA.sub(f"ALPHA={_warped(self._alpha, speaker.formants):.6f}".encode(), self._head, count=1)
        if speaker.seed is not None:
            random = np.random.default_rng(speaker.seed)
            _change_timbre(self._part(data, "STREAM_PDF[MCP]", 5, 210), random, speaker.strangeness)
            _change_rhythm(self._part(data, "DURATION_PDF", 1, 10), random, speaker.strangeness)
        _change_melody(self._part(data, "STREAM_PDF[LF0]", 5, 7), speaker.liveliness)
        if "STREAM_PDF[LPF]" in self._ranges and speaker.breath != 1.0:
            self._part(data, "STREAM_PDF[LPF]", 5, 62)[:, :31] *= np.float32(speaker.breath)
        return head + bytes(data)

    def _part(self, data: bytearray, name: str, counts: int, width: int) -> Floats:
        """A writable view on the distributions of one stream, shape (n, width)."""
        begin, end = self._ranges[name]
        offset, size = begin + 4 * counts, end - begin + 1 - 4 * counts
        if size % (4 * width):
            raise ValueError(f"{self.name}: {name} is not made of distributions of {width} numbers")
        return np.frombuffer(data, np.float32, size // 4, offset).reshape(-1, width)


def _warped(alpha: float, formants: float) -> float:
    """The all-pass constant that moves every formant by this factor; (1+a)/(1-a) is its slope at low frequency."""
    slope = (1 + alpha) / (1 - alpha) / formants
    return (slope - 1) / (slope + 1)


def _change_timbre(cepstra: Floats, random: np.random.Generator, strangeness: float) -> None:
    """`cepstra`: (n, 210), means of 35 coefficients and their two differences, then variances. Loudness (c0) stays.

    One near-identity matrix and one offset for the whole voice (another head), and a little of each for every
    distribution (other habits of articulation).
    """
    size = 35
    distance = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    mix = np.where(distance <= 3, random.normal(0, 0.07 * strangeness, (size, size)) / (1 + distance), 0.0)
    mix[0, :] = mix[:, 0] = 0.0
    spread = cepstra[:, :size].std(axis=0)
    spread[0] = 0.0
    articulation = random.uniform(0.85, 1.15)
    matrix = (np.eye(size) * np.where(np.arange(size) == 0, 1.0, articulation) + mix).astype(np.float32)
    means = cepstra[:, : 3 * size].reshape(-1, 3, size)
    centre = means[:, 0].mean(axis=0)
    means[:, 0] -= centre
    changed = means @ matrix.T
    changed[:, 0] += centre + random.normal(0, 0.4 * strangeness, size) * spread
    changed[:, 0] += random.normal(0, 0.18 * strangeness, (len(means), size)) * spread
    cepstra[:, : 3 * size] = changed.reshape(len(cepstra), -1)


def _change_melody(pitch: Floats, liveliness: float) -> None:
    """`pitch`: (n, 7), mean and two differences of ln Hz, their variances, weight of being voiced."""
    centre = np.average(pitch[:, 0], weights=np.maximum(pitch[:, 6], 1e-3))
    pitch[:, 0] = centre + (pitch[:, 0] - centre) * liveliness
    pitch[:, 1:3] *= liveliness
    pitch[:, 3:6] *= liveliness**2


def _change_rhythm(durations: Floats, random: np.random.Generator, strangeness: float) -> None:
    """`durations`: (n, 10), means of five states in frames, then variances. Some sounds longer, others shorter."""
    habits = random.normal(0, 0.2, (len(durations), 1)) + random.normal(0, 0.1, (len(durations), 5))
    durations[:, :5] *= np.exp(strangeness * habits)
    np.clip(durations[:, :5], 1.0, math.inf, out=durations[:, :5])
