"""Brings a text to the form that is compared: width, case, kana script and punctuation do not matter."""

from __future__ import annotations

import re
import unicodedata

MOST_CHARACTERS = 1000
"""More than anybody says in one breath; the rest of a longer text is not read."""
# Hiragana U+3041–3096 lie exactly 0x60 below their katakana.
_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]+")


def readable(text: str) -> str:
    """`text` without control characters and lone surrogates, at most MOST_CHARACTERS long: fit for every library."""
    return _UNREADABLE.sub(" ", text[:MOST_CHARACTERS])


def normalise(text: str) -> str:
    """NFKC, lower case, katakana for hiragana; only letters, digits and the long-vowel mark stay."""
    folded = unicodedata.normalize("NFKC", text).lower().translate(_TO_KATAKANA)
    return "".join(c for c in folded if c == "ー" or c.isalnum())


def has_ideograph(text: str) -> bool:
    """True when the text holds a kanji: only then does its surface say more than its sound."""
    return any("\u4e00" <= c <= "\u9fff" or c == "々" for c in text)


def ngrams(text: str, sizes: tuple[int, ...]) -> list[str]:
    """Overlapping pieces of `text` (already normalised), shorter sizes first."""
    return [text[i : i + n] for n in sizes for i in range(len(text) - n + 1)]
