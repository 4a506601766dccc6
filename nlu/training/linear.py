"""Fits the linear layer of one language: classes and urgency over the features of every form of its utterances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from nlu.features import Concepts, features
from nlu.ngrams import Ngrams
from nlu.sounds import sound_of
from nlu.training.samples import WRITTEN, Sample

INVERSE_REGULARISATION = 20.0
MIN_GROUPS = 2  # a piece of one caller alone teaches nothing but that caller
MOST_FEATURES = 45_000
Values = dict[str, float]


def values_of(one: Sample, concepts: Concepts) -> Values:
    """Returns the features of a sample: of the writing only where there is one."""
    by_sound = one.language == "ja" and one.form != WRITTEN
    return features("" if by_sound else one.text, sound_of(one.text, one.language), concepts, one.language)


def fit(rows: Sequence[Sample], values: Sequence[Values], labels: Sequence[str]) -> Ngrams:
    """Trains on samples and their features; the same input gives the same weights. Columns stand as in `labels`."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    kept = vocabulary(rows, values)
    vectorizer = DictVectorizer(dtype=np.float32)
    matrix = vectorizer.fit_transform([{name: v for name, v in found.items() if name in kept} for found in values])
    classes = LogisticRegression(C=INVERSE_REGULARISATION, max_iter=80, tol=3e-3)
    classes.fit(matrix, [row.label for row in rows])
    urgent = LogisticRegression(C=INVERSE_REGULARISATION, max_iter=120, tol=1e-3)
    urgent.fit(matrix, [row.urgent for row in rows])
    known = [str(name) for name in classes.classes_]
    of_two = len(known) == 2  # one row for both then, with opposite signs
    slopes = np.vstack([-classes.coef_, classes.coef_]) if of_two else classes.coef_
    offsets = np.concatenate([-classes.intercept_, classes.intercept_]) if of_two else classes.intercept_
    weights = np.zeros((matrix.shape[1], len(labels) + 1), dtype=np.float32)
    bias = np.full(len(labels) + 1, -8.0, dtype=np.float32)  # a class without utterances in this language
    for row, name in enumerate(known):
        weights[:, labels.index(name)] = slopes[row]
        bias[labels.index(name)] = offsets[row]
    weights[:, -1], bias[-1] = urgent.coef_[0], urgent.intercept_[0]
    order = np.argsort(-np.abs(weights).sum(axis=1), kind="stable")[:MOST_FEATURES]
    names = vectorizer.get_feature_names_out()
    return Ngrams(
        tuple(labels), {str(names[i]): row for row, i in enumerate(order)}, weights[order].astype(np.float16), bias
    )


def vocabulary(rows: Sequence[Sample], values: Sequence[Values]) -> set[str]:
    """Returns the features found in at least MIN_GROUPS groups."""
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for row, found in zip(rows, values, strict=True):
        for name in found:
            if len(groups[name]) < MIN_GROUPS:
                groups[name].add(row.group)
    return {name for name, where in groups.items() if len(where) >= MIN_GROUPS}
