"""Whether the words of a call are those of our callers: linear over tokens, fitted to sayings and what is not ours.

"When is my rent debited" differs from a question of ours by one word; a vector hardly shows it, a weight per word does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from faq_index.logistic import fit

RIDGE = 2e-6


class Gate:
    """`weights`: token to weight; a call's score is above 0 when it sounds like ours."""

    def __init__(self, weights: dict[str, float], constant: float) -> None:
        self._weights, self._constant = weights, constant

    @classmethod
    def of(cls, ours: Sequence[list[str]], others: Sequence[list[str]]) -> Gate:
        """Both as lists of tokens; together they weigh the same."""
        from scipy.sparse import csr_matrix

        if not ours or not others:
            return cls({}, 0.0)
        texts = [set(tokens) for tokens in (*ours, *others)]
        counts = Counter(token for text in texts for token in text)
        number = {token: place for place, token in enumerate(sorted(t for t, n in counts.items() if n > 1))}
        rows = [[number[token] for token in sorted(text) if token in number] for text in texts]
        values = np.concatenate([np.full(len(row), _share(text)) for row, text in zip(rows, texts, strict=True)])
        starts = np.cumsum([0, *map(len, rows)])
        seen = csr_matrix(
            (values, np.array([place for row in rows for place in row]), starts), (len(rows), len(number))
        )
        happened = np.arange(len(texts)) < len(ours)
        found = fit(seen, happened, np.where(happened, 0.5 / len(ours), 0.5 / len(others)), RIDGE)
        return cls(dict(zip(number, found[:-1].tolist(), strict=True)), float(found[-1]))

    def score(self, tokens: list[str]) -> float:
        """The log odds that these are words of our callers."""
        said = set(tokens)
        return self._constant + _share(said) * sum(self._weights.get(token, 0.0) for token in said)

    def save(self, path: Path) -> None:
        """Write to a .npz file."""
        names = np.frombuffer("\n".join(self._weights).encode(), dtype=np.uint8)
        weights = np.array([*self._weights.values(), self._constant], dtype=np.float64)
        np.savez_compressed(path, names=names, weights=weights)

    @classmethod
    def load(cls, path: Path) -> Gate:
        """Read what `save` wrote."""
        with np.load(path) as stored:
            names, weights = stored["names"].tobytes().decode().split("\n"), stored["weights"].tolist()
        return cls(dict(zip(names, weights[:-1], strict=False)), weights[-1])


def _share(tokens: set[str]) -> float:
    """A long call has more tokens and shall not be surer for it."""
    return float(1 / np.sqrt(len(tokens) + 1))
