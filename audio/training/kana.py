"""Kana as the recogniser writes it: its alphabet, and how a reading is brought to it and compared."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

ALPHABET = (*(chr(code) for code in range(0x30A1, 0x30F7)), "ー")
"""Everything the recogniser can write: katakana and the long mark, 87 signs."""

_OTHER = re.compile("[^ァ-ヶー]")
_HOMOPHONES = str.maketrans("ヲヂヅ", "オジズ")
_ROWS = {
    "ア": "アカサタナハマヤラワガザダバパャァヮヵ",
    "イ": "イキシチニヒミリギジビピィ",
    "ウ": "ウクスツヌフムユルグズブプュゥヴ",
    "エ": "エケセテネヘメレゲゼデベペェヶ",
    "オ": "オコソトノホモヨロゴゾドボポョォ",
}
_VOWEL = {sign: vowel for vowel, signs in _ROWS.items() for sign in signs}
_LENGTHENING = {"ア": "ア", "イ": "イエ", "ウ": "ウオ", "エ": "エ", "オ": "オ"}
"""A vowel sign -> the vowels it only lengthens: イ after エ, ウ after オ."""


def katakana(text: str) -> str:
    """Hiragana to katakana; other signs stay."""
    return "".join(chr(ord(sign) + 0x60) if "ぁ" <= sign <= "ゖ" else sign for sign in text)


def plain(reading: str) -> str:
    """A reading with nothing but the alphabet: no pauses, no devoicing marks, ヲヂヅ as オジズ."""
    return _OTHER.sub("", reading).translate(_HOMOPHONES)


def canonical(reading: str) -> str:
    """A reading in which every long vowel is written ー, however it was spelt: for comparing by sound."""
    said, vowel = [], ""
    for sign in plain(katakana(reading)):
        if sign != "ー" and vowel and vowel in _LENGTHENING.get(sign, ""):
            said.append("ー")
            continue
        said.append(sign)
        if sign != "ー":
            vowel = _VOWEL.get(sign, "")
    return "".join(said)


def error_rate(said: Sequence[str], written: Sequence[str]) -> float:
    """Kana wrongly written, left out or added, per kana said, over all pairs of canonical readings; 0.0 is perfect.

    Raises ValueError when nothing was said.
    """
    pairs = [(canonical(one), canonical(other)) for one, other in zip(said, written, strict=True)]
    length = sum(len(one) for one, _ in pairs)
    if not length:
        raise ValueError("nothing was said: there is no error rate")
    return sum(Levenshtein.distance(one, other) for one, other in pairs) / length
