"""A few seconds of material for the tests of training, made once."""

from __future__ import annotations

import random
from functools import cache

import numpy as np
import pytest

from audio.training.lexicon import Lexicon, Word
from audio.training.shards import Clip, Recipe, font_mouths, make_shard
from audio.training.speak import default_font
from audio.training.text import Salad, Town


def _words(*bases: str, conjugation: str = "*") -> tuple[Word, ...]:
    return tuple(Word(base, conjugation) for base in bases)


@cache
def small_lexicon() -> Lexicon:
    return Lexicon(
        nouns=_words("水道", "電話", "メーター"),
        common_nouns=_words("水", "家"),
        action_nouns=_words("確認", "連絡"),
        names=_words("田中", "山本"),
        adverbs=_words("もっと", "ゆっくり"),
        adjective_stems=_words("静か", "丁寧"),
        adjectives=_words("赤い", "白い"),
        verbs=(Word("出る", "一段"), Word("書く", "五段・カ行イ音便")),
    )


TOWNS = (Town("香林坊", "こうりんぼう"), Town("片町", "かたまち"))


def small_salad(seed: int = 0) -> Salad:
    return Salad(small_lexicon(), TOWNS, ["{town}{chome}丁目の{name}です", "番号は{phone}です"], random.Random(seed))


@cache
def _clips() -> tuple[Clip, ...]:
    recipe = Recipe(font_mouths([default_font()]), frozenset(), spoken=6, pairs=0.5, noises=0.2)
    return tuple(make_shard(recipe, small_salad(), np.random.default_rng(0)))


@pytest.fixture
def clips() -> list[Clip]:
    return list(_clips())


@pytest.fixture
def lexicon() -> Lexicon:
    return small_lexicon()
