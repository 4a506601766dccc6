"""The towns of Kanazawa, found by their writing and by their sound."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from nlu.reading import canonical, sound
from nlu.source import DATA_DIR, BadDataError

_NEAR = 1  # phonemes
_SHORT = 5  # kana; a shorter name must begin a word to be recognised with a slip
_BOUNDARY = "ノワデニトシ"
_STEM = 3  # kana; a shorter name without its 町 is any word
_SUFFIXES = (("マチ", "チョー"), ("チョー", "マチ"))
_CONSONANTS = {
    "": "アイウエオ", "k": "カキクケコ", "g": "ガギグゲゴ", "s": "サシスセソ", "z": "ザジズゼゾ",
    "t": "タチツテト", "d": "ダヂヅデド", "n": "ナニヌネノ", "h": "ハヒフヘホ", "b": "バビブベボ",
    "p": "パピプペポ", "m": "マミムメモ", "r": "ラリルレロ",
}  # fmt: skip
_PHONEMES = str.maketrans(
    {
        kana: consonant + vowel
        for consonant, row in _CONSONANTS.items()
        for kana, vowel in zip(row, "aiueo", strict=True)
    }
    | {
        "ヤ": "ya",
        "ユ": "yu",
        "ヨ": "yo",
        "ャ": "ya",
        "ュ": "yu",
        "ョ": "yo",
        "ワ": "wa",
        "ン": "N",
        "ッ": "Q",
        "ー": "-",
    }
    | {"ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o", "ヴ": "bu"}
)


@dataclass(frozen=True, slots=True)
class Town:
    """`name` official, `yomi` hiragana, `chome` True where the town is divided into numbered chome."""

    name: str
    yomi: str
    chome: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A town found at [start, end) of the searched string. `exact` is False for an uncertain match."""

    town: Town
    start: int
    end: int
    exact: bool
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """`spoken`: canonical reading → towns that may be meant, the official reading first; `near`: town → close towns."""

    towns: Mapping[str, Town]
    names: re.Pattern[str]
    spoken: Mapping[str, tuple[str, ...]]
    official: Mapping[str, str]
    readings: re.Pattern[str]
    near: Mapping[str, tuple[str, ...]]
    keys: tuple[str, ...]
    phonemes: tuple[str, ...]

    def written(self, text: str) -> list[Hit]:
        """Returns the towns whose names stand in `text`, longest name first at each place."""
        return [Hit(self.towns[m[0]], m.start(), m.end(), exact=True) for m in self.names.finditer(text)]

    def heard(self, kana: str) -> list[Hit]:
        """Returns the towns whose readings stand in canonical `kana` to the letter."""
        return [self._hit(m[0], m.start(), m.end()) for m in self.readings.finditer(kana)]

    def _hit(self, key: str, start: int, end: int) -> Hit:
        names = self.spoken[key]
        exact = self.official[names[0]] == key
        return Hit(self.towns[names[0]], start, end, exact, names if len(names) > 1 or not exact else ())

    def similar(self, kana: str, at_least: float) -> Hit | None:
        """Returns the town that sounds most like a stretch of canonical `kana`; `at_least` is a similarity in percent.

        The longest agreement wins: a slip in a long name is better evidence than a short name by chance.
        """
        query = kana.translate(_PHONEMES)
        if len(query) < 4:
            return None
        ranked: list[tuple[float, float, str, int, int]] = []
        for phonemes, _, row in process.extract(
            query, self.phonemes, scorer=fuzz.partial_ratio, score_cutoff=at_least, limit=12
        ):
            if len(phonemes) > len(query):
                score, start, end = fuzz.ratio(query, phonemes), 0, len(kana)
            else:
                match = fuzz.partial_ratio_alignment(phonemes, query)
                if match is None:  # pragma: no cover (extract has just found it)
                    continue
                score = match.score
                start, end = (_kana_index(kana, at) for at in (match.dest_start, match.dest_end))
            if len(self.keys[row]) < _SHORT and not (start == 0 or kana[start - 1] in _BOUNDARY):
                continue  # a short name inside another word is chance
            if score >= at_least:
                slips = len(phonemes) * (100 - score) / 100
                ranked.append((len(phonemes) - 3 * slips, score, self.keys[row], start, end))
        if not ranked:
            return None
        ranked.sort(key=lambda item: (-item[0], item[2]))
        best = ranked[0]
        names: list[str] = []
        for gain, _, key, _, _ in ranked:
            if gain >= best[0] - 4:
                names.extend(name for name in self.spoken[key] if name not in names)
        return Hit(self.towns[names[0]], best[3], best[4], exact=False, candidates=tuple(names[:4]))


def _kana_index(kana: str, phoneme_index: int) -> int:
    length = 0
    for index, char in enumerate(kana):
        if length >= phoneme_index:
            return index
        length += len(char.translate(_PHONEMES))
    return len(kana)


def load_gazetteer(path: Path, near_pairs: list[list[str]]) -> Gazetteer:
    """Reads towns.json. Raises BadDataError."""
    towns = _read(path)
    official = {name: canonical(town.yomi) for name, town in towns.items()}
    spoken: defaultdict[str, list[str]] = defaultdict(list)
    for name, key in official.items():
        spoken[key].append(name)
    for name, key in official.items():
        # callers drop 町; a voice that reads kanji (ours too) says it the other way or misses a reading: never certain
        for alias in (*_other_suffix(key), *_stem(key), sound(name)):
            if alias and alias not in official.values() and name not in spoken[alias]:
                spoken[alias].append(name)
    near = _near(official, near_pairs)
    keys = tuple(sorted(spoken))
    return Gazetteer(
        towns=towns,
        names=_longest_first(towns),
        spoken={key: tuple(names) for key, names in spoken.items()},
        official=official,
        readings=_longest_first(spoken),
        near=near,
        keys=keys,
        phonemes=tuple(key.translate(_PHONEMES) for key in keys),
    )


def _read(path: Path) -> dict[str, Town]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        towns: dict[str, Town] = {}
        for row in rows:
            name = str(row["name"])
            chome = bool(row["chome"]) or (name in towns and towns[name].chome)
            towns[name] = Town(name, str(row["yomi"]), chome)
    except OSError as error:
        raise BadDataError(path, "file", f"cannot be read ({error.strerror}); restore it") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadDataError(path, "towns", f"must be a list of objects with name, yomi, chome ({error!r})") from error
    if not towns:
        raise BadDataError(path, "towns", "is empty; restore the file")
    return towns


def _other_suffix(key: str) -> list[str]:
    return [key.removesuffix(said) + other for said, other in _SUFFIXES if key.endswith(said)]


def _stem(key: str) -> list[str]:
    stems = [key.removesuffix(said) for said, _ in _SUFFIXES if key.endswith(said)]
    # a stem in デ (八日市出町) would swallow the です after its shorter neighbour
    return [stem for stem in stems if len(stem) >= _STEM and not stem.endswith("デ")]


def _near(official: Mapping[str, str], pairs: list[list[str]]) -> dict[str, tuple[str, ...]]:
    """Towns that one slip turns into each other, towns that 町 alone tells apart, and the pairs the bureau knows."""
    names = list(official)
    sounds = [official[name].translate(_PHONEMES) for name in names]
    near: defaultdict[str, list[str]] = defaultdict(list)
    distance = process.cdist(sounds, sounds, scorer=Levenshtein.distance, score_cutoff=_NEAR)
    for i, j in zip(*(distance <= _NEAR).nonzero(), strict=True):
        if i != j:
            near[names[i]].append(names[j])
    for name in names:
        if name + "町" in official:
            near[name].append(name + "町")
    for a, b in pairs:
        near[a].append(b)
        near[b].append(a)
    return {name: tuple(dict.fromkeys(others)) for name, others in near.items()}


def _longest_first(words: Mapping[str, object]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word))))


def town_readings(path: Path = DATA_DIR / "ja" / "towns.json") -> dict[str, str]:
    """Official name -> hiragana of every town, for a voice that must say it right; none with digits in its reading.

    Raises BadDataError.
    """
    return {town.name: town.yomi for town in _read(path).values() if not any(char.isdigit() for char in town.yomi)}
