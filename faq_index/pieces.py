"""Cuts a text into the pieces that the shipped embedding model knows, whatever its language.

Pieces overlap, so that a recogniser's slip changes a few of them and leaves the others; a subword tokeniser would cut
the whole phrase differently. Given them one by one, separated by blanks, a plain WordLevel vocabulary can hold them.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from faq_index.text import ngrams, normalise

FILE = "pieces.json"
"""A model whose folder holds this file reads texts cut by `spaced`; what it says must be CUT."""
CUT = {"cut": "scripts", "version": 1}

_LATIN = re.compile(r"[a-z0-9']+")
_HANGUL = re.compile("[가-힣]")


def spaced(text: str) -> str:
    """All pieces of the text, separated by blanks."""
    folded = unicodedata.normalize("NFKC", text).lower()
    words = _LATIN.findall(folded)
    if 2 * sum(map(len, words)) > len("".join(folded.split())):
        return " ".join(_of_words(words))
    return " ".join(_of_characters(f"^{normalise(text)}$"))


def _of_words(words: list[str]) -> list[str]:
    """Words, pieces of them, and pairs of neighbours."""
    inside = [piece for word in words for piece in ngrams(f"<{word}>", (3, 4, 5)) if len(piece) < len(word) + 2]
    pairs = [f"{one}_{other}" for one, other in pairwise(words)]
    return [*(f"<{word}>" for word in words), *inside, *pairs]


def _of_characters(text: str) -> list[str]:
    """One to four characters; of Hangul also four and five letters, because endings change inside a syllable."""
    pieces = ngrams(text, (1, 2, 3, 4))
    if _HANGUL.search(text):
        pieces += ["j" + piece for piece in ngrams(unicodedata.normalize("NFD", text), (4, 5))]
    return pieces
