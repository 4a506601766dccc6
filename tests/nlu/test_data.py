"""Bad data is refused with file, key and remedy; the weights belong to the data that stands here."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nlu.encoder import SHIPPED
from nlu.judgement import HEADS
from nlu.labels import load_labels
from nlu.language import LANGUAGES
from nlu.meaning import Category, Intent, Redirect
from nlu.ngrams import WEIGHTS, stamp_of, training_stamp
from nlu.source import DATA_DIR, BadDataError
from nlu.understand import load
from nlu.utterances import SEEN, UNSEEN, read_utterances


@pytest.fixture
def data(tmp_path: Path) -> Path:
    shutil.copytree(DATA_DIR, tmp_path / "data", ignore=shutil.ignore_patterns(SEEN, UNSEEN))
    return tmp_path / "data"


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
        (_write("../labels.yaml", "- a"), "labels.yaml: top level"),
        (_write("../labels.yaml", "a: {"), "labels.yaml: syntax"),
        (_write("../labels.yaml", "a: 1\na: 2"), "duplicate key 'a'"),
        (_write("../labels.yaml", "a: 1"), "labels.yaml: a: needs kind"),
        (_write("../labels.yaml", "a: {kind: calm, intent: nothing, why: x}"), "labels.yaml: a:"),
        (lambda folder: (folder / "acts.yaml").unlink(), "acts.yaml: file"),
        (_edit("acts.yaml", "tails: '", "tail: '"), "acts.yaml: tails"),
        (_edit("acts.yaml", "openers: '", "opener: '"), "acts.yaml: openers"),
        (_edit("acts.yaml", "order: [operator, ", "order: ["), "acts.yaml: order"),
        (_edit("acts.yaml", "yes:\n  whole:", "yes:\n  hole:"), "acts.yaml: yes"),
        (_edit("acts.yaml", "    - 'オペレーター'", "    - '('"), "is no regular expression"),
        (_edit("acts.yaml", "form: kana", "form: kanji"), "acts.yaml: form"),
        (_write("places.yaml", "near_pairs: 3"), "places.yaml: near_pairs"),
        (_edit("places.yaml", "careful: [泉,", "careful: [泉泉,"), "places.yaml: 泉泉"),
        (_edit("places.yaml", "evidence:", "evident:"), "places.yaml: evidence"),
        (_edit("places.yaml", "  town: -9", "  town: nine"), "places.yaml: evidence"),
        (_edit("places.yaml", "also_written:", "also:"), "places.yaml: also_written"),
        (_edit("places.yaml", "  泉ケ丘: 泉が丘", "  泉ケ丘: 泉ケ岡"), "places.yaml: 泉ケ岡"),
        (_edit("landmarks.yaml", "nouns:", "noun:"), "landmarks.yaml: nouns"),
        (_edit("landmarks.yaml", "金沢駅: カナザワエキ", "金沢駅: かなざわ駅"), "landmarks.yaml: 金沢駅"),
        (_edit("neighbours.yaml", "municipalities:", "cities:"), "neighbours.yaml: municipalities"),
        (_edit("neighbours.yaml", "内灘: ウチナダ", "内灘: 内灘"), "neighbours.yaml: 内灘"),
        (_edit("addresses.yaml", "chome:", "chomes:"), "addresses.yaml: chome"),
        (_edit("addresses.yaml", "  tens: [", "  ten: ["), "addresses.yaml: numbers"),
        (_edit("organizations.yaml", "evidence: {name: -6", "evidence: {name: six"), "organizations.yaml: evidence"),
        (_write("slips.json", "{}"), "python -m nlu.slips"),
        (_write("kanji.json", "[]"), "python -m nlu.kanji"),
        (lambda folder: (folder / "kanji.json").unlink(), "kanji.json: file"),
        (lambda folder: (folder / "slips.json").unlink(), "slips.json: file"),
        (_write("towns.json", "[]"), "towns.json: towns"),
        (_write("towns.json", "[{}]"), "towns.json: towns"),
        (lambda folder: (folder / "towns.json").unlink(), "towns.json: file"),
        (_edit("people.yaml", "shape:", "shapes:"), "people.yaml: shape"),
        (_write("../thresholds.yaml", "urgent: 0.5"), "thresholds.yaml: unsure"),
        (_edit("../thresholds.yaml", "urgent: ", "urgent: 4"), "thresholds.yaml: urgent"),
        (_edit("../thresholds.yaml", "unsure: 0.", "unsure: 0.9"), "thresholds.yaml: unsure"),
        (_edit("urgency.yaml", "rules:", "rule:"), "urgency.yaml: rules"),
        (_edit("urgency.yaml", "label: redirect_gas", "label: gas"), "urgency.yaml: rules[3].label"),
        (_edit("urgency.yaml", "  - label: redirect_gas", "  - tag: gas"), "urgency.yaml: rules[3]"),
        (_edit("urgency.yaml", "level: unsure", "level: calm"), "urgency.yaml: rules[4].level"),
        (_edit("urgency.yaml", "parts:", "part:"), "urgency.yaml: parts"),
        (_write("concepts.yaml", "road: [a]"), "concepts.yaml: road"),
        (_edit("urgency.yaml", "  shortest: ", "  short: "), "urgency.yaml: parts"),
        (_write(WEIGHTS, "x"), "python -m nlu.training"),
        (lambda folder: (folder / WEIGHTS).unlink(), "python -m nlu.training"),
    ],
)
def test_bad_data_is_refused_with_file_and_remedy(data: Path, spoil: Callable[[Path], object], says: str) -> None:
    spoil(data / "ja")
    with pytest.raises(BadDataError) as refusal:
        load(data)
    assert says in str(refusal.value)


@pytest.mark.parametrize("missing", ["weights.npz", "pieces.json", HEADS, "calibration.json"])
def test_a_model_that_is_not_whole_is_refused(tmp_path: Path, missing: str) -> None:
    shutil.copytree(SHIPPED, tmp_path / "encoder")
    (tmp_path / "encoder" / missing).unlink()
    with pytest.raises(BadDataError, match=r"python -m nlu\.training"):
        load(encoder_dir=tmp_path / "encoder")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_weights_were_trained_from_the_data_that_stand_here(language: str) -> None:
    assert stamp_of(DATA_DIR / language) == training_stamp(DATA_DIR / language), "python -m nlu.training ship"


def test_every_category_redirect_and_intent_can_be_understood() -> None:
    labels = load_labels(DATA_DIR / "labels.yaml")
    assert {label.category for label in labels.values()} - {None} == set(Category)
    assert {label.redirect for label in labels.values()} - {None} == set(Redirect)
    assert {label.intent for label in labels.values()} == set(Intent)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_utterance_stands_in_two_classes(language: str) -> None:
    seen: dict[str, tuple[str, ...]] = {}
    for row in read_utterances(DATA_DIR / language, load_labels(DATA_DIR / "labels.yaml")):
        assert seen.setdefault(row.text, row.labels) == row.labels, row.text


def test_the_stamp_changes_with_any_training_file(tmp_path: Path) -> None:
    file = tmp_path / "ja" / SEEN / "writer" / "stop.txt"
    file.parent.mkdir(parents=True)
    stamps = []
    for text in ("[a: b]\n水を止めて\n", "[a: b]\n水道を止めて\n"):
        file.write_text(text, encoding="utf-8")
        stamps.append(training_stamp(tmp_path / "ja"))
    (file.parent / "heard.tsv").write_text("水道を止めて\tスイドートメテ\n", encoding="utf-8")
    stamps.append(training_stamp(tmp_path / "ja"))
    assert len(set(stamps)) == 3
