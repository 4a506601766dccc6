"""Natural voices for training: speakers blended from the styles of a neural synthesiser (decision 0007)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyopenjtalk

from audio.training.speak import Spoken, said_of, spoken

STYLE = 256
"""Numbers of a style: the first half makes the timbre, the second melody and rhythm."""

LENGTHS = 510
"""A voice has a style for each length of text, in phonemes."""

NATURAL_RATE = 24_000  # Hz
_HALF = STYLE // 2
_FEMALE, _MALE = "f", "m"  # second letter of a voice's name; the first is its language
_NATIVE = "j"
_NOISE = 0.3  # of the spread between voices: noise on top of a blend

Floats = npt.NDArray[np.float32]


class Engine(Protocol):
    """The synthesiser itself."""

    def sound(self, pieces: Sequence[str], style: Floats, speed: float) -> Floats:
        """24 kHz samples, shape (n,). `pieces`: words in katakana and punctuation; `style`: (LENGTHS, STYLE)."""


@dataclass(frozen=True, slots=True)
class Manner:
    """A drawn way of speaking. `style`: (LENGTHS, STYLE); `speed`: 1 is the voices' own."""

    style: Floats
    speed: float


class Styles:
    """The voices to blend from, each (LENGTHS, STYLE), under names such as jf_alpha and am_adam.

    Raises ValueError for styles of another shape, and when no Japanese voice is among them.
    """

    def __init__(self, voices: Mapping[str, Floats]) -> None:
        for name, style in voices.items():
            if style.shape != (LENGTHS, STYLE):
                raise ValueError(f"voice {name}: {style.shape} is not {(LENGTHS, STYLE)}; take voices of Kokoro 1.0")
        self._voices = {name: voices[name].astype(np.float32) for name in sorted(voices)}
        if not self._of(_NATIVE + _FEMALE) or not self._of(_NATIVE + _MALE):
            raise ValueError("melody and rhythm come from Japanese voices: none of jf_… and jm_… is there")
        self._spread = np.stack(list(self._voices.values())).mean(1).std(0)

    def draw(self, random: np.random.Generator) -> Manner:
        """A speaker that nobody else has: a timbre of one sex, mostly with a Japanese melody of the same."""
        sex = _MALE if random.random() < 0.55 else _FEMALE
        natives, all_ = self._of(_NATIVE + sex), self._of(sex, place=1)
        timbre = self._blended(all_ if random.random() < 0.75 else natives, random)
        melody = self._blended(natives, random)
        foreign = random.choice((0.0, 0.0, 0.3, 0.6)) * random.random()
        melody = (1 - foreign) * melody + foreign * self._blended(all_, random)
        noise = random.normal(0, _NOISE, STYLE) * self._spread
        style = np.concatenate([timbre[:, :_HALF], melody[:, _HALF:]], axis=1) + noise
        return Manner(style.astype(np.float32), float(random.uniform(0.85, 1.4)))

    def _of(self, letters: str, place: int = 0) -> list[Floats]:
        return [style for name, style in self._voices.items() if name[place:].startswith(letters)]

    def _blended(self, voices: Sequence[Floats], random: np.random.Generator) -> Floats:
        """One to three of them in random shares."""
        count = min(len(voices), int(random.integers(1, 4)))
        chosen = random.choice(len(voices), count, replace=False)
        shares = random.dirichlet(np.ones(count)).astype(np.float32)
        blended: Floats = sum(
            (share * voices[index] for share, index in zip(shares, chosen, strict=True)), np.zeros_like(voices[0])
        )
        return blended


class NaturalMouth:
    """One such speaker. A second of speech takes 0.6 s of one core."""

    def __init__(self, engine: Engine, manner: Manner) -> None:
        self._engine, self._manner = engine, manner

    def say(self, text: str, random: np.random.Generator) -> Spoken:
        """`text` aloud, read as the fonts read it. Raises NotSpoken."""
        words = pyopenjtalk.run_frontend(text)
        kana = said_of(words)
        pieces = [word["string"] if word["pos"] == "記号" else word["pron"].replace("’", "") for word in words]
        speed = self._manner.speed * float(random.uniform(0.93, 1.07))
        return spoken(kana, self._engine.sound(pieces, self._manner.style, speed), NATURAL_RATE)


def load_styles(folder: Path) -> dict[str, Floats]:
    """All voices of a folder, *.bin with little-endian float32 of shape (LENGTHS, 1, STYLE), by name.

    Raises ValueError naming a file of another size.
    """
    voices = {}
    for path in sorted(folder.glob("*.bin")):
        numbers = np.fromfile(path, "<f4")
        if numbers.size != LENGTHS * STYLE:
            raise ValueError(f"{path}: not a voice of Kokoro 1.0 ({numbers.size} numbers)")
        voices[path.stem] = numbers.reshape(LENGTHS, STYLE)
    return voices


def natural_mouths(styles: Styles, engine: Engine) -> Callable[[np.random.Generator], NaturalMouth]:
    """Draws speakers for a recipe of shards."""
    return lambda random: NaturalMouth(engine, styles.draw(random))
