"""Turns texts into vectors: the port, and sentence-transformers behind it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from faq_index.text import spaced_ngrams

Vectors = npt.NDArray[np.float32]
# A model whose folder holds this file, {"sizes": [1, 2, ...]}, reads character n-grams separated by spaces.
NGRAM_FILE = "char_ngrams.json"
SHIPPED_MODEL = Path(__file__).parent / "models" / "mini-ja"


class Embedder(Protocol):
    """Texts to unit vectors."""

    @property
    def model_hash(self) -> str:
        """Changes when the vectors would: an index of another model is stale."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32, shape (texts, dimensions); a text of which nothing is known gives zeros."""
        ...


class ModelError(RuntimeError):
    """The embedding model cannot be loaded. The message names the model and the remedy."""


class SentenceEmbedder:
    """Any sentence-transformers model, from a folder or by its hub name.

    `name`: a folder, or a hub name (fetched by the library; a closed network needs a folder). `prefix`: what the
    model's card asks to put before a text, for example the "query: " of multilingual-e5. One thread: a query is short,
    and the cores belong to the calls. Raises ModelError.
    """

    def __init__(self, name: str | Path = SHIPPED_MODEL, prefix: str = "") -> None:
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(1)
        try:
            self._model: Any = SentenceTransformer(str(name), device="cpu")
        except (OSError, ValueError, KeyError, ImportError) as broken:
            raise ModelError(
                f"embedding model {name}: {broken}; correct the setting, or restore the shipped model with "
                "`python -m faq_index.train`"
            ) from broken
        self._model.eval()
        self._inference: Any = torch.inference_mode
        self._prefix = prefix
        self._sizes = _ngram_sizes(Path(name))
        self.model_hash = _hash_of(name, prefix)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See Embedder. The two steps of `SentenceTransformer.encode` without its sorting and bookkeeping: 0.30 ms
        for the two texts of a query against 0.43 ms, with the shipped model on one core. 64 texts at a time."""
        parts: list[Vectors] = []
        with self._inference():
            for start in range(0, len(texts), 64):
                batch = [self._prepare(text) for text in texts[start : start + 64]]
                parts.append(self._model(self._model.preprocess(batch))["sentence_embedding"].float().numpy())
        vectors = np.concatenate(parts)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(norms, 1e-9), dtype=np.float32)

    def _prepare(self, text: str) -> str:
        return self._prefix + (spaced_ngrams(text, self._sizes) if self._sizes else text)


def _ngram_sizes(folder: Path) -> tuple[int, ...]:
    """Empty for every model but those of `faq_index.train`. A module class of our own inside the model would do the
    same, but the library loads foreign classes only with trust_remote_code, which then holds for any model."""
    file = folder / NGRAM_FILE
    return tuple(json.loads(file.read_text(encoding="utf-8"))["sizes"]) if file.is_file() else ()


def _hash_of(name: str | Path, prefix: str) -> str:
    """Of a folder: its files. Of a hub name: the name; who changes the revision builds the index anew."""
    digest = hashlib.sha256(prefix.encode())
    folder = Path(name)
    if folder.is_dir():
        for file in sorted(folder.rglob("*")):
            if file.is_file() and file.suffix != ".md":
                digest.update(file.relative_to(folder).as_posix().encode())
                digest.update(file.read_bytes())
    else:
        digest.update(str(name).encode())
    return digest.hexdigest()
