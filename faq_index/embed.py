"""Turns texts into vectors: the port, sentence-transformers behind it, and several models side by side."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from faq_index import pieces
from faq_index.text import readable

Vectors = npt.NDArray[np.float32]
SHIPPED_MODEL = Path(__file__).parent / "models" / "mini"


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
            self._model: Any = SentenceTransformer(str(name), device="cpu").float()
            self._cut = _is_cut(Path(name))
        except (OSError, ValueError, KeyError, ImportError) as broken:
            raise ModelError(
                f"embedding model {name}: {broken}; correct the setting, or restore the shipped model with "
                "`python -m faq_index.training`"
            ) from broken
        self._model.eval()
        self._inference: Any = torch.inference_mode
        self._prefix = prefix
        self.model_hash = _hash_of(name, prefix)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See Embedder. The two steps of `SentenceTransformer.encode` without its sorting and bookkeeping: 0.30 ms
        for the two texts of a query against 0.43 ms, with the shipped model on one core. 64 texts at a time."""
        parts: list[Vectors] = []
        with self._inference():
            for start in range(0, len(texts), 64):
                batch = [self._prepare(text) for text in texts[start : start + 64]]
                parts.append(self._model(self._model.preprocess(batch))["sentence_embedding"].float().numpy())
        return unit(np.concatenate(parts)) if parts else np.zeros((0, self._dimensions), dtype=np.float32)

    @property
    def _dimensions(self) -> int:
        return int(self._model.get_embedding_dimension() or 0)

    def _prepare(self, text: str) -> str:
        text = readable(text)
        return self._prefix + (pieces.spaced(text) if self._cut else text)


class SideBySide:
    """Several models as one: their vectors one after the other, each weighted, the whole of unit length.

    The cosine of two texts is then the weighted mean of the models' cosines. `parts`: model, weight > 0.
    """

    def __init__(self, *parts: tuple[Embedder, float]) -> None:
        self._parts = parts
        named = [[embedder.model_hash, weight] for embedder, weight in parts]
        self.model_hash = hashlib.sha256(json.dumps(named).encode()).hexdigest()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See Embedder."""
        columns = [embedder.encode(texts) * np.float32(np.sqrt(weight)) for embedder, weight in self._parts]
        return unit(np.hstack(columns))


def unit(vectors: Vectors) -> Vectors:
    """Every row scaled to length one; zeros stay zeros."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-9), dtype=np.float32)


def _is_cut(folder: Path) -> bool:
    """True only for the models of `faq_index.training`. A module class of our own inside the model would do the same,
    but the library loads foreign classes only with trust_remote_code, which then holds for any model."""
    file = folder / pieces.FILE
    if not file.is_file():
        return False
    if json.loads(file.read_text(encoding="utf-8")) != pieces.CUT:
        raise ValueError(f"{pieces.FILE} is of another version of this program")
    return True


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
