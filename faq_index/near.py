"""The nearest texts by vector (FAISS), by how they are written and by how they sound."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from faq_index.embed import Vectors, unit

Scores = npt.NDArray[np.float32]
WRITTEN, SPOKEN = "surface.faiss", "sound.faiss"
# Beyond this many texts, lists of neighbours are searched (IVF) instead of all texts: exact search of 200,000 texts of
# 256 numbers takes 20 ms on one core, a caller's whole share of it is 30.
MOST_EXACT = 20_000
_LISTS, _SEARCHED, _REACH = 1024, 24, 200
_SEED = 20250401


class Near:
    """Cosines of a query to all texts, in their order. `spoken` is None where a language has no writing of sound."""

    def __init__(self, written: Any, spoken: Any | None) -> None:
        self._written, self._spoken = written, spoken
        self._exact = written.ntotal <= MOST_EXACT
        faiss.omp_set_num_threads(1)  # a query is short, and the cores belong to the calls

    @classmethod
    def build(cls, written: Vectors, spoken: Vectors | None) -> Near:
        """`written`, `spoken`: unit vectors, shape (texts, dimensions)."""
        return cls(_index(written), None if spoken is None else _index(spoken))

    def save(self, folder: Path) -> None:
        """Write the indexes into `folder`."""
        faiss.write_index(self._written, str(folder / WRITTEN))
        if self._spoken is not None:
            faiss.write_index(self._spoken, str(folder / SPOKEN))

    @classmethod
    def load(cls, folder: Path) -> Near:
        """Read what `save` wrote."""
        spoken = folder / SPOKEN
        return cls(_read(folder / WRITTEN), _read(spoken) if spoken.exists() else None)

    def cosines(self, written: Vectors | None, spoken: Vectors | None) -> Scores:
        """Shape (texts,): the mean over the forms that were given; of many texts, 0 for those that are not near.

        `written`, `spoken`: unit vectors of the query, shape (dimensions,); at least one is given.
        """
        pairs = [(self._written, written), (self._spoken, spoken)]
        asked = [(index, vector) for index, vector in pairs if index is not None and vector is not None]
        if self._exact:
            total = sum(_ordered(index, vector) for index, vector in asked)
            return np.asarray(total / len(asked), dtype=np.float32)
        near = np.unique(np.concatenate([_neighbours(index, vector) for index, vector in asked]))
        found = np.zeros(self._written.ntotal, dtype=np.float32)
        found[near] = sum(index.reconstruct_batch(near) @ vector for index, vector in asked) / len(asked)
        return found


def best(scores: Scores, count: int) -> npt.NDArray[np.int64]:
    """The places of the `count` highest scores, best first, of equals the first; a full sort of 100,000 takes 7 ms."""
    few = np.argpartition(-scores, count - 1)[:count] if count < len(scores) else np.arange(len(scores))
    return few[np.lexsort((few, -scores[few]))]


def _index(vectors: Vectors) -> Any:
    count, dimensions = vectors.shape
    flat = faiss.IndexFlatIP(dimensions)
    if count <= MOST_EXACT:
        flat.add(vectors)
        return flat
    index = faiss.IndexIVFFlat(flat, dimensions, _LISTS, faiss.METRIC_INNER_PRODUCT)
    index.cp.seed, index.cp.niter, index.nprobe = _SEED, 8, _SEARCHED
    index.train(vectors)
    index.add(vectors)
    flat.this.disown() if hasattr(flat, "this") else None
    index.own_fields = True
    index.make_direct_map()
    return index


def _read(path: Path) -> Any:
    index = faiss.read_index(str(path))
    if hasattr(index, "make_direct_map"):
        index.make_direct_map()
    return index


def _ordered(index: Any, vector: Vectors) -> Scores:
    """All texts in their own order: FAISS answers best first."""
    values, numbers = index.search(unit(vector[None]), index.ntotal)
    ordered = np.empty(index.ntotal, dtype=np.float32)
    ordered[numbers[0]] = values[0]
    return ordered


def _neighbours(index: Any, vector: Vectors) -> npt.NDArray[np.int64]:
    numbers = index.search(unit(vector[None]), _REACH)[1][0]
    return np.asarray(numbers[numbers >= 0])
