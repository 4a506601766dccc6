"""Two opinions and their calibration: the encoder's heads and the linear layer, weighed as held-out callers taught.

The two err on different utterances, so their weighted sum errs less than either. How much each is worth differs by
language and by what a recogniser wrote (with kanji or by sound alone), so each of those has weights of its own.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.encoder import Encoder
from nlu.features import Concepts, features
from nlu.meaning import Redirect
from nlu.ngrams import Ngrams
from nlu.source import BadDataError

CALIBRATION = "calibration.json"
HEADS = "heads.npz"
WRITTEN, BY_SOUND = "written", "by_sound"
_NO_REDIRECT = 0  # the first of the redirect head's classes
_REMEDY = "train it again: python -m nlu.training ship"


@dataclass(frozen=True, slots=True)
class Guess:
    """Probabilities in [0, 1]: `labels` of each class (they sum to 1), `urgent`, and of each `redirects` target."""

    labels: Mapping[str, float]
    urgent: float
    redirects: Mapping[Redirect, float]

    def redirected(self, least: float) -> bool:
        """Tells whether the caller is to be sent elsewhere with at least that probability."""
        return max(self.redirects.values()) >= least


@dataclass(frozen=True, slots=True)
class Heads:
    """Linear layers over the encoder's unit vector, in one matrix (D, C + 1 + R): classes, urgent, redirects."""

    labels: tuple[str, ...]
    redirects: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def logits(self, unit: NDArray[np.float32]) -> tuple[NDArray[np.float32], float, NDArray[np.float32]]:
        """Returns class logits (C,), the urgent logit and redirect logits (R,)."""
        total = self.bias + unit @ self.weights
        count = len(self.labels)
        return total[:count], float(total[count]), total[count + 1 :]


@dataclass(frozen=True, slots=True)
class Calibration:
    """`classes`: weights of the two class opinions, the linear one first. `urgent`: weights of four opinions about
    urgency (class odds and urgent logit, linear and by encoder) and a constant. `redirect`: share of the head."""

    classes: tuple[float, float]
    urgent: tuple[float, float, float, float, float]
    redirect: float


EVEN = Calibration((0.5, 0.5), (0.25, 0.25, 0.25, 0.25, 0.0), 0.5)


@dataclass(frozen=True, slots=True)
class Opinions:
    """What both models say of one text. Logits: `classes` (2, C), `urgent` (4,), `redirect` (R,)."""

    classes: NDArray[np.float32]
    urgent: tuple[float, float, float, float]
    redirect: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything that judges one language. `urgent` (C,): which classes are urgent; `redirect_of`: class → target."""

    language: str
    ngrams: Ngrams
    encoder: Encoder
    heads: Heads
    concepts: Concepts
    urgent: tuple[bool, ...]
    redirect_of: Mapping[str, Redirect]
    calibration: Mapping[str, Calibration]

    def guess(self, text: str, sound: str, *, by_sound: bool) -> Guess:
        """Judges normalised `text` that sounds like `sound`; `by_sound`: the recogniser wrote kana and nothing else."""
        return self.weigh(self.opinions(text, sound, by_sound=by_sound), by_sound=by_sound)

    def opinions(self, text: str, sound: str, *, by_sound: bool) -> Opinions:
        """Returns what both models say, unweighed."""
        linear, linear_urgent = self.ngrams.logits(
            features("" if by_sound else text, sound, self.concepts, self.language)
        )
        own, own_urgent, redirect = self.heads.logits(self.encoder.encode_one(text))
        mask = np.array(self.urgent)
        return Opinions(
            np.stack([linear, own]),
            (_odds(linear, mask), linear_urgent, _odds(own, mask), own_urgent),
            redirect,
        )

    def weigh(self, said: Opinions, *, by_sound: bool) -> Guess:
        """Returns probabilities."""
        found = self.calibration[BY_SOUND if by_sound else WRITTEN]
        classes = _softmax(found.classes[0] * said.classes[0] + found.classes[1] * said.classes[1])
        labels = dict(zip(self.heads.labels, classes.tolist(), strict=True))
        odds = sum(w * v for w, v in zip(found.urgent, (*said.urgent, 1.0), strict=True))
        head = dict(zip(self.heads.redirects, _softmax(said.redirect).tolist(), strict=True))
        redirects = {
            target: found.redirect * head[target.value]
            + (1 - found.redirect) * sum(labels[name] for name, to in self.redirect_of.items() if to is target)
            for target in Redirect
        }
        return Guess(labels, 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds)))), redirects)


def _odds(logits: NDArray[np.float32], urgent: NDArray[np.bool_]) -> float:
    classes = logits.astype(np.float64)
    return float(np.logaddexp.reduce(classes[urgent]) - np.logaddexp.reduce(classes[~urgent]))


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    power = np.exp(logits.astype(np.float64) - float(logits.max()))
    return np.asarray(power / power.sum(), dtype=np.float64)


def save_heads(path: Path, heads: Heads) -> None:
    """Writes heads.npz."""
    np.savez_compressed(
        path,
        labels=np.frombuffer("\n".join(heads.labels).encode(), dtype=np.uint8),
        redirects=np.frombuffer("\n".join(heads.redirects).encode(), dtype=np.uint8),
        weights=heads.weights.astype(np.float16),
        bias=heads.bias.astype(np.float32),
    )


@lru_cache(maxsize=4)
def load_heads(folder: Path) -> Heads:
    """Reads heads.npz of the encoder's folder. Raises BadDataError."""
    path = folder / HEADS
    try:
        with np.load(path, allow_pickle=False) as stored:
            labels, redirects = (tuple(stored[k].tobytes().decode().split("\n")) for k in ("labels", "redirects"))
            return Heads(labels, redirects, stored["weights"].astype(np.float32), stored["bias"])
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise BadDataError(path, "file", f"missing or damaged; {_REMEDY}") from error


def load_calibration(folder: Path, language: str) -> dict[str, Calibration]:
    """Reads the weights of one language from calibration.json. Raises BadDataError."""
    path = folder / CALIBRATION
    try:
        table: Any = json.loads(path.read_text(encoding="utf-8"))[language]
        return {
            form: Calibration(tuple(row["classes"]), tuple(row["urgent"]), float(row["redirect"]))
            for form, row in table.items()
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadDataError(path, language, f"missing or damaged ({error}); {_REMEDY}") from error
