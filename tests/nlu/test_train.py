"""Training: deterministic, split by group, and good enough on what it has not seen (a floor, not a goal)."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from nlu.classifier import Calibration, load_classifier
from nlu.corpus import samples
from nlu.features import features, load_concepts
from nlu.labels import load_labels
from nlu.source import DATA_DIR, BadDataError
from nlu.train import SEED, fit, folds, held_out, main

LABELS = """
road_leak: {kind: urgent, intent: repair, category: road_leak, why: w}
redirect_119: {kind: redirect, intent: other_section, redirect: "119", why: w}
question: {kind: calm, intent: question, why: w}
"""
UTTERANCES = {
    "road_leak": "[a]\n道路から水が出ています\n{town}の道路に水が漏れています\n[b]\n道路から水が噴いています\n水が道路に出ています\n",  # noqa: E501
    "redirect_119": "# note\n[a]\n火事です\n家が火事です\n[b]\n火事で家が燃えています\n隣が火事です\n",
    "question": "[a]\n料金はいくらですか\n手続きはどうすればいいですか\n[b]\n基本料金はいくらですか\n支払いはどうすればいいですか\n",  # noqa: E501
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    (tmp_path / "utterances").mkdir()
    (tmp_path / "labels.yaml").write_text(LABELS, encoding="utf-8")
    for name in ("slots.yaml", "concepts.yaml", "urgency.yaml"):
        shutil.copy(DATA_DIR / "ja" / name, tmp_path / name)
    for label, text in UTTERANCES.items():
        (tmp_path / "utterances" / f"{label}.txt").write_text(text, encoding="utf-8")
    return tmp_path


def test_training_twice_gives_the_same_weights(small: Path) -> None:
    said: list[str] = []
    assert main(["--errors"], small, said.append) == 0
    first = load_classifier(small)
    assert main([], small, said.append) == 0
    second = load_classifier(small)
    assert np.array_equal(first.weights, second.weights)
    assert first.calibration == second.calibration
    assert any("urgent found" in line for line in said)


def test_an_unknown_word_leaves_the_prior(small: Path) -> None:
    main([], small, lambda _: None)
    guess = load_classifier(small).guess({})
    assert sum(guess.labels.values()) == pytest.approx(1.0)
    assert 0.0 < guess.urgent < 1.0


def test_a_label_with_one_group_cannot_be_held_out(small: Path) -> None:
    (small / "utterances" / "question.txt").write_text("[a]\n料金はいくらですか\n", encoding="utf-8")
    with pytest.raises(BadDataError, match="second"):
        main([], small, lambda _: None)


def test_an_unknown_slot_is_refused(small: Path) -> None:
    (small / "utterances" / "question.txt").write_text("[a]\n{what}はいくらですか\n[b]\nいくら\n", encoding="utf-8")
    with pytest.raises(BadDataError, match="what"):
        main([], small, lambda _: None)


def test_errors_are_listed_on_request(small: Path) -> None:
    (small / "utterances" / "road_leak.txt").write_text(
        "[a]\n料金はいくらですか、道路\n[b]\n道路から水\n", encoding="utf-8"
    )
    said: list[str] = []
    main(["--errors"], small, said.append)
    assert any("MISS" in line or "FLAG" in line for line in said)


def test_no_group_stands_on_both_sides(small: Path) -> None:
    labels = load_labels(small / "labels.yaml")
    rows = samples(small, list(labels), SEED)
    assert set(folds(rows)) == {row.group for row in rows}
    values = [features(row.text, row.sound, load_concepts(small / "concepts.yaml")) for row in rows]
    guesses, calibration = held_out(rows, values, labels)
    assert len(guesses) == len(rows)
    assert calibration.temperature > 0


def test_unseen_groups_are_understood_above_the_floor() -> None:
    """One fold of the real data, kanji and kana. Floors lie well under the measured figures: they catch breakage."""
    folder = DATA_DIR / "ja"
    labels = load_labels(folder / "labels.yaml")
    concepts = load_concepts(folder / "concepts.yaml")
    rows = samples(folder, list(labels), SEED)
    values = [features(row.text, row.sound, concepts) for row in rows]
    fold = folds(rows)
    seen = [i for i, row in enumerate(rows) if fold[row.group] != 0]
    shipped = load_classifier(folder).calibration
    assert shipped != Calibration()
    model = fit([rows[i] for i in seen], [values[i] for i in seen], labels, shipped)
    urgent, others = [], []
    for row, found in zip(rows, values, strict=True):
        if fold[row.group] == 0:
            (urgent if labels.kind(row.label) == "urgent" else others).append(model.guess(found).urgent)
    assert sum(score >= 0.18 for score in urgent) / len(urgent) >= 0.90
    assert sum(score >= 0.42 for score in others) / len(others) <= 0.20
