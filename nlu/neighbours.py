"""Municipalities around Kanazawa and their well-known parts; what lies there is another bureau's matter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlu.source import BadDataError, pattern, read_mapping, strings

FILE = "neighbours.yaml"


@dataclass(frozen=True, slots=True)
class City:
    """`municipality` named at [start, end) of a text, by itself or by a part. `certain_word` is False for surnames."""

    municipality: str
    name: str
    start: int
    end: int
    certain_word: bool


@dataclass(frozen=True, slots=True)
class Neighbours:
    """`places`: name → municipality; `landmarks`: those of them that are buildings;
    `only_after`: parts that count only behind their municipality; `readings`: (reading, name, whether
    only a part); `within`: readings of what names Kanazawa itself. The patterns are those of neighbours.yaml."""

    places: Mapping[str, str]
    landmarks: frozenset[str]
    readings: tuple[tuple[str, str, bool], ...]
    names: re.Pattern[str]
    surnames: frozenset[str]
    only_after: frozenset[str]
    within: tuple[str, ...]
    border: re.Pattern[str]
    border_heard: re.Pattern[str]

    def written(self, text: str) -> list[City]:
        """Returns the municipalities named in `text`, those left out that are named for a direction only."""
        return [
            City(self.places[match[0]], match[0], match.start(), match.end(), match[0] not in self.surnames)
            for match in self.names.finditer(text)
            if not self.border.match(text[match.end() :])
        ]


def load_neighbours(path: Path) -> Neighbours:
    """Reads neighbours.yaml. Raises BadDataError."""
    data = read_mapping(path)
    table = data.get("municipalities")
    if not isinstance(table, dict) or not table:
        raise BadDataError(path, "municipalities", "must be a mapping of municipality: {names, parts, only_after}")
    places: dict[str, str] = {}
    readings: list[tuple[str, str, bool]] = []
    landmarks: set[str] = set()
    only_after: set[str] = set()
    for municipality, row in table.items():
        if not isinstance(row, dict) or not {"names", "parts", "only_after"} <= set(row):
            raise BadDataError(path, str(municipality), "must be a mapping with names, parts and only_after")
        only_after |= set(map(str, row["only_after"]))
        landmarks |= set(row.get("landmarks", {}))
        for name, reading in (row["names"] | row["parts"] | row.get("landmarks", {})).items():
            if not re.fullmatch("[ァ-ヺー]+", str(reading)):
                raise BadDataError(path, str(name), "needs its reading in katakana")
            places[str(name)] = str(municipality)
            if re.fullmatch("[一-龥々ヶツ]+[市町]", str(name)) and name in row["names"]:
                places[_in_hiragana(str(reading), str(name))] = str(municipality)
            readings.append((str(reading), str(name), name not in row["names"]))
    within = data.get("within")
    if not isinstance(within, dict) or not within:
        raise BadDataError(path, "within", "must be a mapping of name: reading")
    border = data.get("border")
    if not isinstance(border, dict):
        raise BadDataError(path, "border", "must be a mapping with written and heard")
    return Neighbours(
        places=places,
        landmarks=frozenset(landmarks),
        readings=tuple(readings),
        names=_any(places),
        surnames=frozenset(strings(path, data, "surnames")),
        only_after=frozenset(only_after),
        within=tuple(str(reading) for reading in within.values()),
        border=pattern(path, "border.written", (str(border.get("written", "(?!)")),)),
        border_heard=pattern(path, "border.heard", (str(border.get("heard", "(?!)")),)),
    )


def _in_hiragana(reading: str, name: str) -> str:
    """ノミシ, 能美市 → のみ市."""
    said = reading.removesuffix("シ") if name.endswith("市") else reading.removesuffix("マチ").removesuffix("チョー")
    return "".join(chr(ord(kana) - 0x60) if "ァ" <= kana <= "ヶ" else kana for kana in said) + name[-1]


def _any(words: Mapping[str, Any]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word))))
