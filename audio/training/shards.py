"""Training material in files of some hundred clips: each from its own seed, so that a broken run goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from audio.sound import TELEPHONE_RATE
from audio.training.degrade import degraded, noise_only
from audio.training.features import MELS, of_telephone
from audio.training.kana import canonical
from audio.training.speak import Mouth, NotSpoken, Spoken
from audio.training.text import Salad
from audio.training.voices import VoiceFont, new_speaker, plain_speaker

_CLIPS_PER_SPEAKER = 5
_LONGEST_TEXT = 45  # kana
_LONGEST_PAIR = 6.5 * TELEPHONE_RATE  # samples of two clips put together


@dataclass(frozen=True, slots=True)
class Clip:
    """`kana`: what is said, "" for noise; `mel`: float16, shape (80, frames)."""

    kana: str
    mel: npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a shard is made of. `forbidden`: readings (canonical) that may not be said: what is held out.

    `pairs`: further clips, per spoken one, of two put together; `noises`: share of clips without speech.
    """

    fonts: Sequence[VoiceFont]
    forbidden: frozenset[str]
    spoken: int = 150
    pairs: float = 0.5
    noises: float = 0.02
    plain_speakers: float = 0.4


def make_shard(recipe: Recipe, salad: Salad, random: np.random.Generator) -> list[Clip]:
    """The clips of one shard: every one spoken is heard once alone, and some once more beside another."""
    spoken = _speak(recipe, salad, random)
    clips = [_heard(one, random, spoken) for one in spoken]
    for _ in range(round(recipe.pairs * len(spoken))):
        first, second = (spoken[index] for index in random.integers(len(spoken), size=2))
        if len(first.samples) + len(second.samples) <= _LONGEST_PAIR:
            clips.append(_heard(_joined(first, second, random), random, spoken))
    silent = [noise_only(random.uniform(0.6, 4), random) for _ in range(round(recipe.noises * len(spoken)))]
    return clips + [Clip("", of_telephone(noise).astype(np.float16)) for noise in silent]


def _speak(recipe: Recipe, salad: Salad, random: np.random.Generator) -> list[Spoken]:
    spoken: list[Spoken] = []
    while len(spoken) < recipe.spoken:
        font = recipe.fonts[int(random.integers(len(recipe.fonts)))]
        speaker = plain_speaker(random) if random.random() < recipe.plain_speakers else new_speaker(random)
        mouth = Mouth(font, speaker)
        slips = 0.0 if speaker.seed is None else float(random.choice((0.0, 0.3)))
        for _ in range(_CLIPS_PER_SPEAKER):
            try:
                one = mouth.say(salad.draw().text, random, slips)
            except NotSpoken:
                continue
            if len(one.kana) <= _LONGEST_TEXT and not any(
                reading in canonical(one.kana) for reading in recipe.forbidden
            ):
                spoken.append(one)
    return spoken[: recipe.spoken]


def _joined(first: Spoken, second: Spoken, random: np.random.Generator) -> Spoken:
    pause = np.zeros(int(random.uniform(0, 0.35) * TELEPHONE_RATE), np.float32)
    gain = np.float32(10 ** (random.uniform(-4, 4) / 20))
    return Spoken(first.kana + second.kana, np.concatenate([first.samples, pause, second.samples * gain]))


def _heard(one: Spoken, random: np.random.Generator, others: Sequence[Spoken]) -> Clip:
    behind = others[int(random.integers(len(others)))].samples
    return Clip(one.kana, of_telephone(degraded(one.samples, random, behind)).astype(np.float16))


def save_shard(path: Path, clips: Sequence[Clip]) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        np.savez(
            file,
            kana=np.array([clip.kana for clip in clips]),
            frames=np.array([clip.mel.shape[1] for clip in clips]),
            mel=np.concatenate([clip.mel for clip in clips], axis=1),
        )
    partial.replace(path)


def load_shard(path: Path) -> Iterator[Clip]:
    """The clips of one file. Raises ValueError when it is not a shard."""
    with np.load(path, allow_pickle=False) as content:
        if set(content.files) != {"kana", "frames", "mel"} or content["mel"].shape[0] != MELS:
            raise ValueError(f"{path}: not a shard of this training; remove it and make it anew")
        ends = np.cumsum(content["frames"])
        for kana, part in zip(content["kana"], np.split(content["mel"], ends[:-1], axis=1), strict=True):
            yield Clip(str(kana), np.ascontiguousarray(part))
