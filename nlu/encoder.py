"""The shipped sentence encoder: pieces of words, what stands beside what, one vector. Pure numpy, a millisecond a text.

Deep averaging over word pieces and their neighbours in windows of 2, 3 and 5 (Yang et al. 2019, arXiv:1907.04307,
section 3; the CNN model). The weights are trained by `python -m nlu.training encoder`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.source import BadDataError

Floats = NDArray[np.float32]
SHIPPED = Path(__file__).parent / "models" / "encoder"
WINDOWS = {2: 0, 3: 1, 5: 2}
"""Width of each window in pieces → how many of them stand before the piece it belongs to."""
HIDDEN = 256
LONGEST = 160  # pieces; about a minute of speech, the rest says no more about the matter
BEGIN, END, UNKNOWN = 1, 2, 0
_EPSILON = 1e-6
_REMEMBERED = 128  # texts
_DIGITS = re.compile(r"[0-9]+")


def spelt(text: str) -> str:
    """Returns `text` as it is given to the encoder: lower case, all numbers alike."""
    return _DIGITS.sub("0", text.lower())


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """`table` (V, D) int8 and `scale` (V,): the pieces' vectors; `dense`: all other weights by name (network.py);
    `digest`: SHA-256 (hex) of the files they came from."""

    tokenizer: Any
    table: NDArray[np.int8]
    scale: Floats
    dense: Mapping[str, Floats]
    digest: str = ""
    _known: dict[str, Floats] = field(default_factory=dict)

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self.dense["d3"].shape[1])

    def encode(self, texts: Sequence[str]) -> Floats:
        """Returns one unit vector a text, float32, shape (texts, dimensions); the empty text is as good as any."""
        rows = [self.encode_one(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dimensions), dtype=np.float32)

    def encode_one(self, text: str) -> Floats:
        """Returns the unit vector of one text, shape (dimensions,), not to be written to. Urgency, acts and answers ask
        for the same text one after the other, so the last few are remembered."""
        text = spelt(text)
        found = self._known.get(text)
        if found is None:
            found = self._encoded(text)
            found.setflags(write=False)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[text] = found
        return found

    def _encoded(self, text: str) -> Floats:
        pieces = self.tokenizer.encode(text, add_special_tokens=False).ids[: LONGEST - 2]
        numbers = np.array([BEGIN, *pieces, END])
        w = self.dense
        pieces_in = self.table[numbers].astype(np.float32) * self.scale[numbers, None]
        hidden = _normal(pieces_in @ w["proj"] + w["proj_b"], w["proj_g"], w["proj_o"])
        blocks = [pieces_in]
        for place, (width, before) in enumerate(WINDOWS.items()):
            own = hidden[:, place * HIDDEN : (place + 1) * HIDDEN]
            for layer in ("a", "b"):
                near = _windows(own, width, before) @ w[f"{layer}{width}"] + w[f"{layer}{width}_b"]
                own = np.maximum(near, 0) + own
            blocks.append(own)
        every = _normal(np.concatenate(blocks, axis=1), w["all_g"], w["all_o"])
        length = np.float32(len(numbers))
        mean = (every.sum(axis=0) @ w["out"] + length * w["out_b"]) / np.sqrt(length)
        y0 = np.maximum(mean @ w["d0"], 0)
        y1 = np.maximum(mean @ w["p1"] + y0 @ w["d1"], 0)
        y2 = np.maximum(y1 @ w["d2"], 0)
        z = np.tanh(y1 @ w["p3"] + y2 @ w["d3"])
        return np.asarray(z / np.sqrt(max(float(z @ z), _EPSILON)), dtype=np.float32)


def _normal(rows: Floats, gain: Floats, offset: Floats) -> Floats:
    centred: Floats = rows - rows.mean(axis=1, keepdims=True)
    spread = np.sqrt(np.einsum("ij,ij->i", centred, centred) / rows.shape[1] + np.float32(_EPSILON))
    centred /= spread[:, None]
    centred *= gain
    centred += offset
    return centred


def _windows(rows: Floats, width: int, before: int) -> Floats:
    """Each row with its neighbours, zeros beyond both ends: (n, d) → (n, width * d)."""
    count, wide = rows.shape
    found = np.zeros((count, width, wide), dtype=np.float32)
    for place in range(width):
        shift = place - before  # of the neighbour, in pieces
        first, last = max(0, -shift), min(count, count - shift)
        if first < last:
            found[first:last, place] = rows[first + shift : last + shift]
    return found.reshape(count, width * wide)


def load_encoder(folder: Path = SHIPPED) -> Encoder:
    """Reads weights.npz and pieces.json, once while they stay the same. Raises BadDataError when they are missing or
    damaged."""
    remedy = "restore it, or train it again: python -m nlu.training ship"
    digest = hashlib.sha256()
    try:
        for name in ("pieces.json", "weights.npz"):
            digest.update((folder / name).read_bytes())
        return _loaded(folder, digest.hexdigest())
    except Exception as error:  # the library raises bare Exception for a file it cannot read
        raise BadDataError(folder / "weights.npz", "encoder", f"missing or damaged ({error}); {remedy}") from error


@lru_cache(maxsize=1)
def _loaded(folder: Path, digest: str) -> Encoder:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "pieces.json"))
    with np.load(folder / "weights.npz", allow_pickle=False) as stored:
        dense = {name: stored[name].astype(np.float32) for name in stored.files if name not in ("table", "scale")}
        return Encoder(tokenizer, stored["table"], stored["scale"].astype(np.float32), dense, digest)
