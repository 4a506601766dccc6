"""`python -m nlu.train [--errors]`: trains the classifier and cross-validates it by writer/topic group."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlu.classifier import WEIGHTS, Calibration, Classifier, Guess, save, training_stamp
from nlu.corpus import Sample, samples
from nlu.features import features, load_concepts
from nlu.labels import Labels, load_labels
from nlu.source import DATA_DIR, BadDataError
from nlu.urgency import Thresholds, load_thresholds

SEED = 20250401
FOLDS = 5
INVERSE_REGULARISATION = 20.0
Values = dict[str, float]
MIN_UTTERANCES = 2  # an n-gram of a single utterance teaches nothing but that utterance


def vocabulary(rows: Sequence[Sample], values: Sequence[Values]) -> set[str]:
    """Returns the features of at least MIN_UTTERANCES different utterances."""
    lines: defaultdict[str, set[int]] = defaultdict(set)
    for sample, found in zip(rows, values, strict=True):
        for name in found:
            lines[name].add(sample.line)
    return {name for name, where in lines.items() if len(where) >= MIN_UTTERANCES}


def fit(rows: Sequence[Sample], values: Sequence[Values], labels: Labels, calibration: Calibration) -> Classifier:
    """Trains both heads on samples and their feature values; the same input gives the same weights."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    kept = vocabulary(rows, values)
    vectorizer = DictVectorizer(dtype=np.float32)
    matrix = vectorizer.fit_transform([{name: v for name, v in found.items() if name in kept} for found in values])
    index = {str(name): int(row) for name, row in vectorizer.vocabulary_.items()}
    classes = LogisticRegression(C=INVERSE_REGULARISATION, max_iter=150, tol=1e-3)
    classes.fit(matrix, [sample.label for sample in rows])
    urgent = LogisticRegression(C=INVERSE_REGULARISATION, max_iter=150, tol=1e-3)
    urgent.fit(matrix, [labels.kind(sample.label) == "urgent" for sample in rows])
    names = tuple(str(label) for label in classes.classes_)
    return Classifier(
        labels=names,
        urgent=tuple(labels.kind(name) == "urgent" for name in names),
        rows=index,
        weights=np.ascontiguousarray(np.vstack([classes.coef_, urgent.coef_]).T, dtype=np.float32),
        bias=np.concatenate([classes.intercept_, urgent.intercept_]).astype(np.float32),
        calibration=calibration,
    )


def folds(rows: Sequence[Sample]) -> dict[str, int]:
    """Returns group → fold; the groups of a label are dealt round, so that every fold leaves some of each label."""
    of: defaultdict[str, set[str]] = defaultdict(set)
    for sample in rows:
        of[sample.label].add(sample.group)
    chance = np.random.default_rng(SEED)
    fold: dict[str, int] = {}
    for label, groups in sorted(of.items()):
        if len(groups) < 2:
            raise BadDataError(Path("utterances") / f"{label}.txt", "groups", "open a second [group]: one is held out")
        for group in chance.permutation(sorted(groups)):
            fold[str(group)] = len(fold) % FOLDS
    return fold


def held_out(rows: Sequence[Sample], values: Sequence[Values], labels: Labels) -> tuple[list[Guess], Calibration]:
    """Returns a guess for every sample by a model that saw nothing of its group, and the calibration fitted on them."""
    fold = folds(rows)
    model: dict[int, Classifier] = {}
    for number in range(FOLDS):
        seen = [i for i, sample in enumerate(rows) if fold[sample.group] != number]
        model[number] = fit([rows[i] for i in seen], [values[i] for i in seen], labels, Calibration())
    of = [model[fold[sample.group]] for sample in rows]
    calibration = calibrate(rows, of, [m.logits(found) for m, found in zip(of, values, strict=True)], labels)
    return [replace(m, calibration=calibration).guess(found) for m, found in zip(of, values, strict=True)], calibration


def calibrate(
    rows: Sequence[Sample], of: Sequence[Classifier], logits: Sequence[NDArray[np.float32]], labels: Labels
) -> Calibration:
    """Fits temperature (Guo et al. 2017) and urgent odds (Platt 1999) on held-out logits."""
    from sklearn.linear_model import LogisticRegression

    opinions = [m.opinions(row) for m, row in zip(of, logits, strict=True)]
    platt = LogisticRegression(C=10.0).fit(opinions, [labels.kind(sample.label) == "urgent" for sample in rows])
    classes = np.array([row[:-1] for row in logits], dtype=np.float64)
    truth = np.array([of[0].labels.index(sample.label) for sample in rows])
    temperature = min((0.4 + 0.05 * step for step in range(50)), key=lambda t: _log_loss(classes / t, truth))
    a, b = (float(weight) for weight in platt.coef_[0])
    return Calibration(temperature, (a, b, float(platt.intercept_[0])))


def _log_loss(logits: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-log_p[np.arange(len(truth)), truth].mean())


def report(rows: Sequence[Sample], guesses: Sequence[Guess], labels: Labels, cut: Thresholds, name: str) -> str:
    """Returns one line of figures: urgent found (with and without the question), others flagged, intent right."""
    level: defaultdict[tuple[bool, str], int] = defaultdict(int)
    right = 0
    for sample, guess in zip(rows, guesses, strict=True):
        level[labels.kind(sample.label) == "urgent", cut.level(guess.urgent)] += 1
        right += labels.best_intent(guess.labels) == labels[sample.label].intent
    urgent = max(1, sum(count for (is_urgent, _), count in level.items() if is_urgent))
    calm = max(1, len(rows) - urgent)
    return (
        f"{name:<22} n {len(rows):>5}  urgent found {level[True, 'urgent'] / urgent:6.1%}"
        f"  + asked {level[True, 'unsure'] / urgent:6.1%}  missed {level[True, 'calm'] / urgent:6.1%}"
        f"  | others flagged {level[False, 'urgent'] / calm:6.1%}  + asked {level[False, 'unsure'] / calm:6.1%}"
        f"  | intent {right / max(1, len(rows)):6.1%}"
    )


def errors(rows: Sequence[Sample], guesses: Sequence[Guess], labels: Labels, cut: Thresholds) -> Iterator[str]:
    """Yields the held-out utterances whose level is wrong, with their score."""
    for sample, guess in zip(rows, guesses, strict=True):
        urgent = labels.kind(sample.label) == "urgent"
        if sample.text and urgent != (cut.level(guess.urgent) == "urgent"):
            yield f"  {'MISS' if urgent else 'FLAG'} {guess.urgent:.2f} {sample.label}: {sample.text}"


def main(arguments: Sequence[str], folder: Path = DATA_DIR / "ja", say: Callable[[str], None] = print) -> int:
    """Trains from `folder`, prints held-out figures (`--errors`: and each wrong utterance), writes the weights."""
    labels, cut = load_labels(folder / "labels.yaml"), load_thresholds(folder / "urgency.yaml")
    concepts = load_concepts(folder / "concepts.yaml")
    rows = samples(folder, list(labels), SEED)
    values = [features(sample.text, sample.sound, concepts) for sample in rows]
    guesses, calibration = held_out(rows, values, labels)
    say(f"{len({r.line for r in rows})} utterances in {len({r.group for r in rows})} groups, {FOLDS} folds by group")
    for name, written in (("all forms", None), ("kanji", True), ("kana, clean and slips", False)):
        part = [i for i, sample in enumerate(rows) if written is None or bool(sample.text) is written]
        say(report([rows[i] for i in part], [guesses[i] for i in part], labels, cut, name))
    if "--errors" in arguments:
        for line in errors(rows, guesses, labels, cut):
            say(line)
    model = fit(rows, values, labels, calibration)
    save(folder / WEIGHTS, model, training_stamp(folder))
    say(f"wrote {WEIGHTS}: {len(model.rows)} features, {len(model.labels)} labels, {calibration}")
    return 0


if __name__ == "__main__":  # pragma: no cover
    raise SystemExit(main(sys.argv[1:]))
