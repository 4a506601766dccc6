"""Training material in files of some hundred clips: each from its own seed, so that a broken run goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from audio.sound import TELEPHONE_RATE
from audio.training.degrade import degraded, noise_only
from audio.training.features import MELS, of_telephone
from audio.training.kana import canonical
from audio.training.speak import FontMouth, Mouth, NotSpoken, Spoken
from audio.training.text import Salad
from audio.training.voices import VoiceFont, new_speaker, plain_speaker, strange_speaker

_TUNED = (0.82, 1.22)  # the least and the most that another take differs in pitch, tract and tempo together
_LONGEST_PAIR = 6.5 * TELEPHONE_RATE  # samples of two clips put together


@dataclass(frozen=True, slots=True)
class Clip:
    """`kana`: what is said, "" for noise; `mel`: float16, shape (80, frames)."""

    kana: str
    mel: npt.NDArray[np.float16]


Mouths = Callable[[np.random.Generator], Mouth]
"""Draws somebody who speaks."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a shard is made of. `forbidden`: readings (canonical) that may not be said: what is held out.

    `takes`: how often each spoken clip is heard, over another line and, when there are several, retuned; `pairs`:
    further clips, per spoken one, of two put together; `noises`: share of clips without speech; `broken_off`: share of
    clips that end with the last kana, as a recogniser hears them that does not wait for the end of the sentence;
    `longest`: kana of a text; `texts`: by one speaker.
    """

    mouths: Mouths
    forbidden: frozenset[str]
    spoken: int = 150
    takes: int = 1
    pairs: float = 0.5
    noises: float = 0.02
    broken_off: float = 0.12
    longest: int = 45
    texts: int = 5


def font_mouths(fonts: Sequence[VoiceFont], plain: float = 0.3, strange: float = 0.35) -> Mouths:
    """Draws speakers of these fonts. `plain` and `strange`: shares of such speakers; the rest are new ones."""

    def draw(random: np.random.Generator) -> Mouth:
        font = fonts[int(random.integers(len(fonts)))]
        kind = random.random()
        if kind < plain:
            return FontMouth(font, plain_speaker(random))
        speaker = strange_speaker(random) if kind < plain + strange else new_speaker(random)
        return FontMouth(font, speaker, float(random.choice((0.0, 0.3))))

    return draw


def make_shard(recipe: Recipe, salad: Salad, random: np.random.Generator) -> list[Clip]:
    """The clips of one shard: every one spoken is heard alone, and some once more beside another."""
    voices = _speak(recipe, salad, random)
    spoken = [_retuned(one, random) for one in voices for _ in range(recipe.takes)] if recipe.takes > 1 else voices
    clips = [_heard(one, random, spoken, recipe.broken_off) for one in spoken]
    for _ in range(round(recipe.pairs * len(spoken))):
        first, second = (spoken[index] for index in random.integers(len(spoken), size=2))
        if len(first.samples) + len(second.samples) <= _LONGEST_PAIR:
            clips.append(_heard(_joined(first, second, random), random, spoken, recipe.broken_off))
    silent = [noise_only(random.uniform(0.6, 4), random) for _ in range(round(recipe.noises * len(spoken)))]
    return clips + [Clip("", of_telephone(noise).astype(np.float16)) for noise in silent]


def _speak(recipe: Recipe, salad: Salad, random: np.random.Generator) -> list[Spoken]:
    spoken: list[Spoken] = []
    while len(spoken) < recipe.spoken:
        mouth = recipe.mouths(random)
        for _ in range(recipe.texts):
            text = salad.draw().text
            if len(text) > recipe.longest:  # a sign is a kana at least: not worth speaking
                continue
            try:
                one = mouth.say(text, random)
            except NotSpoken:
                continue
            if len(one.kana) <= recipe.longest and not any(
                reading in canonical(one.kana) for reading in recipe.forbidden
            ):
                spoken.append(one)
    return spoken[: recipe.spoken]


def _retuned(one: Spoken, random: np.random.Generator) -> Spoken:
    """The same a little higher and quicker, or lower and slower: a cheap further speaker."""
    from scipy.signal import resample_poly

    low, high = np.log(_TUNED)
    samples = resample_poly(one.samples, 100, round(100 * float(np.exp(random.uniform(low, high)))))
    return Spoken(one.kana, (samples / np.abs(samples).max()).astype(np.float32))


def _joined(first: Spoken, second: Spoken, random: np.random.Generator) -> Spoken:
    pause = np.zeros(int(random.uniform(0, 0.35) * TELEPHONE_RATE), np.float32)
    gain = np.float32(10 ** (random.uniform(-4, 4) / 20))
    return Spoken(first.kana + second.kana, np.concatenate([first.samples, pause, second.samples * gain]))


def _heard(one: Spoken, random: np.random.Generator, others: Sequence[Spoken], broken_off: float) -> Clip:
    behind = others[int(random.integers(len(others)))].samples
    arrived = degraded(one.samples, random, behind, broken_off=bool(random.random() < broken_off))
    return Clip(one.kana, of_telephone(arrived).astype(np.float16))


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
