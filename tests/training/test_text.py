"""Word salad holds everything that callers say, and nothing that is held out."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from audio.training.lexicon import Lexicon, load_lexicon
from audio.training.text import Salad, Town, hold_out, load_sentences, load_towns


@pytest.fixture
def salad(lexicon: Lexicon) -> Salad:
    towns = [Town("香林坊", "こうりんぼう")]
    return Salad(lexicon, towns, ["{town}の{name}です、{phone}です、{chome}丁目です"], random.Random(4), known=0.1)


def test_the_same_seed_gives_the_same_texts(lexicon: Lexicon) -> None:
    first, second = (Salad(lexicon, [Town("片町", "かたまち")], [], random.Random(9)) for _ in range(2))
    assert [first.draw() for _ in range(30)] == [second.draw() for _ in range(30)]


def test_known_sentences_stay_under_fifteen_per_cent(salad: Salad) -> None:
    kinds = [salad.draw().kind for _ in range(1000)]
    assert 0.05 < kinds.count("known") / len(kinds) < 0.15
    assert {"phrases", "words", "mixture", "town", "digits", "number", "short"} <= set(kinds)


def test_no_slot_is_left_open(salad: Salad) -> None:
    assert not any("{" in salad.sentence() for _ in range(20))


def test_every_figure_is_read_in_all_its_ways(salad: Salad) -> None:
    said = "".join(salad.spelt("0123456789") for _ in range(200))
    assert all(reading in said for reading in ("ゼロ", "レイ", "マル", "ヨン", "シー", "ナナ", "シチ", "キュー", "ク"))


def test_figures_are_repeated_more_often_than_by_chance(salad: Salad) -> None:
    strings = [salad.digits() for _ in range(300)]
    assert sum("サンサン" in text or "ロクロク" in text for text in strings) > 15


@pytest.mark.parametrize("part", ["phrases", "loose_words", "mixture", "town", "number_phrase", "short_reply"])
def test_each_pattern_gives_text(salad: Salad, part: str) -> None:
    assert all(getattr(salad, part)() for _ in range(20))


def test_held_out_towns_are_not_trained_on_even_under_another_spelling() -> None:
    towns = [Town(f"町{index}", f"よみ{index // 2}") for index in range(40)]
    trained, held = hold_out(towns, count=6)
    assert len(held) == 6
    assert not {town.reading for town in trained} & {town.reading for town in held}


def test_a_gazetteer_without_readings_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "towns.json"
    broken.write_text(json.dumps([{"name": "片町"}]), encoding="utf-8")
    with pytest.raises(ValueError, match=r"towns\.json.*yomi"):
        load_towns(broken)


def test_headings_and_remarks_are_no_sentences(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("# remark\n[heading]\n\n水が出ません\n", encoding="utf-8")
    assert load_sentences(tmp_path) == ["水が出ません"]


def test_the_dictionary_gives_thousands_of_words_of_each_class() -> None:
    lexicon = load_lexicon()
    assert min(len(lexicon.nouns), len(lexicon.names), len(lexicon.verbs)) > 10_000
    assert {"食べる", "書く"} <= {word.base for word in lexicon.verbs}
    assert "水道" in {word.base for word in lexicon.nouns}
