"""A recogniser is judged by sound: kana for kanji is no mistake, a lost mora is."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.evaluation.ears import ear_figures, read_spoken
from ivr.evaluation.labelled import BadRows
from ivr.evaluation.proportion import Proportion


def test_kana_are_no_mistake_and_a_lost_mora_is(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(
        '{"file": "a.wav", "text": "道路です"}\n{"file": "b.wav", "text": "水が"}\n', encoding="utf-8"
    )
    heard = {"a.wav": "ドーロデス", "b.wav": "ミガ"}
    found = ear_figures(read_spoken(tmp_path / "rows.jsonl"), lambda path: heard[path.name])
    assert found.whole == Proportion(1, 2)
    assert found.wrong == Proportion(1, 8)


def test_a_row_without_its_words_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"file": "a.wav"}\n', encoding="utf-8")
    with pytest.raises(BadRows, match="'text'"):
        read_spoken(tmp_path / "rows.jsonl")
