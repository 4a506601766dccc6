"""One linear layer over the features of one language: the opinion that goes by words and sounds alone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlu.source import BadDataError

WEIGHTS = "ngrams.npz"
_REMEDY = "train it again: python -m nlu.training ngrams"


@dataclass(frozen=True, slots=True)
class Ngrams:
    """`rows` feature → row of `weights` (V, C + 1), `bias` (C + 1,): a logit per class, and one for urgent."""

    labels: tuple[str, ...]
    rows: Mapping[str, int]
    weights: NDArray[np.float16]
    bias: NDArray[np.float32]

    def logits(self, values: Mapping[str, float]) -> tuple[NDArray[np.float32], float]:
        """Returns the class logits (C,) and the urgent logit of an utterance with these feature values."""
        known = [(row, value) for name, value in values.items() if (row := self.rows.get(name)) is not None]
        total = self.bias
        if known:
            index, value = zip(*known, strict=True)
            total = total + np.asarray(value, dtype=np.float32) @ self.weights[list(index)].astype(np.float32)
        return total[:-1], float(total[-1])


def training_stamp(folder: Path) -> str:
    """Returns the sha256 (hex) over names and bytes of all files that the weights of a language are trained from."""
    digest = hashlib.sha256()
    sources = [folder.parent / "labels.yaml", folder / "slots.yaml", folder / "concepts.yaml"]
    for path in [*(s for s in sources if s.exists()), *sorted((folder / "utterances").rglob("*.t[xs][tv]"))]:
        digest.update(path.relative_to(folder.parent).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def stamp_of(folder: Path) -> str:
    """Returns the stamp of the data that the weights of a language were trained from. A test holds it against the data:
    a desk must open at night whoever has touched a text file since."""
    with np.load(folder / WEIGHTS, allow_pickle=False) as stored:
        return str(stored["stamp"].tobytes().decode())


def save_ngrams(path: Path, model: Ngrams, stamp: str) -> None:
    """Writes the weights as float16: half the size, and a thousandth of a logit is no loss."""
    names = sorted(model.rows, key=lambda name: model.rows[name])
    np.savez_compressed(
        path,
        labels=_bytes("\n".join(model.labels)),
        features=_bytes("\n".join(names)),
        weights=model.weights.astype(np.float16),
        bias=model.bias,
        stamp=_bytes(stamp),
    )


def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)


def load_ngrams(folder: Path) -> Ngrams:
    """Reads the weights of a language. Raises BadDataError when they are missing or unreadable."""
    path = folder / WEIGHTS
    try:
        with np.load(path, allow_pickle=False) as stored:
            text = {key: stored[key].tobytes().decode() for key in ("labels", "features")}
            weights, bias = stored["weights"], stored["bias"].astype(np.float32)
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise BadDataError(path, "file", f"missing or damaged; {_REMEDY}") from error
    rows = {name: row for row, name in enumerate(text["features"].split("\n"))}
    return Ngrams(tuple(text["labels"].split("\n")), rows, weights, bias)
