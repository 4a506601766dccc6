"""What differs from language to language: how much an ear keeps, how a text sounds, what its words are."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from faq_index.text import has_ideograph, ngrams, normalise

# What stands before a token tells its kind: a word, a piece of sound, or (nothing) a piece of writing.
WORD, SOUND = "=", "~"
# Japanese particles, auxiliaries and punctuation join words; they are in every saying and tell no topic from another.
_JOINING = frozenset({"助詞", "助動詞", "補助記号", "空白"})
_LATIN_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")


@dataclass(frozen=True, slots=True)
class Language:
    """`ear`: characters a spoken sentence may have; `sentence` finds sentences; `sound`: text, reading → how it sounds;
    `tokens`: text, sound → what BM25 counts; `spoken`: whether the sound is a text of its own, to be embedded as well.
    """

    code: str
    ear: int
    sentence: re.Pattern[str]
    sound: Callable[[str, str], str]
    tokens: Callable[[str, str], list[str]]
    spoken: bool = False


class _Sudachi:
    """Words in their normalised form. A tokeniser serves one thread at a time: one for all behind a lock, because
    making one takes 25 ms, which a caller would wait for in every new thread; cutting a sentence takes 0.1 ms."""

    def __init__(self) -> None:
        self._tokenizer: Any = None
        self._lock = threading.Lock()

    def words(self, text: str) -> list[str]:
        with self._lock:
            if self._tokenizer is None:
                from sudachipy import Dictionary, SplitMode

                self._tokenizer = Dictionary(dict="core").tokenizer(mode=SplitMode.A)
            return [
                word.normalized_form()
                for word in self._tokenizer.tokenize(text)
                if word.part_of_speech()[0] not in _JOINING
            ]


class _Stems:
    """English stems (Snowball's "porter2"). Its stemmer serves one thread at a time."""

    def __init__(self) -> None:
        self._stemmer: Any = None
        self._lock = threading.Lock()

    def of(self, words: list[str]) -> list[str]:
        with self._lock:
            if self._stemmer is None:
                from Stemmer import Stemmer

                self._stemmer = Stemmer("english")
            return list(self._stemmer.stemWords(words))


_sudachi, _stems = _Sudachi(), _Stems()


def _japanese(text: str, sound: str) -> list[str]:
    """Words, pairs of characters and pieces of the sound. A text without kanji is all sound: its surface adds nothing,
    and a recogniser that writes katakana is not held to spellings."""
    pieces = [SOUND + piece for piece in ngrams(normalise(sound), (2, 3))]
    if not has_ideograph(text):
        return pieces
    return [*(WORD + word for word in _sudachi.words(text)), *ngrams(normalise(text), (2,)), *pieces]


def _chinese(text: str, sound: str) -> list[str]:
    """Characters and pairs of them (a pair is a word, more often than not), and pairs of syllables: a recogniser that
    writes another character for the same syllable is forgiven."""
    written, syllables = normalise(text), sound.split()
    return [
        *ngrams(written, (1,)),
        *(WORD + pair for pair in ngrams(written, (2,))),
        *(f"{SOUND}{one} {other}" for one, other in pairwise(syllables)),
    ]


def _korean(text: str, sound: str) -> list[str]:
    """Pieces of two and three syllables, across blanks (spacing is a matter of taste), and of letters: endings and
    particles change, stems stay."""
    written = normalise(text)
    return [*(WORD + pair for pair in ngrams(written, (2,))), *ngrams(written, (3,)), *_marked(sound, (4, 5))]


def _english(_: str, sound: str) -> list[str]:
    """Stems, pairs of stems, and pieces of words: a word misheard keeps some of them."""
    stems = _stems.of(_LATIN_WORD.findall(sound))
    pairs = [f"{one} {other}" for one, other in pairwise(stems)]
    pieces = [SOUND + piece for stem in stems for piece in ngrams(f"<{stem}>", (4,))]
    return [*(WORD + stem for stem in stems), *pairs, *pieces]


def _marked(sound: str, sizes: tuple[int, ...]) -> list[str]:
    return [SOUND + piece for piece in ngrams(sound, sizes)]


@lru_cache(maxsize=1024)
def _pinyin(text: str) -> str:
    """Syllables without tones, separated by blanks; what is no Chinese character stays as it is."""
    from pypinyin import Style, lazy_pinyin

    return " ".join(lazy_pinyin(normalise(text), style=Style.NORMAL))


def _letters(text: str) -> str:
    """Hangul syllables taken apart into their letters."""
    return unicodedata.normalize("NFD", normalise(text))


def _lower(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower().replace("’", "'")


LANGUAGES: Mapping[str, Language] = {
    one.code: one
    for one in (
        # An ear forgets the start of a sentence that is longer (DOMAIN: "under about 40 characters").
        Language("ja", 45, re.compile(r"[^。！？]+[。！？]?"), lambda _, reading: reading, _japanese, spoken=True),
        Language("zh", 40, re.compile(r"[^。！？]+[。！？]?"), lambda text, _: _pinyin(text), _chinese),
        Language("ko", 60, re.compile(r"[^.!?]+[.!?]?"), lambda text, _: _letters(text), _korean),
        # a full stop inside a number ("3.5") or a name ("a.m.") ends nothing: a blank or the end must follow
        Language("en", 110, re.compile(r"\S.*?(?:[.!?](?=\s|$)|$)", re.DOTALL), lambda text, _: _lower(text), _english),
    )
}
