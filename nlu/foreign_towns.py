"""The towns of Kanazawa as other languages write and pronounce them, found to the letter or by similar sound.

One source, towns.json: official names and readings. Their Latin, Hangul and Chinese forms are made by nlu.spelling.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path

from rapidfuzz import fuzz, process

from nlu.source import BadDataError
from nlu.spelling import fold_hangul, fold_kana_as_hangul, fold_latin, romaji, simplified

_SUFFIXES = (("まち", "machi"), ("ちょう", "cho"), ("ちょう", "tyo"), ("まち", "town"))
_TOWN = "町"
_KANA_OF, _KANA_ABROAD = ("の", "が", "ケ"), ("之", "的", "乃")  # 泉が丘: 泉之丘
_HAN = re.compile(r"[㐀-鿿]+")
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ɏ]+(?:'[A-Za-z]+)?")
_HANGUL_WORD = re.compile(r"[가-힣]+")
_HANGUL_RUN = re.compile(r"[가-힣]+(?: [가-힣]+)*")
_GLUE = re.compile(r"[\s-]{1,2}")
_MOST_WORDS = 5
_MOST_SYLLABLES = 11
_FULL_LENGTH = 6  # letters; what is shorter is like many words
_AT_LEAST_SHORT, _AT_LEAST_HANGUL = 88.0, 84.0  # a fold of Hangul is coarse already
_SHORTEST = 4  # letters of a fold that may be found by similar sound
_CLOSE = 8.0  # percent of similarity within which another town may be meant
_MOST_CANDIDATES = 4
_MOST_WINDOWS = 12
_MOST_CHARACTERS = 6
_HEAD = 2  # letters of a fold


Range = tuple[int, int]
"""A stretch [start, end) of the text."""


@dataclass(frozen=True, slots=True)
class Found:
    """A town at [start, end). `names`: the towns it may be, the likeliest first. `full`: with its 町, if it has one.

    `similar`: found by similar sound only.
    """

    names: tuple[str, ...]
    start: int
    end: int
    full: bool = True
    similar: bool = False


@dataclass(frozen=True, slots=True)
class ForeignTowns:
    """Keys of each script → official names. `chome`: towns that are divided into chome."""

    readings: Mapping[str, str]
    chome: frozenset[str]
    latin: Mapping[str, tuple[str, ...]]
    hangul: Mapping[str, tuple[str, ...]]
    pinyin: Mapping[str, tuple[str, ...]]
    characters: Mapping[str, tuple[str, ...]]
    written: re.Pattern[str]
    full: frozenset[str]
    heads: frozenset[str]

    def exact(self, text: str) -> list[Found]:
        """Returns the towns that stand in `text`, in its simplified characters, in Latin letters or in Hangul."""
        hits = self.written.finditer(text)
        found = [Found(self.characters[m[0]], m.start(), m.end(), m[0] in self.full) for m in hits]
        found += self._looked_up(text, _latin_ranges(text), fold_latin, self.latin)
        found += self._looked_up(text, _hangul_ranges(text), fold_hangul, self.hangul)
        return sorted(found, key=lambda one: one.start)

    def _looked_up(
        self, text: str, ranges: Iterable[Range], fold: Callable[[str], str], keys: Mapping[str, tuple[str, ...]]
    ) -> list[Found]:
        found: list[Found] = []
        heads: dict[int, bool] = {}
        for start, end in ranges:
            if found and start < found[-1].end:
                continue
            if start not in heads:
                # most words begin as no town does: they need not be folded whole
                heads[start] = fold(text[start : start + _HEAD + 2])[:_HEAD] in self.heads
            key = fold(text[start:end]) if heads[start] else ""
            if key in keys:
                found.append(Found(keys[key], start, end, key in self.full))
        return found

    def similar(self, text: str, before: int, at_least: float) -> Found | None:
        """Returns the town that sounds most like a stretch of text[:before]; `at_least` is a similarity in percent."""
        head = text[:before]
        best: tuple[float, Found] | None = None
        for ranges, fold, keys, least in (
            (_latin_ranges(head), fold_latin, self.latin, at_least),
            (_hangul_ranges(head), fold_hangul, self.hangul, max(at_least, _AT_LEAST_HANGUL)),
            (_han_ranges(head), _fold_pinyin, self.pinyin, at_least),
        ):
            for start, end in sorted(ranges, key=lambda one: -one[1])[:_MOST_WINDOWS]:
                folded = fold(head[start:end])
                short = len(folded) < _FULL_LENGTH or folded.count(" ") == 1
                near = _nearest(folded, (start, end), keys, max(least, _AT_LEAST_SHORT) if short else least)
                best = max(best, near, key=lambda one: one[0] if one else 0.0)
        return best[1] if best else None


def _nearest(fold: str, at: Range, keys: Mapping[str, tuple[str, ...]], at_least: float) -> tuple[float, Found] | None:
    if len(fold) < _SHORTEST:
        return None
    hits = process.extract(fold, keys.keys(), scorer=fuzz.ratio, score_cutoff=at_least, limit=_MOST_CANDIDATES)
    if not hits:
        return None
    best = hits[0][1]
    names = dict.fromkeys(name for key, score, _ in hits if score >= best - _CLOSE for name in keys[key])
    # of two equal agreements the longer one is better evidence
    return best + 0.5 * len(fold), Found(tuple(names)[:_MOST_CANDIDATES], *at, similar=True)


def _latin_ranges(text: str) -> list[Range]:
    """One to five words in a row, longest first at each word."""
    words = [match.span() for match in _LATIN_WORD.finditer(text)]
    ranges: list[Range] = []
    for first, (start, _) in enumerate(words):
        last, most = first, min(len(words), first + _MOST_WORDS)
        while last + 1 < most and _GLUE.fullmatch(text, words[last][1], words[last + 1][0]):
            last += 1
        ranges += [(start, words[end][1]) for end in range(last, first - 1, -1)]
    return ranges


def _hangul_ranges(text: str) -> list[Range]:
    """The beginnings of words, with what follows them, longest first at each word; spaces may stand within."""
    ranges: list[Range] = []
    for word in _HANGUL_WORD.finditer(text):
        run = _HANGUL_RUN.match(text, word.start(), word.start() + _MOST_SYLLABLES)
        if run:
            ends = range(run.end(), run.start() + 1, -1)
            ranges += [(run.start(), end) for end in ends if not text[end - 1].isspace()]
    return ranges


def _han_ranges(text: str) -> list[Range]:
    """Two to six characters in a row."""
    return [
        (start, end)
        for run in _HAN.finditer(text)
        for start in range(run.start(), run.end())
        for end in range(min(run.end(), start + _MOST_CHARACTERS), start + 1, -1)
    ]


def _fold_pinyin(characters: str) -> str:
    return " ".join(pinyin_of(characters))


@lru_cache(maxsize=2048)
def pinyin_of(characters: str) -> tuple[str, ...]:
    """Returns the syllables of `characters` without tones, one for each."""
    from pypinyin import Style, lazy_pinyin

    return tuple(lazy_pinyin(list(characters), style=Style.NORMAL))


def load_foreign_towns(path: Path) -> ForeignTowns:
    """Reads towns.json. Raises BadDataError."""
    readings, chome = _read(path)
    tables: dict[str, defaultdict[str, list[str]]] = {
        kind: defaultdict(list) for kind in ("latin", "hangul", "pinyin", "characters")
    }
    full: set[str] = set()
    for name, yomi in readings.items():
        # the full name first: 広岡 is 広岡 before it is 広岡町
        full |= {fold_latin(romaji(yomi)), fold_kana_as_hangul(yomi), simplified(name)}
        tables["latin"][fold_latin(romaji(yomi))].append(name)
        tables["hangul"][fold_kana_as_hangul(yomi)].append(name)
        tables["characters"][simplified(name)].append(name)
        tables["pinyin"][" ".join(pinyin_of(simplified(name)))].append(name)
        for kana, other in product(_KANA_OF, _KANA_ABROAD):
            if kana in name:
                tables["characters"][simplified(name.replace(kana, other))].append(name)
    for name, yomi in readings.items():
        _alias(tables, name, yomi)
    keys = {kind: {key: tuple(dict.fromkeys(names)) for key, names in table.items()} for kind, table in tables.items()}
    longest = sorted(keys["characters"], key=lambda key: (-len(key), key))
    return ForeignTowns(
        readings=readings,
        chome=chome,
        written=re.compile("|".join(map(re.escape, longest))),
        full=frozenset(full),
        heads=frozenset(key[:_HEAD] for kind in ("latin", "hangul") for key in keys[kind]),
        **keys,
    )


def _alias(tables: Mapping[str, Mapping[str, list[str]]], name: str, yomi: str) -> None:
    """Callers drop 町, or read it the other way."""
    stems = [yomi.removesuffix(kana) for kana, _ in _SUFFIXES if name.endswith(_TOWN) and yomi.endswith(kana)]
    if not stems or len(stems[0]) < 2:
        return
    for suffix in ("", "まち", "ちょう"):
        tables["hangul"][fold_kana_as_hangul(stems[0] + suffix)].append(name)
    for suffix in ("", "machi", "cho", "tyo", "town"):
        tables["latin"][fold_latin(romaji(stems[0]) + suffix)].append(name)
    tables["hangul"][fold_kana_as_hangul(stems[0]) + fold_hangul("정")].append(name)
    short = simplified(name.removesuffix(_TOWN))
    if len(short) > 1:
        tables["characters"][short].append(name)
        tables["pinyin"][" ".join(pinyin_of(short))].append(name)


def _read(path: Path) -> tuple[dict[str, str], frozenset[str]]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        readings = {str(row["name"]): str(row["yomi"]) for row in rows}
        chome = frozenset(str(row["name"]) for row in rows if row["chome"])
    except OSError as error:
        raise BadDataError(path, "file", f"cannot be read ({error.strerror}); restore it") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadDataError(path, "towns", f"must be a list of objects with name, yomi, chome ({error!r})") from error
    if not readings:
        raise BadDataError(path, "towns", "is empty; restore the file")
    return readings, chome
