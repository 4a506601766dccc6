"""What the linear classifiers look at: pieces of sound and writing, things mentioned and pairs of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from pathlib import Path

from nlu.source import BadDataError, read_mapping, sound_pattern

_KANJI = re.compile(r"[一-鿿々]")
_DROP = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"[0-9]+")
_WEIGHTS = {"k": 1.0, "s": 0.7, "c": 1.0, "p": 0.8}
"""Length of each block's vector: a long sentence weighs as much as a short one."""


@dataclass(frozen=True, slots=True)
class Grams:
    """Lengths of the pieces. `words`: pieces are of words (of syllables in pinyin), not of letters.

    `telling`: only pieces of the writing with this in them count; the others the sound has already.
    """

    sound: tuple[int, ...]
    surface: tuple[int, ...]
    sound_words: bool = False
    surface_words: bool = False
    telling: re.Pattern[str] | None = None


GRAMS = {
    "ja": Grams(sound=(2, 3, 4), surface=(1, 2, 3), telling=_KANJI),
    "zh": Grams(sound=(1, 2, 3), surface=(1, 2, 3), sound_words=True),
    "ko": Grams(sound=(3, 4, 5, 6), surface=(1, 2, 3)),
    "en": Grams(sound=(3, 4, 5), surface=(1, 2, 3), surface_words=True),
}


@dataclass(frozen=True, slots=True)
class Concepts:
    """Things a caller may mention, each a regular expression over the canonical reading. May be empty."""

    patterns: tuple[tuple[str, re.Pattern[str]], ...] = ()

    def mentioned(self, sound: str) -> list[str]:
        """Returns the names of the things mentioned, in the order of the file."""
        return [name for name, compiled in self.patterns if compiled.search(sound)]


def load_concepts(path: Path) -> Concepts:
    """Reads concepts.yaml; a language without one has no concepts. Raises BadDataError."""
    if not path.exists():
        return Concepts()
    table = read_mapping(path)
    for name, words in table.items():
        if not isinstance(words, str):
            raise BadDataError(path, name, "must be one string of patterns parted by spaces")
    return Concepts(tuple((name, sound_pattern(path, name, tuple(words.split()))) for name, words in table.items()))


def features(text: str, sound: str, concepts: Concepts, language: str = "ja") -> dict[str, float]:
    """Returns feature → value of an utterance: `text` normalised ("" where only the sound counts), `sound` as
    nlu.sounds gives it."""
    grams = GRAMS[language]
    surface = _DIGITS.sub("0", text.lower())
    mentioned = concepts.mentioned(sound)
    blocks = {
        "k": set(_pieces(f"^{sound}$", grams.sound, words=grams.sound_words)),
        "s": {
            piece
            for piece in _pieces(
                surface if grams.surface_words else _DROP.sub("", surface), grams.surface, words=grams.surface_words
            )
            if grams.telling is None or grams.telling.search(piece)
        },
        "c": set(mentioned),
        "p": {f"{a}+{b}" for a, b in combinations(mentioned, 2)},
    }
    values: dict[str, float] = {}
    for block, names in blocks.items():
        if names:
            value = _WEIGHTS[block] / sqrt(len(names))
            # sorted: the order of additions, and so the last bits of a score, must not depend on string hashing
            values.update((f"{block}:{name}", value) for name in sorted(names))
    return values


def _pieces(text: str, lengths: Sequence[int], *, words: bool) -> list[str]:
    units: Sequence[str] = _DROP.sub(" ", text).split() if words else text
    join = " ".join if words else "".join
    return [join(units[i : i + n]) for n in lengths for i in range(len(units) - n + 1)]
