"""What the recogniser is measured on: texts, towns, digits and voices that its training never had."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ruamel.yaml import YAML

from audio.readings import pronounced
from audio.training.degrade import degraded
from audio.training.kana import canonical
from audio.training.lexicon import load_lexicon
from audio.training.speak import FontMouth, default_font
from audio.training.text import Salad, Town, hold_out
from audio.training.voices import Speaker, VoiceFont, new_speaker, plain_speaker

_WORDS = Path(__file__).with_name("data") / "ja.yaml"
_SEED = 90_000  # of the measurements: training counts its shards from 0

Speakers = Callable[[np.random.Generator], Speaker]


@dataclass(frozen=True, slots=True)
class Utterance:
    """`samples`: 8 kHz as the telephone brings it; `kana`: what is said; `asked`: the town's reading or the figures."""

    samples: npt.NDArray[np.float32]
    kana: str
    asked: str = ""


def load_held_sentences(path: Path) -> list[str]:
    """All texts in the lists of a YAML file, in order."""
    found: list[str] = []

    def collect(node: Any) -> None:
        if isinstance(node, dict):
            for child in node.values():
                collect(child)
        elif isinstance(node, list):
            found.extend(child for child in node if isinstance(child, str))

    collect(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))
    return found


def measuring_sets(towns: Sequence[Town], held_texts: Path, other_font: Path | None) -> dict[str, list[Utterance]]:
    """All tests by name. Another speaker is left out when there is no other font."""
    texts = load_held_sentences(held_texts)
    sets = {
        "unseen patterns": sentences(texts[::2], 1),
        "unseen towns": held_towns(hold_out(towns)[1], 2),
        "digits": digit_strings(3),
        "unseen voice settings": sentences(texts[1::2], 4, new_speaker),
    }
    if other_font is not None:
        sets["another speaker"] = another_speaker(texts[1::2], 5, other_font)
        sets["another speaker, clean line"] = another_speaker(texts[1::2], 5, other_font, harsh=False)
        stranger = VoiceFont(other_font)
        sets["another speaker's towns"] = held_towns(hold_out(towns)[1], 6, stranger)
        sets["another speaker's digits"] = digit_strings(7, font=stranger)
    return sets


def sentences(texts: Sequence[str], number: int, speakers: Speakers = plain_speaker) -> list[Utterance]:
    """The texts, each by another speaker of the package's font. `number`: of the set, so that no two sound alike.

    With `new_speaker` each has a head, melody and rhythm that training never drew.
    """
    return [_said(text, default_font(), speakers, (_SEED, number, index)) for index, text in enumerate(texts)]


def another_speaker(texts: Sequence[str], number: int, font: Path, harsh: bool = True) -> list[Utterance]:
    """A font that training never had, at its own pitch and pace, through the same line.

    `harsh` False: over a line that narrows the band and codes the sound, and does nothing else.
    """
    other = VoiceFont(font)
    return [
        _said(text, other, lambda _: Speaker(), (_SEED, number, index), harsh=harsh) for index, text in enumerate(texts)
    ]


def held_towns(towns: Sequence[Town], number: int, font: VoiceFont | None = None) -> list[Utterance]:
    """Each town twice, in two of the measuring sentences. `font`: speaks as it is, instead of the package's, varied."""
    patterns = _words()["measured_towns"]
    said = []
    for index, town in enumerate(towns):
        for turn in range(2):
            text = patterns[(2 * index + turn) % len(patterns)]
            seed = (_SEED, number, 2 * index + turn)
            said.append(_said(text.format(_as_read(town)), *_speaking(font), seed, town.reading))
    return said


def digit_strings(number: int, count: int = 80, font: VoiceFont | None = None) -> list[Utterance]:
    """Four, six, eight or ten figures with all readings, grouped as people group them. `font`: as in `held_towns`."""
    draw = random.Random(f"{_SEED}/{number}")  # noqa: S311 - reproducible
    salad, patterns = Salad(load_lexicon(), [], [], draw), _words()["measured_digits"]
    said = []
    for index in range(count):
        figures = "".join(draw.choice("0123456789") for _ in range((4, 6, 8, 10)[index % 4]))
        text = draw.choice(patterns).format(salad.spelt(figures))
        said.append(_said(text, *_speaking(font), (_SEED, number, index), figures))
    return said


def _speaking(font: VoiceFont | None) -> tuple[VoiceFont, Speakers]:
    return (default_font(), plain_speaker) if font is None else (font, lambda _: Speaker())


def _as_read(town: Town) -> str:
    """The town as written if the voice reads it right, else its reading."""
    import pyopenjtalk

    right = canonical(str(pyopenjtalk.g2p(town.name, kana=True))) == canonical(town.reading)
    return town.name if right else pronounced(town.reading)


def _said(
    text: str, font: VoiceFont, speakers: Speakers, seed: tuple[int, ...], asked: str = "", harsh: bool = True
) -> Utterance:
    draw = np.random.default_rng(seed)
    spoken = FontMouth(font, speakers(draw)).say(text, draw)
    return Utterance(degraded(spoken.samples, draw, harsh=harsh), spoken.kana, asked)


def _words() -> dict[str, list[str]]:
    words: dict[str, list[str]] = YAML(typ="safe", pure=True).load(_WORDS.read_text(encoding="utf-8"))
    return words
