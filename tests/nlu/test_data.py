"""Bad data is refused with file, key and remedy; stale weights are refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nlu.classifier import WEIGHTS, training_stamp
from nlu.corpus import read_corpus
from nlu.labels import load_labels
from nlu.meaning import Category, Intent, Redirect
from nlu.source import DATA_DIR, BadDataError
from nlu.understand import load


@pytest.fixture
def data(tmp_path: Path) -> Path:
    shutil.copytree(DATA_DIR / "ja", tmp_path / "ja")
    return tmp_path


def _write(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(text, encoding="utf-8")


def _edit(name: str, old: str, new: str) -> Callable[[Path], object]:
    def edit(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_write("labels.yaml", "- a"), "labels.yaml: top level"),
        (_write("labels.yaml", "a: {"), "labels.yaml: syntax"),
        (_write("labels.yaml", "a: 1\na: 2"), "duplicate key 'a'"),
        (_write("labels.yaml", "a: 1"), "labels.yaml: a: needs kind"),
        (_write("labels.yaml", "a: {kind: calm, intent: nothing, why: x}"), "labels.yaml: a:"),
        (lambda folder: (folder / "acts.yaml").unlink(), "acts.yaml: file"),
        (_edit("acts.yaml", "tails: '", "tail: '"), "acts.yaml: tails"),
        (_edit("acts.yaml", "openers: '", "opener: '"), "acts.yaml: openers"),
        (_edit("acts.yaml", "order: [operator, ", "order: ["), "acts.yaml: order"),
        (_edit("acts.yaml", "yes:\n  whole:", "yes:\n  hole:"), "acts.yaml: yes"),
        (_edit("acts.yaml", "    - 'オペレーター'", "    - '('"), "is no regular expression"),
        (_edit("acts.yaml", "form: kana", "form: kanji"), "acts.yaml: form"),
        (_write("places.yaml", "near_pairs: 3"), "places.yaml: near_pairs"),
        (_edit("places.yaml", "careful: [泉,", "careful: [泉泉,"), "places.yaml: 泉泉"),
        (_edit("places.yaml", "landmark_noun:", "landmark_nouns:"), "places.yaml: landmark_noun"),
        (_write("towns.json", "[]"), "towns.json: towns"),
        (_write("towns.json", "[{}]"), "towns.json: towns"),
        (lambda folder: (folder / "towns.json").unlink(), "towns.json: file"),
        (_edit("people.yaml", "date:\n", "dates:\n"), "people.yaml: date"),
        (_write("urgency.yaml", "rules: []"), "urgency.yaml: thresholds"),
        (_edit("urgency.yaml", "  urgent: ", "  urgent: 4"), "urgency.yaml: thresholds.urgent"),
        (_edit("urgency.yaml", "  unsure: 0.", "  unsure: 0.9"), "urgency.yaml: thresholds.unsure"),
        (_edit("urgency.yaml", "rules:", "rule:"), "urgency.yaml: rules"),
        (_edit("urgency.yaml", "label: redirect_gas", "label: gas"), "urgency.yaml: rules[3].label"),
        (_edit("urgency.yaml", "  - label: redirect_gas", "  - tag: gas"), "urgency.yaml: rules[3]"),
        (_edit("urgency.yaml", "level: unsure", "level: calm"), "urgency.yaml: rules[4].level"),
        (_edit("urgency.yaml", "parts:", "part:"), "urgency.yaml: parts"),
        (_write("concepts.yaml", "road: [a]"), "concepts.yaml: road"),
        (_write("classifier.npz", "x"), "python -m nlu.train"),
        (lambda folder: (folder / WEIGHTS).unlink(), "python -m nlu.train"),
        (_edit("utterances/start.txt", "[moving_in]", "[moving_in]\n水道を開けて"), "python -m nlu.train"),
        (_edit("slots.yaml", "town: [", "town: [窪, "), "classifier.npz: stamp"),
    ],
)
def test_bad_data_is_refused_with_file_and_remedy(data: Path, spoil: Callable[[Path], object], says: str) -> None:
    spoil(data / "ja")
    with pytest.raises(BadDataError) as refusal:
        load(data)
    assert says in str(refusal.value)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_write("utterances/new.txt", "[a]\nb"), "no such label"),
        (lambda folder: (folder / "utterances" / "start.txt").unlink(), "write utterances/start.txt"),
        (_write("utterances/start.txt", "水道を開けて"), "start.txt: line 1"),
    ],
)
def test_a_bad_utterance_file_is_refused(data: Path, spoil: Callable[[Path], object], says: str) -> None:
    spoil(data / "ja")
    with pytest.raises(BadDataError) as refusal:
        read_corpus(data / "ja", list(load_labels(data / "ja" / "labels.yaml")))
    assert says in str(refusal.value)


def test_every_category_redirect_and_intent_can_be_understood() -> None:
    labels = load_labels(DATA_DIR / "ja" / "labels.yaml")
    assert {label.category for label in labels.values()} - {None} == set(Category)
    assert {label.redirect for label in labels.values()} - {None} == set(Redirect)
    assert {label.intent for label in labels.values()} == set(Intent)


def test_no_utterance_has_two_labels() -> None:
    rows = read_corpus(DATA_DIR / "ja", list(load_labels(DATA_DIR / "ja" / "labels.yaml")))
    seen: dict[str, str] = {}
    for label, _, line in rows:
        assert seen.setdefault(line, label) == label, line


def test_the_stamp_changes_with_any_training_file(data: Path) -> None:
    before = training_stamp(data / "ja")
    assert before == training_stamp(DATA_DIR / "ja")
    (data / "ja" / "utterances" / "stop.txt").write_text("[a]\nb", encoding="utf-8")
    assert training_stamp(data / "ja") != before
