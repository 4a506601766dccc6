"""The language a caller asks to be served in, whatever language the wish is said in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from nlu.acts import plain_of
from nlu.source import DATA_DIR, BadDataError, pattern, read_mapping, sound_pattern, strings

LANGUAGES = ("ja", "en", "zh", "ko")
FALLBACK = "en"
"""For who says in Japanese that he has no Japanese."""

_NOT_SPOKEN = "not_spoken"
_SCRIPTS = {
    "ko": re.compile(r"[가-힣]"),
    "ja": re.compile(r"[ぁ-ゖァ-ヺ一-鿿]"),
    "zh": re.compile(r"[一-鿿]"),
    "en": re.compile(r"[A-Za-z]"),
}
_KANA = re.compile(r"[ぁ-ゖァ-ヺ]")

Patterns = Mapping[str, re.Pattern[str]]
"""By the language in which the wish is said."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """`wanted`: language → how it is asked for; `not_spoken`: how callers say that they have no Japanese."""

    wanted: Mapping[str, Patterns]
    not_spoken: Patterns

    def find(self, text: str, language: str) -> str | None:
        """Returns the language asked for in normalised `text`, which was judged to be in `language`; None when none is.

        Who only says that he has no Japanese is served in the language he said it in, in FALLBACK where that was
        Japanese. Never raises.
        """
        for spoken in _readable(text, language):
            plain = plain_of(text, spoken)
            found = [
                (match.start(), wanted) for wanted, by in self.wanted.items() if (match := by[spoken].search(plain))
            ]
            if self.not_spoken[spoken].search(plain):
                found = [item for item in found if item[1] != "ja"] or [(0, FALLBACK if spoken == "ja" else spoken)]
            if found:
                return min(found)[1]
        return None


def _readable(text: str, language: str) -> Iterator[str]:
    """Yields the languages whose letters stand in `text`, the judged one first: 中文 alone may be judged Japanese."""
    for spoken in dict.fromkeys((language, *_SCRIPTS)):
        if spoken in _SCRIPTS and _SCRIPTS[spoken].search(text) and not (spoken == "zh" and _KANA.search(text)):
            yield spoken


def load_wishes(data_dir: Path) -> Wishes:
    """Reads <language>/wishes.yaml of every language in `data_dir`. Raises BadDataError."""
    wanted = {}
    for language in ("en", "zh", "ko", "ja"):
        path = data_dir / language / "wishes.yaml"
        wanted[language] = _patterns(path, "", read_mapping(path))
    path = data_dir / "ja" / "wishes.yaml"
    return Wishes(wanted, _patterns(path, f"{_NOT_SPOKEN}.", read_mapping(path).get(_NOT_SPOKEN)))


def _patterns(path: Path, prefix: str, table: Any) -> dict[str, re.Pattern[str]]:
    if not isinstance(table, dict):
        raise BadDataError(path, prefix.rstrip("."), "must be a mapping of language: patterns")
    return {
        spoken: (sound_pattern if spoken == "ja" else pattern)(path, prefix + spoken, strings(path, table, spoken))
        for spoken in LANGUAGES
    }


@lru_cache(maxsize=1)
def _shipped() -> Wishes:
    return load_wishes(DATA_DIR)


def wish(text: str, language: str) -> str | None:
    """Returns the language asked for in normalised `text`, by the shipped data. See `Wishes.find`."""
    return _shipped().find(text, language)
