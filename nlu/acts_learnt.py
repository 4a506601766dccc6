"""What callers do, by example: a linear layer over pieces of a reply, and one over the encoder's vector of it.

It answers for what no pattern knows. Trained by `python -m nlu.training acts` on acts_sayings.txt, acts_said.jsonl and
on answers that do nothing to the conversation; which question was asked decides which of three columns count.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlu.encoder import Encoder, Floats
from nlu.meaning import Act, Expecting
from nlu.source import BadDataError

WEIGHTS = "acts.npz"
SOURCES = ("acts_sayings.txt", "acts_said.jsonl")
NONE = "none"
KINDS = ("yes_no", "thing", "open")
"""Of questions: for a yes or no, for a thing (place, number, name, day), and none at all."""

OPEN = (
    Expecting.ANYTHING,
    Expecting.SITUATION,
    Expecting.DETAIL,
    Expecting.CHOICE,
)  # a choice may be made in any words
_LENGTHS = {"ja": 6, "en": 4, "zh": 4, "ko": 4}  # letters or, in English, words
_SPELT = 4  # letters of English words, for endings and slips
_CLEAR = 0.9  # from which the pieces alone are believed: the encoder takes 1.5 ms
_SHARE = 0.6  # of each opinion, where both are asked
_REMEDY = "train it again: python -m nlu.training acts"


def kind_of(expecting: Expecting) -> str:
    """Returns which of KINDS a question is of."""
    if expecting is Expecting.YES_NO:
        return "yes_no"
    return "open" if expecting in OPEN else "thing"


def pieces(plain: str, language: str) -> set[str]:
    """Returns the pieces of `nlu.acts.plain_of` a reply, its two ends marked."""
    if language != "en":
        units = f"^{plain}$"
        return {units[i : i + n] for n in range(1, _LENGTHS[language] + 1) for i in range(len(units) - n + 1)}
    words = ["^", *plain.split(), "$"]
    found = {" ".join(words[i : i + n]) for n in range(1, _LENGTHS["en"] + 1) for i in range(len(words) - n + 1)}
    return found | {f"#{plain[i : i + _SPELT]}" for i in range(len(plain) - _SPELT + 1)}


@dataclass(frozen=True, slots=True)
class Learnt:
    """L acts, no act among them. `rows`: piece → row of `weights` (V, kinds, L) int8 times `scale` (V,); `bias`
    (kinds, L). `dense` (kinds, D, L) and `dense_bias` (kinds, L): the same over the encoder's vector."""

    language: str
    acts: tuple[Act | None, ...]
    rows: Mapping[str, int]
    weights: NDArray[np.int8]
    scale: Floats
    bias: Floats
    dense: Floats
    dense_bias: Floats
    encoder: Encoder

    def likely(self, plain: str, text: str, expecting: Expecting) -> dict[Act | None, float]:
        """Returns how likely a reply does each act, and none: they sum to 1. `text`: the reply as recognised."""
        kind = KINDS.index(kind_of(expecting))
        logits = self._by_pieces(plain, kind)
        found = _softmax(logits)
        if found.max() < _CLEAR:
            vector = self.encoder.encode_one(text)
            other = _softmax(self.dense_bias[kind] + vector @ self.dense[kind])
            found = _softmax(_SHARE * (np.log(found + 1e-6) + np.log(other + 1e-6)))
        return dict(zip(self.acts, found.tolist(), strict=True))

    def _by_pieces(self, plain: str, kind: int) -> Floats:
        found = pieces(plain, self.language)
        known = sorted(row for piece in found if (row := self.rows.get(piece)) is not None)
        if not known:
            return np.asarray(self.bias[kind], dtype=np.float32)
        value = self.scale[known] / np.float32(sqrt(len(found)))
        return np.asarray(self.bias[kind] + value @ self.weights[known, kind].astype(np.float32), dtype=np.float32)


def _softmax(logits: Floats) -> Floats:
    power = np.exp(logits - logits.max())
    return np.asarray(power / power.sum(), dtype=np.float32)


def learnt_stamp(folder: Path, encoder_dir: Path) -> str:
    """Returns the sha256 (hex) of the sayings and of the encoder that the layers of a language are trained with."""
    digest = hashlib.sha256()
    for path in [*(folder / name for name in SOURCES), encoder_dir / "weights.npz"]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def stamp_of(folder: Path) -> str:
    """Returns the stamp of what the layers were trained with; a test holds it against what lies there."""
    with np.load(folder / WEIGHTS, allow_pickle=False) as stored:
        return str(stored["stamp"].tobytes().decode())


def save_learnt(path: Path, model: Learnt, stamp: str) -> None:
    """Writes acts.npz."""
    names = sorted(model.rows, key=lambda name: model.rows[name])
    np.savez_compressed(
        path,
        acts=_bytes("\n".join(act or NONE for act in model.acts)),
        pieces=_bytes("\n".join(names)),
        weights=model.weights,
        scale=model.scale.astype(np.float16),
        bias=model.bias,
        dense=model.dense.astype(np.float16),
        dense_bias=model.dense_bias,
        stamp=_bytes(stamp),
    )


def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)


def load_learnt(folder: Path, encoder: Encoder) -> Learnt:
    """Reads acts.npz of a language's folder. Raises BadDataError when it is missing or unreadable."""
    path = folder / WEIGHTS
    try:
        with np.load(path, allow_pickle=False) as stored:
            acts, names = (stored[key].tobytes().decode().split("\n") for key in ("acts", "pieces"))
            numbers = {key: stored[key].astype(np.float32) for key in ("scale", "bias", "dense", "dense_bias")}
            return Learnt(
                language=folder.name,
                acts=tuple(None if name == NONE else Act(name) for name in acts),
                rows={name: row for row, name in enumerate(names)},
                weights=stored["weights"],
                encoder=encoder,
                **numbers,
            )
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise BadDataError(path, "file", f"missing or damaged; {_REMEDY}") from error
