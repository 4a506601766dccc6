"""What the classifier looks at: n-grams of the sound, n-grams of the kanji, things mentioned and pairs of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from pathlib import Path

from nlu.source import BadDataError, read_mapping, sound_pattern

_KANJI = re.compile(r"[一-鿿々]")
_DROP = re.compile(r"[\s、。,.!?「」・]+")
_DIGITS = re.compile(r"[0-9]+")
KANA_GRAMS = (2, 3, 4)
KANJI_GRAMS = (1, 2, 3)
_WEIGHTS = {"k": 1.0, "s": 0.7, "c": 1.0, "p": 0.8}
"""Length of each block's vector: a long sentence weighs as much as a short one."""


@dataclass(frozen=True, slots=True)
class Concepts:
    """Things a caller may mention, each a regular expression over the canonical reading."""

    patterns: tuple[tuple[str, re.Pattern[str]], ...]

    def mentioned(self, sound: str) -> list[str]:
        """Returns the names of the things mentioned, in the order of the file."""
        return [name for name, compiled in self.patterns if compiled.search(sound)]


def load_concepts(path: Path) -> Concepts:
    """Reads concepts.yaml. Raises BadDataError."""
    table = read_mapping(path)
    for name, words in table.items():
        if not isinstance(words, str):
            raise BadDataError(path, name, "must be one string of patterns parted by spaces")
    return Concepts(tuple((name, sound_pattern(path, name, tuple(words.split()))) for name, words in table.items()))


def features(text: str, sound: str, concepts: Concepts) -> dict[str, float]:
    """Returns feature → value of an utterance: `text` normalised, `sound` its canonical reading."""
    kana = f"^{sound}$"
    surface = _DIGITS.sub("0", _DROP.sub("", text))
    mentioned = concepts.mentioned(sound)
    blocks = {
        "k": {kana[i : i + n] for n in KANA_GRAMS for i in range(len(kana) - n + 1)},
        "s": {
            gram for n in KANJI_GRAMS for i in range(len(surface) - n + 1) if _KANJI.search(gram := surface[i : i + n])
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
