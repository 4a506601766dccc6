"""How a text sounds in its language, as letters that can be compared: kana, pinyin, jamo, or the letters themselves."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from nlu.reading import canonical, reading

_NO_LETTER = re.compile(r"[\W_]+")
_SPACES = re.compile(r"\s+")


@lru_cache(maxsize=1024)
def sound_of(text: str, language: str) -> str:
    """Returns normalised `text` as it sounds: canonical kana ("ja"), pinyin without tones ("zh"), the letters of the
    syllables ("ko"), lower-case words ("en"). Two writings of one sound are the same."""
    if language == "ja":
        return canonical(reading(text))
    if language == "zh":
        return _pinyin(text)
    if language == "ko":
        return unicodedata.normalize("NFD", _NO_LETTER.sub("", text.lower()))
    return _SPACES.sub(" ", _NO_LETTER.sub(" ", text.lower().replace("'", ""))).strip()


@lru_cache(maxsize=1024)
def plain(text: str, language: str) -> str:
    """Returns the form that patterns (acts, rules, wishes) run over: canonical kana ("ja"), lower-case words parted by
    single spaces ("en"), letters alone without spaces ("zh", "ko")."""
    if language in ("ja", "en"):
        return sound_of(text, language)
    return _NO_LETTER.sub("", text.lower())


def _pinyin(text: str) -> str:
    from pypinyin import Style, lazy_pinyin

    syllables = lazy_pinyin(_NO_LETTER.sub(" ", text.lower()), style=Style.NORMAL)
    return " ".join(" ".join(syllables).split())
