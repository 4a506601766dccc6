"""Words by class, read out of the dictionary that pyopenjtalk ships (MeCab's binary format)."""

from __future__ import annotations

import re
import struct
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_HEADER = struct.Struct("<10I")  # magic, version, type, lexsize, lsize, rsize, dsize, tsize, fsize, (unused)
_CHARSET_BYTES = 32
_KANJI = re.compile("[一-鿿]{1,4}")
_LOANWORD = re.compile("[ァ-ヴー]{3,8}")
_READING = re.compile("[ァ-ヴー]+")


@dataclass(frozen=True, slots=True)
class Word:
    """`base`: dictionary form as written; `conjugation`: its type, such as 一段 or 五段・ラ行, or *."""

    base: str
    conjugation: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Sorted words of the classes that word salad is mixed from."""

    nouns: tuple[Word, ...]
    common_nouns: tuple[Word, ...]
    action_nouns: tuple[Word, ...]
    names: tuple[Word, ...]
    adverbs: tuple[Word, ...]
    adjective_stems: tuple[Word, ...]
    adjectives: tuple[Word, ...]
    verbs: tuple[Word, ...]


@cache
def load_lexicon() -> Lexicon:
    """The lexicon of the installed pyopenjtalk-plus (3 s). Raises ValueError if its dictionary is laid out anew."""
    import pyopenjtalk

    classes = _classes(Path(pyopenjtalk.OPEN_JTALK_DICT_DIR.decode(), "sys.dic"))

    def words(key: tuple[str, str], wanted: Callable[[str, str, str], bool]) -> tuple[Word, ...]:
        found = {Word(base, kind) for base, kind, reading in classes[key] if wanted(base, kind, reading)}
        if not found:
            raise ValueError(f"pyopenjtalk's dictionary has no words of class {key}; install pyopenjtalk-plus 0.4")
        return tuple(sorted(found, key=lambda word: (word.base, word.conjugation)))

    def written(base: str, _kind: str, reading: str) -> bool:
        return bool(_KANJI.fullmatch(base) or _LOANWORD.fullmatch(base)) and 2 <= len(reading) <= 8

    return Lexicon(
        nouns=words(("名詞", "一般"), written),
        common_nouns=words(("名詞", "一般"), lambda b, _k, r: bool(_KANJI.fullmatch(b)) and len(b) < 3 and len(r) < 5),
        action_nouns=words(("名詞", "サ変接続"), written),
        names=words(("名詞", "固有名詞"), written),
        adverbs=words(("副詞", "一般"), lambda _b, _k, r: 2 <= len(r) <= 6),
        adjective_stems=words(
            ("名詞", "形容動詞語幹"), lambda b, _k, r: bool(_KANJI.fullmatch(b)) and 2 <= len(r) <= 6
        ),
        adjectives=words(("形容詞", "自立"), lambda b, _k, _r: b.endswith("い") and len(b) <= 5),
        verbs=words(
            ("動詞", "自立"),
            lambda b, k, r: k.startswith(("一段", "五段")) and len(b) <= 4 and 2 <= len(r) <= 5,
        ),
    )


def _classes(path: Path) -> defaultdict[tuple[str, str], list[tuple[str, str, str]]]:
    """(word class, subclass) -> (base, conjugation type, pronunciation), from a dictionary's text part."""
    data = path.read_bytes()
    header = _HEADER.unpack_from(data)
    begin = _HEADER.size + _CHARSET_BYTES + header[6] + header[7]
    classes: defaultdict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
    for entry in data[begin : begin + header[8]].split(b"\0"):
        fields = entry.decode("utf-8", "replace").split(",")
        if len(fields) < 9 or fields[5] not in ("*", "基本形"):
            continue
        reading = fields[8].replace("’", "")
        if _READING.fullmatch(reading):
            classes[fields[0], fields[1]].append((fields[6], fields[4], reading))
    return classes
