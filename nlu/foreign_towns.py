"""The towns of Kanazawa as other languages write and pronounce them, found to the letter or by similar sound.

One source, towns.json: official names and readings. Their Latin, Hangul and Chinese forms are made by nlu.spelling.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process

from nlu.source import BadDataError
from nlu.spelling import fold_hangul, fold_kana_as_hangul, fold_latin, romaji, simplified

_SUFFIXES = (("まち", "machi"), ("ちょう", "cho"), ("ちょう", "tyo"), ("まち", "town"))
_TOWN = "町"
_HAN = re.compile(r"[㐀-鿿]+")
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ɏ]+(?:'[A-Za-z]+)?")
_HANGUL_WORD = re.compile(r"[가-힣]+")
_HANGUL_RUN = re.compile(r"[가-힣]+(?: [가-힣]+)*")
_GLUE = re.compile(r"[\s-]{1,2}")
_MOST_WORDS = 5
_MOST_SYLLABLES = 11
_SHORTEST = 4  # letters of a fold that may be found by similar sound
_CLOSE = 8.0  # percent of similarity within which another town may be meant
_MOST_CANDIDATES = 4
_MOST_WINDOWS = 14


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch [start, end) of the text, with its fold."""

    fold: str
    start: int
    end: int


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

    def exact(self, text: str) -> list[Found]:
        """Returns the towns that stand in `text`, in its simplified characters, in Latin letters or in Hangul."""
        hits = self.written.finditer(text)
        found = [Found(self.characters[m[0]], m.start(), m.end(), m[0] in self.full) for m in hits]
        found += self._looked_up(_latin_spans(text), self.latin)
        found += self._looked_up(_hangul_spans(text), self.hangul)
        return sorted(found, key=lambda one: one.start)

    def _looked_up(self, spans: Iterable[Span], keys: Mapping[str, tuple[str, ...]]) -> list[Found]:
        found: list[Found] = []
        for span in spans:
            names = keys.get(span.fold)
            if names and not (found and span.start < found[-1].end):
                found.append(Found(names, span.start, span.end, span.fold in self.full))
        return found

    def similar(self, text: str, before: int, at_least: float) -> Found | None:
        """Returns the town that sounds most like a stretch of text[:before]; `at_least` is a similarity in percent."""
        head = text[:before]
        best: tuple[float, Found] | None = None
        for spans, keys in ((_latin_spans(head), self.latin), (_hangul_spans(head), self.hangul)):
            ranked = sorted((span for span in spans if len(span.fold) >= _SHORTEST), key=lambda span: -span.end)
            for span in ranked[:_MOST_WINDOWS]:
                best = max(best, _nearest(span, keys, at_least), key=lambda one: one[0] if one else 0.0)
        if _HAN.search(head):
            for span in _pinyin_spans(head)[-_MOST_WINDOWS:]:
                best = max(best, _nearest(span, self.pinyin, at_least), key=lambda one: one[0] if one else 0.0)
        return best[1] if best else None


def _nearest(span: Span, keys: Mapping[str, tuple[str, ...]], at_least: float) -> tuple[float, Found] | None:
    hits = process.extract(span.fold, keys.keys(), scorer=fuzz.ratio, score_cutoff=at_least, limit=_MOST_CANDIDATES)
    if not hits:
        return None
    best = hits[0][1]
    names = dict.fromkeys(name for key, score, _ in hits if score >= best - _CLOSE for name in keys[key])
    # of two equal agreements the longer one is better evidence
    return best + 0.5 * len(span.fold), Found(tuple(names)[:_MOST_CANDIDATES], span.start, span.end, similar=True)


def _latin_spans(text: str) -> list[Span]:
    """One to five words in a row, longest first at each word."""
    words = [(m.start(), m.end()) for m in _LATIN_WORD.finditer(text)]
    folds = [fold_latin(text[start:end]) for start, end in words]
    spans: list[Span] = []
    for first in range(len(words)):
        last, most = first, min(len(words), first + _MOST_WORDS)
        while last + 1 < most and _GLUE.fullmatch(text, words[last][1], words[last + 1][0]):
            last += 1
        for end in range(last, first - 1, -1):
            fold = folds[first] if end == first else fold_latin(text[words[first][0] : words[end][1]])
            spans.append(Span(fold, words[first][0], words[end][1]))
    return spans


def _hangul_spans(text: str) -> list[Span]:
    """The beginnings of words, with what follows them, longest first at each word; spaces may stand within."""
    starts = [m.start() for m in _HANGUL_WORD.finditer(text)]
    spans: list[Span] = []
    for start in starts:
        run = _HANGUL_RUN.match(text, start, start + _MOST_SYLLABLES)
        ends = [at + 1 for at in range(start + 1, run.end()) if not text[at].isspace()] if run else []
        spans += [Span(fold_hangul(text[start:end]), start, end) for end in reversed(ends)]
    return spans


def _pinyin_spans(text: str) -> list[Span]:
    """Two to six characters in a row, as Chinese pronounces them."""
    spans: list[Span] = []
    for run in _HAN.finditer(text):
        syllables = pinyin_of(run[0])
        for start in range(len(syllables)):
            ends = range(min(len(syllables), start + 6), start + 1, -1)
            spans += [Span(" ".join(syllables[start:end]), run.start() + start, run.start() + end) for end in ends]
    return spans


def pinyin_of(characters: str) -> list[str]:
    """Returns the syllables of `characters` without tones, one for each."""
    from pypinyin import Style, lazy_pinyin

    return list(lazy_pinyin(list(characters), style=Style.NORMAL))


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
    for name, yomi in readings.items():
        _alias(tables, name, yomi)
    keys = {kind: {key: tuple(dict.fromkeys(names)) for key, names in table.items()} for kind, table in tables.items()}
    longest = sorted(keys["characters"], key=lambda key: (-len(key), key))
    return ForeignTowns(
        readings=readings,
        chome=chome,
        written=re.compile("|".join(map(re.escape, longest))),
        full=frozenset(full),
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
