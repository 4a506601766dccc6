"""The shipped classifier: one linear layer over features, softmax, and a stamp that ties it to its training data."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlu.source import BadDataError

WEIGHTS = "classifier.npz"
_TRAINED_FROM = ("slots.yaml", "labels.yaml", "concepts.yaml")


@dataclass(frozen=True, slots=True)
class Guess:
    """`labels` label → probability (they sum to 1); `urgent` the calibrated probability of urgent in [0, 1]."""

    labels: Mapping[str, float]
    urgent: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """`temperature` divides the class logits; `urgent` (3,) weighs the two opinions about urgency and a constant."""

    temperature: float = 1.0
    urgent: tuple[float, float, float] = (0.5, 0.5, 0.0)


@dataclass(frozen=True, slots=True)
class Classifier:
    """Two heads in one matrix: one logit per class, and a last column for urgent against all else.

    `labels` (C,), `urgent` (C,) True for urgent classes, `rows` feature → row of `weights` (V, C + 1), `bias` (C + 1,).
    The heads err differently on few utterances; their weighted sum errs less than either.
    """

    labels: tuple[str, ...]
    urgent: tuple[bool, ...]
    rows: Mapping[str, int]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    calibration: Calibration

    def logits(self, values: Mapping[str, float]) -> NDArray[np.float32]:
        """Returns the (C + 1,) logits of an utterance with these feature values."""
        known = [(row, value) for name, value in values.items() if (row := self.rows.get(name)) is not None]
        if not known:
            return self.bias
        index, value = zip(*known, strict=True)
        total: NDArray[np.float32] = self.bias + np.asarray(value, dtype=np.float32) @ self.weights[list(index)]
        return total

    def opinions(self, logits: NDArray[np.float32]) -> tuple[float, float]:
        """Returns the log odds of urgent according to the classes and according to the last column."""
        classes = logits[:-1].astype(np.float64)
        mask = np.array(self.urgent)
        return float(np.logaddexp.reduce(classes[mask]) - np.logaddexp.reduce(classes[~mask])), float(logits[-1])

    def guess(self, values: Mapping[str, float]) -> Guess:
        """Returns the probabilities of an utterance with these feature values."""
        logits = self.logits(values)
        scaled = logits[:-1] / self.calibration.temperature
        exp = np.exp(scaled - scaled.max())
        classes = dict(zip(self.labels, (exp / exp.sum()).tolist(), strict=True))
        by_class, by_column = self.opinions(logits)
        a, b, c = self.calibration.urgent
        return Guess(classes, 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, a * by_class + b * by_column + c)))))


def training_stamp(folder: Path) -> str:
    """Returns the sha256 (hex) over the names and bytes of all files that the weights are trained from."""
    digest = hashlib.sha256()
    for path in [folder / name for name in _TRAINED_FROM] + sorted((folder / "utterances").glob("*.txt")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def save(path: Path, classifier: Classifier, stamp: str) -> None:
    """Writes the weights as float16: half the size, and a thousandth of a logit is no loss."""
    names = sorted(classifier.rows, key=lambda name: classifier.rows[name])
    np.savez_compressed(
        path,
        labels=np.frombuffer("\n".join(classifier.labels).encode(), dtype=np.uint8),
        features=np.frombuffer("\n".join(names).encode(), dtype=np.uint8),
        weights=classifier.weights.astype(np.float16),
        bias=classifier.bias,
        urgent=np.array(classifier.urgent),
        calibration=np.array([classifier.calibration.temperature, *classifier.calibration.urgent]),
        stamp=np.frombuffer(stamp.encode(), dtype=np.uint8),
    )


def load_classifier(folder: Path) -> Classifier:
    """Reads the weights. Raises BadDataError when they are missing, unreadable or older than the training data."""
    path = folder / WEIGHTS
    remedy = "train it again: python -m nlu.train"
    try:
        with np.load(path, allow_pickle=False) as stored:
            text = {key: stored[key].tobytes().decode() for key in ("labels", "features", "stamp")}
            weights = stored["weights"].astype(np.float32)
            bias = stored["bias"].astype(np.float32)
            urgent = tuple(bool(flag) for flag in stored["urgent"])
            temperature, a, b, c = (float(value) for value in stored["calibration"])
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise BadDataError(path, "file", f"missing or damaged; {remedy}") from error
    if text["stamp"] != training_stamp(folder):
        raise BadDataError(path, "stamp", f"the utterances, labels, slots or concepts changed since; {remedy}")
    rows = {name: row for row, name in enumerate(text["features"].split("\n"))}
    labels = tuple(text["labels"].split("\n"))
    return Classifier(labels, urgent, rows, weights, bias, Calibration(temperature, (a, b, c)))
