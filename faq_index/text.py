"""Brings a text to the form that is compared: width, case, kana script and punctuation do not matter."""

from __future__ import annotations

import unicodedata

# Hiragana U+3041–3096 lie exactly 0x60 below their katakana.
_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}


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


def spaced_ngrams(text: str, sizes: tuple[int, ...]) -> str:
    """All n-grams of the text between its borders ("^", "$"), separated by spaces.

    A tokeniser of the `tokenizers` library cannot overlap its pieces; given them one by one, a plain WordLevel
    vocabulary can. A slip of a recogniser then changes a few pieces and leaves the others.
    """
    return " ".join(ngrams(f"^{normalise(text)}$", sizes))
