"""The utterances we wrote ourselves: one file per class, slots filled, in all forms that recognisers write."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nlu.normalise import normalise, without_fillers
from nlu.reading import canonical, reading
from nlu.source import BadDataError, read_mapping, strings

_SLOT = re.compile(r"\{(\w+)\}")
_FILLS = 2  # variants of a line that has slots
_NOISE = 0.06  # share of kana that a recogniser gets wrong in the noisy copy
_CONFUSIONS = (
    "カガ",
    "キギ",
    "クグ",
    "ケゲ",
    "コゴ",
    "サザ",
    "シジ",
    "スズ",
    "タダ",
    "テデ",
    "トド",
    "ハバ",
    "ホボ",
    "イエ",
    "ウオ",
    "ナマ",
    "ニミ",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """`text` normalised ("" where only kana were recognised), `sound` canonical kana; `group` never spans a split."""

    text: str
    sound: str
    label: str
    group: str
    line: int


def read_corpus(folder: Path, labels: list[str]) -> list[tuple[str, str, str]]:
    """Returns (label, group, line) of every utterance. Raises BadDataError for a file or a line that does not fit."""
    found = {path.stem: path for path in sorted((folder / "utterances").glob("*.txt"))}
    for label in labels:
        if label not in found:
            raise BadDataError(folder / "labels.yaml", label, f"write utterances/{label}.txt or remove the label")
    rows: list[tuple[str, str, str]] = []
    for label, path in found.items():
        if label not in labels:
            raise BadDataError(path, label, "no such label; add it to labels.yaml or rename the file")
        rows.extend((label, group, line) for group, line in _lines(path))
    return rows


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    group = ""
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw.strip()
        if line.startswith("[") and line.endswith("]"):
            group = f"{path.stem}/{line[1:-1]}"
        elif line and not line.startswith("#"):
            if not group:
                raise BadDataError(path, f"line {number}", "open a group first: [name]")
            yield group, line


def samples(folder: Path, labels: list[str], seed: int) -> list[Sample]:
    """Returns the training samples: each line with its kanji, as kana alone, and as kana with slips. Deterministic."""
    chance = random.Random(seed)  # noqa: S311 (reproducible variety, not secrets)
    table = read_mapping(folder / "slots.yaml")
    slots = {name: strings(folder / "slots.yaml", table, name) for name in table}
    out: list[Sample] = []
    for number, (label, group, line) in enumerate(read_corpus(folder, labels)):
        for _ in range(_FILLS if _SLOT.search(line) else 1):
            text = without_fillers(normalise(_fill(folder, line, slots, chance)))
            sound = canonical(reading(text))
            out.append(Sample(text, sound, label, group, number))
            out.append(Sample("", sound, label, group, number))
            out.append(Sample("", _misheard(sound, chance), label, group, number))
    return out


def _fill(folder: Path, line: str, slots: dict[str, tuple[str, ...]], chance: random.Random) -> str:
    def value(match: re.Match[str]) -> str:
        if match[1] not in slots:
            raise BadDataError(folder / "slots.yaml", match[1], f"no values for this slot, used in: {line}")
        return chance.choice(slots[match[1]])

    return _SLOT.sub(value, line)


def _misheard(sound: str, chance: random.Random) -> str:
    swap = {a: b for pair in _CONFUSIONS for a, b in (tuple(pair), tuple(pair[::-1]))}
    out = []
    for kana in sound:
        roll = chance.random()
        if roll < _NOISE / 3:
            continue
        out.append(swap.get(kana, kana) if roll < _NOISE else kana)
    return "".join(out)
