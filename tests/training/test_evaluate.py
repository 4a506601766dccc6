"""The measurement counts what it says it counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audio.training.evaluate import Score, TownFinder, figures_in, likeness, measure, table
from audio.training.testsets import Utterance, load_held_sentences

_NO_SOUND = np.zeros(8, np.float32)


@pytest.mark.parametrize(
    ("heard", "figures"),
    [
        ("ゼロナナロクノニーニーゼロ", "076220"),
        ("ハチマルロクロクニーキュー", "806629"),
        ("レーレイシーヨンシチナナクキュー", "00447799"),
        ("ニイチゴゴー", "2155"),
        ("サンデス", "3"),
        ("ミズデス", ""),
    ],
)
def test_figures_are_read_in_all_their_ways(heard: str, figures: str) -> None:
    assert figures_in(heard) == figures


def test_a_town_is_found_by_its_sound_inside_a_sentence() -> None:
    finder = TownFinder(["かたまち", "ひがしやま", "いずみ", "いずみの"])
    assert finder.place("ウチワヒガシャマデス", "ひがしやま") == 0
    assert finder.place("イズミノデス", "いずみの") == 0  # the longer of two that fit wholly
    assert finder.place("ヒガシヤマデス", "かたまち") > 0


def test_likeness_is_one_for_a_word_that_is_there_and_less_with_each_error() -> None:
    assert likeness("アカタマチデス", "カタマチ")[0] == 1.0
    assert likeness("アカマチデス", "カタマチ")[0] == 0.75
    assert likeness("", "カタマチ")[0] == 0.0


def test_errors_towns_and_digit_strings_are_counted() -> None:
    said = [Utterance(_NO_SOUND, "カタマチデス", "かたまち"), Utterance(_NO_SOUND, "イズミデス", "いずみ")]
    towns = measure(lambda _: "カタマチデス", said, ["かたまち", "いずみ", "ひがしやま"])
    assert (towns.first, towns.third) == (0.5, 1.0)
    assert towns.error == pytest.approx(4 / 11)
    digits = [Utterance(_NO_SOUND, "イチニー", "12"), Utterance(_NO_SOUND, "ゴーロク", "56")]
    assert measure(lambda _: "イチニ", digits, figures=True).first == 0.5


def test_the_table_has_a_row_for_each_test_and_a_column_for_each_model() -> None:
    scores = {"a": {"towns": Score(0.1, 0.02, 0.9, 0.95), "digits": Score(0.2, 0.01, 0.5)}, "b": {}}
    lines = table(scores)
    assert lines[0] == "| test | a | b |"
    assert lines[2] == "| towns | 10.0%; right 90% / 95%; 0.020 s | – |"
    assert len(lines) == 4


def test_held_sentences_are_all_texts_of_the_lists(tmp_path: Path) -> None:
    path = tmp_path / "held.yaml"
    path.write_text("topics:\n  start: [水を出して, 開栓を]\n  stop: [止めて]\n", encoding="utf-8")
    assert load_held_sentences(path) == ["水を出して", "開栓を", "止めて"]
