"""BM25 over the words and characters of a text and over its sound."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import numpy.typing as npt

from faq_index.text import has_ideograph, ngrams, normalise

# Importing bm25s turns its own log up to debug; what it says there is for its authors.
logging.getLogger("bm25s").setLevel(logging.WARNING)

Scores = npt.NDArray[np.float32]
# What stands before a token tells its kind: a word, a piece of sound, or (nothing) a pair of written characters.
WORD, SOUND = "=", "~"
# Particles, auxiliaries and punctuation join words; they are in every saying and tell no topic from another.
_JOINING = frozenset({"助詞", "助動詞", "補助記号", "空白"})


class Tokens:
    """Cuts a text into words (Sudachi, normalised form), pairs of characters, and pieces of its reading.

    Pieces of the reading carry a mark, so sound only meets sound. A text without kanji is all sound: its surface adds
    nothing, and a recogniser that writes katakana is not held to spellings.
    """

    def __init__(self) -> None:
        # A Sudachi tokeniser serves one thread at a time. One for all behind a lock: making one takes 25 ms, which a
        # caller would wait for in every new thread; cutting a sentence takes 0.1 ms.
        self._tokenizer: Any = None
        self._lock = threading.Lock()

    def of(self, text: str, reading: str) -> list[str]:
        """All tokens, repeated as often as they occur."""
        sound = [SOUND + piece for piece in ngrams(normalise(reading), (2, 3))]
        if not has_ideograph(text):
            return sound
        return [*self._words(text), *ngrams(normalise(text), (2,)), *sound]

    def _words(self, text: str) -> list[str]:
        with self._lock:
            if self._tokenizer is None:
                from sudachipy import Dictionary, SplitMode

                self._tokenizer = Dictionary(dict="core").tokenizer(mode=SplitMode.A)
            return [
                WORD + word.normalized_form()
                for word in self._tokenizer.tokenize(text)
                if word.part_of_speech()[0] not in _JOINING
            ]


class Lexical:
    """BM25 (Lucene's variant, Lù 2024, arXiv:2407.03618) as a share of what the query could reach, in [0, 1]."""

    def __init__(self, bm25: Any) -> None:
        self._bm25 = bm25
        columns = np.asarray(bm25.scores["indptr"])
        values = np.asarray(bm25.scores["data"], dtype=np.float32)
        filled = columns[1:] > columns[:-1]
        self._worth = np.zeros(len(filled), dtype=np.float32)
        self._worth[filled] = np.maximum.reduceat(values, columns[:-1][filled])
        # What no saying holds still counts as asked: a strange utterance must not score by its one known word.
        self._unknown = float(np.median(self._worth[filled]))
        self._first_row = np.full(len(filled), np.iinfo(np.int32).max, dtype=np.int64)
        self._first_row[filled] = np.minimum.reduceat(np.asarray(bm25.scores["indices"]), columns[:-1][filled])
        self.rows: int = int(bm25.scores["num_docs"])

    @classmethod
    def build(cls, documents: Sequence[list[str]]) -> Lexical:
        """Index one list of tokens a row."""
        bm25 = bm25s.BM25(method="lucene")
        bm25.index(list(documents), show_progress=False)
        return cls(bm25)

    def save(self, folder: Path) -> None:
        """Write the index into `folder`."""
        self._bm25.save(str(folder))

    @classmethod
    def load(cls, folder: Path) -> Lexical:
        """Read what `save` wrote. Raises whatever the library raises for a broken folder."""
        return cls(bm25s.BM25.load(str(folder)))

    def scores(self, tokens: list[str]) -> Scores:
        """One score a row, shape (rows,)."""
        numbers = [self._bm25.vocab_dict.get(token, -1) for token in tokens]
        known = np.array([n for n in numbers if n >= 0], dtype=np.int32)
        if known.size == 0:
            return np.zeros(self.rows, dtype=np.float32)
        reachable = float(self._worth[known].sum()) + self._unknown * (len(numbers) - known.size)
        found = self._bm25.get_scores_from_ids(known)
        return np.asarray(found, dtype=np.float32) / np.float32(reachable)

    def strangeness(self, tokens: list[str], rows: int) -> float:
        """Share in [0, 1] of the words (of the sound, where there are no words) that the first `rows` rows never use.

        "May I pay the car tax by card" is close to a question about paying by card but for one word; that word tells.
        """
        telling = [t for t in tokens if t.startswith(WORD)] or [t for t in tokens if t.startswith(SOUND) and len(t) > 3]
        if not telling:
            return 0.0
        return sum(not self._used(token, rows) for token in telling) / len(telling)

    def _used(self, token: str, rows: int) -> bool:
        number = self._bm25.vocab_dict.get(token)
        return number is not None and bool(self._first_row[number] < rows)
