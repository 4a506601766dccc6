"""Sets the thresholds of an index on labelled calls: when is a score an answer?"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]

NO_TOPIC = -1
# A wrong answer to somebody who asked something else costs more than one question back.
MAX_ANSWERED_OUT_OF_SCOPE = 0.025
# A topic that was not meant is worse than a question back, and the caller still has to be helped afterwards.
WRONG_COSTS = 2.0
_WEIGHTS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_COSTS = (0.0, 0.3, 0.6, 0.9)
_THRESHOLDS = tuple(round(0.10 + 0.04 * i, 2) for i in range(23))
_MARGINS = (0.0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.25, 0.3)
_LEADS = (-0.1, 0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3)


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the two searches are fused and when the best topic may be spoken.

    Cosines of different models lie in different ranges (those of E5 in 0.7–1.0), so `dense_low` maps to 0 and
    `dense_high` to 1. `lead` is how far the topic must be ahead of the nearest decoy;
    `strange_cost` what a saying loses when all its words are unknown to the FAQ.
    """

    dense_low: float
    dense_high: float
    lexical_high: float
    dense_weight: float
    strange_cost: float
    threshold: float
    min_margin: float
    lead: float

    def fuse(self, dense: Matrix, lexical: Matrix, strange: Matrix | float) -> Matrix:
        """Scores in [0, 1], of the shape of `dense` and `lexical`; `strange` is one share a call."""
        near = np.clip((dense - self.dense_low) / (self.dense_high - self.dense_low), 0, 1)
        alike = np.clip(lexical / self.lexical_high, 0, 1)
        close = self.dense_weight * near + (1 - self.dense_weight) * alike
        # a factor, not a difference: what is far stays ordered and nothing falls below zero
        return np.asarray(close * (1 - self.strange_cost * np.asarray(strange)[..., None]), dtype=np.float32)


NOTHING_ANSWERED = Calibration(0.0, 1.0, 1.0, 0.5, 0.0, 1.1, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Scored:
    """Raw scores of labelled calls: shape (calls, topics + 1); the last column is the nearest decoy.

    `wanted`: the topic's column, or NO_TOPIC where no answer is right; `strange`, `wanted`: shape (calls,).
    """

    dense: Matrix
    lexical: Matrix
    strange: Matrix
    wanted: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares in [0, 1] on the labelled calls: best topic right; answered rightly; answered with another topic; and
    answered although out of scope."""

    hit_at_1: float
    answered_right: float
    answered_wrong: float
    answered_out_of_scope: float


NO_FIGURES = Figures(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Led:
    """What the decision looks at, per call: the best topic, its score, and its distance to the second and to the
    nearest decoy."""

    right: npt.NDArray[np.bool_]
    top: Matrix
    margin: Matrix
    lead: Matrix


def calibrate(calls: Scored) -> tuple[Calibration, Figures]:
    """The setting with most right answers, less the cost of wrong ones, within the limit for what is out of scope."""
    inside = calls.wanted != NO_TOPIC
    best_dense = calls.dense[:, :-1].max(axis=1)
    low = float(np.median(best_dense[~inside]))
    # the floors keep the scales upright for a model that tells nothing apart
    high = max(float(np.quantile(best_dense[inside], 0.95)), low + 1e-3)
    lexical_high = max(float(np.quantile(calls.lexical[inside, :-1].max(axis=1), 0.95)), 1e-3)
    best = (-2.0, NOTHING_ANSWERED, NO_FIGURES)
    for weight, cost in itertools.product(_WEIGHTS, _COSTS):
        base = Calibration(low, high, lexical_high, weight, cost, 0.0, 0.0, 0.0)
        led = _led(base.fuse(calls.dense, calls.lexical, calls.strange), calls)
        for limits in itertools.product(_THRESHOLDS, _MARGINS, _LEADS):
            figures = _figures(led, inside, *limits)
            worth = figures.answered_right - WRONG_COSTS * figures.answered_wrong
            if figures.answered_out_of_scope <= MAX_ANSWERED_OUT_OF_SCOPE and worth > best[0]:
                best = (worth, Calibration(low, high, lexical_high, weight, cost, *limits), figures)
    return best[1], best[2]


def _led(fused: Matrix, calls: Scored) -> _Led:
    topics = fused[:, :-1]
    two = np.partition(topics, -2, axis=1)[:, -2:] if topics.shape[1] > 1 else np.pad(topics, ((0, 0), (1, 0)))
    return _Led(
        right=topics.argmax(axis=1) == calls.wanted,
        top=two[:, 1],
        margin=two[:, 1] - two[:, 0],
        lead=two[:, 1] - fused[:, -1],
    )


def _figures(led: _Led, inside: npt.NDArray[np.bool_], threshold: float, min_margin: float, lead: float) -> Figures:
    answered = (led.top >= threshold) & (led.margin >= min_margin) & (led.lead >= lead)
    return Figures(
        hit_at_1=float(led.right[inside].mean()),
        answered_right=float((answered & led.right)[inside].mean()),
        answered_wrong=float((answered & ~led.right)[inside].mean()),
        answered_out_of_scope=float(answered[~inside].mean()),
    )
