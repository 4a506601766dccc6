"""What callers ask and the FAQ does not answer: unanswered questions in groups that ask the same, the largest first.

A proposal, never an entry: people decide what the bureau answers, and what.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from faq_index.index import FaqIndex
from faq_index.shelf import Reading
from faq_index.text import normalise

MOST_TEXTS = 3000
"""Different texts that are compared, each with each; of more, those asked most often."""
APART = 0.45
"""Cosine distance (mean over a group) beyond which questions count as different ones."""
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Gap:
    """`asked`: how often; `question`: the one that says best what all of them ask; `examples`: the most frequent ones;
    `nearest`: the topic that comes closest, with its score in [0, 1] ("" where the FAQ is empty)."""

    asked: int
    question: str
    examples: tuple[str, ...]
    nearest: str
    score: float


def gaps(questions: Iterable[tuple[str, int]], index: FaqIndex, reading: Reading, at_least: int = 2) -> list[Gap]:
    """Group `questions` (text, how often) of one language; groups asked fewer than `at_least` times are left out."""
    counts = _counted(questions)
    texts = [text for text, _ in counts.most_common(MOST_TEXTS)]
    if not texts:
        return []
    vectors = index.vectors([(text, reading(text)) for text in texts])
    found = [_gap([texts[i] for i in group], vectors[group], counts, index, reading) for group in _groups(vectors)]
    return sorted((gap for gap in found if gap.asked >= at_least), key=lambda gap: (-gap.asked, gap.question))


def _counted(questions: Iterable[tuple[str, int]]) -> Counter[str]:
    """What differs in width, case or punctuation only is the same; it is shown as it was first said."""
    shown: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for text, count in questions:
        key = normalise(text)
        if key:
            counts[shown.setdefault(key, text)] += count
    return counts


def _groups(vectors: np.ndarray) -> Sequence[np.ndarray]:
    """Agglomerative clustering by mean cosine distance."""
    if len(vectors) == 1:
        return [np.array([0])]
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import pdist

    # texts of which the model knows nothing are zeros: they have no angle, and stand apart
    distances = np.nan_to_num(pdist(vectors, "cosine"), nan=1.0).clip(0)
    labels = fcluster(linkage(distances, "average"), APART, "distance")
    return [np.flatnonzero(labels == label) for label in np.unique(labels)]


def _gap(texts: list[str], vectors: np.ndarray, counts: Counter[str], index: FaqIndex, reading: Reading) -> Gap:
    weights = np.array([counts[text] for text in texts], dtype=np.float32)
    middle = texts[int((vectors @ (weights @ vectors)).argmax())]
    best = index.search(middle, reading(middle)).candidates
    examples = tuple(sorted(texts, key=lambda text: -counts[text])[:EXAMPLES])
    nearest = (best[0].topic, best[0].score) if best else ("", 0.0)
    return Gap(int(weights.sum()), middle, examples, *nearest)
