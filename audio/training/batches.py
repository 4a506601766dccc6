"""Clips to training batches: shuffled by seed, of like length, varied in tempo, tract and colour, with targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from audio.training.features import MELS
from audio.training.shards import Clip
from audio.training.vocabulary import CTC_ID, ids

IGNORED = -100
"""A target that teaches nothing (torch's default)."""

HEAD = 4
"""Tokens before the text: start, language, task, and whether times follow."""

_TIMED = 0.05  # share of clips with a time before and behind, so that faster-whisper's defaults keep working
_DROPPED = (0.0, 0.08, 0.2)  # share of text tokens hidden from the decoder, by batch: it has to listen

_TRACTS = (0.87, 1.15)
_LOG_STEP = np.log(6.4) / 27  # of the mel scale above 1 kHz
_TOP_MEL = 15 + np.log(8.0) / _LOG_STEP  # 8 kHz

Floats = npt.NDArray[np.float32]
Random = np.random.Generator


@dataclass(frozen=True, slots=True)
class Batch:
    """`mel`: (n, 80, frames); `frames`: encoder states of each clip, (n,); `kana` and `lengths`: CTC targets,
    (n, longest) and (n,); `tokens` and `targets`: the decoder's input and its successor, (n, length).
    """

    mel: Tensor
    frames: Tensor
    kana: Tensor
    lengths: Tensor
    tokens: Tensor
    targets: Tensor


class Batches:
    """Batch number `step`, for ever, the same whenever it is asked for.

    `longest`: clips of more frames (20 ms each) are left out; `varied` False gives the clips as they are.
    """

    def __init__(self, clips: Sequence[Clip], size: int, seed: int, longest: int, varied: bool = True) -> None:
        fitting = [clip for clip in clips if clip.mel.shape[1] <= longest and _can_be_aligned(clip)]
        if len(fitting) < size:
            raise ValueError(f"{len(fitting)} clips of at most {longest} frames are too few for batches of {size}")
        self._clips, self._size, self._seed, self._varied = fitting, size, seed, varied
        self._lengths = np.array([clip.mel.shape[1] for clip in fitting])
        self._order: tuple[int, list[npt.NDArray[np.int64]]] = (-1, [])

    def __len__(self) -> int:
        """Batches in one pass over the clips."""
        return len(self._clips) // self._size

    def batch(self, step: int) -> Batch:
        epoch, place = divmod(step, len(self))
        if self._order[0] != epoch:
            self._order = (epoch, self._shuffled(np.random.default_rng((self._seed, epoch))))
        random = np.random.default_rng((self._seed, epoch, place))
        return made([self._clips[index] for index in self._order[1][place]], random, self._varied)

    def _shuffled(self, random: Random) -> list[npt.NDArray[np.int64]]:
        """Groups of about the same length, so that little of a batch is padding, in any order."""
        order = np.argsort(self._lengths * random.uniform(0.85, 1.15, len(self._lengths)))
        groups = [order[begin : begin + self._size] for begin in range(0, len(self) * self._size, self._size)]
        return [groups[index] for index in random.permutation(len(groups))]


def _can_be_aligned(clip: Clip) -> bool:
    return bool(len(clip.kana) + 2 <= clip.mel.shape[1] // 2)


def made(clips: Sequence[Clip], random: Random, varied: bool) -> Batch:
    """One batch of these clips."""
    mels = [_varied(clip.mel.astype(np.float32), random) if varied else clip.mel.astype(np.float32) for clip in clips]
    width = max(mel.shape[1] for mel in mels)
    mel = np.zeros((len(clips), MELS, width + width % 2 + 2), np.float32)
    for row, one in enumerate(mels):
        mel[row, :, : one.shape[1]] = one
    lengths = [len(clip.kana) for clip in clips]
    kana = np.zeros((len(clips), max(1, *lengths)), np.int64)
    for row, clip in enumerate(clips):
        kana[row, : lengths[row]] = [CTC_ID[sign] for sign in clip.kana]
    tokens, targets = _token_rows(clips, mels, random)
    if varied:
        hidden = (random.random(tokens.shape) < random.choice(_DROPPED)) & (np.arange(tokens.shape[1]) >= HEAD)
        tokens[hidden] = ids()["<unk>"]
    return Batch(
        torch.from_numpy(mel),
        torch.tensor([(one.shape[1] + 1) // 2 for one in mels]),
        torch.from_numpy(kana),
        torch.tensor(lengths),
        torch.from_numpy(tokens),
        torch.from_numpy(targets),
    )


def _token_rows(
    clips: Sequence[Clip], mels: Sequence[Floats], random: Random
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Decoder inputs and targets, each (n, length). Whisper reads "nobody speaks" where the language is due."""
    token, rows = ids(), []
    start, end = token["<|startoftranscript|>"], token["<|endoftext|>"]
    for clip, mel in zip(clips, mels, strict=True):
        text = [token[sign] for sign in clip.kana]
        before, after = [token["<|notimestamps|>"]], list[int]()
        if text and random.random() < _TIMED:
            zero = token["<|0.00|>"]
            before, after = [zero], [zero + min(1500, mel.shape[1])]  # a step is 20 ms, as is a frame
        rows.append([start, token["<|ja|>"], token["<|transcribe|>"], *before, *text, *after, end])
    length = max(map(len, rows)) - 1
    tokens, targets = np.full((len(rows), length), end), np.full((len(rows), length), IGNORED)
    for row, (ids_, clip) in enumerate(zip(rows, clips, strict=True)):
        tokens[row, : len(ids_) - 1], targets[row, : len(ids_) - 1] = ids_[:-1], ids_[1:]
        if not clip.kana:
            targets[row, 0] = token["<|nospeech|>"]
    return tokens, targets


def _varied(mel: Floats, random: Random) -> Floats:
    """`mel` (80, n) at another tempo (and n), with shifted formants, another colour, and some of it covered."""
    frames = max(20, int(mel.shape[1] * random.uniform(0.86, 1.16)))
    mel = _resampled(mel, np.linspace(0, mel.shape[1] - 1, frames), axis=1)
    mel = _resampled(mel, _other_tract(random.uniform(*_TRACTS)), axis=0)
    mel = mel + np.float32(random.uniform(-0.15, 0.15)) + _colour(random)[:, None]
    mean = mel.mean()
    for _ in range(2):
        height = int(random.integers(0, 10))
        low = int(random.integers(0, MELS - height))
        mel[low : low + height] = mean
        span = int(random.integers(0, max(2, min(12, mel.shape[1] // 12))))
        begin = int(random.integers(0, mel.shape[1] - span))
        mel[:, begin : begin + span] = mean
    return mel


def _other_tract(factor: float) -> npt.NDArray[np.float64]:
    """The bands, as places in between, at which a tract of formants `factor` times as high is heard, (80,).

    Mel scale of Slaney's Auditory Toolbox, as Whisper's: linear up to 1 kHz, then logarithmic.
    """
    step = _TOP_MEL / (MELS + 1)
    mels = step * np.arange(1, MELS + 1)
    hertz = np.where(mels < 15, mels * 200 / 3, 1000 * np.exp((mels - 15) * _LOG_STEP)) / factor
    places = np.where(hertz < 1000, hertz * 3 / 200, 15 + np.log(np.maximum(hertz, 1) / 1000) / _LOG_STEP)
    heard: npt.NDArray[np.float64] = np.clip(places / step - 1, 0, MELS - 1)
    return heard


def _colour(random: Random) -> Floats:
    """A tilt and three slow waves over the bands, as microphones and throats differ; (80,), 0.1 are 4 dB."""
    band = np.linspace(0, 1, MELS)
    colour = (2 * band - 1) * random.uniform(-0.2, 0.2)
    for waves in (1, 2, 3):
        colour += random.normal(0, 0.04) * np.cos(np.pi * (waves * band + random.uniform(0, 2)))
    return colour.astype(np.float32)


def _resampled(mel: Floats, places: npt.NDArray[np.float64], axis: int) -> Floats:
    """Linear interpolation at `places` along `axis`."""
    low = places.astype(np.int64)
    high = np.minimum(low + 1, mel.shape[axis] - 1)
    share = (places - low).astype(np.float32)
    share = share[:, None] if axis == 0 else share[None, :]
    resampled: Floats = mel.take(low, axis) * (1 - share) + mel.take(high, axis) * share
    return resampled
