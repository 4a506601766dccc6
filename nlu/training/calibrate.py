"""How much each opinion is worth, from callers that neither model has seen."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlu.judgement import BY_SOUND, EVEN, WRITTEN, Calibration, Judgement, Opinions
from nlu.meaning import Redirect
from nlu.sounds import sound_of
from nlu.training.samples import REDIRECTS, Sample
from nlu.training.samples import WRITTEN as AS_WRITTEN

_SHARES = tuple(round(0.1 * step, 1) for step in range(1, 15))
_CUTS = (0.1, 0.2, 0.3, 0.4, 0.5)
_LEAST = 40  # rows; with fewer, a form borrows the calibration of the other


def opinions_of(judgement: Judgement, row: Sample) -> Opinions:
    """Returns what both models say of a sample."""
    return judgement.opinions(row.text, sound_of(row.text, row.language), by_sound=is_by_sound(row))


def is_by_sound(row: Sample) -> bool:
    """Tells whether a sample has only its sound: kana as a recogniser writes them."""
    return row.language == "ja" and row.form != AS_WRITTEN


def calibrate(judgement: Judgement, rows: Sequence[Sample]) -> dict[str, Calibration]:
    """Fits the weights of one language on held-out samples: Platt (1999) for urgent, least log loss for the rest."""
    said = [opinions_of(judgement, row) for row in rows]
    found: dict[str, Calibration] = {}
    for form in (WRITTEN, BY_SOUND):
        part = [i for i, row in enumerate(rows) if is_by_sound(row) == (form == BY_SOUND)]
        if len(part) >= _LEAST:
            found[form] = _fit([rows[i] for i in part], [said[i] for i in part], judgement)
    whole = next(iter(found.values()), EVEN)
    return {form: found.get(form, whole) for form in (WRITTEN, BY_SOUND)}


def _fit(rows: Sequence[Sample], said: Sequence[Opinions], judgement: Judgement) -> Calibration:
    from sklearn.linear_model import LogisticRegression

    names = judgement.heads.labels
    truth = np.array([names.index(row.label) for row in rows])
    linear, own = (np.stack([one.classes[side] for one in said]).astype(np.float64) for side in (0, 1))
    classes = min(itertools.product(_SHARES, _SHARES), key=lambda w: _log_loss(w[0] * linear + w[1] * own, truth))
    platt = LogisticRegression(C=1.0, max_iter=1000)
    platt.fit(np.array([one.urgent for one in said]), [row.urgent for row in rows])
    mixed = _softmax(classes[0] * linear + classes[1] * own)
    head = _softmax(np.stack([one.redirect for one in said]).astype(np.float64))
    of = {
        target.value: [names.index(n) for n, to in judgement.redirect_of.items() if to is target] for target in Redirect
    }
    by_class = np.stack(
        [1 - sum(mixed[:, of[r]].sum(axis=1) for r in REDIRECTS[1:])]
        + [mixed[:, of[r]].sum(axis=1) for r in REDIRECTS[1:]],
        axis=1,
    )
    wanted = np.array([row.redirect for row in rows])
    share = min(
        (round(0.1 * step, 1) for step in range(11)),
        key=lambda s: (
            -float(np.log(np.maximum(s * head + (1 - s) * by_class, 1e-9))[np.arange(len(rows)), wanted].mean())
        ),
    )
    weights = tuple(round(float(w), 4) for w in (*platt.coef_[0], platt.intercept_[0]))
    return Calibration((float(classes[0]), float(classes[1])), weights, share)  # type: ignore[arg-type]


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    power = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(power / power.sum(axis=1, keepdims=True))


def _log_loss(logits: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    return float(-np.log(np.maximum(_softmax(logits), 1e-12))[np.arange(len(truth)), truth].mean())


def report(judgement: Judgement, rows: Sequence[Sample]) -> list[str]:
    """Returns a line of figures a form: what recall costs, and how often class and redirect are right."""
    return [
        _line(judgement, form, [row for row in rows if row.form == form])
        for form in dict.fromkeys(r.form for r in rows)
    ]


def _line(judgement: Judgement, form: str, rows: Sequence[Sample]) -> str:
    guesses = [judgement.weigh(opinions_of(judgement, row), by_sound=is_by_sound(row)) for row in rows]
    score, urgent = np.array([guess.urgent for guess in guesses]), np.array([row.urgent for row in rows])
    wanted = np.array([row.redirect > 0 for row in rows])
    sent = np.array([guess.redirected(0.5) for guess in guesses])
    likeliest = [max(guess.labels, key=lambda name, of=guess.labels: of[name]) for guess in guesses]  # type: ignore[misc]
    right = [name == row.label for name, row in zip(likeliest, rows, strict=True)]
    cuts = "  ".join(f"{cut} {_mean(score[urgent] >= cut)}/{_mean(score[~urgent] >= cut)}" for cut in _CUTS)
    at5 = float(np.quantile(score[~urgent], 0.95)) if (~urgent).any() else 0.0
    return (
        f"{judgement.language} {form:8} n {len(rows)}  recall/alarms at {cuts}"
        f"  recall at 5 % alarms {_mean(score[urgent] > at5)}  class {_mean(np.array(right))}"
        f"  redirect {_mean(sent[wanted])}/{_mean(sent[~wanted])}"
    )


def _mean(outcomes: NDArray[np.bool_]) -> str:
    return f"{outcomes.mean():.3f}" if len(outcomes) else "–"
