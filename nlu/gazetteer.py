"""The towns of Kanazawa: how they are written, with the spellings recognisers choose, and how they are said."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from nlu.reading import canonical
from nlu.source import DATA_DIR, BadDataError, strings

_SUFFIX = "町"
_SUFFIXES = (("マチ", "チョー"), ("チョー", "マチ"))
_JOINTS = ("の", "、", "は")  # between the parts of a name
_STEM = 2  # characters, kana; a shorter name without its 町 is any word
_DIGIT_READINGS = {"１": ("イチ",), "２": ("ニ",), "３": ("サン",), "４": ("ヨン", "ヨ")}
_NUMERAL = re.compile(r"^[一二三四五六七八九十百千]+")
_VALUES = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_POWERS = {"十": 10, "百": 100, "千": 1000}


class Kind(StrEnum):
    """How a name stands for its town."""

    OFFICIAL = "official"
    OTHER_SUFFIX = "other_suffix"  # マチ for チョー and the other way
    STEM = "stem"  # without its 町
    LOOSE = "loose"  # a part of it with a particle: 金石の新町


@dataclass(frozen=True, slots=True)
class Town:
    """`name` official, `yomi` hiragana, `chome` True where the town is divided into numbered chome."""

    name: str
    yomi: str
    chome: bool


@dataclass(frozen=True, slots=True)
class Written:
    """A town whose name stands at [start, end) of the text."""

    town: Town
    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Said:
    """One way to say a town: its canonical reading."""

    town: str
    key: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """`names`: any spelling → town and kind; `official`: town → canonical reading; `near`: town → close towns;
    `halves`: last part of a town → its first part and its name.
    """

    towns: Mapping[str, Town]
    names: Mapping[str, tuple[str, Kind]]
    pattern: re.Pattern[str]
    spelling: Mapping[int, str]
    official: Mapping[str, str]
    said: tuple[Said, ...]
    near: Mapping[str, tuple[str, ...]]
    halves: Mapping[str, tuple[str, str]]

    def written(self, text: str) -> list[Written]:
        """Returns the towns whose names stand in `text`, the longest name at each place."""
        found = []
        for match in self.pattern.finditer(text.translate(self.spelling)):
            name, kind = self.names[match[0]]
            found.append(Written(self.towns[name], match.start(), match.end(), kind))
        return found

    def halved(self, text: str) -> list[Written]:
        """Returns the towns whose last part stands in `text`, and elsewhere the first: 松前町です、金石の."""
        return [
            Written(self.towns[head + tail], text.find(tail), text.find(tail) + len(tail), Kind.LOOSE)
            for tail, (head, name) in self.halves.items()
            if tail in text and head in text.replace(name, "")
        ]


def load_gazetteer(path: Path, data_path: Path, data: Mapping[str, Any]) -> Gazetteer:
    """Reads towns.json; `data` is places.yaml, from `data_path`. Raises BadDataError."""
    towns = _read(path)
    pairs = data.get("near_pairs")
    if not isinstance(pairs, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise BadDataError(data_path, "near_pairs", "must be a list of [town, town]")
    also = data.get("also_written")
    if not isinstance(also, dict):
        raise BadDataError(data_path, "also_written", "must be a mapping of spelling: town")
    compounds = (*strings(data_path, data, "compounds"), *_heads(towns))
    for name in (*(name for pair in pairs for name in pair), *also.values()):
        if name not in towns:
            raise BadDataError(data_path, name, "is not in towns.json; correct or remove it")
    spelling = _spelling(strings(data_path, data, "spellings"))
    names: dict[str, tuple[str, Kind]] = {}
    for name, spelt, kind in _spellings(towns, also, compounds):
        names.setdefault(spelt.translate(spelling), (name, kind))
    official = {name: canonical(_in_kana(town.yomi)) for name, town in towns.items()}
    return Gazetteer(
        towns=towns,
        names=names,
        pattern=re.compile("|".join(re.escape(word) for word in sorted(names, key=lambda word: (-len(word), word)))),
        spelling=spelling,
        official=official,
        said=tuple(_readings(towns, official, compounds)),
        near=_near(official, pairs),
        halves={
            name.removeprefix(head): (head, name)
            for head in strings(data_path, data, "compounds")
            for name in towns
            if name.startswith(head) and len(name) > len(head) + _STEM and name.removeprefix(head) not in towns
        },
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


def _in_kana(yomi: str) -> str:
    return "".join(_DIGIT_READINGS[char][0] if char in _DIGIT_READINGS else char for char in yomi)


def _spelling(rows: Iterable[str]) -> dict[int, str]:
    """Rows of characters that are written for each other, the usual one first -> a table for str.translate."""
    return {ord(other): row[0] for row in rows for other in row[1:]}


def _heads(towns: Iterable[str]) -> tuple[str, ...]:
    """The first parts of towns that are made of two: 池田町 of 池田町三番丁."""
    ends = ((name, name.find(_SUFFIX, 1) + 1) for name in towns)
    return tuple(dict.fromkeys(name[:end] for name, end in ends if end and len(name) > end + 1))


def _spellings(
    towns: Mapping[str, Town], also: Mapping[str, str], compounds: Iterable[str]
) -> Iterable[tuple[str, str, Kind]]:
    """(town, spelling, kind), official names first: no other spelling may hide one."""
    yield from ((name, name, Kind.OFFICIAL) for name in towns)
    yield from ((name, spelt, Kind.OFFICIAL if spelt.endswith(name[-1]) else Kind.STEM) for spelt, name in also.items())
    for name in towns:
        numeral = _NUMERAL.match(name)
        if numeral and len(numeral[0]) < len(name):
            yield name, str(_value(numeral[0])) + name[numeral.end() :], Kind.OFFICIAL
    for name in towns:
        for head in compounds:
            if name.startswith(head) and len(name) > len(head) + 1:
                tail = name.removeprefix(head)
                yield from ((name, f"{head}{joint}{tail}", Kind.LOOSE) for joint in _JOINTS)
                yield name, f"{head}の{tail.removesuffix(_SUFFIX)}", Kind.LOOSE
    for name in towns:
        if name.endswith(_SUFFIX) and len(name) > _STEM:
            yield name, name.removesuffix(_SUFFIX), Kind.STEM


def _value(numeral: str) -> int:
    total = current = 0
    for char in numeral:
        if char in _POWERS:
            total, current = total + max(current, 1) * _POWERS[char], 0
        else:
            current = _VALUES[char]
    return total + current


def _readings(towns: Mapping[str, Town], official: Mapping[str, str], compounds: Iterable[str]) -> Iterable[Said]:
    for name, key in official.items():
        yield Said(name, key, Kind.OFFICIAL)
        for other in _DIGIT_READINGS["４"][1:]:
            if "４" in towns[name].yomi:
                yield Said(name, canonical(_in_kana(towns[name].yomi.replace("４", other))), Kind.OFFICIAL)
        for said, other in _SUFFIXES:
            if key.endswith(said):
                stem = key.removesuffix(said)
                yield Said(name, stem + other, Kind.OTHER_SUFFIX)
                # a stem in デ (八日市出町) would swallow the です after its shorter neighbour
                if len(stem) >= _STEM and not stem.endswith("デ"):
                    yield Said(name, stem, Kind.STEM)
        for head in compounds:
            if name.startswith(head) and len(name) > len(head) + 1:
                alike = [official[other] for other in towns if other.startswith(head) and other != head]
                shared = len(official[head]) if key.startswith(official.get(head, "。")) else _common(alike)
                yield Said(name, f"{key[:shared]}ノ{key[shared:]}", Kind.LOOSE)


def _common(keys: list[str]) -> int:
    """How many kana `keys` have in common at their beginning."""
    columns = zip(*keys, strict=False)
    return next((size for size, column in enumerate(columns) if len(set(column)) > 1), min(map(len, keys)))


def _near(official: Mapping[str, str], pairs: Iterable[list[str]]) -> dict[str, tuple[str, ...]]:
    """Towns that 町 alone tells apart, towns of one sound, and the pairs the bureau knows."""
    near: defaultdict[str, list[str]] = defaultdict(list)
    by_sound: defaultdict[str, list[str]] = defaultdict(list)
    for name, key in official.items():
        by_sound[key].append(name)
    for name in official:
        near[name].extend(other for other in by_sound[official[name]] if other != name)
        if name + _SUFFIX in official:
            near[name].append(name + _SUFFIX)
    for a, b in pairs:
        near[a].append(b)
        near[b].append(a)
    return {name: tuple(dict.fromkeys(others)) for name, others in near.items() if others}


def town_names(path: Path = DATA_DIR / "ja" / "towns.json") -> dict[str, str]:
    """Official name -> reading of every town, as the register has it (some readings have digits).

    Raises BadDataError.
    """
    return {town.name: town.yomi for town in _read(path).values()}


def town_readings(path: Path = DATA_DIR / "ja" / "towns.json") -> dict[str, str]:
    """Official name -> hiragana of every town, for a voice that must say it right; none with digits in its reading.

    Raises BadDataError.
    """
    return {name: yomi for name, yomi in town_names(path).items() if not any(char.isdigit() for char in yomi)}


def as_said(text: str, town: str | None) -> str:
    """Returns `text` with its town, where it is written in full, in the kana that people here say: no dictionary of
    readings knows 主計町 or 金石."""
    said = _shipped_readings().get(town or "")
    return text.replace(town, said) if town and said else text


@lru_cache(maxsize=1)
def _shipped_readings() -> dict[str, str]:
    return town_readings()
