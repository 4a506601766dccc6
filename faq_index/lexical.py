"""BM25 over the tokens of texts."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import numpy.typing as npt

from faq_index.languages import SOUND, WORD

# Importing bm25s turns its own log up to debug; what it says there is for its authors.
logging.getLogger("bm25s").setLevel(logging.WARNING)

Scores = npt.NDArray[np.float32]


class Lexical:
    """BM25 (Lucene's variant, Lù 2024, arXiv:2407.03618) as a share of what the query could reach, in [0, 1]."""

    def __init__(self, bm25: Any) -> None:
        self._bm25 = bm25
        self._starts = np.asarray(bm25.scores["indptr"])
        self._rows_of = np.asarray(bm25.scores["indices"])
        self._values = np.asarray(bm25.scores["data"], dtype=np.float32)
        filled = self._starts[1:] > self._starts[:-1]
        self._worth = np.zeros(len(filled), dtype=np.float32)
        self._worth[filled] = np.maximum.reduceat(self._values, self._starts[:-1][filled])
        # What no saying holds still counts as asked: a strange utterance must not score by its one known word.
        self._unknown = float(np.median(self._worth[filled])) if filled.any() else 1.0
        self._first_row = np.full(len(filled), np.iinfo(np.int32).max, dtype=np.int64)
        self._first_row[filled] = np.minimum.reduceat(self._rows_of, self._starts[:-1][filled])
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
        known = np.array([n for n in numbers if n >= 0], dtype=np.int64)
        if known.size == 0:
            return np.zeros(self.rows, dtype=np.float32)
        reachable = float(self._worth[known].sum()) + self._unknown * (len(numbers) - known.size)
        return self._summed(known) / np.float32(reachable)

    def _summed(self, known: npt.NDArray[np.int64]) -> Scores:
        """What `bm25s` sums with numba, which is not installed; without it, its loop in Python is slow."""
        spans = [slice(self._starts[n], self._starts[n + 1]) for n in known]
        rows = np.concatenate([self._rows_of[span] for span in spans])
        values = np.concatenate([self._values[span] for span in spans])
        return np.bincount(rows, weights=values, minlength=self.rows).astype(np.float32)

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
