"""Measures exported models side by side on the same sound: kana errors, towns, digits, seconds."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audio.training.kana import canonical, error_rate, plain
from audio.training.testsets import Utterance

_FIGURES = {
    "0": "ゼロ レイ レー マル",
    "1": "イチ",
    "2": "ニー ニ",
    "3": "サン",
    "4": "ヨン シー シ",
    "5": "ゴー ゴ",
    "6": "ロク",
    "7": "ナナ シチ",
    "8": "ハチ",
    "9": "キュー ク",
}
_FIGURE_OF = {reading: figure for figure, readings in _FIGURES.items() for reading in readings.split()}
_FIGURE = re.compile("|".join(sorted(_FIGURE_OF, key=len, reverse=True)))

Read = Callable[[npt.NDArray[np.float32]], str]
"""8 kHz samples to kana."""


@dataclass(frozen=True, slots=True)
class Score:
    """`error`: kana errors per kana said; `first`, `third`: share of towns found first, or among three, or of digit
    strings wholly right (`first` alone); None where it was not asked. `seconds`: mean of one utterance.
    """

    error: float
    seconds: float
    first: float | None = None
    third: float | None = None


def measure(read: Read, utterances: Sequence[Utterance], towns: Sequence[str] = (), figures: bool = False) -> Score:
    """Read every utterance. `towns`: readings to find the asked one among; `figures`: digits are asked."""
    started = time.perf_counter()
    written = [read(one.samples) for one in utterances]
    seconds = (time.perf_counter() - started) / len(utterances)
    error = error_rate([one.kana for one in utterances], written)
    if figures:
        right = [figures_in(text) == one.asked for one, text in zip(utterances, written, strict=True)]
        return Score(error, seconds, float(np.mean(right)))
    if towns:
        finder = TownFinder(towns)
        places = [finder.place(text, one.asked) for one, text in zip(utterances, written, strict=True)]
        return Score(error, seconds, float(np.mean([p == 0 for p in places])), float(np.mean([p < 3 for p in places])))
    return Score(error, seconds)


def figures_in(text: str) -> str:
    """The figures read out in a kana text, in order; other words that sound like one count too."""
    return "".join(_FIGURE_OF[found] for found in _FIGURE.findall(plain(text)))


class TownFinder:
    """Orders all towns by how much a text sounds like holding them."""

    def __init__(self, readings: Sequence[str]) -> None:
        self._readings = sorted({canonical(reading) for reading in readings})

    def place(self, text: str, asked: str) -> int:
        """How many towns come before the asked one; 0 when it is found first."""
        scores = {reading: likeness(canonical(text), reading) for reading in self._readings}
        own = scores[canonical(asked)]
        return sum(score > own for score in scores.values())


def likeness(text: str, word: str) -> tuple[float, int]:
    """How well some stretch of `text` fits `word` (1 is wholly), and its length: of two that fit the longer wins.

    Edit distance to the best stretch (Sellers 1980).
    """
    row = [0] * (len(text) + 1)
    for count, sign in enumerate(word, start=1):
        above, row[0] = row[0], count
        for index, heard in enumerate(text, start=1):
            above, row[index] = row[index], min(row[index] + 1, row[index - 1] + 1, above + (sign != heard))
    return 1 - min(row) / len(word), len(word)


def table(scores: Mapping[str, Mapping[str, Score]]) -> list[str]:
    """Lines of a Markdown table: one row for each test, one column for each model."""
    models = list(scores)
    lines = ["| test | " + " | ".join(models) + " |", "| --- " * (len(models) + 1) + "|"]
    cells = {test: [_cell(scores[model].get(test)) for model in models] for test in scores[models[0]]}
    return lines + [f"| {test} | {' | '.join(row)} |" for test, row in cells.items()]


def _cell(score: Score | None) -> str:
    if score is None:
        return "–"
    asked = [f"{share:.0%}" for share in (score.first, score.third) if share is not None]
    right = f"; right {' / '.join(asked)}" if asked else ""
    return f"{score.error:.1%}{right}; {score.seconds:.3f} s"
