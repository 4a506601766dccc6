"""How Japanese names are written abroad: simplified characters, Latin letters, Hangul; and what of it can be compared.

Pure functions. A fold is coarse on purpose: what speakers and recognisers of a language mix up has one fold.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from nlu.source import DATA_DIR, BadDataError, read_mapping

_ROWS = {
    "": "あいうえお", "k": "かきくけこ", "g": "がぎぐげご", "s": "さしすせそ", "z": "ざじずぜぞ", "t": "たちつてと",
    "d": "だぢづでど", "n": "なにぬねの", "h": "はひふへほ", "b": "ばびぶべぼ", "p": "ぱぴぷぺぽ", "m": "まみむめも",
    "r": "らりるれろ",
}  # fmt: skip
_IRREGULAR = {
    "し": "shi", "ち": "chi", "つ": "tsu", "ふ": "fu", "じ": "ji", "ぢ": "ji", "づ": "zu", "や": "ya", "ゆ": "yu",
    "よ": "yo", "わ": "wa", "を": "o", "ん": "n",
}  # fmt: skip
_KANA = {kana: row + vowel for row, line in _ROWS.items() for kana, vowel in zip(line, "aiueo", strict=True)}
_KANA |= _IRREGULAR
_SMALL = {"ゃ": "ya", "ゅ": "yu", "ょ": "yo"}
_LONG = re.compile(r"(?<=o)[ou]|(?<=u)u")
_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}

_LATIN = re.compile(r"[^a-z]+")
_SPELLINGS = (
    ("ph", "f"), ("ck", "k"), ("qu", "k"), ("l", "r"), ("v", "b"), ("sy", "sh"), ("ty", "ch"), ("zy", "j"), ("jy", "j"),
    ("cch", "ch"), ("tch", "ch"), ("dj", "j"), ("dz", "z"), ("oh", "o"), ("ou", "o"), ("uh", "u"), ("ee", "i"),
    ("ie", "i"), ("ah", "a"), ("mb", "nb"), ("mp", "np"), ("mm", "nm"),
)  # fmt: skip
_SINGLE = (
    (re.compile(r"(?<![cs])hu"), "fu"), (re.compile(r"si"), "shi"), (re.compile(r"ti"), "chi"),
    (re.compile(r"(?<!t)tu"), "tsu"), (re.compile(r"[dz]i"), "ji"), (re.compile(r"c(?!h)"), "k"),
    (re.compile(r"oo+h?"), "o"),
    (re.compile(r"(.)\1+"), r"\1"), (re.compile(r"ei(?=$|[^aeiou])"), "e"), (re.compile(r"y(?![aeiou])"), "i"),
)  # fmt: skip

_LEADS = ("g", "gg", "n", "d", "dd", "r", "m", "b", "bb", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h")
_COARSE = {"g": "k", "gg": "k", "d": "t", "dd": "t", "b": "p", "bb": "p", "ss": "s", "j": "c", "jj": "c", "ch": "c"}
_VOWELS = (
    "a", "e", "ya", "ye", "o", "e", "yo", "ye", "o", "wa", "we", "we", "yo", "u", "wo", "we", "wi", "yu", "u", "i", "i",
)  # fmt: skip
_NASALS = (4, 16, 21)  # ㄴ, ㅁ, ㅇ; a ㅅ is a mere pause
_GLIDE = re.compile(r"(?<=[sc])y(?=[aou])")
_DOUBLE = re.compile(r"([aiueoktps])\1+|cc|tc")
_SYLLABLES, _PER_LEAD, _PER_VOWEL = 0xAC00, 588, 28
_TO_COARSE = (
    (re.compile(r"sh"), "s"), (re.compile(r"ts|ch|j|z"), "c"), (re.compile(r"g"), "k"), (re.compile(r"d"), "t"),
    (re.compile(r"b"), "p"), (re.compile(r"f"), "h"), (re.compile(r"([sc])([auo])"), r"\1\2"),
)  # fmt: skip


@lru_cache(maxsize=1)
def _characters() -> dict[int, str]:
    path = DATA_DIR / "zh" / "characters.yaml"
    pairs = read_mapping(path).get("pairs")
    if not isinstance(pairs, str) or any(len(pair) != 2 for pair in pairs.split()):
        raise BadDataError(path, "pairs", "must be pairs of characters parted by spaces")
    return {ord(pair[0]): pair[1] for pair in pairs.split()}


def simplified(text: str) -> str:
    """Returns `text` with traditional and Japanese characters as simplified ones, character by character.

    Knows the characters of data/zh/characters.yaml; leaves all others. Raises BadDataError when that file is spoilt.
    """
    return text.translate(_characters())


def romaji(kana: str) -> str:
    """Returns hiragana or katakana in Hepburn spelling without marks for long vowels (とおりまち → torimachi)."""
    kana = kana.translate(_HIRAGANA)
    out: list[str] = []
    for index, char in enumerate(kana):
        if char in _SMALL and out:
            stem = out.pop().removesuffix("i")
            out.append(stem + (_SMALL[char][1:] if stem.endswith(("sh", "ch", "j")) else _SMALL[char]))
        elif char == "っ":
            after = _KANA.get(kana[index + 1 : index + 2], "")
            out.append("t" if after.startswith("ch") else after[:1])
        else:
            out.append(_KANA.get(char, ""))
    return _LONG.sub("", "".join(out))


def fold_latin(text: str) -> str:
    """Returns the fold of Latin letters: Hepburn, Kunrei and English spellings of one sound are the same."""
    letters = unicodedata.normalize("NFD", text.lower())
    letters = _LATIN.sub("", letters)
    for before, after in _SPELLINGS:
        letters = letters.replace(before, after)
    for pattern, after in _SINGLE:
        letters = pattern.sub(after, letters)
    return letters


def fold_hangul(text: str) -> str:
    """Returns the fold of Hangul syllables as coarse Latin letters: ㄱ, ㄲ and ㅋ are the same, so are ㅡ and ㅜ."""
    return _one_vowel("".join(map(_syllable, text)))


@lru_cache(maxsize=4096)
def _syllable(char: str) -> str:
    code = ord(char) - _SYLLABLES
    if not 0 <= code < _PER_LEAD * len(_LEADS):
        return ""
    lead = _LEADS[code // _PER_LEAD]
    vowel = _VOWELS[code % _PER_LEAD // _PER_VOWEL]
    return _COARSE.get(lead, lead) + vowel + ("n" if code % _PER_VOWEL in _NASALS else "")


def fold_kana_as_hangul(kana: str) -> str:
    """Returns the fold that the Hangul transliteration of `kana` has (ひろおか, 히로오카 → hiroka)."""
    letters = romaji(kana)
    for pattern, after in _TO_COARSE:
        letters = pattern.sub(after, letters)
    return _one_vowel(letters)


def _one_vowel(letters: str) -> str:
    """Long vowels, 쓰 for つ and small differences that Korean ears do not make."""
    letters = _GLIDE.sub("", letters).replace("ou", "o").replace("cu", "su")
    return _DOUBLE.sub(lambda match: match[0][-1], letters)
